"""The publishing side inspects what it published by a reproducible plan of its own; what fails comes back as a case at the desk."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.errors import ContentChanged, UsageInvalid
from flows.catalogue import embedded_url, token_file
from flows.home import open_home
from flows.inspection import is_drawn_from, plan_half_month, plans_outside
from flows.inspection import left_of as left_inside
from flows.install import install_publisher
from flows.outside import duties
from flows.outside.plans import due_tonight, left_of, uninspected
from flows.outside.plans import plan_half_month as plan_outside
from flows.outside.register import Entry, today_at
from flows.outside.serve import Duties
from flows.platform import open_platform
from flows.sampling import days_left, draw
from review.carried import Kind, write_message
from tests.apart import Apart, apart_networks
from tests.cities import run
from tests.made_platform import ledger_lines

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
SEED = "5eed"


@pytest.fixture
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    with apart_networks(tmp_path_factory.mktemp("watch")) as both:
        yield both


def note(fault: Exception, work: str) -> None:
    raise AssertionError(work) from fault


def at(apart: Apart, day: date | None = None, hour: int = 3) -> datetime:
    day = day or today_at(apart.here)
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(apart.here.timezone))


def edited(apart: Apart, entry: Entry) -> None:
    """Somebody changes the dataset's title by hand."""
    apart.act("package_patch", {"id": entry.dataset.replace(".", "-"), "title": "手工改动"})


# --- the plan ---


def test_plan_is_drawn_once_from_a_kept_seed_over_what_was_published_from_here(apart: Apart, tmp_path: Path) -> None:
    names = [f"plan{n}" for n in range(5)]
    shown = [apart.published(name, tmp_path)[0] for name in names]
    today = today_at(apart.here)
    plan = plan_outside(apart.here, today, SEED)
    waits = [(f"finance.{name}", None) for name in names]
    assert plan["population"] == [[name, None] for name, _ in waits]
    assert tuple(plan["chosen"]) == draw(SEED, waits, 30)
    assert len(plan["chosen"]) >= 2  # 30 % of five, rounded up
    assert is_drawn_from(plan)
    assert plan_outside(apart.here, today) == plan
    with pytest.raises(UsageInvalid, match="isn't drawn twice"):
        plan_outside(apart.here, today, "another")
    assert {e.dataset for e in left_of(apart.here, plan)} == set(plan["chosen"])
    assert {e.release for e in due_tonight(apart.here, plan, today)} == {e.release for e in shown}  # all of them new

    made = duties.inspect_due(apart.here, today, note)
    assert made
    assert len(made["results"]) == 5
    assert left_of(apart.here, plan) == uninspected(apart.here) == due_tonight(apart.here, plan, today) == []
    assert duties.inspect_due(apart.here, today, note) is None

    later = today + timedelta(days=days_left(today))
    second = plan_outside(apart.here, later, SEED)
    waited = dict(map(tuple, second["population"]))
    assert {d for d, n in waited.items() if n == 1} == set(plan["chosen"])
    tonight = due_tonight(apart.here, second, later)
    assert 0 < len(tonight) < len(second["chosen"])  # a part of the plan each night


def test_failed_inspection_by_the_plan_opens_a_case_inside_and_the_plan_is_kept_there(
    apart: Apart, tmp_path: Path
) -> None:
    from review import queries, standing
    from review.cases import of_release

    sound, broken = (apart.published(name, tmp_path)[0] for name in ("sound", "broken"))
    edited(apart, broken)
    today = today_at(apart.here)
    plan_outside(apart.here, today, SEED)
    for refused in (plan_half_month, plans_outside):
        with pytest.raises(UsageInvalid, match="publishing side"):
            refused(open_platform(apart.made.home.root))
    made = duties.inspect_due(apart.here, today, note)
    assert made
    for _ in range(2):
        told = {row["release"]: row for row in apart.accept(made["receipt"])}
    assert (told[sound.release]["ok"], told[broken.release]["ok"]) == (True, False)
    [case] = of_release(broken.release)
    assert (case.kind, case.status, [f["code"] for f in case.findings]) == ("inspection", "open", ["catalogue-edited"])
    assert of_release(sound.release) == []
    [inside] = plans_outside(open_platform(apart.made.home.root))
    assert (inside["seed"], is_drawn_from(inside)) == (SEED, True)
    assert [p["seed"] for p in standing.plans()] == [SEED]
    assert len(ledger_lines("", "inspection-planned")) == 1
    assert len(ledger_lines("", "inspection-plan-done")) == 1
    assert not queries.show(broken.release)["inspection"]["ok"]
    again = due_tonight(apart.here, plan_outside(apart.here, today), today)
    assert [e.release for e in again] == [broken.release]  # what failed is looked at each night


