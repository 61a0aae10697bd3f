"""Runs: what is under way, what failed, run now and run again; nobody types in an address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.console_visits import CONTRACTS, ORDERS, industry_contract, queries_counted, text_of, visit
from tests.review_desk import make_contract, submitted


def ask(**params: Any) -> int:
    from review import desk

    return desk.ask("prepare", {"dataset": "finance.debt_limit", "order": "a" * 24} | params)


def shown(person: str) -> list[tuple[int, str]]:
    return [(r["id"], r["state"]) for r in visit(person).get("/runs").context["rows"]]


def test_live_steps_need_no_script(console: Path) -> None:
    from review import desk

    work = ask()
    assert shown("op") == [(work, "queued")]
    desk.claim("runner")
    page = visit("op").get("/runs")
    assert '<meta http-equiv="refresh" content="4">' in page.content.decode()
    assert page.context["rows"][0]["step"] == (("检查", "check"), 3, 6)
    assert "3／6" in page.content.decode()
    desk.finish(work, "runner", ok=True, result={"answer": {"release": "R-2026-0001"}})
    page = visit("op").get("/runs")
    assert "refresh" not in page.content.decode()
    assert page.context["rows"][0]["release"] == "R-2026-0001"


def test_failed_says_why_and_can_be_run_again_by_its_operator(console: Path) -> None:
    from review import desk, queries

    work = ask()
    desk.claim("runner")
    desk.finish(work, "runner", ok=False, result={"error": "source-unavailable", "message": "the server didn't answer"})
    assert "来源文件没有取到" in text_of(visit("op").get("/runs"))
    for person, expected in {"sec": 403, "auditor": 403, "stranger": 404, "op": 302}.items():
        assert (person, visit(person).post(f"/runs/{work}/again").status_code) == (person, expected)
    newest = queries.work_list()[0]
    assert (newest["params"]["order"], newest["asked_by"], newest["state"]) == ("a" * 24, "op", "queued")
    assert visit("op").post(f"/runs/{newest['id']}/again").status_code == 404


def test_run_now_takes_the_contracts_own_source(console: Path) -> None:
    from review import queries

    CONTRACTS["finance.sourced"] = make_contract(id="finance.sourced", source={"location": "drop/*.csv"})
    page = visit("op").get("/datasets/finance.sourced")
    assert "现在就跑" in page.content.decode()
    assert "现在就跑" not in visit("sec").get("/datasets/finance.sourced").content.decode()
    said = {"period": "2026-10", "location": "http://169.254.169.254/"}
    assert visit("op").post("/datasets/finance.sourced/run", said)["Location"] == "/runs"
    assert ORDERS[-1] == ("finance.sourced", None, "2026-10", {}, "op")
    assert queries.work_list()[0]["params"]["dataset"] == "finance.sourced"
    assert visit("stranger").post("/datasets/finance.sourced/run").status_code == 404
    assert visit("op").post("/datasets/finance.debt_limit/run").status_code == 400


def test_other_departments_runs_are_not_seen(console: Path) -> None:
    assert industry_contract().department == "industry"
    mine, theirs = ask(), ask(dataset="industry.arrears")
    release = submitted()
    from review import desk

    inspected = desk.ask("inspect", {"release": release})
    assert [n for n, _ in shown("op")] == [inspected, mine]
    assert [n for n, _ in shown("stranger")] == [theirs]
    assert [n for n, _ in shown("auditor")] == [inspected, theirs, mine]


def test_queries_do_not_grow(console: Path) -> None:
    def count() -> int:
        client = visit("op")
        with queries_counted() as found:
            client.get("/runs")
        return found["n"]

    ask()
    few = count()
    for _ in range(20):
        ask()
    assert count() == few <= 14
