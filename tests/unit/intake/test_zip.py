"""Archives of department files: every member is read or named, told under its name, and nothing leads out."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.errors import SourceUnreadable
from intake.census import census
from tests.sent_files import codes, contract, parts_of, read_sent, rows_of, xls, xlsx

CSV = "单位名称,金额（万元）\n财政局,1\n水利局,2\n".encode()
GRID = [["单位名称", "金额（万元）"], ["财政局", 1]]


def packed(path: Path, members: dict[str, bytes], comment: bytes = b"") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        archive.comment = comment
    return path


def _bytes(make: Callable[[Path], Path], folder: Path) -> bytes:
    return make(folder).read_bytes()


def test_read_every_member_with_its_own_reader(tmp_path: Path) -> None:
    workbook = _bytes(lambda f: xlsx(f / "b.xlsx", ("一", GRID), ("二", GRID)), tmp_path)
    old = _bytes(lambda f: xls(f / "c.xls", ("表", GRID)), tmp_path)
    members = {"甲/a.csv": CSV, "b.xlsx": workbook, "c.xls": old, "d.json": b'{"r":[{"a":1}],"by":"x"}', "e.jsonl": b'{"a":1}\n'}  # fmt: skip
    path = packed(tmp_path / "a.zip", members, "包注".encode())
    reading = read_sent(path)
    assert reading.format == "zip"
    assert [t.name for t in reading.tables] == [
        "甲/a.csv/a",
        "b.xlsx/一",
        "b.xlsx/二",
        "c.xls/表",
        "d.json/r",
        "e.jsonl/e",
    ]
    assert [t.locator(2, t.columns[1] if len(t.columns) > 1 else None) for t in reading.tables] == [
        "甲/a.csv: line 2", "b.xlsx: 一!B2", "b.xlsx: 二!B2", "c.xls: 表!B2", "d.json: record 2", "e.jsonl: line 2",
    ]  # fmt: skip
    assert rows_of(reading.tables[0]) == [["财政局", "1"], ["水利局", "2"]]
    assert ("member 1", "甲/a.csv") in parts_of(reading, "member")
    assert ("archive comment", "包注") in parts_of(reading, "member")
    assert ("d.json: by", "by\tx") in parts_of(reading, "member")
    assert reading.unread == ()
    assert {n: (c.rows, c.columns) for n, c in census(path, reading).items()} == {
        t.name: (t.rows, len(t.columns)) for t in reading.tables
    }


@pytest.mark.parametrize("kind", ["csv", "json", "xlsx"])
def test_read_archive_of_one_file_as_that_file(tmp_path: Path, kind: str) -> None:
    made = {"csv": CSV, "json": '[{"单位名称":"财政局"}]'.encode()}
    data = made.get(kind) or _bytes(lambda f: xlsx(f / "b.xlsx", ("一", GRID)), tmp_path)
    path = packed(tmp_path / "a.zip", {f"数据.{kind}": data})
    reading = read_sent(path, tables=contract().tables)
    assert reading.format == kind
    assert "/" not in reading.tables[0].name
    assert reading.tables[0].locator(2).startswith(f"数据.{kind}: ")
    assert {n: c.rows for n, c in census(path, reading).items()} == {t.name: t.rows for t in reading.tables}


def test_read_under_a_contract_refuses_several_files(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"a.csv": CSV, "b.csv": CSV})
    with pytest.raises(SourceUnreadable, match="2 data files"):
        read_sent(path, tables=contract().tables)


def test_read_counts_a_lost_row_of_a_member(tmp_path: Path) -> None:
    from dataclasses import replace

    path = packed(tmp_path / "a.zip", {"a.csv": CSV, "b.csv": CSV})
    reading = read_sent(path)
    first = replace(reading.tables[0], rows=1)
    assert census(path, replace(reading, tables=(first, *reading.tables[1:])))["a.csv/a"].rows == 2


UNREAD = {
    "picture": ("b.png", b"\x89PNG\r\n\x1a\n"),
    "document": ("b.pdf", b"%PDF-1.7"),
    "archive": ("b.zip", b"PK\x05\x06" + b"\x00" * 18),
    "archive under another name": ("b.xlsx", b"PK\x05\x06" + b"\x00" * 18),
    "file without an ending": ("README", b"text"),
    "folder notes": (".DS_Store", b"\x00\x00\x00\x01Bud1"),
    "side file of macOS": ("__MACOSX/._a.csv", b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X"),
    "wrong name": ("b.csv", b"%PDF-1.7"),
}


@pytest.mark.parametrize(("name", "data"), UNREAD.values(), ids=UNREAD.keys())
def test_read_names_member_that_is_no_data(tmp_path: Path, name: str, data: bytes) -> None:
    reading = read_sent(packed(tmp_path / "a.zip", {"a.csv": CSV, name: data}))
    assert [where for where, _ in reading.unread] == [name]
    assert codes([f for f in reading.findings if f.severity == "block"]) == {"part-unread": 1}


def test_read_tells_findings_and_unread_parts_under_the_member(tmp_path: Path) -> None:
    members = {"a.csv": CSV, "b.csv": "单位名称,额\n财政局,1,2\n".encode()}
    reading = read_sent(packed(tmp_path / "a.zip", members))
    (ragged,) = [f for f in reading.findings if f.code == "row-width"]
    assert ragged.places[0].locator == "b.csv: line 2"


def test_read_scans_extra_fields(tmp_path: Path) -> None:
    entry = zipfile.ZipInfo("a.csv")
    entry.extra = b"\x99\x99\x0b\x0013900000000"
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(entry, CSV)
    assert any("13900000000" in text for _, text in parts_of(read_sent(tmp_path / "a.zip"), "member"))


@pytest.mark.parametrize("kind", ["zip", "xlsx"])
@pytest.mark.parametrize("place", ["behind the end", "under a folder's name"])
def test_read_refuses_bytes_that_no_program_reads(tmp_path: Path, kind: str, place: str) -> None:
    path = tmp_path / f"a.{kind}"
    if kind == "xlsx":
        xlsx(path, ("表", [["单位名称", "额"], ["财政局", 1]]))
    else:
        packed(path, {"a.csv": CSV})
    if place == "behind the end":
        path.write_bytes(path.read_bytes() + b"13900000000")
    else:
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("x/", b"13900000000")
    with pytest.raises(SourceUnreadable) as refused:
        read_sent(path)
    assert "no program reads" in str(refused.value)
    assert "139" not in str(refused.value)


def test_read_shows_no_name_that_could_hold_an_identifier(tmp_path: Path) -> None:
    reading = read_sent(packed(tmp_path / "a.zip", {"表13900000000.csv": CSV, "b.csv": CSV}))
    assert reading.tables[0].locator(2) == "member 1: line 2"
    assert ("member 1", "表13900000000.csv") in parts_of(reading, "member")


def test_read_names_of_chinese_programs(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"xxxx.csv": CSV})
    path.write_bytes(path.read_bytes().replace(b"xxxx", "数据".encode("gb18030")))
    assert read_sent(path).tables[0].locator(2) == "数据.csv: line 2"


@pytest.mark.parametrize("name", ["../a.csv", "/a.csv", "x/../../a.csv", "C:a.csv", "x\\a.csv", "a\n.csv"])
def test_read_refuses_names_that_lead_out(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceUnreadable, match="leads out") as refused:
        read_sent(packed(tmp_path / "a.zip", {"a.csv": CSV, name: CSV}))
    assert name not in str(refused.value)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("names", [("a.csv", "a.csv"), ("a.csv", "A.CSV"), ("a.csv", "./a.csv")])
def test_read_refuses_two_members_of_one_name(tmp_path: Path, names: tuple[str, str]) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in names:
            archive.writestr(name, CSV)
    with pytest.raises(SourceUnreadable, match="one name"):
        read_sent(tmp_path / "a.zip")


def _encrypted(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(mark) + offset
        data[at : at + 2] = struct.pack("<H", data[at] | 1)
    path.write_bytes(data)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-30])


def _bent(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[45] ^= 0xFF
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("spoil", "code"), [(_encrypted, "file-encrypted"), (_cut, "file-truncated"), (_bent, "file-truncated")],
    ids=["encrypted", "cut", "bent"],
)  # fmt: skip
def test_read_refuses_spoilt_archive(tmp_path: Path, spoil: Callable[[Path], None], code: str) -> None:
    path = packed(tmp_path / "a.zip", {"a.csv": CSV})
    spoil(path)
    with pytest.raises(SourceUnreadable) as refused:
        read_sent(path)
    assert refused.value.code == code


def test_read_refuses_bad_member_naming_it(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match=r"b\.csv") as refused:
        read_sent(packed(tmp_path / "a.zip", {"a.csv": CSV, "b.csv": b"a,b\n\xff\xff,1\n"}))
    assert (refused.value.code, refused.value.locator) == ("encoding-invalid", "b.csv: byte 4")


@pytest.mark.parametrize(
    ("members", "limits", "code"),
    [
        ({"a.csv": b"a,b\n" + b"1,2\n" * 12_000_000}, {}, "archive-bomb"),
        ({f"{n}.csv": b"a,b\n1,2\n" for n in range(1_001)}, {}, "limit-exceeded"),
        ({"a.csv": CSV, "b.csv": CSV}, {"rows": 3}, "limit-exceeded"),
        ({"a.csv": CSV * 400, "b.csv": CSV * 400}, {"bytes": 20_000}, "limit-exceeded"),
        ({"a.csv": b"", "b.csv": b" \n"}, {}, "file-empty"),
        ({}, {}, "file-empty"),
    ],
    ids=["ratio", "number", "rows together", "bytes together", "no text", "nothing"],
)
def test_read_refuses_archive_past_its_limits(
    tmp_path: Path, members: dict[str, bytes], limits: dict[str, int], code: str
) -> None:
    with pytest.raises(SourceUnreadable) as refused:
        read_sent(packed(tmp_path / "a.zip", members), limits=limits)
    assert refused.value.code == code
