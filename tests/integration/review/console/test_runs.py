"""Runs: what is under way, what failed, run now, cancel and run again; an address is typed in only where a setting allows it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tests.console_visits import CONTRACTS, ORDERS, SOURCES, UPLOADS, industry_contract, queries_counted, text_of, visit
from tests.review_desk import PASSWORD, make_contract, submitted


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
    assert 'http-equiv="refresh"' not in page.content.decode()
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


def test_source_is_named_only_where_the_setting_allows_it(console: Path) -> None:
    from review import queries

    where = "/datasets/finance.debt_limit/source"
    said = {"location": "https://data.example.gov.cn/a.csv", "period": "2026-10", "formed_on": "2026-01-31"}
    assert visit("op").post(where, said).status_code == 400
    assert "没有开放指定来源" in text_of(visit("op").get("/datasets/finance.debt_limit"))
    assert queries.work_list() == []
    SOURCES.append("https://data.example.gov.cn/")
    assert "https://data.example.gov.cn/" in text_of(visit("op").get("/datasets/finance.debt_limit"))
    assert "指定另一个来源" not in text_of(visit("sec").get("/datasets/finance.debt_limit"))
    for person, expected in {"sec": 403, "auditor": 403, "stranger": 404, None: 302, "op": 302}.items():
        assert (person, visit(person).post(where, said).status_code) == (person, expected)
    dates = {"formed_on": "2026-01-31"}
    assert ORDERS[-1] == ("finance.debt_limit", said["location"], "2026-10", dates, "op", "named")
    assert len(queries.work_list()) == 1
    assert visit("op").post(where, said | {"location": "http://169.254.169.254/"}).status_code == 400
    assert "169.254" not in str([w["params"] for w in queries.work_list()])  # an order's address stays in its file


def test_cancelled_is_told_and_can_be_run_again(console: Path) -> None:
    from review import desk, queries

    waiting, running, done = ask(), ask(), ask()
    desk.cancel("op", done, "finance")
    for person, expected in {"sec": 403, "auditor": 403, "stranger": 404, "op": 302}.items():
        assert (person, visit(person).post(f"/runs/{waiting}/cancel").status_code) == (person, expected)
    assert desk.claim("runner")["id"] == running
    assert visit("op2").post(f"/runs/{running}/cancel").status_code == 302
    page = visit("op").get("/runs")
    states = {r["id"]: (r["state"], r["stopped_by"], r["cancel"], r["again"]) for r in page.context["rows"]}
    assert states == {
        waiting: ("cancelled", "OP", False, True), running: ("stopping", "OP2", False, False), done: ("cancelled", "OP", False, True),
    }  # fmt: skip
    assert 'http-equiv="refresh"' in page.content.decode()
    assert visit("op").post(f"/runs/{waiting}/again").status_code == 302
    assert queries.work_list()[0]["state"] == "queued"
    inspection = desk.ask("inspect", {"department": "finance"}, "op")
    assert visit("op").post(f"/runs/{inspection}/cancel").status_code == 409
    assert visit("op").post("/runs/999/cancel").status_code == 404


def test_other_departments_runs_are_not_seen(console: Path) -> None:
    assert industry_contract().department == "industry"
    mine, theirs = ask(), ask(dataset="industry.arrears")
    release = submitted()
    from review import desk

    inspected = desk.ask("inspect", {"release": release})
    assert [n for n, _ in shown("op")] == [inspected, mine]
    assert [n for n, _ in shown("stranger")] == [theirs]
    assert [n for n, _ in shown("auditor")] == [inspected, theirs, mine]


def test_nightly_inspection_is_seen_with_its_numbers_by_those_who_see_everything(console: Path) -> None:
    from review import desk

    night = desk.ask("inspect", {"release": "", "due": True})
    assert (shown("op"), shown("auditor")) == ([], [(night, "queued")])
    assert desk.claim("runner", kinds=("inspect",))["id"] == night
    looks = [{"release": f"R-2026-{n:04}", "ok": n > 1, "hidden": n == 0, "case": None} for n in range(5)]
    desk.finish(night, "runner", ok=True, result={"answer": looks})
    assert shown("op") == []
    for language, said in {
        "zh-hans": "查了 5 份，2 份不符，已撤下 1 份",
        "en": "5 looked at, 2 not as approved, 1 taken off",
    }.items():
        assert said in text_of(visit("auditor", language=language).get("/runs"))


def test_night_that_could_not_see_everything_is_partly_done_and_says_what_to_do(console: Path) -> None:
    from review import desk

    seen = [{"release": f"R-2026-{n:04}", "ok": n > 0, "hidden": False, "case": None} for n in range(3)]
    away = {"ok": None, "hidden": False, "case": None, "error": "catalogue-unreachable"}
    missed = [{"release": f"R-2026-{n:04}", **away} for n in range(10, 17)]
    for answer, state, said in (
        (seen + missed, ("partly", "部分完成"), "查了 3 份，1 份不符，7 份没有查到"),
        (missed, ("failed", "未完成"), "7 份都没有查到"),
        (seen[1:], ("done", "完成"), "查了 2 份，都相符"),
    ):  # fmt: skip
        night = desk.ask("inspect", {"release": "", "due": True})
        desk.claim("runner", kinds=("inspect",))
        desk.finish(night, "runner", ok=True, result={"answer": answer})
        page = visit("auditor").get("/runs")
        assert page.context["rows"][0]["state"] == state[0]
        assert (state[1] in text_of(page), said in text_of(page)) == (True, True)
    page = text_of(page)
    assert "每 10 分钟自动再查一次" in page
    assert ("R-2026-0014" in page, "R-2026-0015" in page) == (True, False), "five are named, the ledger has all of them"
    assert "7 out of reach" in text_of(visit("auditor", language="en").get("/runs"))


def test_scan_under_later_rules_is_a_row_that_can_be_cancelled_and_asked_for_again(console: Path) -> None:
    from review import desk, queries

    desk.add_user("everywhere", password=PASSWORD, actor="admin")
    desk.grant("everywhere", "data_bureau", "operator", actor="admin")
    scan = desk.ask("rescan", {"packs": "a" * 64})
    assert (shown("op"), shown("auditor")) == ([], [(scan, "queued")])
    desk.claim("rescan", kinds=("rescan",))
    page = visit("auditor").get("/runs")
    assert page.context["rows"][0]["step"] == (("检查", "check"), 3, 6)
    for person, expected in {"op": 404, "sec": 403, "auditor": 403, None: 302, "everywhere": 302}.items():
        assert (person, visit(person).post(f"/runs/{scan}/cancel").status_code) == (person, expected)
    desk.record_cancelled(scan)
    assert visit("everywhere").get("/runs").context["rows"][0]["again"]
    assert visit("everywhere").post(f"/runs/{scan}/again").status_code == 302
    again = queries.work_list()[0]
    assert (again["kind"], again["params"], again["state"]) == ("rescan", {"packs": "a" * 64}, "queued")
    desk.claim("rescan", kinds=("rescan",))
    done = [{"release": f"R-2026-{n:04}", "hidden": n == 0, "case": "C-1" if n < 2 else None} for n in range(4)]
    lost = {"release": "R-2026-0009", "hidden": False, "case": None, "error": "artefact-missing"}
    desk.finish(again["id"], "rescan", ok=True, result={"answer": [*done, lost]})
    page = text_of(visit("auditor").get("/runs"))
    assert "扫描 4 份，2 份有新问题，已撤下 1 份，1 份读不出来" in page
    assert "每小时自动再扫一次" in page


def test_many_runs_of_others_push_nobodys_out_of_sight(console: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from review import desk
    from review.console.pages import runs

    monkeypatch.setattr(runs, "KEPT", 3)
    ended, waiting = ask(department="finance"), ask(department="finance")
    desk.cancel("op", ended, "finance")
    for _ in range(4):
        desk.cancel("stranger", ask(dataset="industry.arrears", department="industry"), "industry")
    assert [n for n, _ in shown("op")] == [waiting, ended]
    for _ in range(2):
        desk.cancel("op", ask(department="finance"), "finance")
    assert visit("op").post(f"/runs/{waiting}/cancel").status_code == 302, "older than the page goes back"
    assert visit("stranger").post(f"/runs/{ended}/again").status_code == 404


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


def handed_in(person: str | None, name: str = "预算.csv", data: bytes = b"a,b\n1,2\n", **more: str) -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    said = {"file": SimpleUploadedFile(name, data), "period": "2026"} | more
    return visit(person).post("/datasets/finance.debt_limit/upload", said)


def test_file_is_handed_in_and_prepared(console: Path) -> None:
    from review import queries

    page = handed_in("op", formed_on="2026-01-31")
    assert (page.status_code, page["Location"]) == (302, "/runs")
    assert UPLOADS[-1] == ("预算.csv", b"a,b\n1,2\n")
    assert ORDERS[-1] == ("finance.debt_limit", f"/uploads/{len(UPLOADS)}", "2026", {"formed_on": "2026-01-31"}, "op")
    assert queries.work_list()[0]["asked_by"] == "op"
    assert "交一份文件" in visit("op").get("/datasets/finance.debt_limit").content.decode()
    assert "交一份文件" not in visit("sec").get("/datasets/finance.debt_limit").content.decode()


def test_handing_in_is_an_operators_and_bounded(console: Path) -> None:
    before = len(UPLOADS)
    for person, expected in {"sec": 403, "auditor": 403, "admin": 403, "stranger": 404, None: 302}.items():
        assert (person, handed_in(person).status_code) == (person, expected)
    CONTRACTS["finance.debt_limit"] = make_contract(limits={"bytes": 5})
    assert handed_in("op").status_code == 400
    assert visit("op").post("/datasets/finance.debt_limit/upload", {"period": "2026"}).status_code == 400
    assert len(UPLOADS) == before


def test_too_much_is_refused_before_it_is_read(console: Path) -> None:
    for person, where in (
        (None, "/datasets/finance.debt_limit/upload"),
        (None, "/sign-in"),
        ("op", "/releases/R-1/remark"),
    ):
        assert visit(person).post(where, {"file": BytesIO(b"x" * 1_100_000)}).status_code == 413
    assert visit("op").post("/language", {"language": "en"}, CONTENT_LENGTH="many").status_code == 413
    assert visit("op").post("/language", {"language": "en"}, CONTENT_LENGTH="").status_code == 413


@pytest.mark.parametrize(
    ("path", "headers", "is_taken"),
    [
        ("/sign-in", {"content-length": "900"}, True),
        ("/sign-in", {"content-length": "1000001"}, False),
        ("/sign-in", {}, False),
        ("/sign-in", {"content-length": "5", "transfer-encoding": "chunked"}, False),
        ("/datasets/a.b/upload", {"content-length": "5000000"}, False),
        ("/datasets/a.b/upload", {"content-length": "5000000", "cookie": "sessionid=made-up"}, False),
        ("/datasets/a.b/upload", {"content-length": "5000000", "cookie": "SESSION"}, True),
        ("/datasets/a.b/upload", {"content-length": "3000000000", "cookie": "SESSION"}, False),
        ("/people/add", {"content-length": "5000000", "cookie": "SESSION"}, False),
        ("/contracts/from-file", {"content-length": "5000000", "cookie": "SESSION"}, True),
        ("/contracts/from-file", {"content-length": "5000000"}, False),
        ("/contracts/from-file", {"content-length": "60000000", "cookie": "SESSION"}, False),
        ("/contracts/a.b/write", {"content-length": "5000000", "cookie": "SESSION"}, False),
    ],
)
def test_door_looks_before_a_byte_is_read(console: Path, path: str, headers: dict[str, str], is_taken: bool) -> None:
    from asgiref.sync import async_to_sync

    from review.console.limits import Door

    session = f"sessionid={visit('op').cookies['sessionid'].value}"
    sent: list[Any] = []

    async def inside(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"status": 200})

    async def receive() -> Any:
        raise AssertionError("read before it was let in")

    async def send(message: Any) -> None:
        sent.append(message)

    named = [(k.encode(), v.replace("SESSION", session).encode()) for k, v in headers.items()]
    scope = {"type": "http", "method": "POST", "path": path, "headers": named}
    async_to_sync(Door(inside))(scope, receive, send)
    assert (sent[0]["status"] == 200) == is_taken
    assert is_taken or sent[0]["status"] == 413
