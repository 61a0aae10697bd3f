"""No path of desk calls reaches publication without approvals; no change of the ledger goes unseen."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import MingjingError
from domain.release import Verdict
from tests.review_desk import (
    BLOCK,
    HOLD,
    PASSWORD,
    PEOPLE,
    WARN,
    cheap_disk,
    cheap_passwords,
    checked,
    dispose,
    hash_of,
    holds,
    open_desk,
    receipt,
)

RUNS = itertools.count(1)
ROLE = {
    "section": "section_reviewer", "confidentiality": "confidentiality_reviewer", "legal": "legal_reviewer",
    "chief": "releasing_chief",
}  # fmt: skip
PLAIN = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    from review.setup import close

    folder = tmp_path_factory.mktemp("desk")
    with cheap_passwords(), cheap_disk():
        open_desk(folder)
        yield folder
    close()


person = st.sampled_from(sorted(PEOPLE))
stage = st.sampled_from(sorted(ROLE))
step = st.one_of(
    st.tuples(st.just("submit"), person),
    st.tuples(st.just("open"), person),
    st.tuples(
        st.just("decide"),
        person,
        stage,
        st.sampled_from(["approve"] * 4 + ["return", "withhold", "escalate"]),
        st.booleans(),
    ),
    st.tuples(st.sampled_from(["answer", "recall", "withdraw"]), person),
    st.tuples(st.sampled_from(["publish", "publish", "block", "inspect", "taken-down"])),
    st.tuples(
        st.just("good"), st.sampled_from(["sec", "conf", "law", "chief", "both"])
    ),  # a likely next step on the right road
)
walk = st.lists(step, min_size=4, max_size=14)


def take(release: str, words: tuple[Any, ...]) -> None:
    """Try one step; a refusal is an answer too."""
    from review import desk

    said = {"release_hash": hash_of(release), "dispositions": dispose(release)}
    extra = {"approve": {}, "withhold": {"reason_code": "A15-1", "basis": "条例第十五条"}}
    acts: dict[str, Callable[..., Any]] = {
        "submit": lambda who: desk.submit(release, who, PASSWORD),
        "open": lambda who: desk.open_findings(who, release, holds(release)),
        "decide": lambda who, at, verdict, stale: desk.decide(
            release, who, PASSWORD, at, Verdict(verdict), reason="见意见", **extra.get(verdict, {}),
            **(said | ({"release_hash": "0" * 64} if stale else {})),
        ),
        "answer": lambda who: desk.answer_escalation(release, who, PASSWORD, authority="市保密局", answer="可以公开"),
        "recall": lambda who: desk.recall(release, who, PASSWORD),
        "withdraw": lambda who: desk.withdraw(release, who, PASSWORD, "不应公开"),
        "publish": lambda: (desk.approval_for(release), desk.record_published(release, receipt(release))),
        "block": lambda: desk.record_blocked(release, [BLOCK]),
        "inspect": lambda: desk.record_inspection(release, {"ok": True}),
        "taken-down": lambda: desk.record_withdrawn(release, {"ok": True}),
        "good": lambda who: good(release, who),
    }  # fmt: skip
    try:
        acts[words[0]](*words[1:])
    except MingjingError:
        return


def good(release: str, who: str) -> None:
    from review import desk, queries

    shown = queries.show(release)
    if shown["status"] == "checked":
        desk.submit(release, "op", PASSWORD)
    elif shown["stage"]:
        desk.open_findings(who, release, holds(release))
        desk.decide(
            release,
            who,
            PASSWORD,
            shown["stage"],
            Verdict.APPROVE,
            release_hash=hash_of(release),
            dispositions=dispose(release),
        )


def check_approved(release: str) -> None:
    """What must be true of whatever was let through, said without the code under test."""
    from review import queries

    shown = queries.show(release)
    approving = [d for d in shown["decisions"] if d["verdict"] == "approve"]
    people = [d["user"] for d in approving]
    submitters = {t["actor"] for t in shown["timeline"] if t["event"] == "submitted"}
    demanded = ["section", "confidentiality", "legal", "chief"]
    if shown["tier"] == "L2":  # the contract's own, once something was published
        assert any(r["public_url"] and r["release"] < release for r in queries.releases())
        demanded.remove("legal")
    assert [d["stage"] for d in approving] == demanded
    assert len(set(people)) == len(demanded)
    assert not set(people) & submitters
    assert all(("finance", ROLE[d["stage"]]) in PEOPLE[d["user"]] for d in approving)
    assert {d["release_hash"] for d in shown["decisions"]} == {shown["release_hash"]}
    assert all({x["finding"] for x in d["dispositions"]} >= {HOLD.id} for d in approving)
    opened = {t["actor"] for t in shown["timeline"] if t["event"] == "opened" and HOLD.id in t["data"]["findings"]}
    assert set(people) <= opened
    assert shown["findings"]["block"] == 0


@PLAIN
@given(steps=walk)
def test_no_path_is_published_without_approvals(home: Path, steps: list[tuple[Any, ...]]) -> None:
    from review import queries
    from review.replay import replay
    from review.replay_lines import lines_for

    run = next(RUNS)
    release = checked(period=f"p{run}", run_key=f"walk-{run}", findings=[HOLD, WARN])
    for words in steps:
        take(release, words)
        status = queries.show(release)["status"]
        assert replay(release, lines_for(release)).status == status
        if status in ("approved", "published", "superseded"):
            check_approved(release)


def test_right_road_is_walkable(home: Path) -> None:
    """So that the property above isn't true of a desk that refuses everything."""
    from review import queries

    release = checked(period="road", run_key="road", findings=[HOLD, WARN])
    for words in [("good", "op"), ("good", "sec"), ("good", "conf"), ("good", "law"), ("good", "chief"), ("publish",)]:
        take(release, words)
    assert queries.show(release)["status"] == "published"
    check_approved(release)


