"""Files that can't be published, marks in their cells: each with the code of the block finding that stops it.

Made-up values only. How the files travel is left to tests/integration/road/test_markers.py.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.marked_city import DATASET, HEADERS, PAIR, RECORDS, csv_text, rows
from tests.markers import Mark
from tests.sent_files import rezipped, xls, xlsx


@dataclass(frozen=True)
class Bad:
    """One file: how it is written, the contract it is sent under, the block finding that stops it."""

    id: str
    make: Callable[[Mark, Path], Path]
    code: str
    dataset: str = DATASET
    whole: bool = True  # whether its cells reach the checks
    prepared: bool = True  # False: looked over alone, its like is prepared


def _marked(m: Mark) -> list[dict[str, str]]:
    """Rows with marks in cells that nobody may see."""
    return rows(编码="AB99", 备注=f"{m.phrase}{m.word}", 姓名=m.phrase, 身份证号=m.number)


def _text(name: str, write: Callable[[Mark], str | bytes]) -> Callable[[Mark, Path], Path]:
    def make(m: Mark, folder: Path) -> Path:
        said, path = write(m), folder / name
        path.write_bytes(said.encode() if isinstance(said, str) else said)
        return path

    return make


def _grid(m: Mark) -> list[list[Any]]:
    return [list(HEADERS), *([r[h] for h in HEADERS] for r in _marked(m))]


def _cut(path: Path, share: float) -> Path:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def _cut_xlsx(m: Mark, folder: Path) -> Path:
    return _cut(xlsx(folder / "cut.xlsx", ("表", _grid(m))), 0.6)


def _broken_sheet(m: Mark, folder: Path) -> Path:
    cell = f'<c r="Z2" t="s"><v>{m.phrase}{m.number}</v></c></row></sheetData>'.encode()
    path = xlsx(folder / "broken.xlsx", ("表", _grid(m)))
    return rezipped(path, lambda n, d: d.replace(b"</row></sheetData>", cell) if "sheet1" in n else d)


def _bad_reference(m: Mark, folder: Path) -> Path:
    path = xlsx(folder / "reference.xlsx", ("表", _grid(m)))
    return rezipped(path, lambda n, d: d.replace(b'r="B2"', f'r="{m.phrase}"'.encode()) if "sheet1" in n else d)


def _bomb(m: Mark, folder: Path) -> Path:
    path = xlsx(folder / "bomb.xlsx", ("表", _grid(m)))
    return rezipped(path, lambda n, d: d, {"xl/media/a.bin": m.phrase.encode() * 4_000_000})


def _encrypted(m: Mark, folder: Path) -> Path:
    """The container that a password makes of a workbook: a compound file with the two streams of MS-OFFCRYPTO."""
    sector, path = 512, folder / "encrypted.xlsx"
    head = bytearray(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + b"\x3e\x00\x03\x00\xfe\xff\x09\x00\x06\x00" + bytes(10)
    )
    head += (1).to_bytes(4, "little") + (1).to_bytes(4, "little") + bytes(4) + (4096).to_bytes(4, "little")
    head += b"\xfe\xff\xff\xff" + bytes(4) + b"\xfe\xff\xff\xff" + bytes(4) + bytes(4) + b"\xff\xff\xff\xff" * 108
    table = b"\xfd\xff\xff\xff\xfe\xff\xff\xff" + b"\xff\xff\xff\xff" * 126

    def entry(name: str, kind: int, child: int, right: int) -> bytes:
        raw = name.encode("utf-16-le") + b"\x00\x00"
        made = raw.ljust(64, b"\x00") + len(raw).to_bytes(2, "little") + bytes([kind, 1])
        made += b"\xff\xff\xff\xff" + right.to_bytes(4, "little") + child.to_bytes(4, "little")
        return made + bytes(36) + b"\xfe\xff\xff\xff" + bytes(8)

    none = 0xFFFFFFFF
    folder_sector = entry("Root Entry", 5, 1, none) + entry("EncryptionInfo", 2, none, 2)
    folder_sector += entry("EncryptedPackage", 2, none, none) + entry("", 0, none, none)
    path.write_bytes(bytes(head).ljust(sector, b"\xff")[:sector] + table + folder_sector + m.phrase.encode("utf-16-le"))
    return path


def _html(m: Mark) -> str:
    return f"<html><body><table><tr><td>{m.phrase}</td><td>{m.number}</td></tr></table></body></html>"


def _cut_xls(m: Mark, folder: Path) -> Path:
    return _cut(xls(folder / "cut.xls", ("表", _grid(m) * 40)), 0.4)


def _parquet(m: Mark, folder: Path) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / "cut.parquet"
    pq.write_table(pa.Table.from_pylist(_marked(m)), path, compression="none")
    data = path.read_bytes()
    path.write_bytes(data[:400] + data[420:])
    return path


def _json(change: Callable[[Mark, str], str]) -> Callable[[Mark], str]:
    return lambda m: change(m, json.dumps({"data": {"list": _marked(m)}}, ensure_ascii=False))


def _features(geometry: Callable[[Mark], str]) -> Callable[[Mark], str]:
    def write(m: Mark) -> str:
        made = [
            f'{{"type": "Feature", "properties": {json.dumps(r, ensure_ascii=False)}, "geometry": {geometry(m)}}}'
            for r in _marked(m)
        ]
        return f'{{"type": "FeatureCollection", "features": [{", ".join(made)}]}}'

    return write


def _gb_bad(m: Mark) -> bytes:
    return csv_text(_marked(m)).encode("gb18030").replace(m.number.encode(), m.number.encode() + b"\x81\x20")


def _deep(m: Mark) -> str:
    return f'{{"data": {{"list": [{{"备注": {"[" * 100_000}"{m.phrase}"{"]" * 100_000}}}]}}}}'


READERS = (
    Bad("csv-bad-utf8", _text("a.csv", lambda m: csv_text(_marked(m)).encode().replace(m.word.encode(), b"\xff" + m.word.encode())), "encoding-invalid", whole=False),
    Bad("csv-bad-gb18030", _text("a.csv", _gb_bad), "encoding-invalid", whole=False, prepared=False),
    Bad("csv-zero-byte", _text("a.csv", lambda m: csv_text(_marked(m)).replace(m.word, m.word + "\0")), "encoding-invalid", whole=False, prepared=False),
    Bad("csv-quote-open", _text("a.csv", lambda m: csv_text(_marked(m)) + f'"{m.phrase}{m.number}'), "file-truncated", whole=False),
    Bad("csv-quote-stray", _text("a.csv", lambda m: csv_text(_marked(m)) + f'"{m.phrase}"{m.word},1\n'), "source-unreadable", whole=False, prepared=False),
    Bad("csv-ragged", _text("a.csv", lambda m: csv_text(_marked(m)) + f"AB10,{m.phrase},{m.number}{',' + m.word * 1}\n" + ",".join([m.phrase] * 12)), "row-width"),
    Bad("csv-columns", _text("a.csv", lambda m: csv_text(_marked(m)) + ",".join([m.phrase] * 60) + "\n"), "limit-exceeded", whole=False, prepared=False),
    Bad("csv-rows", _text("a.csv", lambda m: csv_text(_marked(m) * 260)), "limit-exceeded", whole=False),
    Bad("csv-empty", _text("a.csv", lambda m: ""), "file-empty", whole=False),
    Bad("csv-is-json", _text("a.csv", lambda m: json.dumps(_marked(m))), "format-mismatch", whole=False, prepared=False),
    Bad("xlsx-cut", _cut_xlsx, "file-truncated", whole=False, prepared=False),
    Bad("xlsx-broken-cell", _broken_sheet, "source-unreadable", whole=False),
    Bad("xlsx-broken-reference", _bad_reference, "source-unreadable", whole=False, prepared=False),
    Bad("xlsx-bomb", _bomb, "archive-bomb", whole=False),
    Bad("xlsx-encrypted", _encrypted, "file-encrypted", whole=False),
    Bad("xls-html", _text("a.xls", _html), "format-mismatch", whole=False),
    Bad("xls-cut", _cut_xls, "file-truncated", whole=False),
    Bad("parquet-broken", _parquet, "file-truncated", whole=False),
    Bad("json-word", _text("a.json", _json(lambda m, t: t.replace(f'"{m.number}"', m.phrase))), "source-unreadable", RECORDS, whole=False),
    Bad("json-cut", _text("a.json", _json(lambda m, t: t[: t.index(m.word) + 9])), "file-truncated", RECORDS, whole=False, prepared=False),
    Bad("json-surrogate", _text("a.json", _json(lambda m, t: t.replace(m.word, m.word + "\\ud800"))), "encoding-invalid", RECORDS, whole=False, prepared=False),
    Bad("json-key-twice", _text("a.json", _json(lambda m, t: t.replace(f'"身份证号": "{m.number}"', f'"期初": "{m.phrase}", "{m.number}": 1, "{m.number}": "{m.word}"').replace('"期初": "4"', f'"期初": "{m.word}"'))), "value-not-typed", RECORDS),
    Bad("json-nan", _text("a.json", _json(lambda m, t: t.replace(f'"{m.number}"', f'NaN, "{m.word}": Infinity'))), "source-unreadable", RECORDS, whole=False, prepared=False),
    Bad("json-deep", _text("a.json", _deep), "nested-too-deep", RECORDS, whole=False),
    Bad("json-lines-broken", _text("a.jsonl", lambda m: json.dumps(_marked(m)[0]) + f'\n{{"编码": "{m.phrase}", {m.number}\n'), "source-unreadable", whole=False, prepared=False),
    Bad("geojson-broken", _text("a.geojson", _features(lambda m: f'{{"type": "Point", "coordinates": [{m.number}, {m.phrase}]}}')), "source-unreadable", whole=False),
)  # fmt: skip


def _faults(m: Mark) -> str:
    """One row for every kind of rule, marks in the very cells that break it."""
    made = rows() + rows(编码="AB20")[3:5]
    changes: tuple[dict[str, str], ...] = (
        {"期初": m.phrase, "身份证号": m.number},
        {"日期": m.number},
        {"期初": m.phone, "期末": str(int(m.phone) + 1)},
        {"编码": m.word, "姓名": m.phrase},
        {"乡镇": m.phrase},
        {"编码": "", "备注": m.phrase},
        {"期末": m.phone[:9]},
        {"偿还": m.phone, "期末": str(9 - int(m.phone))},
        {"编码": "AB02", "备注": f"秘密★10年 {m.phrase}{m.word}"},
    )
    for row, change in zip(made, changes, strict=False):
        row |= change
    return csv_text(made)


def _cells(**cells: Callable[[Mark], str]) -> Callable[[Mark], str]:
    return lambda m: csv_text(rows(**{name: make(m) for name, make in cells.items()}))


def _sum(m: Mark) -> str:
    return csv_text([*_marked(m), rows(编码="CD01", 乡镇="合计", 期初=m.phone[:6], 备注=m.phrase)[3]])


def _pair(m: Mark, folder: Path) -> Path:
    main, detail = [["编码", "金额"], [m.word, m.phone]], [["编码", "金额"], [m.word, 1]]
    return xlsx(folder / "pair.xlsx", ("总表", main), ("明细", detail))


EVERY_RULE = (
    "value-not-typed value-out-of-range value-pattern value-length value-not-in-list value-missing duplicate-key "
    "identity-broken row-rule-broken secrecy-mark"
)
QUALITY = (
    Bad("every-rule", _text("q.csv", _faults), EVERY_RULE),
    Bad("sum", _text("q.csv", _sum), "sum-broken"),
    Bad("cross", _pair, "cross-table-broken", PAIR),
    Bad("too-long-a-number", _text("q.csv", _cells(新增=lambda m: m.number * 2, 偿还=lambda m: f"-{m.number * 2}", 期末=lambda m: m.phone)), "value-not-typed"),
    Bad("overflow", _text("q.csv", _cells(新增=lambda m: m.number + "0000000", 偿还=lambda m: "-" + m.number + "0000000", 期末=lambda m: m.phone)), "identity-broken"),
    Bad("division", _text("q.csv", _cells(新增=lambda m: m.phone, 期初=lambda m: "-" + m.phone, 期末=lambda m: "-1")), "row-rule-broken"),
)  # fmt: skip


def _headers(change: Callable[[Mark, str], str]) -> Callable[[Mark], str]:
    def write(m: Mark) -> str:
        first, _, rest = csv_text(rows()).partition("\n")
        return change(m, first) + "\n" + rest

    return write


def _more(extra: Callable[[Mark], str], cell: Callable[[Mark], str] = lambda m: m.phrase) -> Callable[[Mark], str]:
    def write(m: Mark) -> str:
        first, *rest = csv_text(rows(期初="错")).splitlines()
        return "\n".join([f"{first},{extra(m)}", *(f"{r},{cell(m)}" for r in rest)])

    return write


def _no_header(m: Mark) -> str:
    """A file whose sender forgot the header: its first row of data stands where headers stand."""
    row = ",".join(["AB01", m.phrase, m.phrase, "2", "1", "2", "2026-03-01", m.word, m.phrase, m.number])
    return f"{row}\n{row}\n{row}\n"


def _faulty(m: Mark) -> list[list[Any]]:
    """A sheet that stops a release, marks in cells that don't go out."""
    return [list(HEADERS), *([r[h] for h in HEADERS] for r in rows(期初=m.phrase, 身份证号=m.number))]


