"""One file of a foreign catalogue: fetched, scanned with the same packs as a department's, and told as kinds, counts and
places. What isn't read whole is said to be unread, never clean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.foreign import ForeignDataset, ForeignResource
from domain.contract import Limits
from domain.errors import MingjingError, SourceUnreadable
from domain.finding import SEVERITIES, Severity
from flows.audit.fetch import NotRead, Trip
from flows.progress import listening
from flows.report.facts import Facts, Group

READ, UNREAD, ELSEWHERE, OTHER = "read", "unread", "elsewhere", "other-format"
READING = Limits(bytes=8 << 30, rows=20_000_000, columns=16_384, seconds=1800)  # of one file, unpacked
Result = dict[str, Any]
Draft = Callable[[ForeignDataset, Path], None]


@dataclass(frozen=True, slots=True)
class Reader:
    """How files are read. `shown`: a stranger's text with labels for what identifies a person. `draft`: the catalogue is
    being adopted, so files that are no tables are fetched too, for their hash, and of the others a contract is drafted."""

    trip: Trip
    home: Path | None
    shown: Callable[[str], str]
    draft: Draft | None = None

    def result(self, dataset: ForeignDataset, resource: ForeignResource) -> tuple[Result, bool]:
        """The result, and whether it may be kept: a failure that may pass is tried again next time."""
        head: Result = {
            "dataset": self.shown(dataset.name), "title": self.shown(dataset.title), "resource": resource.id,
            "name": self.shown(resource.name), "format": resource.format,
        }  # fmt: skip
        if resource.kind is None and self.draft is None:
            return head | {"status": OTHER}, True
        try:
            with self.trip.fetched(resource) as (path, artefact):
                head |= {"sha256": artefact.sha256, "bytes": artefact.bytes}
                if resource.kind is None:
                    return head | {"status": OTHER}, True
                if self.draft is not None:
                    self.draft(dataset, path)
                return head | {"status": READ} | self._scanned(path), True
        except NotRead as fault:
            status = OTHER if resource.kind is None else ELSEWHERE if fault.code == "elsewhere" else UNREAD
            head |= {"status": status, "reason": fault.code, "detail": self.shown(fault.detail)}
            return head | {"was_refused": fault.was_refused}, fault.final

    def _scanned(self, path: Path) -> Result:
        from flows.guard import where
        from flows.lookover import look_over

        try:
            with (
                listening(lambda *_: None),  # its steps are too small for the bar of many files
                look_over(path, contract=None, home=self.home, limits=READING, under=self.trip.spool) as seen,
            ):
                return _told(seen.facts)
        except SourceUnreadable as fault:
            raise NotRead(fault.code, str(fault), final=fault.code != "limit-exceeded") from None
        except MingjingError:
            raise
        except Exception as fault:
            raise NotRead("fault", f"{type(fault).__name__} at {where(fault)}", final=False) from None


def _told(facts: Facts) -> Result:
    tables = facts.certificate.tables
    return {
        "tables": len(tables),
        "rows": sum(t.rows for t in tables),
        "cells": facts.cells,
        "cells_scanned": facts.cells_scanned,
        "complete": facts.certificate.complete,
        "counts": {s.value: n for s, n in facts.counts.items()},
        "severity": next((s.value for s in SEVERITIES if facts.counts[s]), None),
        "findings": [_finding(g) for g in facts.groups],
    }


def _finding(group: Group) -> dict[str, Any]:
    """A group. Most notes say what would happen before publication, and this is public: only a grave one is repeated."""
    is_grave = group.entity is None and group.severity in (Severity.BLOCK, Severity.HOLD)
    return {
        "severity": group.severity.value, "code": group.code, "entity": group.entity, "title": list(group.title),
        "where": list(group.where), "count": group.count, "places": list(group.places), "note": group.note if is_grave else "",
    }  # fmt: skip
