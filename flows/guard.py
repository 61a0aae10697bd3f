"""The last boundary of a step and of a flow: named errors pass, anything else becomes StepFailed, which says where and
never what.

Third-party exceptions quote cells, URLs and passwords; their message and their traceback's values must reach neither
the terminal nor Prefect's database.
"""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from domain.errors import MingjingError

P = ParamSpec("P")
R = TypeVar("R")


class StepFailed(Exception):
    """A fault of ours (or of a library) in a named step; the run fails closed and can be run again."""


def where(fault: BaseException) -> str:
    """File, line and function of the last frames, without any value."""
    frames = traceback.extract_tb(fault.__traceback__)[-3:]
    return " ← ".join(f"{os.path.basename(f.filename)}:{f.lineno} {f.name}" for f in reversed(frames))  # noqa: PTH119 - text, not a path


def note(fault: Exception, work: str) -> None:
    """A line in the process's log: named errors in their own words, anything else by kind and place alone."""
    said = str(fault) if isinstance(fault, MingjingError | StepFailed) else f"{type(fault).__name__} at {where(fault)}"
    print(f"{work}: {said}", file=sys.stderr)


def guarded(step: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator: let named errors through, replace every other exception."""

    def wrap(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def inner(*args: P.args, **kwargs: P.kwargs) -> R:
            failed: StepFailed
            try:
                return function(*args, **kwargs)
            except (MingjingError, StepFailed) as named:  # a flow's guard meets what its steps' guards have let through
                named.__cause__ = named.__context__ = None
                raise
            except Exception as fault:
                failed = StepFailed(
                    f"step {step}: {type(fault).__name__} at {where(fault)}; nothing was published, run it again"
                )
            raise failed  # outside the handler: no chained exception carries the library's words

        return inner

    return wrap
