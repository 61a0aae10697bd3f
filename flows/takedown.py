"""The runner of orders to hide: a process of its own, so that an order is carried out at once, whatever else runs.

It does what `withdraw` requests ask, and tries again whatever the catalogue hasn't confirmed yet, for an order stands
until it is carried out. Everything else is left to flows/runner.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import suppress

from domain.errors import MingjingError
from flows.guard import note
from flows.platform import Platform, open_platform
from flows.runner import POLL_SECONDS, do_work, perform
from flows.service import until_told
from flows.timed import Unproven

WORKER = f"takedown-{os.getpid()}"
RETRY_SECONDS = 30.0


def carry_out(platform: Platform, stop: threading.Event) -> None:
    """Claim and carry out orders until `stop` is set."""
    from review import desk

    unproven = Unproven(platform, lambda release: perform("withdraw", {"release": release}), note, RETRY_SECONDS)
    while not stop.is_set():
        row = desk.claim(WORKER, kinds=("withdraw",))
        if row is not None:
            do_work(platform.home, row, WORKER)
        elif not unproven.step(time.monotonic()):
            stop.wait(POLL_SECONDS)


def main() -> None:
    """Run until SIGTERM (started by `mingjing serve`); where it can't run it says why in one line."""
    try:
        _run(open_platform())
    except MingjingError as refused:
        note(refused, "takedown")
        sys.exit(refused.exit_status)


def _run(platform: Platform) -> None:
    from flows.prefect_setup import prepare_prefect, quick_flows, stoppable

    prepare_prefect(platform.home)
    stop = until_told()
    import flows.publish  # noqa: F401 - an order doesn't wait for an import

    with quick_flows(), suppress(KeyboardInterrupt), stoppable():
        carry_out(platform, stop)


if __name__ == "__main__":
    main()
