"""What a look at a catalogue of others found: kept, and written down as news where it is. Looking is left to flows/audit."""

from __future__ import annotations

from collections.abc import Collection

from domain.canonical import canonical_json, sha256_hex
from review.adopted_look import AWAY, CHANGED, FORGOTTEN, LOOKED, Look, is_hold
from review.models import AdoptedCatalogue
from review.moments import moment_text
from review.permissions import SYSTEM
from review.transaction import Page, act

MOST_CHANGES = 10_000  # that are kept of one catalogue, holds in front


@act()
def record_adopted(page: Page, look: Look) -> dict[str, int]:
    """Keep a look; returns how many changes stand, how many of them a person has to look at, and how many of those are new.

    A change that stood already is no news, however often it is found; one that this look couldn't judge stays. A catalogue
    that can't be looked at is news once, until it can be again.
    """
    row = AdoptedCatalogue.objects.filter(url=look.catalogue).first()
    before = row.changes if row is not None and row.adopted_on == look.adopted_on else []
    since = {c["key"]: c["since"] for c in before}
    found = [{**c, "since": since.get(c["key"], moment_text(page.at))} for c in look.changes]
    keys = {c["key"] for c in found}
    stands = [*found, *(c for c in before if c["key"] not in keys and not look.judges(c))]
    stands = sorted(stands, key=lambda c: not is_hold(c))[:MOST_CHANGES]
    holds = [c for c in stands if is_hold(c)]
    fresh = sum(c["key"] not in since for c in holds)
    is_away = bool(look.fault) and (row is None or not row.fault)
    row = row or AdoptedCatalogue(url=look.catalogue)
    row.adopted_on, row.looked_at, row.fault, row.changes = look.adopted_on, page.at, look.fault, stands
    if not look.fault:
        row.reached_at, row.counts = page.at, dict(look.counts)
    row.save()
    page.write(
        CHANGED if fresh else AWAY if is_away else LOOKED, SYSTEM, catalogue=look.catalogue, adopted_on=look.adopted_on,
        fault=look.fault, counts=dict(look.counts), standing=len(stands), held=len(holds), fresh=fresh,
        changes_sha256=sha256_hex(canonical_json(stands)),
    )  # fmt: skip
    return {"changes": len(stands), "held": len(holds), "fresh": fresh}


@act()
def forget_adopted(page: Page, kept: Collection[str]) -> int:
    """Forget catalogues that are no longer adopted, all but `kept`; returns how many."""
    gone = [row for row in AdoptedCatalogue.objects.all() if row.url not in set(kept)]
    for row in gone:
        page.write(FORGOTTEN, SYSTEM, catalogue=row.url)
        row.delete()
    if not gone:
        page.nothing_new()
    return len(gone)
