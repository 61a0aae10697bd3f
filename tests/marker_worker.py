"""A warm process that runs the real command line again and again, with a fault let in where a test asks for one.

One JSON request a line on standard input: {words, stdin, fault, text}. The answer says how the command ended, what it
printed (standard output and error of the whole process, threads and C code included) and every exception on its way,
with all that it chains. `fault` names one of FAULTS; `text` is what the fault's own message quotes.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import secrets
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

Patch = Callable[[pytest.MonkeyPatch, str], None]


def _raising(target: str, fault: Callable[[str], BaseException], when: Callable[..., bool] = lambda *_, **__: True) -> Patch:  # fmt: skip
    """Let the function at `target` raise where `when` says so; else it does its work."""

    def patch(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
        owner, _, name = target.rpartition(".")
        holder = _owner(owner)
        real = getattr(holder, name)

        def broken(*args: Any, **kwargs: Any) -> Any:
            if when(text, *args, **kwargs):
                raise fault(text)
            return real(*args, **kwargs)

        monkeypatch.setattr(holder, name, broken)

    return patch


def _owner(path: str) -> Any:
    """The module or class of that name."""
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name) if name[0].isupper() else importlib.import_module(path)


def _full_disk(text: str) -> BaseException:
    return OSError(28, f"No space left on device: {text}", text)


def _too_hard(_: str) -> BaseException:
    from redaction.detect import TextTooHard

    return TextTooHard()


def _arrow(text: str) -> BaseException:
    import pyarrow as pa

    return pa.ArrowInvalid(f"could not convert {text!r}")


def _duck(text: str) -> BaseException:
    import duckdb

    return duckdb.ConversionException(f"Could not convert string {text!r} to INT32")


def _row_quoted(text: str) -> BaseException:
    from django.db import IntegrityError

    return IntegrityError(f"duplicate key value; DETAIL: Key (note)=({text}) already exists")


def _chained(text: str) -> BaseException:
    from domain.errors import StorageUnavailable

    named = StorageUnavailable("the store has no room left; free some, then run it again")
    named.__cause__ = ValueError(text)
    return named


def _role(wanted: str) -> Callable[..., bool]:
    return lambda _text, *_a, **k: k.get("role") == wanted


FAULTS: dict[str, Patch] = {
    "pull": _raising("intake.connect.pull", _full_disk),
    "reader": _raising("intake.tablefile.TableFile.finish", _arrow),
    "fit": _raising("intake.fit.fit", _arrow),
    "quality": _raising("checks.quality.run.run_quality", _duck),
    "gx": _raising("checks.quality.expectations.validate", _duck),
    "marks": _raising("checks.secrecy.marks.check_marks", ValueError),
    "recogniser": _raising("redaction.detect.Recogniser.find", RuntimeError, lambda text, _self, seen: text in seen),
    "too-hard": _raising("redaction.detect.Recogniser.find", _too_hard, lambda text, _self, seen: text in seen),
    "operator": _raising("redaction.operators.declared.mask_name", ValueError, lambda text, cell, *_: text in cell),
    "census": _raising("intake.census.census", ValueError),
    "residue": _raising("redaction.redact.residue", ValueError),
    "export": _raising("catalog.export.export", _full_disk),
    "store-export": _raising("storage.filesystem.FileStore.put", _full_disk, _role("export")),
    "store-named": _raising("storage.filesystem.FileStore.put", _chained, _role("redacted")),
    "receive": _raising("review.desk.receive", _row_quoted),
    "checked": _raising("review.desk.record_checked", _row_quoted),
    "blocked": _raising("review.desk.record_blocked", _row_quoted),
    "order": _raising("flows.ask.write_order", _full_disk),
    "look": _raising("redaction.report.scan_json", ValueError),
    "plain": _raising("catalog.plainfile.write_tables", _full_disk),
    "draft": _raising("intake.draft.draft_contract", ValueError),
    "interrupt": _raising("redaction.redact.redact_tables", lambda _: KeyboardInterrupt()),
    "memory": _raising("redaction.redact.redact_tables", MemoryError),
    "publish": _raising("catalog.publish.publish", RuntimeError),
    "published": _raising("review.desk.record_published", _row_quoted),
    "approval": _raising("review.desk.approval_for", _row_quoted),
    "show": _raising("review.queries.show", _row_quoted),
    "submit": _raising("review.desk.submit", _row_quoted),
    "decide": _raising("review.desk.decide", _row_quoted),
    "inspect": _raising("catalog.inspect.inspect", RuntimeError),
    "withdraw": _raising("catalog.withdraw.withdraw", RuntimeError),
    "evidence": _raising("review.evidence.export.export", RuntimeError),
    "plan": _raising("catalog.publish.plan", RuntimeError),
    "installation": _raising("flows.platform.read_packs", RuntimeError),
}


@contextmanager
def letting_in(fault: str, text: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        if fault:
            FAULTS[fault](monkeypatch, text)
        yield


@contextmanager
def caught() -> Iterator[dict[str, str]]:
    """All that the process prints within the block, by stream."""
    said: dict[str, str] = {}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        kept = {1: os.dup(1), 2: os.dup(2)}
        sys.stdout.flush(), sys.stderr.flush()
        os.dup2(out.fileno(), 1), os.dup2(err.fileno(), 2)
        try:
            yield said
        finally:
            sys.stdout.flush(), sys.stderr.flush()
            for number, old in kept.items():
                os.dup2(old, number)
                os.close(old)
            for name, stream in (("stdout", out), ("stderr", err)):
                stream.seek(0)
                said[name] = stream.read().decode("utf-8", "replace")


def chain(fault: BaseException | None) -> Iterator[str]:
    """Every exception that hangs on this one, suppressed or not, with its attributes and notes."""
    seen: set[int] = set()
    waiting = [fault]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield f"{one!r} {one.args!r} {vars(one)!r}"
        waiting += [one.__cause__, one.__context__, *getattr(one, "exceptions", ())]


def as_program(words: list[str]) -> tuple[int, str]:
    """Run `mingjing WORDS`; its exit status, and what is chained to the exception that leaves it."""
    import flows.cli

    sys.argv = ["mingjing", *words]
    try:
        flows.cli.main()
    except BaseException as ended:
        raised = "\n".join([*traceback.format_exception(ended), *chain(ended)])
        return int(getattr(ended, "code", 99)), raised
    return 0, ""


def by_runner(words: list[str]) -> tuple[int, str]:
    """Do one piece of work as `mingjing serve` does: a request row, claimed and done; 0 done, 1 failed."""
    from flows.platform import open_platform
    from flows.runner import WORKER, do_work
    from review import desk, queries

    kind, parameters = words[0], json.loads(words[1])
    platform = open_platform()
    number = desk.ask(kind, parameters)
    row = desk.claim(WORKER)
    assert row is not None
    assert row["id"] == number
    do_work(platform.home, row)
    ended = queries.work_of(number)
    print(json.dumps(ended["result"], ensure_ascii=False))
    return (0 if ended["state"] == "done" else 1), ""


def founded(root: Path) -> None:
    """A new installation with the people of the demo, their passwords in HOME/demo-users.json."""
    from flows.demo.cast import seat_everybody
    from flows.install import install

    os.environ["MINGJING_HOME"] = str(root)
    seat_everybody(install(root, admin="admin", password=secrets.token_urlsafe(16)))


def main() -> None:
    """Found the installation that the argument names, then answer requests until standard input ends."""
    from flows.platform import open_platform
    from flows.prefect_setup import prepare_prefect, quick_flows
    from flows.runner import warming

    founded(Path(sys.argv[1]))
    prepare_prefect(open_platform().home)
    with warming():
        import flows.prepare
        import flows.publish  # noqa: F401
    requests, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    with quick_flows():  # one server of Prefect for all commands
        for line in requests:
            asked = json.loads(line)
            sys.stdin = io.StringIO(asked["stdin"])
            do = by_runner if asked["runner"] else as_program
            with letting_in(asked["fault"], asked["text"]), caught() as said:
                status, raised = do(asked["words"])
            answers.write(json.dumps({"status": status, "raised": raised, **said}) + "\n")
            answers.flush()


if __name__ == "__main__":
    main()
