"""No refusal and no finding of this room holds a cell's value, nor does the exception it was raised from."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.errors import SourceUnreadable
from intake.fit import fit
from tests.sent_files import contract, read_sent, read_text, rezipped, xls, xlsx

MARK = "机密标记7391"
GRID = [["单位名称", "别的"], [MARK, 1]]


def _broken_xlsx(folder: Path) -> Path:
    path = xlsx(folder / "a.xlsx", ("S", GRID))
    return rezipped(path, lambda n, d: d.replace(b"</sheetData>", b"") if "sheet1" in n else d)


def _bad_index(folder: Path) -> Path:
    path = xlsx(folder / "a.xlsx", ("S", GRID))
    cell = f'<c r="Z2" t="s"><v>{MARK}</v></c></row></sheetData>'.encode()
    return rezipped(path, lambda n, d: d.replace(b"</row></sheetData>", cell) if "sheet1" in n else d)


def _cut_xls(folder: Path) -> Path:
    path = xls(folder / "a.xls", ("S", [*GRID, *([MARK, i] for i in range(300))]))
    path.write_bytes(path.read_bytes()[:9000])
    return path


def _text(name: str, data: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_text(data, "utf-8", newline="")
        return folder / name

    return make


@pytest.mark.parametrize(
    "make",
    [
        _broken_xlsx, _bad_index, _cut_xls,
        _text("a.csv", f'a,b\n"{MARK}"x,1\n'),
        _text("a.csv", f'a,b\n"{MARK}'),
        _text("a.json", f'[{{"a": "{MARK}"'),
        _text("a.json", f'[{{"a": {MARK}}}]'),
        _text("a.jsonl", f'{{"a": "{MARK}'),
        _text("a.json", f'[{{"a": "{MARK}\\ud800"}}]'),
        _text("a.parquet", f"PAR1{MARK}"),
    ],
    ids=["xlsx-cut", "xlsx-index", "xls-cut", "csv-quote", "csv-open", "json-cut", "json-word", "jsonl-cut", "surrogate", "parquet"],
)  # fmt: skip
def test_refusal_quotes_no_value(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path)
    with pytest.raises(SourceUnreadable) as refused:
        read_sent(path)
    shown = "".join(traceback.format_exception(refused.value)) + repr(refused.value.__dict__)
    assert MARK not in shown
    assert "7391" not in shown


def test_findings_quote_no_value(tmp_path: Path) -> None:
    agreed = contract()
    reading = read_text(tmp_path, f"单位名称,金额,金额,\n{MARK},{MARK},1,{MARK},{MARK}\n{MARK}\n", tables=agreed.tables)
    findings = (*reading.findings, *fit(reading, agreed, tmp_path).findings)
    assert {"row-width", "header-missing", "header-duplicate"} <= {f.code for f in findings}
    assert MARK not in str([f.to_dict() for f in findings])
