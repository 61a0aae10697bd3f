"""Does the work that request rows ask for, one after the other, in a process that stays warm.

The row is written by whoever asks (console, command line); its answer is written back with progress on the way.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from domain.errors import MingjingError, TransitionRefused
from flows.garbage import collect_seldom
from flows.guard import StepFailed, note, where
from flows.holding import held
from flows.home import Home
from flows.housekeeping import Daily, keep_house
from flows.orders import read_order
from flows.platform import Platform, open_platform
from flows.progress import listening
from flows.reports import Reports
from flows.rescan import Rescanning
from flows.rules import RulesWatch
from flows.stopping import key_file, note_key, settle_cancelled
from flows.timed import TimedTakedown
from flows.unsettled import Settling
from flows.uploads import forget_upload

POLL_SECONDS = 0.15
RETRY_SECONDS = 300.0
WORKER = f"runner-{os.getpid()}"


def perform(kind: str, parameters: dict[str, Any]) -> Any:
    """Run one piece of work in this process. Raises the named errors."""
    match kind:
        case "prepare":
            from flows.prepare import prepare_release

            return prepare_release(parameters["dataset"], parameters["order"])
        case "remedy":
            from flows.prepare import prepare_release
            from flows.remedy import order_of

            return prepare_release(*order_of(parameters["release"]))
        case "publish":
            from flows.publish import publish_release

            return publish_release(parameters["release"])
        case "withdraw":
            from flows.publish import withdraw_release

            return withdraw_release(parameters["release"])
        case "inspect":
            from flows.watch import inspect_published

            return inspect_published(
                parameters["release"], parameters.get("due", False), parameters.get("releases", ())
            )
        case "contract":
            from flows.adoption import bring_into_force

            return bring_into_force(open_platform(), parameters["proposal"])
        case "rescan":
            from flows.watch import rescan_published

            return rescan_published()
        case "adopted":
            from flows.audit.looks import look_at_all

            return look_at_all(open_platform())
    raise ValueError(f"no such work: {kind}")


@contextmanager
def warming() -> Iterator[threading.Thread]:
    """Import what is slow to import in a thread: Prefect's server meanwhile starts in a process of its own.

    Yields the thread; on leaving it has ended, for an import that is cut off at exit is a crash.
    """
    thread = threading.Thread(target=_warm_crafts, name="warm")
    thread.start()
    try:
        yield thread
    finally:
        thread.join()


def _warm_crafts() -> None:
    from checks.quality.run import warm as warm_quality
    from redaction.detect import warm as warm_detect

    warm_quality()
    warm_detect()


class _Parts:
    """What the runner does of itself, under the rules of one platform."""

    def __init__(self, platform: Platform) -> None:
        self.settling = Settling(platform, note)
        self.timed = TimedTakedown(platform, lambda release: perform("withdraw", {"release": release}), note)
        self.watches: tuple[Rescanning | Reports, ...] = (Rescanning(platform, note), Reports(platform, note))


def serve_requests(platform: Platform, stop: threading.Event) -> None:
    """Claim and do requests until `stop` is set. A request whose runner died is claimed again: all work is idempotent.

    Orders to hide and publications come first, what is due comes down and whatever was approved is published before any
    other request; in between, what the public reports is fetched, and after a change of the rules a scan of everything public is
    asked for: none of it needs anybody to remember it. What looks at everything public is done beside it (flows/watching).
    """
    from review import desk
    from review.acts.work import CANCELLABLE, RUNNERS, URGENT

    refused_at: dict[str, float] = {}
    daily, rules, parts = Daily(), RulesWatch(platform, note), _Parts(platform)
    while not stop.is_set():
        if (under_new_rules := rules.step(time.monotonic())) is not None:
            platform, parts = under_new_rules, _Parts(under_new_rules)
        parts.settling.step(time.monotonic())  # before all other work: it may be public
        if daily.is_due():
            try:
                keep_house(platform)
            except Exception as fault:  # tomorrow again; requests don't wait for it
                note(fault, "housekeeping")
        settle_cancelled(platform.home, RUNNERS)  # what another runner's end left behind
        row = desk.claim(WORKER, kinds=URGENT)
        if row is None and (
            parts.timed.step(platform.today(), time.monotonic()) or _publish_next(platform.home, refused_at)
        ):
            continue
        row = row or desk.claim(WORKER)
        if row is not None:
            do_work(platform.home, row, is_ended_to_stop=row["kind"] in CANCELLABLE)
        elif not any(watch.step(time.monotonic()) for watch in parts.watches):
            stop.wait(POLL_SECONDS)


def do_asked(home: Home, work: int) -> None:
    """Do what waits, the oldest first, until this work has ended: in a process that no runner stands beside."""
    from review import desk, queries

    while queries.work_of(work)["state"] not in ("done", "failed", "cancelled"):
        row = desk.claim(WORKER)
        if row is None:
            time.sleep(POLL_SECONDS)  # somebody else does it
        else:
            do_work(home, row)


def do_work(home: Home, row: dict[str, Any], worker: str = WORKER, *, is_ended_to_stop: bool = False) -> None:
    """Do one claimed request and write its answer back under that worker's name. This process ends where another has taken the
    work over; with `is_ended_to_stop` also where it is cancelled meanwhile: that is a runner's, which is started again."""
    from review import desk

    number, told = row["id"], home.run / f"work-{row['id']}.json"

    def follow(title: str, step: int, of: int) -> None:
        part = told.with_suffix(".part")
        part.write_text(json.dumps([title, step, of]), "utf-8")
        part.replace(told)

    result: dict[str, Any]
    try:
        with (
            listening(follow, key=lambda run_key: note_key(home, number, run_key)),
            held(number, worker, is_cancellable=is_ended_to_stop),
        ):
            result, ok = {"answer": perform(row["kind"], row["params"])}, True
    except MingjingError as refused:
        result, ok = {"error": refused.name(), "message": str(refused)}, False
    except StepFailed as fault:
        result, ok = {"error": "step-failed", "message": str(fault)}, False
    except Exception as fault:
        result, ok = {"error": "fault", "message": f"{type(fault).__name__} at {where(fault)}"}, False
    if ok and row["kind"] == "prepare":  # its source is in quarantine now
        forget_upload(home, read_order(home, row["params"]["dataset"], row["params"]["order"]).location)
    try:
        desk.finish(number, worker, ok=ok, result=result)
    except TransitionRefused as lost:  # in this last instant; its answer is the other runner's to write
        note(lost, row["kind"])
        return
    told.unlink(missing_ok=True)
    key_file(home, number).unlink(missing_ok=True)