def _sheet_name(m: Mark, folder: Path) -> Path:
    return xlsx(folder / "sheets.xlsx", (m.number, _faulty(m)), (f"名单{m.phone}", _faulty(m)))


def _json_path(m: Mark) -> str:
    return json.dumps({"data": {m.number: _marked(m)}, m.phone: [{"a": m.phrase}]}, ensure_ascii=False)


def _named_file(m: Mark, folder: Path) -> Path:
    path = folder / f"名单{m.number}及{m.phone}.csv"
    path.write_text(csv_text(rows(期初="错", 备注=m.phrase)), "utf-8")
    return path


FITS = (
    Bad("header-missing-column", _text("h.csv", _headers(lambda m, h: h.replace("期初", m.number))), "column-missing"),
    Bad("header-twice", _text("h.csv", _more(lambda m: f"{m.number},{m.number}", lambda m: f"{m.phrase},{m.word}")), "value-not-typed"),
    Bad("header-of-field-twice", _text("h.csv", _more(lambda m: "期初,", lambda m: f"{m.phone},{m.phrase}")), "column-duplicate header-missing"),
    Bad("header-row-forgotten", _text("h.csv", _no_header), "column-missing"),
    Bad("sheet-name", _sheet_name, "value-not-typed"),
    Bad("json-path", _text("h.json", _json_path), "table-missing", RECORDS),
    Bad("file-name", _named_file, "value-not-typed"),
)  # fmt: skip


def comments(m: Mark, folder: Path) -> Path:
    """A workbook whose hidden parts hold marks: a comment, properties, a defined name, a hidden sheet."""

    def change(book: Any) -> None:
        from openpyxl.comments import Comment
        from openpyxl.workbook.defined_name import DefinedName

        sheet = book.worksheets[0]
        sheet["A2"].comment = Comment(f"{m.phrase} {m.number}", m.phrase)
        book.properties.creator = m.phrase
        book.properties.title = m.number
        book.defined_names[f"_{m.word}"] = DefinedName(f"_{m.word}", attr_text="表!$A$1")
        book.create_sheet("隐藏").sheet_state = "hidden"
        book["隐藏"]["A1"] = m.phone

    return xlsx(folder / "hidden.xlsx", ("表", _faulty(m)), change=change)


def bad_zip(m: Mark, folder: Path) -> Path:
    """An archive that isn't a workbook, marks in the names of its members."""
    path = folder / "archive.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{m.phrase}/{m.number}.txt", m.word)
    return path
