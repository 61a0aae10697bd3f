"""Files made to hurt the reader end within their limits: with a named error or a reading, in bounded memory and time."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from domain.errors import SourceUnreadable
from tests.sent_files import codes, read_sent, read_text, rezipped, rows_of, xlsx

MEGABYTE = 1024**2
SHEET = "xl/worksheets/sheet1.xml"
GRID = [["a", "b"], ["k", "v"]]

CHILD = """
import json, resource, sys, time
from pathlib import Path
from domain.errors import SourceUnreadable
from tests.sent_files import read_sent
import pyarrow.parquet, polars
began, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_sent(Path(sys.argv[1]))
    code, said = "read", ""
except SourceUnreadable as refused:
    code, said = refused.code, str(refused)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
json.dump({"code": code, "said": said, "mb": (after - before) // 1024, "seconds": time.process_time() - began}, sys.stdout)
"""


def read_apart(path: Path) -> dict[str, Any]:
    """Read a file in a process of its own: how it ended, memory beyond the libraries' own, seconds of the processor."""
    done = subprocess.run([sys.executable, "-c", CHILD, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    return dict(json.loads(done.stdout))


def _text(name: str, *pieces: tuple[str, int]) -> Callable[[Path], Path]:
    """A text file of pieces, each so many times."""

    def make(folder: Path) -> Path:
        with (folder / name).open("w", encoding="utf-8", newline="") as text:
            for piece, times in pieces:
                for start in range(0, times, 100_000):
                    text.write(piece * min(100_000, times - start))
        return folder / name

    return make


def _sheet(body: bytes, behind: bytes = b"") -> Callable[[Path], Path]:
    """A workbook whose sheet has this row and this behind its cells, stored so that it isn't refused for its ratio."""

    def make(folder: Path) -> Path:
        path = xlsx(folder / "a.xlsx", ("S", GRID))
        with zipfile.ZipFile(path) as old:
            parts = {n: old.read(n) for n in old.namelist()}
        parts[SHEET] = parts[SHEET].replace(b"</sheetData>", body + b"</sheetData>" + behind, 1)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as new:
            for name, data in parts.items():
                new.writestr(name, data)
        return path

    return make


def _many_strings(folder: Path) -> Path:
    """Strings that no cell shows: 40 MB of them."""

    def edit(name: str, data: bytes) -> bytes:
        return b"<sst>" + b"<si><t>x</t></si>" * 2_400_000 + b"</sst>" if name == "xl/sharedStrings.xml" else data

    path = rezipped(xlsx(folder / "a.xlsx", ("S", GRID)), edit)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("xl/filler.xml", "<x>" + "<y/>" * 200_000 + "</x>")
    return path


MERGED = (
    b"<mergeCells>" + b"".join(b'<mergeCell ref="A1:XFD%d"/>' % (n % 60 + 1) for n in range(60_000)) + b"</mergeCells>"
)

HEAVY = {
    "cell of 100 MB in delimited text": (_text("a.csv", ("a,b\n", 1), ("1", 100 * MEGABYTE), (",2\n", 1)), "text-too-long", 500),
    "cell of 100 MB over many lines": (_text("a.csv", ('a,b\n"', 1), ("1" * 99 + "\n", MEGABYTE), ('",2\n', 1)), "text-too-long", 400),
    "value of 100 MB in JSON": (_text("a.json", ('[{"a":"', 1), ("1", 100 * MEGABYTE), ('"}]', 1)), "text-too-long", 500),
    "line of 100 MB in JSON Lines": (_text("a.jsonl", ('{"a":"', 1), ("1", 100 * MEGABYTE), ('"}\n', 1)), "text-too-long", 500),
    "cell of 60 MB in a sheet": (_sheet(b'<row r="9"><c r="A9" t="str"><v>' + b"1 " * (30 * MEGABYTE) + b"</v></c></row>"), "text-too-long", 700),
    "merged boxes that overlap": (_sheet(b"", MERGED), "read", 300),
    "a million brackets in a cell": (_text("a.csv", ("a,b\n", 1), ("[", 1_000_000), (",1\n", 1)), "read", 300),
    "millions of strings": (_many_strings, "read", 700),
}  # fmt: skip


@pytest.mark.parametrize(("make", "code", "megabytes"), HEAVY.values(), ids=HEAVY.keys())
def test_read_of_a_heavy_file_ends_in_bounded_memory(
    tmp_path: Path, make: Callable[[Path], Path], code: str, megabytes: int
) -> None:
    path = make(tmp_path)
    told = read_apart(path)
    assert told["code"] == code
    assert "11" not in told["said"]
    assert ("a cell holds" in told["said"]) is (code == "text-too-long" and "json" not in path.suffix)
    assert told["mb"] <= megabytes
    assert told["seconds"] < 20


def _columns(kind: str, count: int) -> Callable[[Path], Path]:
    names = [f"c{n}" for n in range(count)]
    if kind == "xlsx":
        return lambda folder: xlsx(folder / "a.xlsx", ("S", [names, list(range(count))]))
    return _text("a.csv", (",".join(names) + "\n", 1), (",".join("1" * count) + "\n", 3))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_read_16384_columns_is_refused_or_read_as_the_limits_say(tmp_path: Path, kind: str) -> None:
    path = _columns(kind, 16_384)(tmp_path)
    with pytest.raises(SourceUnreadable) as refused:
        read_sent(path)
    assert refused.value.code == "limit-exceeded"
    assert len(read_sent(path, limits={"columns": 16_384}).tables[0].columns) == 16_384


BRACKETS = {
    "array": "[" * 1_000_000,
    "closed array": "[" * 1_000_000 + "]" * 1_000_000,
    "objects": '{"a":' * 1_000_000,
    "array in a record": '[{"a":' + "[" * 1_000_000 + "]" * 1_000_000 + "}]",
    "array in a member": '{"d":[{"b":1}],"c":' + "[" * 1_000_000 + "]" * 1_000_000 + "}",
}


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
@pytest.mark.parametrize("text", BRACKETS.values(), ids=BRACKETS.keys())
def test_read_refuses_a_million_nested_brackets(tmp_path: Path, text: str, name: str) -> None:
    with pytest.raises(SourceUnreadable) as refused:
        read_text(tmp_path, text, name)
    assert (refused.value.code, refused.value.locator) == ("nested-too-deep", "line 1")
    assert "line 1: brackets are nested" in str(refused.value)
    assert refused.value.__cause__ is None


LAUGHS = b'<!DOCTYPE l [<!ENTITY a0 "ha">' + b"".join(
    b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10)
) + b"]>"  # fmt: skip
OUTSIDE = b'<!DOCTYPE l [<!ENTITY e SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "docProps/core.xml", "_rels/.rels", "[Content_Types].xml"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
@pytest.mark.parametrize("doctype", [LAUGHS, OUTSIDE], ids=["laughs", "outside"])
def test_read_refuses_entities_of_any_part(tmp_path: Path, doctype: bytes, codec: str, part: str) -> None:
    def edit(name: str, data: bytes) -> bytes:
        if name != part:
            return data
        plain = re.sub(rb"^<\?xml[^>]*>\s*", b"", data)
        return (doctype + plain).decode().encode(codec)

    with pytest.raises(SourceUnreadable) as refused:
        read_sent(rezipped(xlsx(tmp_path / "a.xlsx", ("S", GRID)), edit))
    assert refused.value.code == "archive-bomb"


CELLS = {
    "string beyond the list": b'<row r="9"><c r="A9" t="s"><v>99999</v></c></row>',
    "negative string": b'<row r="9"><c r="A9" t="s"><v>-1</v></c></row>',
    "string of no number": b'<row r="9"><c r="A9" t="s"><v></v><v>x</v></c></row>',
    "string of many digits": b'<row r="9"><c r="A9" t="s"><v>' + b"9" * 100_000 + b"</v></c></row>",
    "row beyond the sheet": b'<row r="1048577"><c t="n"><v>1</v></c></row>',
    "row of many digits": b'<row r="' + b"9" * 30 + b'"><c t="n"><v>1</v></c></row>',
    "column beyond the sheet": b'<row r="9"><c r="XFE9"><v>1</v></c></row>',
    "half a character": b'<row r="9"><c r="A9" t="str"><v>&#xD800;</v></c></row>',
}


@pytest.mark.parametrize("row", CELLS.values(), ids=CELLS.keys())
def test_read_refuses_impossible_cells(tmp_path: Path, row: bytes) -> None:
    with pytest.raises(SourceUnreadable) as refused:
        read_sent(_sheet(row)(tmp_path))
    assert refused.value.code in ("source-unreadable", "file-truncated")
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("raw", ["1e308", "1e999999999", "NaN", "-0", "9" * 5000 + ".5"], ids=["large", "inf", "nan", "zero", "long"])  # fmt: skip
def test_read_keeps_impossible_numbers_as_text(tmp_path: Path, raw: str) -> None:
    row = f'<row r="9"><c r="A9"><v>{raw}</v></c><c r="B9" s="1"><v>{raw}</v></c></row>'.encode()
    reading = read_sent(_sheet(row)(tmp_path))
    assert rows_of(reading.tables[0])[-1][0]


def test_read_refuses_a_sheet_of_10_gigabytes_by_its_claim(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", ("S", GRID))
    data = path.read_bytes()
    at = data.rindex(SHEET.encode()) - 46  # the sheet's entry in the directory at the end
    assert data[at : at + 4] == b"PK\x01\x02"
    path.write_bytes(data[: at + 24] + (0xFFFFFFF0).to_bytes(4, "little") + data[at + 28 :])
    with pytest.raises(SourceUnreadable) as refused:
        read_sent(path)
    assert refused.value.code == "archive-bomb"


def test_read_refuses_a_sheet_that_is_larger_than_it_claims(tmp_path: Path) -> None:
    path = rezipped(xlsx(tmp_path / "a.xlsx", ("S", GRID)), lambda _, d: d, {"xl/x.xml": b"<x>" + b" " * MEGABYTE + b"</x>"})  # fmt: skip
    data = path.read_bytes()
    at = data.rindex(b"xl/x.xml") - 46
    path.write_bytes(data[: at + 24] + (100).to_bytes(4, "little") + data[at + 28 :])
    with pytest.raises(SourceUnreadable) as refused:
        read_sent(path)
    assert refused.value.code == "file-truncated"


@pytest.mark.parametrize("part", ["xl/x.xml", "docProps/x.xml", "xl/comments7.xml"])
def test_read_deeply_nested_markup(tmp_path: Path, part: str) -> None:
    deep = b"<a>" * 200_000 + b"x" + b"</a>" * 200_000
    reading = read_sent(rezipped(xlsx(tmp_path / "a.xlsx", ("S", GRID)), lambda _, d: d, {part: deep}))
    assert "part-unread" not in codes(reading.findings)


def test_read_ends_when_its_seconds_are_over(tmp_path: Path) -> None:
    path = _text("a.csv", ("a,b\n", 1), ("1,2\n", 3_000_000))(tmp_path)
    with pytest.raises(SourceUnreadable) as refused:
        read_sent(path, limits={"seconds": 1})
    assert refused.value.code == "limit-exceeded"


@pytest.mark.parametrize("room", ["jsontables", "inspection", "sheetxml", "workbook"])
def test_read_refuses_more_text_beside_the_cells_than_memory_is_set_aside_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: str
) -> None:
    limit = {"jsontables": "intake.readers.jsontables.PARTS", "inspection": "intake.containers.inspection.PART_CHARS"}
    limit |= {"sheetxml": "intake.containers.sheetxml.PART_CHARS", "workbook": "intake.containers.workbook.MERGES"}
    behind = b'<x a="much text">more text</x><mergeCells><mergeCell ref="A1:B1"/><mergeCell ref="A2:B2"/></mergeCells>'
    path = _sheet(b"", behind)(tmp_path)
    if room == "jsontables":
        path = _text("a.json", ('{"a":1,"b":2,"c":3,"d":[{"x":1}]}', 1))(tmp_path)
    read_sent(path)
    monkeypatch.setattr(limit[room], 1)
    with pytest.raises(SourceUnreadable) as refused:
        read_sent(path)
    assert refused.value.code == "limit-exceeded"
