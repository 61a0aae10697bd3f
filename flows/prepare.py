"""Flow prepare_release: from a department's file to a release that is checked, or blocked with the reasons.

Steps are thin tasks around flows/prepare_steps; their results are keyed by content, so that a run killed anywhere goes
on where it was when it is asked for again. It ends at `checked`: a scheduled run has no person and can't submit.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from prefect import flow, task

from domain.contract import Contract
from domain.errors import SourceUnavailable, UsageInvalid
from domain.release import Artefact
from domain.remedy import Override, under
from flows import prepare_steps as steps
from flows import remedy
from flows.guard import guarded
from flows.home import open_home
from flows.orders import Order, read_order
from flows.periods import default_period
from flows.platform import Platform, open_platform
from flows.progress import announce, begins
from flows.sources import fenced
from flows.workdir import is_done, remove

STEPS = ("取件", "读取", "检查", "脱敏与复查", "导出", "封存")
PERIOD = re.compile(r"^[0-9A-Za-z][0-9A-Za-z._-]{0,39}$")


# What runs in this process now, by run key. Tasks are told the key alone: Prefect walks through every parameter it is
# given, and keeps what it is given.
_under_way: dict[str, tuple[steps.Workplace, steps.Run]] = {}


def _by_content(context: Any, parameters: dict[str, Any]) -> str:
    return f"{context.task.name}-{parameters['run_key']}"


def _is_network(_task: Any, _run: Any, state: Any) -> bool:
    fault = state.result(raise_on_failure=False)
    return isinstance(fault, SourceUnavailable) and getattr(fault, "transient", False)


@task(name="pull", retries=2, retry_delay_seconds=[1, 5], retry_condition_fn=_is_network)
@guarded("pull")
def pull_source(dataset: str, order: str) -> tuple[Artefact, ...]:
    """Fetch the source's bytes into quarantine."""
    import os

    from intake.connect import pull

    platform = open_platform()
    asked, contract = read_order(platform.home, dataset, order), platform.contract(dataset)
    location, base = location_of(asked, contract), base_of(asked, platform)
    if asked.is_named:
        location, base = fenced(platform.home, location)
    return pull(
        location, spec=contract.source, limits=contract.limits, store=platform.stores.quarantine, base=base,
        environ=os.environ, follow=not asked.is_named,
    )  # fmt: skip


@task(name="read", persist_result=True, cache_key_fn=_by_content)
@guarded("read")
def read_source(run_key: str) -> str:
    """Digest of what was read; the files lie in the run's directory."""
    return steps.read_source(*_under_way[run_key])


@task(name="check", persist_result=True, cache_key_fn=_by_content)
@guarded("check")
def check_tables(run_key: str) -> str:
    """Digest of the findings."""
    return steps.check_tables(*_under_way[run_key])


@task(name="redact", persist_result=True, cache_key_fn=_by_content)
@guarded("redact")
def redact_release(run_key: str, scope: str) -> str:
    """Digest of the findings after redaction. The pseudonym key is read here, so that no task is told it."""
    from review import keys

    place, run = _under_way[run_key]
    return steps.redact_release(place, run, key=keys.pseudonym_key(place.home), scope=scope)


@task(name="export", persist_result=True, cache_key_fn=_by_content)
@guarded("export")
def export_files(run_key: str, edition: int) -> str:
    """Digest of the list of files."""
    place, run = _under_way[run_key]
    return steps.export_files(place, run, edition=edition)


@task(name="seal")
@guarded("seal")
def seal_release(run_key: str, release: str) -> None:
    """Store everything, then tell the desk: checked, or blocked."""
    from review import desk, queries

    (place, run), record = _under_way[run_key], queries.show(release)
    manifest, findings = steps.seal(
        place, run, edition=record["edition"], revision=record["revision"], supersedes=record["supersedes"] or None
    )
    if manifest is None:
        desk.record_blocked(release, findings)
    else:
        desk.record_checked(release, manifest, findings)


