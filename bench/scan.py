"""What scanning and redacting cost: against reading and writing the same table, against Presidio, and as tables grow.

RW is polars read_csv and write_csv of the table, all columns text. Ratios are measured in one run, medians of RUNS, the two
taken in turn. The scan reads the table as intake leaves it (Parquet) and writes its hits.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from bench.page import Row
from bench.stages import stages
from bench.tables import COLUMNS, write_table
from domain.table import ROW_ORIGIN, Reading, TableInfo
from flows.library import read_packs
from redaction.lens import open_lens
from redaction.redact import redact_reading
from redaction.scan import Scan, scan_reading

ROWS, RUNS = 200_000, 5
CELLS = 3_000 * len(COLUMNS)  # for Presidio
FIRST = 1_000
GROWING = (100_000, 1_000_000, 10_000_000)


def rows() -> Iterator[Row]:
    """All lines; the large table takes some minutes and 1.5 GB of disk."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for kind, raw, bar, per_cell in (("masked", False, "≤ 2.0", 1000), ("raw", True, "≤ 3.0", 700)):
            csv = folder / f"{kind}.csv"
            write_table(csv, ROWS, raw=raw)
            info = as_intake(csv, folder / f"{kind}.parquet")
            base, scanned, whole = together(lambda c=csv: read_and_write(c, folder / "o.csv"), lambda i=info: scan(i, folder), lambda i=info: scan_and_redact(i, folder))  # fmt: skip  # type: ignore[misc]
            size = csv.stat().st_size / 1e6
            yield f"RW, {kind} numbers, {ROWS:,} × 10, {size:.0f} MB", f"{base:.2f} s", ""
            yield f"scan, {kind} numbers", f"{scanned / base:.1f} × RW", bar
            yield f"scan, redact, write, {kind} numbers", f"{whole / base:.1f} × RW", "≤ 5"
            yield from stages(info, partial(scan, info, folder), base)
            slow = presidio(pl.read_csv(csv, infer_schema=False))
            faster = slow / (scanned / (ROWS * len(COLUMNS)))
            yield f"scan a cell, against Presidio's AnalyzerEngine, {kind} numbers", f"{faster:,.0f} ×", f"≥ {per_cell:,} ×"  # fmt: skip
        costs = []
        for count in GROWING:
            seconds, peak = grown(count, folder)
            costs.append(seconds / count * 1e6)
            yield f"scan of {count:,} × 10, raw numbers, start-up apart", f"{costs[-1]:.2f} µs a row", ""
        yield "the same: a row of the largest table over one of the smallest", f"{costs[-1] / costs[0]:.2f}", "≤ 1.15"
        yield f"the same: peak memory at {GROWING[-1]:,} × 10", f"{peak:,.0f} MB", "≤ 1,500 MB"


def together(*works: Callable[[], object]) -> list[float]:
    """Median seconds of each, all done in turn RUNS times after a first time that doesn't count."""
    took: list[list[float]] = [[] for _ in works]
    for number in range(RUNS + 1):
        for work, times in zip(works, took, strict=True):
            began = time.perf_counter()
            work()
            if number:
                times.append(time.perf_counter() - began)
    return [statistics.median(t) for t in took]


def read_and_write(source: Path, into: Path) -> None:
    """RW."""
    pl.read_csv(source, infer_schema=False).write_csv(into)


def as_intake(source: Path, into: Path) -> TableInfo:
    """The table as intake leaves it."""
    frame = pl.read_csv(source, infer_schema=False)
    frame.with_columns(pl.int_range(1, len(frame) + 1, dtype=pl.Int64).alias(ROW_ORIGIN)).write_parquet(into)
    return TableInfo("t", str(into), COLUMNS, len(frame), COLUMNS)


def scan(info: TableInfo, folder: Path) -> Scan:
    """A whole scan, hits and findings too."""
    with TemporaryDirectory(dir=folder) as into:
        return _scan(info, Path(into))


def _scan(info: TableInfo, into: Path) -> Scan:
    done = scan_reading(
        Reading("0" * 64, 1, "csv", "utf-8", (info,)), read_packs(None), contract=None, header_map=None, hits_dir=into,
        seed="bench", file_name="a.csv",
    )  # fmt: skip
    assert done.canaries_planted == done.canaries_found
    assert sum(f.count for f in done.findings) > 2 * info.rows
    return done


