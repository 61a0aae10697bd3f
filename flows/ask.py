"""Ask for a flow and wait for its answer: in the running service where there is one, else here in this process.

`mingjing serve` keeps a warm runner; a command then only writes a request row and follows it. Without it the flow runs
in this process on Prefect's in-process server.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from domain import errors
from domain.errors import MingjingError, UsageInvalid
from domain.withdrawal import Cause
from flows.guard import StepFailed
from flows.home import Home
from flows.orders import Order, write_order
from flows.platform import open_platform
from flows.prefect_setup import prepare_prefect, quick_flows, stoppable
from flows.progress import announce
from flows.rescan import rescan_parameters
from flows.service import runner_is_alive
from flows.unsettled import settle_all

POLL_SECONDS = 0.1


def _by_runner(home: Home, kind: str, parameters: dict[str, Any], actor: str) -> Any:
    """Write a request row and follow it."""
    from review import desk

    return follow(home, desk.ask(kind, parameters, actor))


def follow(home: Home, number: int, *, is_lost: Callable[[], bool] = lambda: False) -> Any:
    """Wait for the end of asked work and return its answer; a refusal is raised here under its own name.

    `is_lost` tells that no runner will ever answer. Announces the steps that the runner announces.
    """
    from review import queries

    said: list[Any] | None = None
    while True:
        row = queries.work_of(number)
        if (step := progress_of(home, number)) and step != said:
            said = step
            announce(*step)
        if row["state"] == "done":
            return row["result"]["answer"]
        if row["state"] == "failed":
            raise _named(
                row["result"].get("error", "fault"), row["result"].get("message", "the runner was lost; ask again")
            )
        if row["state"] == "cancelled":
            raise StepFailed("the work was cancelled at the desk; ask for it again if it is still wanted")
        if is_lost():
            raise StepFailed(f"the runner ended before its work; its log is {home.run / 'runner.log'}")
        time.sleep(POLL_SECONDS)


def progress_of(home: Home, number: int) -> list[Any] | None:
    """The step a runner last announced for this work: title, number, of how many."""
    try:
        found = json.loads((home.run / f"work-{number}.json").read_bytes())
    except (OSError, ValueError):
        return None
    return list(found)


def _named(name: str, message: str) -> Exception:
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, MingjingError) and kind.name() == name:
            return kind(message)
    return StepFailed(message)


def _run(home: Home, kind: str, parameters: dict[str, Any], actor: str = "system", *, runner: str = "runner") -> Any:
    """`runner`: which of them does work of that kind."""
    if runner_is_alive(home, runner):
        return _by_runner(home, kind, parameters, actor)
    prepare_prefect(home)
    from flows.runner import perform, warming

    with warming() if kind in ("prepare", "remedy") else nullcontext(), quick_flows(), stoppable():
        return perform(kind, parameters)


def prepare_now(
    home: Path | None, dataset: str, source: str | None, period: str | None, dates: dict[str, str]
) -> dict[str, Any]:
    """Prepare one dataset and return its outcome (flows/prepare)."""
    platform = open_platform(home)
    platform.contract(dataset)
    order = write_order(platform.home, Order(dataset, absolute(source), period, dates))
    return dict(_run(platform.home, "prepare", {"dataset": dataset, "order": order}))


def absolute(source: str | None) -> str | None:
    """A relative path is meant from where the command was called, wherever the runner stands."""
    if source is None or "://" in source:
        return source
    return str(Path.cwd() / Path(source).expanduser())


def remedy_now(home: Path | None, work: int) -> dict[str, Any]:
    """Prepare the revision that a remedy ordered as `work`, and return its outcome."""
    platform = open_platform(home)
    if runner_is_alive(platform.home):
        return dict(follow(platform.home, work))
    prepare_prefect(platform.home)
    from flows.runner import do_asked, warming

    with warming(), quick_flows(), stoppable():
        do_asked(platform.home, work)
    return dict(follow(platform.home, work))


def publish_now(home: Path | None, release: str | None) -> list[dict[str, Any]]:
    """Publish one release, or all that are approved."""
    platform = open_platform(home)
    if not runner_is_alive(platform.home):  # it does so itself
        from flows.guard import note

        settle_all(platform, note)
    return [dict(_run(platform.home, "publish", {"release": r})) for r in _approved(release)]


def _approved(release: str | None) -> list[str]:
    from review import queries

    if release:
        queries.show(release)
        return [release]
    return [r["release"] for r in queries.releases(status="approved")]


def plan_now(home: Path | None, release: str | None) -> list[dict[str, Any]]:
    """What publishing would change, without changing it. Refusals are part of the answer."""
    platform = open_platform(home)
    prepare_prefect(platform.home)
    from flows.publish import plan_release

    return [plan_release(platform, r) for r in _approved(release)]


def withdraw_now(
    home: Path | None, release: str, user: str, password: str, reason: str, *, cause: Cause, code: str = ""
) -> dict[str, Any]:
    """Decide the withdrawal at the desk (password, code of a second factor, role), then take the bytes off."""
    platform = open_platform(home)
    from review import desk

    if not reason.strip():
        raise UsageInvalid("a withdrawal needs a reason; the public reads it on the tombstone")
    desk.withdraw(release, user, password, reason, cause=cause, code=code)
    return dict(_run(platform.home, "withdraw", {"release": release}, user))


def inspect_now(home: Path | None, release: str | None, *, due: bool = False) -> list[dict[str, Any]]:
    """Inspect one published release, what is due, or all."""
    platform = open_platform(home)
    return list(_run(platform.home, "inspect", {"release": release or "", "due": due}, runner="inspect"))


def rescan_now(home: Path | None) -> list[dict[str, Any]]:
    """Scan what is public again, as far as it wasn't scanned under the packs of now. One that goes on already is followed."""
    platform = open_platform(home)
    from review import queries

    params = rescan_parameters(platform)
    if runner_is_alive(platform.home, "rescan"):
        last = queries.last_work("rescan", params)
        if last is not None and last["state"] in ("queued", "running"):
            return list(follow(platform.home, last["id"]))
    return list(_run(platform.home, "rescan", params, runner="rescan"))