def _kept(step: Any, name: str, run_key: str, *more: Any) -> None:
    """Run a cached step, again where its result is remembered but its files are gone."""
    place, run = _under_way[run_key]
    step(run_key, *more)
    if not is_done(place.run_dir(run), name):
        step.with_options(refresh_cache=True)(run_key, *more)


@flow(name="prepare_release", validate_parameters=False)
@guarded("prepare")
def prepare_release(dataset: str, order: str = "") -> dict[str, Any]:
    """Prepare one release; returns {release, dataset, period, status, findings, release_hash, run_key}.

    Raises the named errors of domain/errors.py; a file that arrived and can't be read is a blocked release instead.
    """
    platform = open_platform()
    asked = read_order(platform.home, dataset, order)
    contract = platform.contract(dataset)
    period = checked_period(asked.period, contract, platform.today())
    steps.release_dates(asked.dates)
    place = steps.Workplace(platform.home.root, platform.stores, contract, platform.packs, platform.today())
    announce(STEPS[0], 1, len(STEPS))
    stored = remedy.stored_sources(platform, asked.remedy_of) if asked.remedy_of else None
    return _walk(place, asked, period, stored or pull_source(dataset, order))


def _walk(place: steps.Workplace, asked: Order, period: str, sources: tuple[Artefact, ...]) -> dict[str, Any]:
    from review import desk, queries

    contract = place.contract
    ordered = queries.overrides(contract.id, period)
    place = replace(place, contract=under(contract, map(Override.from_dict, ordered)), declared=contract)
    last = queries.last_published(contract.id)
    packs = tuple((p.id, p.version, p.sha256) for p in place.packs.refs)
    run = steps.Run(
        contract.id, period, sources, contract.sha256, packs, asked.dates, last["release_hash"] if last else None,
        ordered, open_home(place.home).report_url,
    )  # fmt: skip
    begins(run.key)
    release = desk.receive(
        contract, period, run.key, asked.actor, source_sha256=sources[0].sha256, before=_contract_before(place),
    )  # fmt: skip
    record = queries.show(release)
    try:
        if record["status"] == "received":
            _under_way[run.key] = (_with_first_day(place, run), run)
            _take_steps(run.key, release, record)
            record = queries.show(release)
    finally:  # raw tables lie outside quarantine only while this runs; after SIGKILL the next run finds them
        _under_way.pop(run.key, None)
        remove(place.run_dir(run))
    return outcome(record, run)


def _contract_before(place: steps.Workplace) -> bytes | None:
    """The contract of the last publication, for the desk to compare; None where there is none or its bytes are gone."""
    from review import queries

    sha256 = queries.contract_before(place.in_force.id)
    return place.stores.read(sha256) if sha256 and place.stores.has(sha256) else None


def _take_steps(run_key: str, release: str, record: dict[str, Any]) -> None:
    scope = f"{record['dataset']}|{record['period']}|{record['edition']}|{record['revision']}"
    walk: list[tuple[Any, ...]] = [
        (read_source, "read"),
        (check_tables, "check"),
        (redact_release, "redact", scope),
        (export_files, "export", record["edition"]),
    ]
    for number, (step, name, *more) in enumerate(walk, start=2):
        announce(STEPS[number - 1], number, len(STEPS))
        _kept(step, name, run_key, *more)
    announce(STEPS[-1], len(STEPS), len(STEPS))
    seal_release(run_key, release)


def outcome(record: dict[str, Any], run: steps.Run) -> dict[str, Any]:
    """The answer of a preparation, as `--json` prints it."""
    kept = ("release", "dataset", "period", "edition", "revision", "status", "findings", "release_hash")
    return {**{k: record[k] for k in kept}, "run_key": run.key}


def _with_first_day(place: steps.Workplace, run: steps.Run) -> steps.Workplace:
    """A run that goes on after midnight judges deadlines by the day it began, so that its result stays the same."""
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
    return Path.cwd() if asked.location else platform.home.root
