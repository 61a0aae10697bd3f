"""The command `mingjing`: words in, flows run, answers out. Rules live elsewhere; this room asks and prints.

JSON goes to stdout alone, messages to stderr. Exit status: 0 done, 1 refused or findings at block level, 2 wrong usage
or unreadable input, 3 fault.
"""

from __future__ import annotations

import sys

import typer

from domain.errors import MingjingError

app = typer.Typer(
    name="mingjing",
    help="明镜：先审查，后公开。Open-data publishing with a security review in front.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def build() -> typer.Typer:
    """The application with every command registered."""
    from flows.cli import data, installation, people, release

    for part in (installation, data, release, people):
        part.register(app)
    return app


def main() -> None:
    """Entry point: run, and turn every error into one clear line and the right exit status."""
    from flows.guard import StepFailed, where

    try:
        build()()
    except MingjingError as refused:
        print(f"mingjing: {refused}", file=sys.stderr)
        sys.exit(refused.exit_status)
    except StepFailed as fault:
        print(f"mingjing: {fault}", file=sys.stderr)
        sys.exit(3)
    except KeyboardInterrupt:
        print("mingjing: stopped; what was under way can be run again", file=sys.stderr)
        sys.exit(3)
    except Exception as fault:
        print(f"mingjing: fault, {type(fault).__name__} at {where(fault)}; nothing more was done", file=sys.stderr)
        sys.exit(3)
