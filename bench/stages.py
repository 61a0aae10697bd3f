"""Where the time of a scan goes: each stage's own seconds in the thread that waits for the result, by wrapping it.

What it costs to read the table and draw its outlines, which any scan of this design must, is taken alone too: the floor.
"""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from threading import current_thread, main_thread
from typing import Any
from unittest.mock import patch

from bench.page import Row
from domain.table import TableInfo
from redaction import engine, hits, lens, people, scan

STAGES: tuple[tuple[str, Any, str], ...] = (
    ("waiting for rows and outlines", engine, "drawn_ahead"),
    ("prefilter and column arithmetic, side by side", engine, "sift"),
    ("looks", lens.Lens, "find"),
    ("whom outlines concern", lens.Lens, "concern"),
    ("hits gathered", hits.Hits, "of_column"),
    ("hits gathered", hits.Hits, "add"),
    ("hits gathered", hits.Hits, "settle"),
    ("persons", people.People, "see"),
    ("persons", people.People, "announced"),
    ("persons", people.People, "add_hits"),
    ("findings", scan, "table_findings"),
    ("texts around the table", scan, "scan_around"),
)


class Watch:
    """Own seconds by stage: a stage within another stops the outer one's watch."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._open: list[str] = []
        self._since = 0.0

    @contextmanager
    def on(self, stage: str) -> Iterator[None]:
        self._stop()
        self._open.append(stage)
        try:
            yield
        finally:
            self._stop()
            self._open.pop()

    def _stop(self) -> None:
        """What has gone by belongs to the innermost stage."""
        now = time.perf_counter()
        if self._open:
            self.seconds[self._open[-1]] += now - self._since
        self._since = now


def stages(info: TableInfo, work: Callable[[], object], base: float, *, times: int = 5) -> Iterator[Row]:
    """One line a stage, in parts of `base` (RW), medians; the rest of the whole scan last."""
    runs = [_watched(work) for _ in range(times + 1)][1:]
    for stage in (*dict.fromkeys(s for s, _, _ in STAGES), "all else"):
        yield f"of the scan: {stage}", f"{statistics.median(r[stage] for r in runs) / base:.2f} × RW", ""
    floor = statistics.median([_seconds(lambda: _drawn(info)) for _ in range(times + 1)][1:])
    yield "floor: reading the table and drawing its outlines, nothing else", f"{floor / base:.2f} × RW", ""


def _watched(work: Callable[[], object]) -> dict[str, float]:
    watch = Watch()
    with ExitStack() as patches:
        for stage, owner, name in STAGES:
            patches.enter_context(patch.object(owner, name, _timed(watch, stage, getattr(owner, name))))
        whole = _seconds(work)
    watch.seconds["all else"] = whole - sum(watch.seconds.values())
    return watch.seconds


def _timed(watch: Watch, stage: str, real: Callable[..., Any]) -> Callable[..., Any]:
    """`real` under the watch, in the main thread; an iterator's items are what it takes time for."""

    def items(made: Iterator[Any]) -> Iterator[Any]:
        while True:
            with watch.on(stage):
                try:
                    item = next(made)
                except StopIteration:
                    return
            yield item

    @wraps(real)
    def timed(*args: Any, **keys: Any) -> Any:
        if current_thread() is not main_thread():
            return real(*args, **keys)
        with watch.on(stage):
            made = real(*args, **keys)
        return items(made) if isinstance(made, Iterator) else made

    return timed


def _drawn(info: TableInfo) -> None:
    for _ in engine.drawn_ahead(info):
        pass


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
