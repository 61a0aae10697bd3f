"""Whatever is written around and into an identifier: it is found, it doesn't survive, and a second redaction does nothing."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from redaction.detect import modules
from redaction.lens import Column, open_lens
from redaction.normalise import GUARD, normalise
from redaction.redact import redact_reading, residue
from redaction.scan import scan_reading
from tests.personal_data import PACKS, column_table, reading

LENS = open_lens(PACKS)
SURE_ALONE = {"cn_id18", "mobile", "email", "masked_id", "uscc"}
MADE_UP = [m.made_up for m in modules() if m.__name__.rpartition(".")[2] in SURE_ALONE]
SPACED = [m.made_up for m in modules() if m.__name__.rpartition(".")[2] == "cn_id18"]
WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
DISGUISES = [
    lambda t: t, lambda t: t.lower(), lambda t: t.translate(WIDE), lambda t: "\u200b".join(t), lambda t: t[:7] + "\u2060" + t[7:],
    lambda t: t.translate(WIDE)[:5] + t[5:],
]  # fmt: skip
SPLITS = [lambda t: t[:6] + " " + t[6:14] + " " + t[14:], lambda t: "-".join(t), lambda t: t[:9] + "\n" + t[9:]]
AROUND = st.text(
    st.characters(exclude_categories=["Cs", "Nd"], exclude_characters="*×●•■█#@.%+-_－．＠＊＋＿/,，、·–—‐‑"),
    max_size=12,
).map(lambda t: "" if normalise(t).text[-1:].isascii() and normalise(t).text[-1:].isalnum() else t)


@st.composite
def planted(draw: st.DrawFn) -> tuple[str, str]:
    """A cell and the identifier in it, disguised."""
    seed = Random(draw(st.integers(0, 10**6)))
    if draw(st.booleans()):
        number = draw(st.sampled_from(DISGUISES))(draw(st.sampled_from(MADE_UP))(seed))
    else:
        number = draw(st.sampled_from(SPLITS))(SPACED[0](seed))
    before = draw(st.sampled_from(["", "电话", "身份证：", "由村民", "见附件 ", "（", "“"]))
    return before + number + draw(st.sampled_from(["", "。", "，下同", "）", " 元", "\n"])) + draw(AROUND), number


def digits(text: str) -> str:
    return "".join(c for c in normalise(text).text if c.isdigit())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(planted(), min_size=1, max_size=8))
def test_no_planted_identifier_survives_and_redacting_twice_is_once(cells: list[tuple[str, str]]) -> None:
    with TemporaryDirectory() as folder:
        into = Path(folder)
        texts: list[str | None] = [text for text, _ in cells]
        once = _redact(into / "1", texts)
        assert len(once) == len(texts)
        for (_, number), after in zip(cells, once, strict=True):
            assert after is not None
            assert number not in after
            assert digits(number) not in digits(after)
        assert _redact(into / "2", once) == once


def _redact(into: Path, texts: list[str | None]) -> list[str | None]:
    table = column_table(into, texts)
    source = reading(table)
    scan = scan_reading(source, PACKS, contract=None, header_map={}, hits_dir=into / "h", seed="s", file_name="a")
    done = redact_reading(source, scan, PACKS, into=into)
    assert residue(done.tables, PACKS, None) == ()
    return pl.read_parquet(done.tables["t"].path)["备注"].to_list()


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_innocent_text_comes_back_as_it_was(text: str) -> None:
    if LENS.find([text], Column())[0] == []:
        assert LENS.clean([text], Column(), lambda _: True)[0] == [text]


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=40))
def test_normalised_offsets_lead_back_into_the_text(text: str) -> None:
    content = normalise(text)
    for start in range(len(content.text)):
        begin, end = content.original(start, start + 1)
        assert 0 <= begin < end <= len(text)
        assert normalise(text[begin:end]).text == content.text[start]


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="0123456789Xx*@.- ADE冀（", max_size=50))
def test_prefilters_lose_nothing_that_a_recogniser_finds(text: str) -> None:
    passed = pl.Series([text]).str.contains(LENS.superset(Column()))[0]
    everything = Column(frozenset(r.entity for r in LENS.recognisers))  # a header that speaks for all
    assert passed or not any(s.score >= LENS.rules.scores.reported for s in LENS.find([text], Column())[0] or ())
    content = normalise(text).text
    for recogniser in LENS.recognisers:
        if recogniser.find(content):
            series = pl.Series([text])
            assert (LENS.asks(series, recogniser, everything) | series.str.contains(GUARD))[0]
