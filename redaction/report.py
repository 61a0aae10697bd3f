"""A scan as `mingjing scan --json` prints it: one line a hit, counts of cells, whether the scan is complete. No values.

Findings of other crafts are added by flows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from domain.finding import Finding
from domain.table import Coverage, Reading, Unscanned
from redaction.engine import TableScan
from redaction.findings import around_ground, around_place, hit_parts
from redaction.lens import Lens
from redaction.names import TableNames
from redaction.policy import severity, treatment
from redaction.scan import Scan

COLUMNS = ("column", "row", "origin", "start", "end", "entity", "score", "valid", "source", "official")


def scan_json(reading: Reading, scan: Scan, certificate: Coverage, *, file: str) -> dict[str, Any]:
    """The object without its last member, `findings` (scan_lines)."""
    tables = [
        {
            "name": scan.names[info.name].table,
            "rows": info.rows,
            "columns": len(info.columns),
            "cells": info.cells,
            "cells_scanned": scan.tables[info.name].cells_scanned,
        }
        for info in reading.tables
    ]
    return {
        "file": file,
        "sha256": reading.sha256,
        "bytes": reading.bytes,
        "tables": tables,
        "complete": certificate.complete,
        "unscanned": [_unscanned(u) for u in certificate.unscanned],
    }


def _unscanned(told: Unscanned) -> dict[str, Any]:
    """Where and why texts couldn't be scanned; `places` are the first ones, `count` is exact."""
    first = told.places[0]
    return {
        "reason": told.reason.value,
        "source": first.source.value,
        "table": first.table,
        "column": first.column,
        "count": told.count,
        "places": [{"row": p.row, "locator": p.locator} for p in told.places],
    }


def scan_lines(scan: Scan) -> Iterator[dict[str, Any]]:
    """Its `findings`: every hit in cells and around them, and the scan's own findings without a place.

    Memory is bounded by the part of the hits that is read at once.
    """
    for name, table in scan.tables.items():
        yield from _cells(table, scan.names[name], scan.lens)
    yield from _around(scan, scan.names)
    yield from (_placeless(f) for f in scan.findings if not f.places)


def _cells(table: TableScan, names: TableNames, lens: Lens) -> Iterator[dict[str, Any]]:
    for part in hit_parts(table, lens):
        for hit in part.select(*COLUMNS, "beside").sort("row", "column", "start").collect().iter_rows(named=True):
            rule, ground = lens.rules[hit["entity"]], names.grounds[hit["column"]]
            sure = hit["score"] >= lens.rules.scores.sure
            treated = treatment(rule, ground, sure=sure, official=hit["official"])
            yield {
                "code": rule.code,
                "entity": hit["entity"],
                "severity": severity(rule, treated, beside=hit["beside"]).value,
                "table": names.table,
                "column": names.columns[hit["column"]],
                "row": hit["row"],
                "start": hit["start"],
                "end": hit["end"],
                "score": hit["score"],
                "valid": hit["valid"],
                "source": hit["source"],
                "locator": names.locator.locator(hit["origin"], hit["column"]),
            }


def _placeless(finding: Finding) -> dict[str, Any]:
    """A finding about the scan itself: a lost canary."""
    keys = ("entity", "table", "column", "row", "start", "end", "score", "valid", "source", "locator")
    return {"code": finding.code, "severity": finding.severity.value, **dict.fromkeys(keys)}


def _around(scan: Scan, names: Mapping[str, TableNames]) -> Iterator[dict[str, Any]]:
    ground = around_ground(has_contract=scan.has_contract)
    for hit in scan.around:
        rule = scan.lens.rules[hit.span.entity]
        sure = hit.span.score >= scan.lens.rules.scores.sure
        treated = treatment(rule, ground, sure=sure, official=hit.span.official)
        place = around_place(hit, names, scan.lens)
        yield {
            "code": rule.code,
            "entity": hit.span.entity,
            "severity": severity(rule, treated, beside=True).value,
            "table": place.table,
            "column": place.column,
            "row": None,
            "start": place.start,
            "end": place.end,
            "score": hit.span.score,
            "valid": hit.span.valid,
            "source": place.source.value,
            "locator": place.locator,
        }
