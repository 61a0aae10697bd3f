"""What looks at everything public, beside the runner: `python -m flows.watching inspect` does the inspections, `… rescan` the scans
after a change of the rules.

Each is a process of its own, for a look at a thousand datasets takes minutes and a scan of them may take hours: no preparation,
no publication and no order to hide waits for one, and neither waits for the other. The work itself is left to flows/watch.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import ExitStack, suppress
from functools import cache

from domain.errors import MingjingError, UsageInvalid
from flows.guard import note
from flows.inspection import Inspecting
from flows.platform import Platform, open_platform
from flows.runner import POLL_SECONDS, do_work, perform
from flows.service import hold_runner_lock, until_told
from flows.stopping import settle_cancelled

KINDS = ("inspect", "rescan")


def watch(platform: Platform, kind: str, stop: threading.Event) -> None:
    """Claim and do work of that kind until `stop` is set; between inspections, whatever was published and never inspected."""
    from review import desk

    worker = f"{kind}-{os.getpid()}"
    with ExitStack() as flows:
        begin = cache(
            lambda: _begin_flows(platform, flows)
        )  # Prefect is imported for the first work, not to wait for it

        def inspect(new: list[str]) -> None:
            begin()
            perform("inspect", {"release": "", "releases": new})

        fresh = Inspecting(inspect, note) if kind == "inspect" else None
        while not stop.is_set():
            settle_cancelled(platform.home, (kind,))
            row = desk.claim(worker, kinds=(kind,))
            if row is not None:
                begin()
                do_work(platform.home, row, worker, is_ended_to_stop=True)
            elif fresh is None or not fresh.step(time.monotonic()):
                stop.wait(POLL_SECONDS)


def _begin_flows(platform: Platform, flows: ExitStack) -> None:
    from flows.prefect_setup import prepare_prefect, quick_flows, stoppable

    prepare_prefect(platform.home)
    flows.enter_context(stoppable())
    flows.enter_context(quick_flows())


def main() -> None:
    """Run until SIGTERM (started by `mingjing serve`); where it can't run it says why in one line."""
    try:
        if sys.argv[1:] not in ([kind] for kind in KINDS):
            raise UsageInvalid(f"say which work: python -m flows.watching {'|'.join(KINDS)}")
        platform, kind = open_platform(), sys.argv[1]
        stop = until_told()
        with hold_runner_lock(platform.home, kind), suppress(KeyboardInterrupt):
            watch(platform, kind, stop)
    except MingjingError as refused:
        note(refused, "watching")
        sys.exit(refused.exit_status)


if __name__ == "__main__":
    main()
