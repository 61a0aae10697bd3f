"""Identifiers in escapes, markup and percent-encoding are found where they stand, and nothing of them is left."""

import time
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.table import TableInfo
from redaction.nested import DEPTH, NESTED_GUARD, unfold
from redaction.normalise import normalise
from redaction.redact import redact_reading, residue
from redaction.scan import Scan, coverage, scan_reading
from tests.looking import LENS, look
from tests.personal_data import PACKS, column_table, id18, reading

ID = id18()
CODES = "".join(f"\\u{ord(c):04x}" for c in ID)
ENTITIES = "".join(f"&#{ord(c)};" for c in ID)
HEX_ENTITIES = "".join(f"&#x{ord(c):X};" for c in ID)
PERCENT = "".join(f"%{ord(c):02X}" for c in ID)

WRAPPED = {
    "JSON escapes": (f'{{"a":"{CODES}"}}', CODES),
    "JSON escapes in upper case": (f'{{"a":"{CODES.replace("003", "003").upper().replace("U", "u")}"}}', CODES),
    "program escapes": ("".join(f"\\x{ord(c):02x}" for c in ID), "".join(f"\\x{ord(c):02x}" for c in ID)),
    "JSON text within JSON": (CODES.replace("\\", "\\\\"), CODES.replace("\\", "\\\\")),
    "three times JSON": (f"x{CODES}".replace("\\", "\\\\\\\\"), CODES.replace("\\", "\\\\\\\\")),
    "a JSON line break within": (f'{{"a":"{ID[:6]}\\n{ID[6:]}"}}', f"{ID[:6]}\\n{ID[6:]}"),
    "decimal entities": (f"号{ENTITIES}码", ENTITIES),
    "hexadecimal entities": (HEX_ENTITIES, HEX_ENTITIES),
    "entities without semicolons": (ENTITIES.replace(";", " ").strip(), ENTITIES.replace(";", " ").strip()),
    "entities with leading zeros": (ENTITIES.replace("#", "#000"), ENTITIES.replace("#", "#000")),
    "entities twice": (ENTITIES.replace("&", "&amp;"), ENTITIES.replace("&", "&amp;")),
    "a non-breaking space within": (f"{ID[:6]}&nbsp;{ID[6:]}", f"{ID[:6]}&nbsp;{ID[6:]}"),
    "a soft hyphen within": (f"{ID[:6]}&shy;{ID[6:]}", f"{ID[:6]}&shy;{ID[6:]}"),
    "a tag within": (f"<p><b>{ID[:4]}</b>{ID[4:]}</p>", f"{ID[:4]}</b>{ID[4:]}"),
    "a tag round every digit": ("".join(f"<i>{c}</i>" for c in ID), "</i><i>".join(ID)),
    "a tag with attributes within": (f'{ID[:9]}<span style="x: 1">{ID[9:]}', f'{ID[:9]}<span style="x: 1">{ID[9:]}'),
    "a comment within": (f"{ID[:9]}<!-- 12 > 3 -->{ID[9:]}", f"{ID[:9]}<!-- 12 > 3 -->{ID[9:]}"),
    "a comment alone": (f"<!-- {ID} -->", ID),
    "an attribute": (f'<a title="{ENTITIES}">x</a>', ENTITIES),
    "CDATA": (f"<x>{ID[:5]}<![CDATA[{ID[5:]}]]></x>", f"{ID[:5]}<![CDATA[{ID[5:]}"),
    "a tag as entities": (f"{ID[:4]}&lt;b&gt;{ID[4:]}", f"{ID[:4]}&lt;b&gt;{ID[4:]}"),
    "HTML within JSON": (
        f'{{"a":"<b>{ID[:4]}<\\/b>{CODES[24:]}"}}', f"{ID[:4]}<\\/b>{CODES[24:]}",
    ),
    "percent-encoding": (f"q={PERCENT}&p=1", PERCENT),
    "percent-encoding in lower case": (PERCENT.lower(), PERCENT.lower()),
    "percent-encoding twice": (PERCENT.replace("%", "%25"), PERCENT.replace("%", "%25")),
    "full-width entities": (ENTITIES.replace("&", "＆").replace("#", "＃"), ENTITIES.replace("&", "＆").replace("#", "＃")),
    "full-width digits as escapes": (
        "".join(f"\\u{ord(c) + 0xFEE0:04x}" for c in ID), "".join(f"\\u{ord(c) + 0xFEE0:04x}" for c in ID),
    ),
    "a zero-width space as an escape": (f"{ID[:7]}\\u200b{ID[7:]}", f"{ID[:7]}\\u200b{ID[7:]}"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "found"), WRAPPED.values(), ids=WRAPPED.keys())
def test_find_id18_in_its_wrapping(text: str, found: str) -> None:
    spans = [s for s in look(text) if s.entity == "CN_ID18"]
    assert [(text[s.start : s.end].lower(), s.valid) for s in spans] == [(found.lower(), True)]