def lines(number: int) -> list[tuple[Any, ...]]:
    """A made-up sound ledger."""
    import json

    from review import keys
    from review.ledger import link
    from review.ledger_head import GENESIS

    prev, made = GENESIS, []
    for seq in range(1, number + 1):
        said = {
            "actor": "sec",
            "at": "2026-11-24T00:00:00.000000Z",
            "data": {"n": seq},
            "event": "opened",
            "release": "R-2026-0001",
            "seq": seq,
        }
        body = json.dumps(said, separators=(",", ":"))
        digest = link(prev, body)
        made.append(
            (seq, prev, digest, keys.seal_of(b"k" * 32, digest), said["at"], "opened", "sec", "R-2026-0001", body)
        )
        prev = digest
    return made


@settings(max_examples=200, deadline=None)
@given(number=st.integers(2, 20), data=st.data())
def test_any_change_of_a_line_is_found_where_it_is(home: Path, number: int, data: st.DataObject) -> None:
    from review.ledger import Chain

    rows = lines(number)
    kind = data.draw(st.sampled_from(["edit", "remove", "swap", "repeat", "cut"]))
    at = data.draw(st.integers(0, number - 1))
    if kind == "edit":
        column = data.draw(st.integers(0, 8))
        row = list(rows[at])
        value = row[column]
        if isinstance(value, int):
            row[column] = value + data.draw(st.integers(1, 9))
        else:
            place = data.draw(st.integers(0, len(value) - 1))
            other = data.draw(st.characters(codec="ascii", exclude_characters=value[place]))
            row[column] = value[:place] + other + value[place + 1 :]
        rows[at] = tuple(row)
    elif kind == "remove":
        del rows[at]
    elif kind == "cut":
        del rows[at:]
    elif kind == "repeat":
        rows.insert(at, rows[at])
    else:
        other_at = data.draw(st.integers(0, number - 1).filter(lambda n: n != at))
        rows[at], rows[other_at] = rows[other_at], rows[at]
        at = min(at, other_at)
    chain = Chain(key=b"k" * 32)
    fault = chain.walk(rows)
    is_cut = kind == "cut" or (kind == "remove" and at == number - 1)
    assert (fault == "") is is_cut  # a shorter chain is sound in itself: the signed head tells
    assert chain.seq == (at + 1 if kind == "repeat" else at)


@settings(max_examples=50, deadline=None)
@given(number=st.integers(1, 30), at=st.integers(0, 29))
def test_sound_lines_are_accepted_from_anywhere(home: Path, number: int, at: int) -> None:
    from review.ledger import Chain
    from review.ledger_head import GENESIS

    rows = lines(number)
    at = min(at, number)
    chain = Chain(at, rows[at - 1][2] if at else GENESIS, b"k" * 32)
    assert chain.walk(rows[at:]) == ""
    assert chain.seq == number