def test_each_publishing_side_has_its_plan_and_its_end_of_it(apart: Apart, tmp_path: Path) -> None:
    from review import standing
    from review.ledger import verify

    pin = (apart.made.home.keys / "ledger.pub").read_text().strip()
    home, key = install_publisher(tmp_path / "second", catalogue_url=embedded_url(apart.catalogue), pin=pin)
    shutil.copy(token_file(apart.catalogue), home.keys / "catalogue.token")
    keys = apart.made.home.keys / "publishers.pub"
    first_key = keys.read_text().strip()
    keys.write_text(f"{first_key}\n{key}\n")
    other = replace(apart, here=open_home(home.root))
    ours, theirs = apart.published("ours", tmp_path)[0], other.published("theirs", tmp_path)[0]
    today = today_at(apart.here)
    receipts = []
    for side, seed in ((apart, SEED), (other, "another seed")):
        plan_outside(side.here, today, seed)
        made = duties.inspect_due(side.here, today, note)
        assert made
        receipts.append(made["receipt"])
    platform = open_platform(apart.made.home.root)

    def ended() -> list[str]:
        return [line["data"]["side"] for line in ledger_lines("", "inspection-plan-done")]

    apart.accept(receipts[0])
    assert ended() == [first_key]
    for _ in range(2):
        apart.accept(receipts[1])
    plans = {p["side"]: p for p in plans_outside(platform)}
    assert {k: (p["seed"], p["chosen"]) for k, p in plans.items()} == {
        first_key: (SEED, [ours.dataset]), key: ("another seed", [theirs.dataset]),
    }  # fmt: skip
    assert all(is_drawn_from(p) and not left_inside(p) for p in plans.values())
    assert sorted(ended()) == sorted([first_key, key])
    assert {line["data"]["side"] for line in ledger_lines("", "inspection-planned")} == {first_key, key}
    assert standing.plan_of(plans[key]["period"]) is None  # the platform itself drew none
    assert verify().ok
    told = json.loads(run("inspect", "--plan", "--json", "--home", str(platform.home.root)).stdout)
    assert {p["side"]: p["left"] for p in told} == {first_key: [], key: []}


def test_plan_that_its_seed_does_not_give_is_refused(apart: Apart, tmp_path: Path) -> None:
    from review import standing

    entry, _, _ = apart.published("chosen", tmp_path)
    apart.published("left_alone", tmp_path)
    plan = {**plan_outside(apart.here, today_at(apart.here), SEED), "chosen": [entry.dataset]}
    if is_drawn_from(plan):
        plan["chosen"] = ["finance.left_alone"]
    path = tmp_path / "forged.receipt"
    write_message(apart.here.root, path, Kind.INSPECTED, {"inspected_at": plan["at"], "plan": plan, "results": []})
    with pytest.raises(ContentChanged, match="gives another one"):
        apart.accept(path)
    assert standing.plans() == []


def test_older_inspection_does_not_take_a_newer_ones_place(apart: Apart, tmp_path: Path) -> None:
    from review import queries

    entry, _, _ = apart.published("overtaken", tmp_path)
    first = duties.inspect_all(apart.here, note)
    edited(apart, entry)
    second = duties.inspect_all(apart.here, note)
    assert first
    assert second
    older = json.loads(json.dumps({"inspected_at": "2026-01-01T02:00:00+08:00", "results": []}))
    older["results"] = [
        {"release": entry.release, "receipt": entry.receipt, "turn": 0, "result": _bare(first["results"][0])}
    ]
    write_message(apart.here.root, tmp_path / "older.receipt", Kind.INSPECTED, older)
    apart.accept(second["receipt"])
    apart.accept(tmp_path / "older.receipt")
    assert not queries.show(entry.release)["inspection"]["ok"]
    assert len(ledger_lines(entry.release, "inspected")) == 1


def _bare(result: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in result.items() if k != "release"}


def test_service_inspects_what_is_new_within_its_round_and_the_rest_by_night(apart: Apart, tmp_path: Path) -> None:
    entry, _, _ = apart.published("new", tmp_path)
    runner = Duties(apart.here)
    runner.once(at(apart, hour=1))
    assert uninspected(apart.here) == []
    receipts = set((apart.here.root / "receipts").glob("inspection-*"))
    assert len(receipts) == 1
    assert not (apart.here.root / "plans").exists()
    edited(apart, entry)
    runner.once(at(apart, hour=1))
    assert set((apart.here.root / "receipts").glob("inspection-*")) == receipts
    runner.once(at(apart, hour=3))
    [night] = set((apart.here.root / "receipts").glob("inspection-*")) - receipts
    assert [row["ok"] for row in apart.accept(night)] == [False]


def test_commands_draw_show_and_inspect(apart: Apart, tmp_path: Path) -> None:
    apart.published("commanded", tmp_path)
    words, home = ("outside", "inspect"), ("--home", str(apart.here.root), "--json")
    drawn = json.loads(run(*words, "--plan", "--seed", SEED, *home).stdout)
    assert (drawn["seed"], drawn["chosen"], drawn["reproduced"]) == (SEED, ["finance.commanded"], True)
    assert drawn["left"] == ["finance.commanded"]
    assert run(*words, "--plan", "--seed", "other", *home).returncode == 2
    assert run(*words, "--seed", SEED, *home).returncode == 2
    made = json.loads(run(*words, "--due", *home).stdout)
    assert apart.accept(made["receipt"])[0]["ok"]
    assert json.loads(run(*words, "--plan", *home).stdout)["left"] == []
