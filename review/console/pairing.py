"""Which rows of two redacted tables differ, by their numbers: paired by the contract's key, or as wholes where no key tells them
apart. Counts and pages of the difference rest on this alone; what the rows hold is read by review/console/redacted.

Both sides are read column by column into two hashes a row, so that memory is bounded by some twenty bytes a row, whatever stands in
it; the hashes are seeded anew in each process, so that nobody can write rows that look alike.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import polars as pl

from review.console.outside import outside

SEEDS = [secrets.randbits(63) for _ in range(2)]
KEPT = 8  # pairings in memory: at most twelve bytes for each row that differs
ROW, KEY, REST = "#row", "#key", "#rest"


class By(StrEnum):
    """What rows are paired by; other than the key: why not by it."""

    KEY = "key"
    NO_KEY = "no_key"
    KEY_GONE = "key_gone"  # a column of it isn't in both tables
    KEY_AMBIGUOUS = "key_ambiguous"  # redaction left several rows with the same key


@dataclass(frozen=True, slots=True)
class Paired:
    """Row numbers from 1, in order. `added`: of the table now; `removed`: of the one before; `changed`: columns before and now, None
    where rows aren't paired by a key. `columns_added`, `columns_removed`: names."""

    by: By
    added: pl.Series
    removed: pl.Series
    changed: pl.DataFrame | None
    columns: tuple[str, ...]  # in both
    columns_added: tuple[str, ...]
    columns_removed: tuple[str, ...]


@lru_cache(maxsize=KEPT)
def paired(before: str, now: str, key: tuple[str, ...]) -> Paired:
    """Two stored tables by their hashes, under the key that the contract of `now` names. Raises ArtefactMissing, ContentChanged."""
    frames = [pl.scan_parquet(outside().store.local_path(sha256), glob=False) for sha256 in (before, now)]
    old, new = (frame.collect_schema().names() for frame in frames)
    both = [c for c in new if c in old]
    gone = tuple(c for c in new if c not in old), tuple(c for c in old if c not in new)
    by = By.NO_KEY if not key else By.KEY if set(key) <= set(both) else By.KEY_GONE
    if by is By.KEY:
        sides = [_hashed(frame, key, [c for c in both if c not in key]) for frame in frames]
        if all(side[KEY].n_unique() == side.height for side in sides):
            return Paired(by, *_by_key(*sides), tuple(both), *gone)
        by = By.KEY_AMBIGUOUS
    return Paired(by, *_by_whole_rows(*(_hashed(frame, both, ()) for frame in frames)), None, tuple(both), *gone)


def _hashed(frame: pl.LazyFrame, key: Sequence[str], rest: Sequence[str]) -> pl.DataFrame:
    hashes = [
        (pl.struct(names).hash(seed=seed) if names else pl.lit(0, pl.UInt64)).alias(alias)
        for names, seed, alias in zip(([*key], [*rest]), SEEDS, (KEY, REST), strict=True)
    ]
    return frame.with_row_index(ROW, offset=1).select(ROW, *hashes).collect(engine="streaming")


def _by_key(old: pl.DataFrame, new: pl.DataFrame) -> tuple[pl.Series, pl.Series, pl.DataFrame]:
    changed = new.join(old, on=KEY).filter(pl.col(REST) != pl.col(f"{REST}_right"))
    numbers = changed.select(before=f"{ROW}_right", now=ROW).sort("now")
    return *_unpaired(old, new, [KEY]), numbers


def _by_whole_rows(old: pl.DataFrame, new: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Each as often as it stands."""
    nth = pl.int_range(pl.len(), dtype=pl.UInt32).over(KEY).alias(REST)
    return _unpaired(old.with_columns(nth), new.with_columns(nth), [KEY, REST])


def _unpaired(old: pl.DataFrame, new: pl.DataFrame, on: list[str]) -> tuple[pl.Series, pl.Series]:
    added, removed = new.join(old, on=on, how="anti"), old.join(new, on=on, how="anti")
    return added[ROW].sort(), removed[ROW].sort()
