"""读网检查: what is public is fetched as a stranger would and compared with what was approved; a failure opens a case. What a half month inspects is drawn by flows/sampling and kept with its seed.

Due each night: a part of the half month's plan, whatever was published since (REV-09: within a day), and what failed or
couldn't be looked at last time. Bytes that are equal were scanned when they were approved; under later packs flows/rescan scans them again.
"""

from __future__ import annotations

import json
import queue
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

from domain.contract import Audience
from domain.errors import CatalogueUnreachable, MingjingError, TransitionRefused, UsageInvalid
from domain.finding import Finding
from domain.release import Receipt
from flows.cases import follow_up, take_off_at_once
from flows.catalogue import catalogue_for, one_at_a_time
from flows.copies import inspect_copies
from flows.guard import note
from flows.platform import Platform
from flows.prepare_steps import stored_manifest
from flows.progress import announce
from flows.sampling import days_left, draw, half_month, number_of

if TYPE_CHECKING:
    from review.standing import Public

AT_ONCE = 3  # connections to the catalogue, which has the public to serve
EVERY_SECONDS = 60.0
RETRY_SECONDS = 600.0
LOST_IN_A_ROW = 3  # then the catalogue is away, and the others would only wait


def population(period: str) -> list[tuple[str, int | None]]:
    """Every dataset that the catalogue shows, with the half months since it was last drawn (None: never), sorted."""
    from review import standing

    last: dict[str, int] = {}
    for plan in standing.plans():
        if not plan["side"] and number_of(plan["period"]) < number_of(period):
            last |= dict.fromkeys(plan["chosen"], number_of(plan["period"]))
    datasets = sorted({p.dataset for p in shown()})
    return [(d, number_of(period) - last[d] if d in last else None) for d in datasets]


def plan_half_month(platform: Platform, seed: str = "") -> dict[str, Any]:
    """The plan of this half month, drawn now where there is none yet; `seed`: chance, unless one is given.

    Returns {period, side, seed, share, population, chosen, at}. Raises UsageInvalid where it has been drawn from another seed,
    or where the catalogue lies in another network: each publishing side draws its own (see `plans_outside`).
    """
    from review import desk, standing

    period, share = half_month(platform.today()), platform.home.inspection_share
    if platform.home.is_carried:
        raise UsageInvalid(f"the plan of {period} is drawn on each publishing side (mingjing outside inspect --plan)")
    plan = standing.plan_of(period)
    if plan is None:
        waits, drawn_from = population(period), seed or secrets.token_hex(16)
        desk.plan_inspections(period, drawn_from, share, waits, draw(drawn_from, waits, share))
        plan = standing.plan_of(period)
        assert plan is not None
    if seed and plan["seed"] != seed:
        raise UsageInvalid(f"{period} is drawn already, from the seed {plan['seed']}; a plan isn't drawn twice")
    return plan


def plans_outside(platform: Platform) -> list[dict[str, Any]]:
    """This half month's plans of the publishing sides, as far as receipts brought them. Raises UsageInvalid where none did."""
    from review import standing

    period = half_month(platform.today())
    found = [plan for plan in standing.plans(period) if plan["side"]]
    if not found:
        raise UsageInvalid(
            f"the plan of {period} is drawn on each publishing side (mingjing outside inspect --plan); no receipt brought one yet"
        )
    return found


def is_drawn_from(plan: Mapping[str, Any]) -> bool:
    """Whether drawing again from seed and population of a plan gives what it chose."""
    waits = [(dataset, waited) for dataset, waited in plan["population"]]
    return draw(plan["seed"], waits, plan["share"]) == tuple(plan["chosen"])


def left_of(plan: dict[str, Any]) -> list[Public]:
    """What the plan drew and nobody has inspected since."""
    chosen = set(plan["chosen"])
    return [p for p in shown() if p.dataset in chosen and (p.inspected_at is None or p.inspected_at < plan["at"])]


