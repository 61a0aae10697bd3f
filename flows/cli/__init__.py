"""The command `mingjing`: words in, flows run, answers out. Rules live elsewhere; this room asks and prints.

JSON goes to stdout alone, messages to stderr. Exit status: 0 done, 1 refused or findings at block level, 2 wrong usage
or unreadable input, 3 fault.
"""

from __future__ import annotations

import signal
import sys
import threading
from functools import cache
from types import FrameType

import typer
from typer.core import TyperGroup
from typer.main import get_group

from domain.errors import MingjingError
from flows.garbage import collect_seldom


@cache
def build() -> TyperGroup:
    """The program with every command, made once in a process."""
    from flows.cli import audit, catalogue, data, installation, outside, people, release, watch, withdrawal

    app = typer.Typer(
        name="mingjing",
        help="明镜：先审查，后公开。Open-data publishing with a security review in front.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    for part in (installation, data, audit, release, withdrawal, watch, catalogue, outside, people):
        part.register(app)
    return get_group(app)


INTERRUPTED = 130  # how Typer ends on Ctrl-C
STOPPED = "stopped; what was under way can be run again"
_told_to_stop = threading.Event()


def main() -> None:
    """Entry point: run, and turn every error into one clear line and the right exit status."""
    collect_seldom()
    for number in (signal.SIGINT, signal.SIGTERM):  # so that it too cleans up behind itself
        signal.signal(number, _stop)
    said, status = _run()
    if said:
        print(f"mingjing: {said}", file=sys.stderr)
    sys.exit(status)  # outside every handler: nothing is chained to it


def _stop(number: int, frame: FrameType | None) -> None:
    """Told to stop, whoever catches the interrupt on its way."""
    _told_to_stop.set()
    signal.default_int_handler(number, frame)


def _run() -> tuple[str, int]:
    """What to say, if anything, and the exit status. Third parties' words go no further."""
    from flows.guard import StepFailed, where

    try:
        build()()
    except MingjingError as refused:
        return str(refused), refused.exit_status
    except KeyboardInterrupt:
        return STOPPED, 3
    except SystemExit as ended:
        if ended.code == INTERRUPTED:
            return STOPPED, 3
        return "", ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except Exception as fault:
        if _told_to_stop.is_set():  # a library stumbled over the interrupt
            return STOPPED, 3
        if isinstance(fault, StepFailed):
            return str(fault), 3
        return f"fault, {type(fault).__name__} at {where(fault)}; nothing more was done, run it again", 3
    return "", 0
