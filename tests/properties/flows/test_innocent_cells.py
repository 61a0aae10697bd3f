"""`mingjing redact` without a contract: whatever the format, a cell without a hit comes back as it was."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree
from zipfile import ZipFile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.cell import coordinate_from_string
from openpyxl.utils.escape import unescape

from flows.library import read_packs
from flows.lookover import redact_file
from redaction.lens import open_lens
from tests.personal_data import id18

Rows = list[list[str]]
PACKS = read_packs(None)
LENS = open_lens(PACKS)
HEADERS = ("备注", "编号")
GUILTY = (id18(), f"证件{id18()}（本人）", "电话13900000000", "１３９００００００００")
CELL = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=16),
    st.text("甲,\"'\n\t =+-@;_x000D 0１（）", min_size=1, max_size=10),
    st.sampled_from(GUILTY),
)


def read_csv(path: Path) -> Rows:
    with path.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.reader(text))


def read_parquet(path: Path) -> Rows:
    table = pq.read_table(path)
    return [table.column_names, *([v or "" for v in row.values()] for row in table.to_pylist())]


def read_jsonl(path: Path) -> Rows:
    rows = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
    return [list(rows[0]), *([v or "" for v in row.values()] for row in rows)]


def read_xlsx(path: Path) -> Rows:
    """The sheet as the standard says (ECMA-376: `_xHHHH_` stands for a character that XML can't hold)."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with ZipFile(path) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    rows: Rows = []
    for row in sheet.iter(f"{space}row"):
        cells = dict.fromkeys("AB", "")
        for cell in row.iter(f"{space}c"):
            cells[coordinate_from_string(cell.get("r", ""))[0]] = unescape("".join(cell.itertext()))
        rows.append(list(cells.values()))
    return rows


READERS = {".csv": read_csv, ".xlsx": read_xlsx, ".parquet": read_parquet, ".jsonl": read_jsonl}


def innocent(text: str, header: str) -> bool:
    spans = LENS.find([text], LENS.column(header))[0]
    return spans == []


@pytest.mark.parametrize("suffix", READERS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cells=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=4))
def test_innocent_cell_comes_back_as_it_was(suffix: str, cells: Sequence[tuple[str, str]]) -> None:
    with TemporaryDirectory() as folder:
        source, out = Path(folder) / "in.parquet", Path(folder) / f"out{suffix}"
        pq.write_table(pa.table({h: [row[i] for row in cells] for i, h in enumerate(HEADERS)}), source)
        redact_file(source, out, contract=None, home=None)
        assert sorted(p.name for p in Path(folder).iterdir()) == sorted([source.name, out.name])
        header, *rows = READERS[suffix](out)
    assert header == list(HEADERS)
    assert len(rows) == len(cells)
    for before, after in zip(cells, rows, strict=True):
        for title, old, new in zip(HEADERS, before, after, strict=True):
            if innocent(old, title):
                assert new == old
            if old in GUILTY:
                assert id18() not in new
                assert "139" not in new