def scan_and_redact(info: TableInfo, folder: Path) -> None:
    """A scan, and the table written again with labels in place of what it found."""
    with TemporaryDirectory(dir=folder) as into:
        reading = Reading("0" * 64, 1, "csv", "utf-8", (info,))
        redact_reading(reading, _scan(info, Path(into)), read_packs(None), into=Path(into))


# --- Presidio --------------------------------------------------------------------------------------------------------


def presidio(frame: pl.DataFrame) -> float:
    """Seconds a cell that Presidio's AnalyzerEngine takes with the same recognisers and no language model."""
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry

    registry = RecognizerRegistry(
        recognizers=[r.presidio for r in open_lens(read_packs(None)).recognisers], supported_languages=["zh"]
    )
    engine = AnalyzerEngine(registry=registry, nlp_engine=_no_model(), supported_languages=["zh"])
    texts = [cell for column in frame.head(CELLS // len(COLUMNS)) for cell in column.to_list()]
    engine.analyze(texts[0], language="zh")
    began = time.perf_counter()
    for text in texts:
        engine.analyze(text, language="zh")
    return (time.perf_counter() - began) / len(texts)


def _no_model() -> Any:
    """A language engine that says nothing: what Presidio would take with one comes on top."""
    from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine

    class NoModel(NlpEngine):  # type: ignore[misc]  # presidio has no usable types
        def _nothing(self, *_: Any, **__: Any) -> Any:
            return NlpArtifacts([], [], [], [], self, "zh")

        def process_text(self, text: str, language: str) -> Any:
            return self._nothing(text, language)

        def process_batch(self, texts: Any, *_: Any, **__: Any) -> Any:
            return ((text, self._nothing()) for text in texts)

        def load(self) -> None: ...

        def is_loaded(self) -> bool:
            return True

        def is_stopword(self, *_: Any) -> bool:
            return False

        def is_punct(self, *_: Any) -> bool:
            return False

        def get_supported_entities(self) -> list[str]:
            return []

        def get_supported_languages(self) -> list[str]:
            return ["zh"]

    return NoModel()


# --- growing ---------------------------------------------------------------------------------------------------------


def grown(count: int, folder: Path) -> tuple[float, float]:
    """Seconds and peak MB of scanning a table of so many rows in a process of its own, start-up apart."""
    path = folder / f"{count}.parquet"
    _write_large(path, count, folder)
    done = subprocess.run(
        [sys.executable, "-m", "bench.scan", str(path), str(count)], capture_output=True, text=True, check=True
    )
    path.unlink()
    told = json.loads(done.stdout)
    return float(told["seconds"]), float(told["megabytes"])


def _write_large(path: Path, count: int, folder: Path) -> None:
    """The raw table of many rows, a part at a time, each of its own seed."""
    writer, part = None, folder / "part.csv"
    for seed, first in enumerate(range(0, count, ROWS), start=1):
        write_table(part, min(ROWS, count - first), raw=True, seed=seed)
        frame = pl.read_csv(part, infer_schema=False)
        origin = pl.int_range(first + 1, first + len(frame) + 1, dtype=pl.Int64, eager=True).alias(ROW_ORIGIN)
        table = frame.with_columns(origin).to_arrow(compat_level=pl.CompatLevel.oldest())
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table)
    assert writer is not None
    writer.close()
    part.unlink()


def _seconds(info: TableInfo, folder: Path) -> float:
    began = time.perf_counter()
    scan(info, folder)
    return time.perf_counter() - began


def _alone() -> None:
    """Scan the table named on the command line; what a scan of its first rows takes, once warm, is taken off."""
    import resource

    path, count = sys.argv[1], int(sys.argv[2])
    with TemporaryDirectory() as name:
        folder = Path(name)
        small = pl.scan_parquet(path).head(FIRST).collect()
        small.write_parquet(folder / "small.parquet")
        few = TableInfo("t", str(folder / "small.parquet"), COLUMNS, len(small), COLUMNS)
        start = [_seconds(few, folder) for _ in range(6)][1:]
        seconds = _seconds(TableInfo("t", path, COLUMNS, count, COLUMNS), folder) - statistics.median(start)
    print(json.dumps({"seconds": seconds, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    _alone()