@pytest.mark.parametrize(("text", "found"), WRAPPED.values(), ids=WRAPPED.keys())
def test_redact_leaves_nothing_of_a_wrapped_identifier_and_twice_is_once(tmp_path: Path, text: str, found: str) -> None:
    table = column_table(tmp_path, [text, "普通文字"])
    once = redact_reading(reading(table), _scanned(table, tmp_path), PACKS, into=tmp_path).tables["t"]
    cell = pl.read_parquet(once.path)["备注"].to_list()[0]
    assert found not in cell
    assert "[身份证号]" in cell
    assert residue({"t": once}, PACKS, None) == ()
    again = tmp_path / "again"
    again.mkdir()
    twice = redact_reading(reading(once), _scanned(once, again), PACKS, into=again).tables["t"]
    assert pl.read_parquet(twice.path).equals(pl.read_parquet(once.path))


def _scanned(table: TableInfo, into: Path) -> Scan:
    return scan_reading(
        reading(table), PACKS, contract=None, header_map=None, hits_dir=into / "hits", seed="s", file_name="a.csv"
    )


def test_find_identifier_once_that_every_view_shows() -> None:
    text = f'<b>x</b> {ID} &amp; {{"a":"\\u4e00"}} %31'
    assert [(s.start, s.end) for s in look(text)] == [(text.index(ID), text.index(ID) + 18)]


@pytest.mark.parametrize(
    "text",
    ["增长5%10月", "AT&T; R&D", "a<b and c>d", "C:\\new\\table", "&#;", "&#xZZ;", "\\u12", "\\ud800", "%zz", "<", "<!--", "]]>", "&#99999999;"],
)  # fmt: skip
def test_find_nothing_in_broken_wrapping(text: str) -> None:
    assert look(text) == []


def test_wrapping_deeper_than_the_bound_is_not_scanned_and_blocks(tmp_path: Path) -> None:
    text = "&" + "amp;" * (DEPTH + 2) + "#49;"
    assert unfold(text) is None
    table = column_table(tmp_path, [text])
    scan = _scanned(table, tmp_path)
    certificate, findings = coverage(reading(table), scan, {"t": (1, 1)})
    assert not certificate.complete
    assert [f.code for f in findings] == ["coverage-incomplete"]


HOSTILE = {
    "tags never closed": "<a" * 1_000_000,
    "comments never closed": "<!--" * 500_000,
    "one comment closed among many": "<!--" * 250_000 + "-->" + "<!--" * 250_000,
    "one tag without an end": "<a " + "x" * 2_000_000,
    "half entities": "&#" * 1_000_000,
    "long entity": "&" + "a" * 2_000_000 + ";",
    "zeros in an entity": "&#" + "0" * 2_000_000 + ";",
    "nested brackets": "[" * 1_000_000,
    "nested braces in escapes": '{\\"a\\":' * 100_000,
    "lone surrogates as escapes": "\\ud800" * 300_000,
    "backslashes": "\\" * 1_000_000,
    "bad bytes": "%ff" * 300_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_unfold_hostile_text_ends(text: str) -> None:
    began = time.process_time()
    views = unfold(text)
    assert views is None or all(len(v.text) <= len(text) for v in views)
    assert time.process_time() - began < 10


PIECES = st.sampled_from(
    ["<b>", "</td>", "<!--", "-->", "<", ">", "&amp;", "&#49;", "&#x3", "\\u0031", "\\\\", "\\n", "\\", "%31", "%E4%B8%80", "%ff",
     "%d2%bb", "13", "x", "\ud800", "\u200b", "\uff05", "一", "]]>", "<![CDATA[", "&nbsp;", "&acE;", '"']
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_every_place_in_every_view_leads_back_into_the_text(text: str) -> None:
    for view in unfold(text) or []:
        before = 0
        for at in range(len(view.text)):
            start, end = view.original(at, at + 1)
            assert before <= start < end <= len(text)
            before = start
        assert view.original(0, len(view.text))[1] <= len(text)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Mn", "Me")), min_size=1, max_size=30))
def test_unfold_undoes_percent_encoding(text: str) -> None:
    wrapped = "".join(f"%{byte:02X}" for byte in text.encode())
    plain = normalise(text).text
    assert not plain or plain in [v.text for v in unfold(wrapped) or []]  # signs that show nothing leave no view


def test_guard_passes_no_ordinary_cell() -> None:
    ordinary = ["财政局", "1.50", "2026-01-02", "A&B公司", "50%", "a < b", "x>y", f"{ID}", '{"a": 1}', "3/4", "～"]
    assert not any(pl.Series(ordinary).str.contains(NESTED_GUARD).to_list())
    assert all(pl.Series([t for t, _ in WRAPPED.values()]).str.contains(NESTED_GUARD).to_list())


def test_superset_passes_every_wrapped_text() -> None:
    from redaction.lens import Column

    texts = pl.Series([t for t, _ in WRAPPED.values()])
    assert all(texts.str.contains(LENS.superset(Column())).to_list())
