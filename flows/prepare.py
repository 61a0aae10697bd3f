"""Flow prepare_release: from a department's file to a release that is checked, or blocked with the reasons.

Steps are thin tasks around flows/prepare_steps; their results are keyed by content, so that a run killed anywhere goes
on where it was when it is asked for again. It ends at `checked`: a scheduled run has no person and can't submit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from prefect import flow, task

from domain.canonical import sha256_hex
from domain.contract import Contract
from domain.errors import SourceUnavailable, UsageInvalid
from domain.finding import count_by_severity
from domain.release import Artefact
from flows import prepare_steps as steps
from flows.guard import guarded
from flows.home import BUNDLED
from flows.periods import default_period
from flows.platform import Platform, open_platform
from flows.progress import announce
from flows.workdir import is_done, remove

STEPS = ("取件", "读取", "检查", "脱敏与复查", "导出", "封存")
PERIOD = re.compile(r"^[0-9A-Za-z][0-9A-Za-z._-]{0,39}$")


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody asked to prepare. Empty fields mean: as the contract says."""

    dataset: str
    location: str | None = None
    period: str | None = None
    dates: dict[str, str] = field(default_factory=dict)
    actor: str = "system"


def write_order(platform: Platform, order: Order) -> str:
    """Keep an order in the installation and return its name; Prefect is told the name alone."""
    data = json.dumps(asdict(order), ensure_ascii=False, sort_keys=True).encode()
    name = sha256_hex(data)[:24]
    folder = platform.home.run / "orders"
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / f"{name}.json").write_bytes(data)
    return name


def read_order(platform: Platform, dataset: str, name: str) -> Order:
    """The order of that name, or the contract's default for the dataset."""
    if not name:
        return Order(dataset)
    path = platform.home.run / "orders" / f"{name}.json"
    if not re.fullmatch(r"[0-9a-f]{24}", name) or not path.is_file():
        raise UsageInvalid("the order isn't there any more; ask for the preparation again")
    return Order(**json.loads(path.read_bytes()))


def _by_content(context: Any, parameters: dict[str, Any]) -> str:
    return f"{context.task.name}-{parameters['run'].key}"


def _is_network(_task: Any, _run: Any, state: Any) -> bool:
    fault = state.result(raise_on_failure=False)
    return isinstance(fault, SourceUnavailable) and getattr(fault, "transient", False)


@task(name="pull", retries=2, retry_delay_seconds=[1, 5], retry_condition_fn=_is_network)
@guarded("pull")
def pull_source(place: steps.Workplace, location: str, base: Path) -> tuple[Artefact, ...]:
    """Fetch the source's bytes into quarantine."""
    import os

    from intake.connect import pull

    spec, limits = place.contract.source, place.contract.limits
    return pull(location, spec=spec, limits=limits, store=place.stores.quarantine, base=base, environ=os.environ)


@task(name="read", persist_result=True, cache_key_fn=_by_content)
@guarded("read")
def read_source(place: steps.Workplace, run: steps.Run) -> str:
    return steps.read_source(place, run)


@task(name="check", persist_result=True, cache_key_fn=_by_content)
@guarded("check")
def check_tables(place: steps.Workplace, run: steps.Run) -> str:
    return steps.check_tables(place, run)


@task(name="redact", persist_result=True, cache_key_fn=_by_content)
@guarded("redact")
def redact_release(place: steps.Workplace, run: steps.Run, key: bytes, scope: str) -> str:
    return steps.redact_release(place, run, key=key, scope=scope)


@task(name="export", persist_result=True, cache_key_fn=_by_content)
@guarded("export")
def export_files(place: steps.Workplace, run: steps.Run, edition: int) -> str:
    return steps.export_files(place, run, edition=edition)


@task(name="seal")
@guarded("seal")
def seal_release(place: steps.Workplace, run: steps.Run, release: str) -> dict[str, Any]:
    """Store everything, then tell the desk: checked, or blocked."""
    from review import desk, queries

    record = queries.show(release)
    manifest, findings = steps.seal(
        place, run, edition=record["edition"], revision=record["revision"], supersedes=record["supersedes"] or None
    )
    if manifest is None:
        desk.record_blocked(release, findings)
    else:
        desk.record_checked(release, manifest, findings)
    return {"findings": count_by_severity(findings), "release_hash": manifest.release_hash if manifest else None}


