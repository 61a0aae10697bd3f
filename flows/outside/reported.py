"""What the public reports in the publishing side's embedded catalogue is fetched and laid down as a signed package that is
carried inside with the receipts, where it opens a case.

The catalogue forgets a report once the package is on disk, so none is lost; one that was fetched twice opens one case, for
it has a number. People's words may hold personal data: they stand in the package alone (0600), nothing of them is told,
and packages are removed after `quarantine_days`. A CKAN has no such form.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flows.catalogue import catalogue_for
from flows.home import Home
from flows.outside.register import Entry, entries, receipt_path
from flows.reports import is_report, waiting_reports
from review.carried import Kind, write_message
from review.texts import LONGEST

EMBEDDED = "mingjing_embedded"  # what a catalogue with such a form says of itself
PREFIX = "reported-"


def fetch_reports(here: Home, now: datetime) -> dict[str, Any] | None:
    """Fetch what waits into a package. Returns {reports (how many), receipt}, None where nothing waits or nothing can.

    Raises CatalogueUnreachable, CatalogueRefused; what was reported then waits in the catalogue.
    """
    from catalog.ckan import named_faults
    from catalog.mapping import package_id

    by_package = {package_id(e.dataset): e for e in sorted(entries(here), key=_age)}  # the newest of each dataset
    with named_faults(), catalogue_for(here) as catalogue:
        if not by_package or EMBEDDED not in catalogue.extensions:
            return None
        waiting = waiting_reports(catalogue)
        ours = [_told(r, by_package[r["package"]]) for r in waiting if r["package"] in by_package and is_report(r)]
        if not ours:
            return None
        path = receipt_path(here, f"{PREFIX}{now:%Y-%m-%dT%H%M%S}-{secrets.token_hex(2)}")
        write_message(here.root, path, Kind.REPORTED, {"reports": ours})
        for report in ours:
            catalogue.act("mingjing_report_delete", {"id": report["id"]})
    return {"reports": len(ours), "receipt": str(path)}


def forget_carried(here: Home, now: datetime) -> int:
    """Remove packages of reports that are older than `quarantine_days`; returns how many went."""
    oldest = now.timestamp() - here.quarantine_days * 24 * 3600
    old = [p for p in (here.root / "receipts").glob(f"{PREFIX}*.receipt") if p.stat().st_mtime < oldest]
    for path in old:
        path.unlink()
    return len(old)


def _told(report: Mapping[str, Any], entry: Entry) -> dict[str, Any]:
    return {
        "id": report["id"], "kind": report["kind"], "text": report["text"][:LONGEST], "release": entry.release,
        "release_hash": entry.release_hash, "receipt": entry.receipt, "turn": entry.turn,
    }  # fmt: skip


def _age(entry: Entry) -> str:
    return str((entry.receipt or {}).get("published_on") or entry.began_on)
