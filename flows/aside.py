"""What a page of the console waits for, done aside in a process of its own: checking a contract, drafting one from a file.

`python -m flows.aside` reads one question (JSON) from its input and prints one answer. It can be stopped, its memory goes with
it, and a file that breaks its reader breaks that process alone. Its private directory lies in HOME/work.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from domain import errors
from domain.contract_file import line_of, load_contract
from domain.errors import ContractInvalid, MingjingError, UsageInvalid
from domain.fault import Fault
from flows.guard import where
from flows.home import Home, open_home

CHECK_SECONDS = 180.0
DRAFT_SECONDS = 180.0
AT_ONCE = 2  # processes aside; the next visitor waits
WAIT_SECONDS = 30.0
PREFIX = "aside-"
ABANDONED_SECONDS = 3600.0
MOST_TEXT = 100_000  # characters of a contract

_room = threading.BoundedSemaphore(AT_ONCE)


def check_contract_text(home: Home, text: str) -> tuple[Fault, ...]:
    """Everything that `contract check` finds wrong with the text; empty where it is good. Raises UsageInvalid (busy, too slow)."""
    answer = _ask(home, {"do": "check", "text": text}, CHECK_SECONDS)
    return tuple(Fault.from_dict(f) for f in answer["faults"])


def draft_contract_text(home: Home, file: str, dataset: str) -> str:
    """A first contract for a file that was handed in. Raises SourceUnreadable, UsageInvalid."""
    return str(_ask(home, {"do": "draft", "file": file, "dataset": dataset}, DRAFT_SECONDS)["text"])


def _ask(home: Home, question: dict[str, Any], seconds: float) -> dict[str, Any]:
    if not _room.acquire(timeout=WAIT_SECONDS):
        raise UsageInvalid("others are checking contracts right now; try again in a minute")
    try:
        with _private(home) as folder:
            return _answered(home, question, seconds, folder)
    finally:
        _room.release()


@contextmanager
def _private(home: Home) -> Iterator[str]:
    home.work.mkdir(mode=0o700, exist_ok=True)
    folder = tempfile.mkdtemp(prefix=PREFIX, dir=home.work)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _answered(home: Home, question: dict[str, Any], seconds: float, folder: str) -> dict[str, Any]:
    environ = {**os.environ, "MINGJING_HOME": str(home.root), "TMPDIR": folder}
    command = [sys.executable, "-m", "flows.aside"]
    try:
        done = subprocess.run(
            command, input=json.dumps(question).encode(), capture_output=True, env=environ, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise UsageInvalid(f"it took longer than {seconds:.0f} seconds and was stopped; make it smaller") from None
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise UsageInvalid(
            "it couldn't be done and nothing was kept; make it smaller, or use the command line"
        ) from None
    if "error" in answer:
        raise _named(answer["error"], answer["message"])
    return answer


def _named(name: str, message: str) -> MingjingError:
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, MingjingError) and kind.name() == name:
            return kind(message)
    return UsageInvalid(message)


def sweep_asides(home: Home) -> int:
    """Remove what a killed process left; how many there were."""
    left = [p for p in home.work.glob(f"{PREFIX}*") if time.time() - p.stat().st_mtime > ABANDONED_SECONDS]
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    return len(left)


# --- in the process of its own ---


def faults_of(text: str, home: Home) -> list[Fault]:
    """Faults of the text itself, or if there are none, of what it refers to and of its examples."""
    from flows.examples import contract_problems

    if len(text) > MOST_TEXT:
        return [Fault("size", None, "", f"longer than {MOST_TEXT} characters; shorten it")]
    try:
        contract = load_contract(text, "contract")
    except ContractInvalid as wrong:
        return list(wrong.faults)
    return [
        Fault(p.kind, line_of(text, p.path), ".".join(map(str, p.path)), p.what)
        for p in contract_problems(contract, home)
    ]


def _done(question: dict[str, Any], home: Home) -> dict[str, Any]:
    match question["do"]:
        case "check":
            return {"faults": [f.to_dict() for f in faults_of(question["text"], home)]}
        case "draft":
            from flows.lookover import draft

            return {"text": draft(Path(question["file"]), question["dataset"])}
    raise ValueError("no such question")


def main() -> None:
    """Answer one question."""
    out = os.dup(1)  # libraries may print; the answer goes out alone
    os.dup2(2, 1)
    try:
        answer = _done(json.loads(sys.stdin.buffer.read()), open_home(Path(os.environ["MINGJING_HOME"])))
    except MingjingError as refused:
        answer = {"error": refused.name(), "message": str(refused)}
    except Exception as fault:
        answer = {"error": "usage-invalid", "message": f"it couldn't be done: {type(fault).__name__} at {where(fault)}"}
    with os.fdopen(out, "wb") as answers:
        answers.write(json.dumps(answer, ensure_ascii=False).encode())


if __name__ == "__main__":
    main()