def _kept(step: Callable[..., Any], name: str, place: steps.Workplace, run: steps.Run, *more: Any) -> None:
    """Run a cached step, again where its result is remembered but its files are gone."""
    step(place, run, *more)
    if not is_done(place.run_dir(run), name):
        step.with_options(refresh_cache=True)(place, run, *more)  # type: ignore[attr-defined]


@flow(name="prepare_release", validate_parameters=False)
def prepare_release(dataset: str, order: str = "") -> dict[str, Any]:
    """Prepare one release; returns {release, dataset, period, status, findings, release_hash, run_key}.

    Raises the named errors of domain/errors.py; a file that arrived and can't be read is a blocked release instead.
    """
    platform = open_platform()
    asked = read_order(platform, dataset, order)
    contract = platform.contract(dataset)
    period = checked_period(asked.period, contract, platform.today())
    steps.release_dates(asked.dates)
    place = steps.Workplace(platform.home.work, platform.stores, contract, platform.packs, platform.today())
    announce(STEPS[0], 1, len(STEPS))
    sources = pull_source(place, location_of(asked, contract), base_of(asked, platform))
    return _walk(platform, place, asked, period, sources)


def _walk(
    platform: Platform, place: steps.Workplace, asked: Order, period: str, sources: tuple[Artefact, ...]
) -> dict[str, Any]:
    from review import desk, keys, queries

    contract = place.contract
    last = queries.last_published(contract.id)
    packs = tuple((p.id, p.version, p.sha256) for p in place.packs.refs)
    run = steps.Run(
        contract.id, period, sources, contract.sha256, packs, asked.dates, last["release_hash"] if last else None
    )
    release = desk.receive(contract, period, run.key, asked.actor, source_sha256=sources[0].sha256)
    record = queries.show(release)
    if record["status"] == "received":
        place = _with_first_day(place, run)
        scope = f"{contract.id}|{period}|{record['edition']}|{record['revision']}"
        walk: list[tuple[Any, ...]] = [
            (read_source, "read"),
            (check_tables, "check"),
            (redact_release, "redact", keys.pseudonym_key(platform.home.root), scope),
            (export_files, "export", record["edition"]),
        ]
        for number, (step, name, *more) in enumerate(walk, start=2):
            announce(STEPS[number - 1], number, len(STEPS))
            _kept(step, name, place, run, *more)
        announce(STEPS[-1], len(STEPS), len(STEPS))
        seal_release(place, run, release)
        record = queries.show(release)
    remove(place.run_dir(run))
    return outcome(record, run)


def outcome(record: dict[str, Any], run: steps.Run) -> dict[str, Any]:
    """The answer of a preparation, as `--json` prints it."""
    kept = ("release", "dataset", "period", "edition", "revision", "status", "findings", "release_hash")
    return {**{k: record[k] for k in kept}, "run_key": run.key}


def _with_first_day(place: steps.Workplace, run: steps.Run) -> steps.Workplace:
    """A run that goes on after midnight judges deadlines by the day it began, so that its result stays the same."""
    from dataclasses import replace

    mark = place.run_dir(run) / "began_on"
    if not mark.exists():
        part = mark.with_suffix(".part")
        part.write_text(place.today.isoformat(), "utf-8")
        part.replace(mark)
    return replace(place, today=date.fromisoformat(mark.read_text("utf-8")))


def checked_period(given: str | None, contract: Contract, today: date) -> str:
    """The period asked for, or the one that the contract's frequency makes of today. Raises UsageInvalid."""
    period = given or default_period(contract.frequency, today)
    if not PERIOD.match(period):
        raise UsageInvalid(
            "a period is written with letters, digits, dots and dashes, such as 2026, 2026-10 or 2026-Q3"
        )
    return period


def location_of(asked: Order, contract: Contract) -> str:
    location = asked.location or contract.source.location
    if not location:
        raise UsageInvalid(f"{contract.id} names no source; give one with --from PATH_OR_URI")
    return location


def base_of(asked: Order, platform: Platform) -> Path:
    """Relative locations count from where the command was called, those of a contract from the installation."""
    return Path.cwd() if asked.location else (platform.home.root if platform.home.root else BUNDLED)