def _publish_next(home: Home, refused_at: dict[str, float]) -> bool:
    """Publish one approved release; one that was refused is tried again after a while. True where there was one."""
    from review import queries

    if home.is_carried:
        return False  # a person exports and carries it

    for record in queries.releases(status="approved"):
        release = record["release"]
        if time.monotonic() - refused_at.get(release, -RETRY_SECONDS) < RETRY_SECONDS:
            continue
        try:
            perform("publish", {"release": release})
        except Exception as fault:  # the ledger has the named ones; whatever it is, the runner goes on with other work
            note(fault, "publish")
            refused_at[release] = time.monotonic()
        return True
    return False


def main() -> None:
    """The runner's own process (started by `mingjing serve`); where it can't run it says why in one line."""
    collect_seldom()
    try:
        _serve(open_platform())
    except MingjingError as refused:
        note(refused, "runner")
        sys.exit(refused.exit_status)


def _serve(platform: Platform) -> None:
    from flows.prefect_setup import prepare_prefect, quick_flows, stoppable
    from flows.service import check_unserved, hold_runner_lock, until_told

    check_unserved(platform.home)  # before what takes long
    prepare_prefect(platform.home)
    stop = until_told()
    with warming() as crafts:
        import flows.prepare
        import flows.publish  # noqa: F401

        # told to stop in the middle of a flow, it ends without a word: the request is claimed again
        with quick_flows(), suppress(KeyboardInterrupt), stoppable():
            crafts.join()  # the first request doesn't wait for an import
            with hold_runner_lock(platform.home):
                serve_requests(platform, stop)


if __name__ == "__main__":
    main()
