"""Flows ask_by_schedule, ask_for_inspection and ask_for_adopted: what a schedule does when its time comes. The work itself is the
runner's, or that of the process beside it (flows/audit/nightly).
"""

from __future__ import annotations

from prefect import flow

from flows.guard import guarded
from flows.platform import open_platform

DUE = {"release": "", "due": True}


@flow(name="ask_by_schedule", validate_parameters=False)
@guarded("schedule")
def ask_by_schedule(dataset: str) -> int | None:
    """Ask the runner to prepare the dataset from its contract's source; the work's number, None while its schedule is paused or
    an earlier run of it still waits."""
    from review import desk, queries

    contract = open_platform().contract(dataset)
    if queries.paused(dataset) is not None:
        return None
    params = {"dataset": dataset, "order": "", "department": contract.department}
    waiting = [row["params"] for row in queries.work_list("queued") if row["kind"] == "prepare"]
    return None if params in waiting else desk.ask("prepare", params)


@flow(name="ask_for_inspection", validate_parameters=False)
@guarded("schedule")
def ask_for_inspection() -> int | None:
    """Ask the runner to inspect what is due tonight; the work's number, None where an earlier night's still waits or goes on, or
    where the catalogue lies in another network: there the publishing side inspects.
    """
    from review import desk, queries

    if open_platform().home.is_carried:
        return None
    under_way = [row for state in ("queued", "running") for row in queries.work_list(state)]
    is_asked = any(row["kind"] == "inspect" and row["params"] == DUE for row in under_way)
    return None if is_asked else desk.ask("inspect", DUE)


@flow(name="ask_for_adopted", validate_parameters=False)
@guarded("schedule")
def ask_for_adopted() -> int | None:
    """Ask for a look at the catalogues that were adopted; the work's number, None where there is nothing to ask for."""
    from flows.audit.nightly import ask

    return ask()
