"""A preparation that kills itself where it is told to, called in a process of its own (tests/forked.py)."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def prepare(order: dict[str, Any], kill: str = "") -> None:
    """The real flow in the home that MINGJING_HOME names; prints its result.

    `kill`: at:STEP (as the step begins), inside:STEP (its files are written, not yet renamed), before:seal and after:seal (around the
    desk's record), or nowhere.
    """
    where, _, step = kill.partition(":")
    from flows import prepare_steps, workdir
    from flows.orders import Order, write_order
    from flows.platform import open_platform
    from flows.prefect_setup import prepare_prefect, quick_flows

    platform = open_platform()
    prepare_prefect(platform.home)
    from flows import prepare as _  # noqa: F401
    from flows.runner import perform
    from review import desk

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def recorded(record: Callable[..., Any]) -> Callable[..., Any]:
        def record_checked(*given: Any, **named: Any) -> Any:
            if where == "before":
                die()
            done = record(*given, **named)
            if where == "after":
                die()
            return done

        return record_checked

    real = workdir.writing

    @contextmanager
    def writing(run: Any, name: str) -> Iterator[Path]:
        if (where, step) == ("at", name):
            die()
        with real(run, name) as into:
            yield into
            if (where, step) == ("inside", name):
                die()

    prepare_steps.writing = writing  # type: ignore[attr-defined,assignment]  # a seam for tests
    desk.record_checked = recorded(desk.record_checked)
    with quick_flows():
        written = write_order(platform.home, Order(**order))
        print(json.dumps(perform("prepare", {"dataset": order["dataset"], "order": written})))
