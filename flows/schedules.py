"""Deployments with the schedules of the contracts, served to Prefect's scheduler (started by `mingjing serve`).

When its time comes a schedule only asks the runner, so that its run is seen, followed and cancelled like any other; one that
was paused at the desk asks for nothing. A scheduled preparation ends at `checked`; a person submits. Each night asks for the
inspection of its part of the half month's plan, and for a look at the catalogues that were adopted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flows.library import read_contracts
from flows.platform import Platform, open_platform
from flows.prefect_setup import prepare_prefect

INSPECTION_CRON = "30 2 * * *"
ADOPTED_CRON = "0 3 * * *"
PAGE = 200  # as many as Prefect's server gives at once


def deployments(platform: Platform) -> list[Any]:
    """One deployment per scheduled contract, one for inspection, one for adopted catalogues."""
    from prefect.schedules import Cron

    from flows.scheduled import ask_by_schedule, ask_for_adopted, ask_for_inspection

    found = [
        ask_by_schedule.to_deployment(
            name=contract.id, parameters={"dataset": contract.id}, tags=[contract.department],
            schedules=[Cron(contract.schedule.cron, timezone=contract.schedule.timezone)],
        )
        for contract in read_contracts(platform.home).values()
        if contract.schedule and contract.source.location
    ]  # fmt: skip
    nightly = Cron(INSPECTION_CRON, timezone=platform.home.timezone)
    later = Cron(ADOPTED_CRON, timezone=platform.home.timezone)
    return [
        *found,
        ask_for_inspection.to_deployment(name="inspect-due", schedules=[nightly]),
        ask_for_adopted.to_deployment(name="adopted", schedules=[later]),
    ]


def forget_others(served: Sequence[Any]) -> int:
    """Delete Prefect's deployments that aren't served any more (a contract without its schedule, an older program's): their
    runs would only pile up late. Returns how many."""
    from prefect.client.orchestration import get_client

    ours, gone = {(d.flow_name, d.name) for d in served}, 0
    with get_client(sync_client=True) as client:
        flows = {flow.id: flow.name for flow in _pages(client.read_flows)}
        for known in list(_pages(client.read_deployments)):
            if (flows.get(known.flow_id), known.name) not in ours:
                client.delete_deployment(known.id)
                gone += 1
    return gone


def _pages(read: Callable[..., list[Any]]) -> Iterator[Any]:
    """Everything that a list of Prefect's server holds, a page at a time."""
    offset = 0
    while page := read(limit=PAGE, offset=offset):
        yield from page
        offset += len(page)


def main() -> None:
    """Serve the deployments until stopped."""
    platform = open_platform()
    prepare_prefect(platform.home)
    from prefect import serve

    served = deployments(platform)
    forget_others(served)
    serve(*served, pause_on_shutdown=False, limit=1)


if __name__ == "__main__":
    main()
