"""Base64 in a cell: identifiers in it are found, the content of a file makes the cell one that wasn't scanned."""

import base64
import gzip
from pathlib import Path
from random import Random

import polars as pl
import pytest

from redaction.encoded import ENCODED_GUARD, NotReadable, opened
from redaction.lens import Column
from redaction.nested import unfold
from redaction.redact import redact_reading, residue
from redaction.scan import coverage, scan_reading
from tests.looking import LENS, look, sure
from tests.personal_data import PACKS, column_table, id18, reading

ID = id18()


def coded(data: str | bytes) -> str:
    return base64.b64encode(data.encode() if isinstance(data, str) else data).decode()


NOISE = Random(1).randbytes(600)
SAID = {
    "a number": coded(ID),
    "a number within words": coded(f"身份证号：{ID}，见附件"),
    "JSON": coded(f'{{"name": "某", "id": "{ID}"}}'),
    "GB18030": coded(f"身份证号{ID}".encode("gb18030")),
    "without its end": coded(f"号{ID}号").rstrip("="),
    "cut short": coded(f"号{ID}号码的说明")[:-3],
    "for addresses": base64.urlsafe_b64encode(f"身份证{ID}住址???>>>".encode()).decode(),
    "compressed": coded(gzip.compress(ID.encode(), mtime=0)),
    "long, in lines": base64.encodebytes((f"第 1 行 {ID} " + "说明" * 200).encode()).decode().strip(),
}


@pytest.mark.parametrize("text", SAID.values(), ids=SAID.keys())
def test_find_id18_in_base64(text: str) -> None:
    assert ("CN_ID18", True) in {(s.entity, s.valid) for s in look(f"内容：{text}。")}
    assert pl.Series([text]).str.contains(ENCODED_GUARD)[0]


@pytest.mark.parametrize("text", SAID.values(), ids=SAID.keys())
def test_redact_leaves_nothing_of_base64(tmp_path: Path, text: str) -> None:
    table = column_table(tmp_path, [f"内容：{text}。", "普通文字"])
    scan = scan_reading(
        reading(table), PACKS, contract=None, header_map=None, hits_dir=tmp_path / "hits", seed="s", file_name="a.csv"
    )
    once = redact_reading(reading(table), scan, PACKS, into=tmp_path).tables["t"]
    assert pl.read_parquet(once.path)["备注"].to_list() == ["内容：[身份证号]。", "普通文字"]
    assert residue({"t": once}, PACKS, None) == ()


def test_find_number_in_base64_behind_glued_letters() -> None:
    assert sure(f"abc{coded('13900001234')}")[0][0] == "MOBILE"


FILES = {
    "a picture": b"\x89PNG\r\n\x1a\n" + NOISE, "a photograph": b"\xff\xd8\xff\xe0" + NOISE, "a document": b"%PDF-1.7\n" + NOISE, "an archive": b"PK\x03\x04" + NOISE,
    "an old document": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + NOISE, "anything": NOISE, "a bomb": gzip.compress(bytes(3_000_000)), "a broken archive": b"\x1f\x8b" + NOISE,
}  # fmt: skip


@pytest.mark.parametrize("data", FILES.values(), ids=FILES.keys())
@pytest.mark.parametrize("lines", [False, True], ids=["in one", "in lines"])
def test_cell_with_the_content_of_a_file_is_not_scanned_and_blocks(tmp_path: Path, data: bytes, lines: bool) -> None:
    text = "data:;base64," + (base64.encodebytes(data).decode() if lines else coded(data))
    table = column_table(tmp_path, [text, "普通文字"])
    scan = scan_reading(
        reading(table), PACKS, contract=None, header_map=None, hits_dir=tmp_path / "hits", seed="s", file_name="a.csv"
    )
    certificate, findings = coverage(reading(table), scan, {"t": (2, 1)})
    assert not certificate.complete
    assert [f.code for f in findings] == ["coverage-incomplete"]


@pytest.mark.parametrize(
    "text",
    [
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" * 8, "https://example.org/" + "long/path/" * 60, "A" * 600, coded("某部门的说明" * 80),
        coded(NOISE[:250]), "ACGT" * 200, "SHA256:" + coded(NOISE[:32]), "MTIzNDU2", "QP-HT-2026-00113",
    ],
    ids=["hash", "address", "letters", "innocent text", "signature", "bases", "check sum", "six digits", "contract"],
)  # fmt: skip
def test_find_nothing_in_what_is_no_file(text: str) -> None:
    assert look(text) == []
    assert LENS.find([text], Column()) == [[]]


def test_opened_never_says_more_than_it_unpacks() -> None:
    with pytest.raises(NotReadable):
        opened(coded(gzip.compress(b"1" * 1_000_001)))
    assert unfold(coded(gzip.compress(b"1" * 900_000)) + (" " + coded(gzip.compress(b"1" * 900_000))) * 4) is None
