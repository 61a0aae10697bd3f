"""Deployments with the schedules of the contracts, served to Prefect's scheduler (started by `mingjing serve`).

When its time comes a schedule only asks the runner, so that its run is seen, followed and cancelled like any other; one that
was paused at the desk asks for nothing. A scheduled preparation ends at `checked`; a person submits. Each night asks for the
inspection of its part of the half month's plan, and for a look at the catalogues that were adopted.
"""

from __future__ import annotations

from typing import Any

from flows.library import read_contracts
from flows.platform import Platform, open_platform
from flows.prefect_setup import prepare_prefect

INSPECTION_CRON = "30 2 * * *"
ADOPTED_CRON = "0 3 * * *"


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


def main() -> None:
    """Serve the deployments until stopped."""
    platform = open_platform()
    prepare_prefect(platform.home)
    from prefect import serve

    serve(*deployments(platform), pause_on_shutdown=False, limit=1)


if __name__ == "__main__":
    main()
