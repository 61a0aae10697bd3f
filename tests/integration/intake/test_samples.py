"""Real files: every one ends in a reading whose cells an independent count confirms, or in a named refusal."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.contract_file import load_contract
from domain.errors import SourceUnreadable
from intake.census import census
from intake.draft import draft_contract
from tests.sent_files import codes, read_sent

SAMPLES = Path(__file__).parents[4] / "shared" / "samples"
FOLDERS = ("land", "procurement", "debt", "geo", "gov_sites", "budget_intl", "codes", "sdc", "messy")
FILES = sorted(p for f in FOLDERS for p in (SAMPLES / f).rglob("*") if p.is_file() and p.suffix != ".md")
CODES = {"file-empty", "format-mismatch", "encoding-invalid", "source-unreadable", "file-truncated"}

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples folder isn't beside this checkout")


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_read_real_file(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "sent"
    copy.write_bytes(path.read_bytes())
    try:
        reading = read_sent(copy, name=path.name)
    except SourceUnreadable as fault:
        refused = fault.code
    else:
        refused = None
    assert refused in {*CODES, None}
    if refused:
        return
    assert census(copy, reading) == {t.name: (t.rows, len(t.columns)) for t in reading.tables}
    if any(t.columns for t in reading.tables):
        load_contract(draft_contract(reading, dataset_id="any.sample"), "draft.yaml")


@pytest.mark.parametrize(
    ("name", "rows", "columns", "found"),
    [
        ("land/2007年01月.xls", 84, 20, {"header-missing": 1}),
        ("land/2007年01月-其他商服用地.xls", 5, 23, {}),
        ("procurement/shandong_output_4ef25c0a-7b4a-44fd-ad4c-71cb237ac07d.xlsx", 44, 14, {"document-property": 1}),
        ("gov_sites/website-budget.xlsx", 3215, None, {"document-property": 2}),
        ("debt/celma-annual-issuance.json", 3, 5, {}),
        ("geo/hebei_cities_130000.json", 11, 10, {}),
    ],
)
def test_read_known_file(name: str, rows: int, columns: int | None, found: dict[str, int], tmp_path: Path) -> None:
    copy = tmp_path / "sent"
    copy.write_bytes((SAMPLES / name).read_bytes())
    reading = read_sent(copy, name=Path(name).name)
    table = reading.tables[0]
    assert table.rows == rows
    assert columns is None or len(table.columns) == columns
    assert codes(reading.findings) == found
