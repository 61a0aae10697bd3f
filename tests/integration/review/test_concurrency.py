"""Two at once: one stands, the other gets its named error; nothing is written twice and the ledger stays whole."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from domain.errors import MingjingError
from tests.review_desk import PASSWORD, decide, events, receive, submitted

ROOT = Path(__file__).resolve().parents[3]


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run all calls in threads that start together; results or named errors in order."""
    from review.setup import close

    start, results = threading.Barrier(len(calls)), [None] * len(calls)

    def work(number: int, call: Callable[[], Any]) -> None:
        try:
            start.wait()
            results[number] = call()
        except MingjingError as refusal:
            results[number] = refusal  # type: ignore[call-overload]  # a list of anything
        finally:
            close()

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_reviewers_at_one_stage(home: Path) -> None:
    from review import ledger, queries

    release = submitted()
    results = at_once(lambda: decide(release, "sec", "section"), lambda: decide(release, "sec2", "section", "return"))
    assert sum(isinstance(r, str) for r in results) == 1
    assert len(queries.show(release)["decisions"]) == 1
    assert ledger.verify().ok


def test_double_click(home: Path) -> None:
    from review import queries

    release = submitted()
    results = at_once(*[lambda: decide(release, "sec", "section")] * 3)
    assert sorted(isinstance(r, str) for r in results) == [False, False, True]
    assert [d["user"] for d in queries.show(release)["decisions"]] == ["sec"]


def test_decide_while_a_newer_revision_is_submitted(home: Path) -> None:
    from review import desk, queries
    from tests.review_desk import checked

    old, new = submitted(), checked(run_key="run-2")
    at_once(lambda: decide(old, "sec", "section"), lambda: desk.submit(new, "op", PASSWORD))
    assert queries.show(old)["status"] == "replaced"


def test_receive_same_run_from_many_threads(home: Path) -> None:
    from review import ledger

    assert len(set(at_once(*[receive] * 4))) == 1
    assert events().count("received") == 1
    made = at_once(*[lambda n=n: receive(period=str(n), run_key=f"p{n}") for n in range(6)])  # type: ignore[misc]
    assert len(set(made)) == 6
    found = ledger.verify()
    assert (found.ok, found.unsigned) == (True, 0)


def test_one_runner_gets_the_work(home: Path) -> None:
    from review import desk

    desk.ask("prepare", {})
    results = at_once(*[lambda n=n: desk.claim(f"runner-{n}") for n in range(4)])  # type: ignore[misc]
    assert sum(r is not None for r in results) == 1


CHILD = """
import json, sys
from pathlib import Path
from review.setup import configure
configure(Path(sys.argv[1]), database_url=sys.argv[2] or None)
from tests.review_desk import decide, receive, cheap_passwords
from domain.errors import MingjingError
with cheap_passwords():
    try:
        said = decide(sys.argv[3], sys.argv[4], "section")
    except MingjingError as refusal:
        said = refusal.name()
    for n in range(10):
        receive(period=sys.argv[4] + str(n), run_key=sys.argv[4] + str(n))
print(json.dumps(said))
"""


def test_two_processes(home: Path, desk_url: str | None) -> None:
    from review import ledger, queries

    release = submitted()
    words = [sys.executable, "-c", CHILD, str(home), desk_url or "", release]
    children = [
        subprocess.Popen([*words, person], cwd=ROOT, stdout=subprocess.PIPE, env={"PYTHONPATH": str(ROOT), "PATH": ""})
        for person in ("sec", "sec2")
    ]
    said = [json.loads(c.communicate(timeout=120)[0]) for c in children]
    assert sorted(said) == ["in_review", "transition-refused"]
    assert len(queries.releases()) == 21
    found = ledger.verify()
    assert (found.ok, found.unsigned) == (True, 0)
