"""Prefect's own server: its application, and its event loop, which ends when the process that started the server does.

Prefect starts that server as a child and stops it on its own way out; a process that is killed has none. uvicorn takes
its loop by name (UVICORN_LOOP, set in prefect_setup), so this runs in the child before the server serves.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from flows.garbage import collect_seldom

STARTER = "MINGJING_SERVER_STARTER"  # the process number of who starts the server
CHECK_SECONDS = 1.0
LOOK_SECONDS = 5.0

if TYPE_CHECKING:
    from fastapi import FastAPI


def app() -> FastAPI:
    """Prefect's application, loaded with the garbage left alone: uvicorn's factory (prefect_server)."""
    collect_seldom()
    from prefect.server.api.server import create_app

    _look_seldom()
    return create_app()


def _look_seldom() -> None:
    """Prefect's server looks eight times a second whether a background task is due, a fifteenth of a core while nothing happens.
    None of those that are left to it here is in a hurry (clean-up of runs and logs), and it has no setting for it."""
    from docket import Worker
    from prefect.server.api import background_workers

    seldom = timedelta(seconds=LOOK_SECONDS)
    patient = partial(Worker, minimum_check_interval=seldom, scheduling_resolution=seldom)
    vars(background_workers)["Worker"] = patient


def loop() -> asyncio.AbstractEventLoop:
    """A new event loop; from now on the process lives no longer than its starter."""
    threading.Thread(target=_end_with, args=(int(os.environ[STARTER]),), name="end-with-starter", daemon=True).start()
    return asyncio.new_event_loop()


def _end_with(starter: int) -> None:
    while os.getppid() == starter:
        time.sleep(CHECK_SECONDS)
    os._exit(0)  # nobody is left to whom the server could answer
