"""Rewrite one table column by column, batch by batch: an operator on every value, or labels where hits are.

What a column needs is decided in redact.py; memory is bounded by the batch, and equal input gives equal bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from domain.errors import FindingBlocks
from domain.table import TableInfo
from redaction.engine import Tick, batches, read_ahead, scan_table, silent
from redaction.hit_files import SPAN, between
from redaction.lens import Column, Lens, Span
from redaction.operators.seen import Operator
from redaction.policy import Ground, Treatment, treatment
from redaction.texts import shown


@dataclass(slots=True)
class Log:
    """What was done to one column."""

    operator: str
    changed: int = 0
    emptied: int = 0
    spans: Counter[str] = field(default_factory=Counter)

    def to_dict(self) -> dict[str, Any]:
        spans = dict(sorted(self.spans.items()))
        return {"operator": self.operator, "changed": self.changed, "emptied": self.emptied, "spans": spans}


@dataclass(frozen=True, slots=True)
class Work:
    """How one column is rewritten: by an operator on every value, or by labels in the cells that have hits."""

    source: str
    target: str
    log: Log
    operator: Operator | None
    ground: Ground
    context: Column


def rewrite(
    info: TableInfo, name: str, works: list[Work], titles: tuple[str, ...], lens: Lens, path: Path, *, hits: Path | None = None, tick: Tick = silent
) -> TableInfo:  # fmt: skip
    """Write one redacted table to `path`, batch by batch.

    `hits`: what a scan of this very table found; without it the kept columns are scanned here. Raises FindingBlocks
    where that scan isn't whole.
    """
    kept = {w.source: w for w in works if w.operator is None}
    schema = pa.schema([(w.target, pa.string()) for w in works])
    with TemporaryDirectory(dir=path.parent) as scratch:
        known = hits or _look(info, name, kept, lens, Path(scratch) / "hits")
        with pq.ParquetWriter(path, schema, compression="zstd") as writer, ThreadPoolExecutor(1) as behind:
            first, written = 1, None
            for frame in read_ahead(batches(info.path, [w.source for w in works])) if works else ():
                found = _hits_between(known, first, first + frame.height, kept, lens)
                done = [_done(frame[w.source], found.get(w.source), w, lens) for w in works]
                if written:
                    written.result()  # one batch at most waits to be written
                table = pa.Table.from_arrays(done, schema=schema)
                written = behind.submit(writer.write_table, table, row_group_size=frame.height)
                first += frame.height
                tick(frame.height)
            if written:
                written.result()
    columns = tuple(w.target for w in works)
    sheet = shown(info.sheet, lens) if info.sheet is not None else None
    return TableInfo(name, str(path), columns, info.rows if works else 0, titles, sheet=sheet, unit=info.unit)


def _look(info: TableInfo, name: str, kept: Mapping[str, Work], lens: Lens, hits: Path) -> Path:
    """Scan the kept columns of the table that is about to be rewritten."""
    only = TableInfo(info.name, info.path, tuple(kept), info.rows)
    scan = scan_table(only, lens, {c: w.context for c, w in kept.items()}, hits, seed=f"redact {name}")
    if scan.canaries_planted != scan.canaries_found or scan.cells_scanned != only.cells:
        raise FindingBlocks(
            f"table {name} couldn't be scanned whole, so it isn't redacted; report it to the administrator"
        )
    return hits


def _done(cells: pl.Series, hits: pl.DataFrame | None, work: Work, lens: Lens) -> pa.Array:
    done = cells
    if work.operator:
        done = _operated(cells, work)
    elif hits is not None:
        done = _labelled(cells, hits, work, lens)
    return done.to_arrow().cast(pa.string())


def _replaced(ground: Ground, lens: Lens) -> Callable[[str, float, bool], bool]:
    """Whether a hit (entity, score, official) gets a label on this ground."""
    sure = lens.rules.scores.sure
    return lambda entity, score, official: (
        treatment(lens.rules[entity], ground, sure=score >= sure, official=official) is Treatment.REPLACED
    )


def _hits_between(hits: Path, low: int, high: int, kept: Mapping[str, Work], lens: Lens) -> dict[str, pl.DataFrame]:
    """Hits to be labelled in the rows [low, high), by column; `at`: the offset in the batch."""
    rows = between(hits, low, high - 1).with_columns(at=pl.col("row") - low)
    chosen = {}
    for (name,), part in rows.partition_by("column", as_dict=True).items():
        test = _replaced(kept[str(name)].ground, lens)
        kinds = part.select("entity", "score", "official").unique()
        wanted = pl.Series([test(*kind) for kind in kinds.iter_rows()], dtype=pl.Boolean)
        chosen[str(name)] = part if wanted.all() else part.join(kinds.filter(wanted), on=kinds.columns, how="semi")
    return {column: part for column, part in chosen.items() if part.height}


def _operated(cells: pl.Series, work: Work) -> pl.Series:
    """A column under its operator, once for each distinct value in the order of the rows; nulls stay."""
    assert work.operator is not None
    distinct = cells.drop_nulls().unique(maintain_order=True)
    made = pl.Series("made", [work.operator(v) for v in distinct.to_list()], dtype=pl.String)
    done = cells.replace_strict(distinct, made, default=None, return_dtype=pl.String) if len(distinct) else cells
    work.log.changed += int(cells.ne_missing(done).sum())
    work.log.emptied += done.null_count() - cells.null_count()
    return done


def _first_of_each_cell(hits: pl.DataFrame) -> pl.DataFrame:
    """One hit a cell; hits of one column stand in the order of its rows."""
    return hits.filter(pl.col("at").ne_missing(pl.col("at").shift()))


def _labelled(cells: pl.Series, hits: pl.DataFrame, work: Work, lens: Lens) -> pl.Series:
    """A kept column with labels in the cells that have hits; what stands there then is looked at again."""
    work.log.spans.update(dict(hits["entity"].value_counts().iter_rows()))
    work.log.changed += len(_first_of_each_cell(hits))
    whole = _first_of_each_cell(hits.filter("whole"))
    others = hits.filter(~pl.col("whole"))
    inside = others.filter(~pl.col("at").is_in(whole["at"].implode())) if len(others) and len(whole) else others
    labels = {e: lens.rules[e].replacement for e in whole["entity"].unique().to_list()}
    parts: dict[int, list[Span]] = {}
    for at, *span in inside.select("at", *SPAN).iter_rows():
        parts.setdefault(at, []).append(Span(**dict(zip(SPAN, span, strict=True))))
    changed = [lens.replace(t, parts[at]) for at, t in zip(parts, cells.gather(list(parts)).to_list(), strict=True)]
    test = _replaced(work.ground, lens)
    done, counts = lens.clean([*changed, *labels.values()], work.context, lambda s: test(s.entity, s.score, s.official))
    work.log.spans.update(counts)
    cells = cells.scatter(list(parts), done[: len(changed)]) if parts else cells
    if labels:
        named = dict(zip(labels, done[len(changed) :], strict=True))
        cells = cells.scatter(whole["at"], whole["entity"].replace_strict(named, return_dtype=pl.String))
    return cells
