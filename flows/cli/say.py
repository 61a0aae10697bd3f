"""How the command line speaks: JSON to stdout, people's words and progress to stderr, tables where people read."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import indent
from typing import Annotated, Any, NamedTuple

import typer

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home", help="installation directory (default: MINGJING_HOME, else ./.mingjing)", show_default=False
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="print JSON to stdout")]
AsOption = Annotated[str, typer.Option("--as", help="who acts (user name)")]
PasswordOption = Annotated[
    bool,
    typer.Option(
        "--password-stdin",
        help="read the password, and a second factor's code on the next line, from standard input, not from prompts",
    ),
]


def answer(value: Any) -> None:
    """JSON to stdout."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def answer_long(head: Mapping[str, Any], name: str, lines: Iterable[Any]) -> None:
    """JSON to stdout: an object whose last member, a list, is printed as it comes."""
    sys.stdout.write(json.dumps({**head, name: []}, ensure_ascii=False, indent=2).removesuffix("]\n}"))
    end = "]\n}\n"
    for number, line in enumerate(lines):
        text = json.dumps(line, ensure_ascii=False, indent=2)
        sys.stdout.write(("," if number else "") + indent(f"\n{text}", "    "))
        end = "\n  ]\n}\n"
    sys.stdout.write(end)


def tell(text: str) -> None:
    """A message for people, to stderr."""
    print(text, file=sys.stderr)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], *, right: Sequence[int] = ()) -> None:
    """A table on stdout; `right` are the numbers of right-aligned columns."""
    from rich.console import Console
    from rich.table import Table

    out = Table(title=title or None, title_justify="left", show_edge=False, pad_edge=False)
    for number, column in enumerate(columns):
        out.add_column(column, justify="right" if number in right else "left", overflow="fold")
    for row in rows:
        out.add_row(*("" if cell is None else str(cell) for cell in row))
    width = None if sys.stdout.isatty() else 160
    Console(width=width, highlight=False).print(out)


@contextmanager
def bar(what: str) -> Iterator[Any]:
    """A progress bar on stderr that follows announced steps and counted rows; yields a function to change the description."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from flows.progress import listening

    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(28),
        TextColumn("{task.fields[step]}"),
        TextColumn("{task.fields[rows]}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    ) as progress:
        task = progress.add_task(what, total=None, step="", rows="")
        before = 0

        def follow(title: str, number: int, of: int) -> None:
            nonlocal before
            before = number - 1
            progress.update(task, total=of, completed=before, step=title, rows="")

        def count(done: int, of: int) -> None:
            progress.update(task, completed=before + min(1.0, done / max(1, of)), rows=f"{done:,}／{of:,} 行")

        with listening(follow, count):
            yield lambda text: progress.update(task, description=text)


def ask_password(user: str, from_stdin: bool) -> str:
    """The password that signs an act: from a prompt, or the first line of standard input."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    import getpass

    return getpass.getpass(f"password of {user} (signs this act): ")


class Signature(NamedTuple):
    """What signs an act: the password, and the code of whoever has a second factor."""

    password: str
    code: str


def ask_signature(user: str, from_stdin: bool) -> Signature:
    """Password and, of a person with a second factor, the code: from prompts, or the first two lines of standard input.
    An installation is open already."""
    from review.factors import is_enrolled

    password = ask_password(user, from_stdin)
    if not is_enrolled(user):
        return Signature(password, "")
    if from_stdin:
        return Signature(password, sys.stdin.readline().strip())
    import getpass

    return Signature(password, getpass.getpass(f"code from the telephone of {user}, or a recovery code: "))
