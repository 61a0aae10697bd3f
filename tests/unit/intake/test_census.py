"""The independent count agrees with honest readers and differs from every broken one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from domain.table import Reading
from intake.census import census
from tests.sent_files import read_sent, xls, xlsx

GRID = [["标题"], ["单位", "金额", "备注"], ["甲", "1", None], [None], ["乙", "2", "x"], ["注：说明"]]
LINES = '标题,,\n单位,金额,备注\n甲,1,\n,,\n乙,"2\n""b""",x\n注：说明,,\n'


def _csv(folder: Path) -> Path:
    (folder / "a.csv").write_text(LINES, "gb18030")
    return folder / "a.csv"


def _json(folder: Path) -> Path:
    (folder / "a.json").write_text('{"n":1,"d":{"list":[{"a":1,"b":{"c":[1]}},{"a":1,"e":2,"e":3}]},"x":[[1],[2,3]]}')
    return folder / "a.json"


def _jsonl(folder: Path) -> Path:
    (folder / "a.jsonl").write_text('{"a":1}\n[1,2]\n"x"\n')
    return folder / "a.jsonl"


def _geojson(folder: Path) -> Path:
    (folder / "a.geojson").write_text(
        '{"features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"a":1,"id":2},"id":3},'
        '{"geometry":null,"properties":null,"type":"Feature"}],"type":"FeatureCollection"}'
    )
    return folder / "a.geojson"


def _parquet(folder: Path) -> Path:
    pq.write_table(pa.table({"a": [1, 2], "b": [[1], None]}), folder / "a.parquet")
    return folder / "a.parquet"


MADE: dict[str, Callable[[Path], Path]] = {
    "csv": _csv,
    "xlsx": lambda folder: xlsx(folder / "a.xlsx", ("表", GRID), ("二", GRID)),
    "xls": lambda folder: xls(folder / "a.xls", ("表", GRID), ("二", GRID)),
    "json": _json,
    "jsonl": _jsonl,
    "geojson": _geojson,
    "parquet": _parquet,
}


@pytest.fixture(params=MADE, ids=list(MADE))
def sent(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Reading]:
    path = MADE[request.param](tmp_path)
    return path, read_sent(path)


def test_census_agrees_with_reading(sent: tuple[Path, Reading]) -> None:
    path, reading = sent
    assert census(path, reading) == {t.name: (t.rows, len(t.columns)) for t in reading.tables}
    assert {n: c.cells for n, c in census(path, reading).items()} == {t.name: t.cells for t in reading.tables}


def test_census_differs_where_reader_lost_a_row_a_column_or_a_table(sent: tuple[Path, Reading]) -> None:
    path, reading = sent
    first = reading.tables[0]
    for broken in (replace(first, rows=first.rows - 1), replace(first, columns=first.columns[:-1])):
        claimed = replace(reading, tables=(broken, *reading.tables[1:]))
        counted = census(path, claimed)[first.name]
        assert (broken.rows, len(broken.columns)) != counted


def test_census_counts_sheet_that_reader_left_out(tmp_path: Path) -> None:
    path = MADE["xlsx"](tmp_path)
    reading = read_sent(path)
    counted = census(path, replace(reading, tables=reading.tables[:1]))
    assert set(counted) == {"表", "二"}


def test_census_counts_error_cells(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", ("S", [["a", "b"], ["#N/A", None], [None, "#DIV/0!"]]))
    reading = read_sent(path)
    assert census(path, reading) == {"S": (2, 2)}
    assert reading.tables[0].rows == 2


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_census_of_a_workbook_that_calamine_cannot_read_is_empty(tmp_path: Path, kind: str) -> None:
    path = MADE[kind](tmp_path)
    reading = read_sent(path)
    path.write_bytes(path.read_bytes()[:700])
    assert census(path, reading) == {}


def test_census_survives_a_calamine_that_aborts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import intake.counters.sheets as sheets

    aborting = tmp_path / "aborting.py"
    aborting.write_text("import os\nos.abort()\n")
    path = MADE["xls"](tmp_path)
    reading = read_sent(path)
    monkeypatch.setattr(sheets, "__file__", str(aborting))
    assert census(path, reading) == {}


@pytest.mark.parametrize("stop", [1, 2], ids=["row", "column"])
def test_census_sees_a_reader_that_stops_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: int) -> None:
    import intake.readers.delimited as delimited

    real = delimited._rows

    def lossy(lines: object, delimiter: str) -> object:
        for number, (origin, row) in enumerate(real(lines, delimiter)):  # type: ignore[arg-type]
            if stop == 1 and number == 3:
                continue
            yield origin, row[:2] if stop == 2 else row

    monkeypatch.setattr(delimited, "_rows", lossy)
    path = _csv(tmp_path)
    reading = read_sent(path)
    assert census(path, reading) != {t.name: (t.rows, len(t.columns)) for t in reading.tables}
