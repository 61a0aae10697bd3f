"""One cell of a release's source as it came in, read from quarantine again for the person who may see it.

Who may, and that it is recorded, is left to review/sight. Raw tables exist only while this runs, in a private directory
of the installation; nothing but the one cell leaves this module.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from domain.contract import Contract
from domain.errors import ArtefactMissing, ContentChanged, UsageInvalid
from domain.finding import Place, Source
from domain.pack import Packs
from domain.release import Manifest
from domain.table import TableInfo
from flows.guard import guarded
from flows.home import Home
from flows.library import one_contract
from flows.naming import Names
from flows.stores import Stores, open_stores

MOST_BYTES = 256 * 1024 * 1024  # a page waits for the reading; larger files are looked at where they lie
PREFIX = "look-"
ABANDONED_SECONDS = 3600.0


def is_kept(home: Home, manifest: Manifest) -> bool:
    """Whether quarantine still holds the release's source."""
    return all(open_stores(home).quarantine.has(s.sha256) for s in manifest.sources)


@guarded("look")
def original_cell(home: Home, packs: Packs, manifest: Manifest, place: Mapping[str, Any]) -> str:
    """The text of the cell at `place` (a Place as a dict, with table, column and row), empty for an empty cell.

    Raises ArtefactMissing where quarantine was cleaned, UsageInvalid for a file over MOST_BYTES, ContentChanged where
    contract, packs or reader changed since and the place isn't what it was, SourceUnreadable.
    """
    stores = open_stores(home)
    source = manifest.sources[0]
    if not stores.quarantine.has(source.sha256):
        raise ArtefactMissing("quarantine holds this source no more; its days of retention are over")
    if source.bytes > MOST_BYTES:
        raise UsageInvalid(f"the file is larger than {MOST_BYTES} bytes; have the department show this cell")
    contract = one_contract(home, manifest.dataset)
    if contract.sha256 != manifest.contract.sha256:
        raise ContentChanged(f"the contract {contract.id} changed since; the release has to be prepared again anyway")
    home.work.mkdir(mode=0o700, exist_ok=True)
    with TemporaryDirectory(prefix=PREFIX, dir=home.work) as folder:
        return _cell(stores, contract, packs, manifest, _place(place), Path(folder))


def _place(said: Mapping[str, Any]) -> Place:
    return Place(**{**said, "source": Source(said["source"])})


def _cell(stores: Stores, contract: Contract, packs: Packs, manifest: Manifest, place: Place, into: Path) -> str:
    from intake.fit import fit
    from intake.read import read

    source = manifest.sources[0]
    reading = read(
        Path(stores.quarantine.local_path(source.sha256)), name=source.name, sha256=source.sha256, into=into,
        limits=contract.limits, tables=contract.tables, spec=contract.source,
    )  # fmt: skip
    fitted = fit(reading, contract, into)
    names = Names(contract, packs, reading, fitted.headers, fitted.source_tables)
    found = names.columns_at(place)
    if len(found) != 1 or place.row is None:
        raise ContentChanged("the place isn't to be found in the file as it is read now; prepare the release again")
    table, column = found.pop()
    return _value(next(t for t in reading.tables if t.name == table), column, place.row)


def _value(table: TableInfo, column: str, row: int) -> str:
    """Row `row` (from 1) of one column, read group by group."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(table.path) as file:
        start = 0
        for number in range(file.num_row_groups):
            rows = file.metadata.row_group(number).num_rows
            if start < row <= start + rows:
                value = file.read_row_group(number, columns=[column]).column(0)[row - 1 - start].as_py()
                return "" if value is None else str(value)
            start += rows
    raise ContentChanged("the file as it is read now has no such row; prepare the release again")


def sweep_looks(home: Home) -> int:
    """Remove what a killed console left of a look; returns how many there were."""
    import shutil

    left = [p for p in home.work.glob(f"{PREFIX}*") if time.time() - p.stat().st_mtime > ABANDONED_SECONDS]
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    return len(left)