def due_tonight(platform: Platform) -> list[Public]:
    """New ones, those that failed or couldn't be looked at, and tonight's part of what the plan has left."""
    plan = plan_half_month(platform)
    left = left_of(plan)
    part = left[: -(-len(left) // days_left(platform.today()))]
    again = {p.release for p in shown() if p.inspected_at is None or not p.is_sound or p.unreached_at is not None}
    wanted = again | {p.release for p in part}
    return [p for p in shown() if p.release in wanted]


def shown(*, listed_only: bool = True) -> list[Public]:
    """Releases in the catalogue, with `listed_only` without superseded ones; what is posted in a village isn't there."""
    from review import standing

    return [p for p in standing.public(listed_only=listed_only) if p.audience != Audience.LOCAL.value]


def inspect_all(platform: Platform, records: Sequence[Public]) -> list[dict[str, Any]]:
    """Inspect these; each result goes to the ledger, each failure opens a case. Returns each result with {release, case, hidden}.

    One that couldn't be looked at stands among them with `ok` None and `error`, the name of what was in the way: not seen isn't
    the same as not there. It fails nothing, is written down too, and is looked at again.
    """
    results: list[dict[str, Any]] = []
    for number, (record, seen) in enumerate(inspect_each(platform, records), start=1):
        announce("读网检查", number, len(records))
        with suppress(TransitionRefused):  # withdrawn meanwhile: there is nothing to inspect any more
            try:
                sure = seen if isinstance(seen, MingjingError) or seen["ok"] else _look_again(platform, record)
            except MingjingError as fault:
                sure = fault
            if isinstance(sure, MingjingError):
                results.append(_unreached(record.release, sure))
            elif sure is not None:
                results.append(settle(platform, record.release, sure))
                take_off_at_once(results[-1])
    end_plan(platform)
    return results


def _unreached(release: str, fault: MingjingError) -> dict[str, Any]:
    from review import desk

    if desk.record_unreached(release, fault.name()):
        note(fault, f"inspect {release}")
    return {"release": release, "ok": None, "findings": [], "case": None, "hidden": False, "error": fault.name()}


def _look_again(platform: Platform, record: Public) -> dict[str, Any] | None:
    """What failed is looked at once more while nobody else publishes or withdraws its dataset: before anything follows from
    it, it must have been no change under way. None where the release isn't public any more.
    """
    from review import queries

    with one_at_a_time(platform.home, record.dataset), catalogue_for(platform.home) as catalogue:
        if queries.show(record.release)["status"] != record.status:
            return None
        return inspect_one(platform, catalogue, record)


def settle(platform: Platform, release: str, result: dict[str, Any]) -> dict[str, Any]:
    """Keep one result and do what follows at the desk; the result with {release, case, hidden}."""
    from review import desk
    from review.case_steps import CaseKind

    desk.record_inspection(release, result)
    done = follow_up(platform, CaseKind.INSPECTION, release, [Finding.from_dict(f) for f in result["findings"]])
    return {"release": release, **result, **done}


def inspect_each(
    platform: Platform, records: Sequence[Public]
) -> Iterator[tuple[Public, dict[str, Any] | MingjingError]]:
    """(record, result) in no order, a few at once; an error in its place where one couldn't be looked at. The ledger is
    left to the caller: threads of this function don't touch the desk's database.
    """
    todo: queue.SimpleQueue[Public] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[Public | None, Any]] = queue.SimpleQueue()
    for record in records:
        todo.put(record)
    if not records:
        return
    away = threading.Event()
    with ExitStack() as running:
        try:
            running.enter_context(catalogue_for(platform.home))  # one start of the embedded catalogue for all of them
        except MingjingError as fault:
            yield from ((record, fault) for record in records)
            return
        names = range(min(AT_ONCE, len(records)))
        threads = [
            threading.Thread(target=_look, args=(platform, todo, done, away), name=f"inspect-{n}") for n in names
        ]
        for thread in threads:
            thread.start()
        try:
            for _ in records:
                looked_at, seen = done.get()
                if looked_at is None:
                    raise seen
                yield looked_at, seen
        finally:
            away.set()
            for thread in threads:
                thread.join()


def _look(
    platform: Platform, todo: queue.SimpleQueue[Any], done: queue.SimpleQueue[Any], away: threading.Event
) -> None:
    """One thread: look at records with a client of its own until none is left."""
    lost = 0
    fault: MingjingError = CatalogueUnreachable("the catalogue didn't answer several times; run the inspection again")
    try:
        with catalogue_for(platform.home) as catalogue:
            while True:
                record = todo.get_nowait()
                if away.is_set():
                    done.put((record, fault))
                    continue
                try:
                    done.put((record, inspect_one(platform, catalogue, record)))
                    lost = 0
                except CatalogueUnreachable as unreachable:
                    done.put((record, unreachable))
                    lost += 1
                    if lost >= LOST_IN_A_ROW:
                        away.set()
                except MingjingError as refused:  # of one release; the others are looked at
                    done.put((record, refused))
    except queue.Empty:
        return
    except BaseException as fault_of_thread:  # raised again where it can be heard
        done.put((None, fault_of_thread))


def inspect_one(platform: Platform, catalogue: Any, record: Public) -> dict[str, Any]:
    """One result as plain data."""
    from catalog.inspect import inspect

    manifest = stored_manifest(platform.stores, record.release_hash)
    metadata = json.loads(platform.stores.read(manifest.metadata.sha256))
    found = inspect(catalogue, manifest=manifest, metadata=metadata, receipt=Receipt.from_dict(record.receipt))
    return found.with_findings(inspect_copies(platform.home, catalogue, manifest)).to_dict()


def end_plan(platform: Platform) -> None:
    """Say of each of the half month's plans that it is done, once it is."""
    from review import desk, standing

    for plan in standing.plans(half_month(platform.today())):
        if not left_of(plan):
            chosen = [p for p in shown() if p.dataset in set(plan["chosen"])]
            desk.end_plan(plan["period"], len(chosen), sum(not p.is_sound for p in chosen), plan["side"])


class Inspecting:
    """Between what is asked for: whatever was published and never inspected is, within a minute (REV-09), and what couldn't be
    looked at is tried again."""

    def __init__(self, inspect: Callable[[list[str]], Any], note: Callable[[Exception, str], None]) -> None:
        self._inspect, self._note = inspect, note
        self._again_at = 0.0
        self._tried_at: dict[str, float] = {}

    def step(self, clock: float) -> bool:
        """Inspect what is due, all at once: one run costs more than one look. True where there was any. `clock`: monotonic seconds."""
        from review import standing

        if clock < self._again_at:
            return False
        self._again_at = clock + EVERY_SECONDS
        unseen = standing.unseen()
        self._tried_at = {release: at for release in unseen if (at := self._tried_at.get(release)) is not None}
        due = [r for r in unseen if clock - self._tried_at.get(r, -RETRY_SECONDS) >= RETRY_SECONDS]
        if not due:
            return False
        self._tried_at |= dict.fromkeys(due, clock)
        try:
            self._inspect(due)
        except Exception as fault:  # tried again; other work goes on
            self._note(fault, "inspect")
        return True
