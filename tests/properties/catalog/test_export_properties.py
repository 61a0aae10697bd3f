"""Whatever text a table holds, the public reads the same text."""

import csv
import io
import re
import tempfile
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.columns import exact_number
from catalog.export import export
from catalog.exported import Exported
from tests.catalogue_release import FIELDS, make_contract
from tests.tables import table_from_rows

NAMES = [f["name"] for f in FIELDS]
awkward = st.sampled_from(
    ["", "=1+1", "-0", "007", "1e5", "12.50", "0.1", "99999999999999999", "2025-02-30", "—", " 1"]
)
texts = st.none() | awkward | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
tables = st.lists(st.fixed_dictionaries(dict.fromkeys(NAMES, texts)), max_size=8)
ILLEGAL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")  # openpyxl doesn't undo these escapes


def run(folder: str, rows: list[dict[str, str | None]], into: str = "out") -> Exported:
    info = table_from_rows(Path(folder), "main", rows, columns=NAMES)
    return export({"main": info}, make_contract(), period="2025", edition=1, into=Path(folder) / into)


@given(tables)
@settings(max_examples=60, deadline=None)
def test_csv_parsed_back_equals_table(rows: list[dict[str, str | None]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        text = run(folder, rows).files[0].path.read_bytes().decode("utf-8-sig")
    parsed = list(csv.reader(io.StringIO(text, newline="")))[1:]
    assert parsed == [[row[name] or "" for name in NAMES] for row in rows]


@given(tables)
@settings(max_examples=40, deadline=None)
def test_xlsx_shows_every_text_and_repeats_its_bytes(rows: list[dict[str, str | None]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        one, two = run(folder, rows, "a").files[1], run(folder, rows, "b").files[1]
        assert one.sha256 == two.sha256
        sheet = openpyxl.load_workbook(one.path).worksheets[0]
        for row, cells in zip(rows, sheet.iter_rows(min_row=2, max_col=len(NAMES)), strict=False):
            for name, cell in zip(NAMES, cells, strict=True):
                text = row[name] or ""
                if ILLEGAL.search(text):
                    continue
                decimals = exact_number(text) if name in ("limit_amount", "region_code") else None
                shown = cell.value if decimals is None else f"{cell.value:.{decimals}f}"
                assert (shown or "") == text


@given(tables)
@settings(max_examples=60, deadline=None)
def test_parquet_types_never_change_a_value(rows: list[dict[str, str | None]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        table = pq.read_table(run(folder, rows).files[2].path)
    for name in NAMES:
        column = table.column(name).to_pylist()
        for row, value in zip(rows, column, strict=True):
            text = row[name]
            if isinstance(value, str) or value is None:
                assert value == text or (value is None and text in ("", "—"))
            elif isinstance(value, float):
                assert text is not None
                assert f"{value:.{exact_number(text)}f}" == text
            else:
                assert str(value) == text
