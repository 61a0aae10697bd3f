"""What the publishing side inspects and when: a plan for each half month over its own list of what it published, drawn as the
platform draws its own (flows/sampling) from a kept seed, and what was seen of each release.

HOME/plans/2026-11b.json          {period, seed, share, population, chosen, at}; never drawn twice
HOME/inspections/HASH.json        {at, is_sound}: the last look at a release; apart from the register, which orders are kept in
"""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from domain.errors import UsageInvalid
from flows.catalogue import one_at_a_time
from flows.home import Home
from flows.marks import all_kept, keep, kept
from flows.outside.register import Entry, State, entries
from flows.sampling import days_left, draw, half_month, number_of


def public(here: Home) -> list[Entry]:
    """What is public from here, by dataset and period."""
    found = (e for e in entries(here) if e.state is State.PUBLISHED)
    return sorted(found, key=lambda e: (e.dataset, e.period, e.release))


def plan_half_month(here: Home, today: date, seed: str = "") -> dict[str, Any]:
    """The plan of the half month of `today`, drawn now where there is none yet; `seed`: chance, unless one is given.

    Raises UsageInvalid where it has been drawn from another seed.
    """
    period = half_month(today)
    path = here.root / "plans" / f"{period}.json"
    with one_at_a_time(here, "inspection-plan"):  # service and cron line may meet
        plan = kept(path)
        if not plan:
            waits, drawn_from, share = _population(here, period), seed or secrets.token_hex(16), here.inspection_share
            plan = {
                "period": period, "seed": drawn_from, "share": share, "population": [list(pair) for pair in waits],
                "chosen": list(draw(drawn_from, waits, share)), "at": precisely(here),
            }  # fmt: skip
            keep(path, plan)
    if seed and plan["seed"] != seed:
        raise UsageInvalid(f"{period} is drawn already, from the seed {plan['seed']}; a plan isn't drawn twice")
    return plan


def _population(here: Home, period: str) -> list[tuple[str, int | None]]:
    """Every dataset public from here, with the half months since it was last drawn (None: never), sorted."""
    last: dict[str, int] = {}
    for plan in all_kept(here.root / "plans"):  # by name, that is by time
        if number_of(plan["period"]) < number_of(period):
            last |= dict.fromkeys(plan["chosen"], number_of(plan["period"]))
    return [(d, number_of(period) - last[d] if d in last else None) for d in sorted({e.dataset for e in public(here)})]


def left_of(here: Home, plan: dict[str, Any]) -> list[Entry]:
    """What the plan drew, is public and hasn't been inspected since."""
    chosen = set(plan["chosen"])
    drawn_at = datetime.fromisoformat(plan["at"])
    return [e for e in public(here) if e.dataset in chosen and not _is_seen_since(here, e, drawn_at)]


def due_tonight(here: Home, plan: dict[str, Any], today: date) -> list[Entry]:
    """New ones, those that failed, and tonight's part of what the plan has left."""
    left = left_of(here, plan)
    wanted = {e.release_hash for e in left[: -(-len(left) // days_left(today))]}
    return [e for e in public(here) if e.release_hash in wanted or not _seen(here, e).get("is_sound", False)]


def uninspected(here: Home) -> list[Entry]:
    """Public from here and never inspected."""
    return [e for e in public(here) if not _seen(here, e)]


def keep_seen(here: Home, entry: Entry, *, is_sound: bool) -> None:
    """Remember the look at a release that just ended."""
    keep(here.root / "inspections" / f"{entry.release_hash}.json", {"at": precisely(here), "is_sound": is_sound})


def precisely(here: Home) -> str:
    """Now, to the microsecond: a look and the plan drawn after it may fall into one second."""
    return datetime.now(ZoneInfo(here.timezone)).isoformat(timespec="microseconds")


def _seen(here: Home, entry: Entry) -> dict[str, Any]:
    """The last look; one whose note can't be read counts as none, so it is looked at again."""
    try:
        seen = kept(here.root / "inspections" / f"{entry.release_hash}.json")
        datetime.fromisoformat(seen["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return seen


def _is_seen_since(here: Home, entry: Entry, moment: datetime) -> bool:
    seen = _seen(here, entry)
    return bool(seen) and datetime.fromisoformat(seen["at"]) >= moment
