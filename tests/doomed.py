"""A process from which preparations that kill themselves are forked, so that each finds the dear libraries imported.

One JSON request a line on standard input: {home, order, kill, said, errors}; the answer is how the preparation ended: its
exit status, or minus the signal. `kill` says where it dies: at:STEP (as the step begins), inside:STEP (its files are
written, not yet renamed), before:seal and after:seal (around the desk's record), or nowhere. Prefect is imported by the
fork itself, which must tell it its home first; what the parent holds has started no thread of Python.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import great_expectations  # noqa: F401  # seconds to import
import presidio_analyzer  # noqa: F401

SECONDS = 300  # for one preparation


def main() -> None:
    """Answer requests until standard input ends."""
    requests, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    for line in requests:
        answers.write(f"{ended(json.loads(line))}\n")
        answers.flush()


def ended(asked: dict[str, Any]) -> int:
    """Fork, prepare there, and wait for its end."""
    assert threading.active_count() == 1
    pid = os.fork()
    if pid == 0:
        os.setsid()
        for number, name in ((1, "said"), (2, "errors")):
            os.dup2(os.open(asked[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        signal.alarm(SECONDS)
        os.environ["MINGJING_HOME"] = asked["home"]
        status = 1
        try:
            prepare(asked["order"], *asked["kill"].split(":"))
            status = 0
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stdout.flush(), sys.stderr.flush()
            with suppress(SystemExit):
                _leave(status)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with suppress(ProcessLookupError):  # what it started and a SIGKILL left behind
        os.killpg(pid, signal.SIGKILL)
    return status


def _leave(status: int) -> None:
    """As an interpreter ends: what was registered for its end is done (a Prefect server in the process stops)."""
    import atexit

    threading._shutdown()  # type: ignore[attr-defined]  # what Python itself calls first
    atexit._run_exitfuncs()
    os._exit(status)


def prepare(order: dict[str, Any], where: str = "", step: str = "") -> None:
    """The real flow; prints its result."""
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


if __name__ == "__main__":
    main()
