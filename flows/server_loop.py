"""The event loop of Prefect's in-process server, which ends when the process that started the server does.

Prefect starts that server as a child and stops it on its own way out; a process that is killed has none. uvicorn takes
its loop by name (UVICORN_LOOP, set in prefect_setup), so this runs in the child before anything else of the server.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time

from flows.garbage import collect_seldom

STARTER = "MINGJING_SERVER_STARTER"  # the process number of who starts the server
CHECK_SECONDS = 1.0


def loop() -> asyncio.AbstractEventLoop:
    """A new event loop; from now on the process lives no longer than its starter."""
    collect_seldom()
    threading.Thread(target=_end_with, args=(int(os.environ[STARTER]),), name="end-with-starter", daemon=True).start()
    return asyncio.new_event_loop()


def _end_with(starter: int) -> None:
    while os.getppid() == starter:
        time.sleep(CHECK_SECONDS)
    os._exit(0)  # nobody is left to whom the server could answer
