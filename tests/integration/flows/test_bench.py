"""The operator's bench on a real installation: a contract drafted from a file, checked, adopted and in force; the release after a
looser one at the highest tier; a run that is cancelled in the middle and run again; sources that may be named.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from domain.contract import Contract
from domain.errors import MingjingError, ReleaseNotApproved, UsageInvalid
from flows.adoption import bring_into_force, write_contract
from flows.aside import check_contract_text, draft_contract_text
from flows.library import one_contract
from flows.orders import Order, write_order
from tests.catalogue_release import FIELDS
from tests.cities import ROOT
from tests.console_visits import contract_yaml, text_of, visit
from tests.made_platform import Made, flows_begun, made_platform
from tests.review_desk import PASSWORD, receipt

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
HOLDER = {"name": "holder", "title": "户主", "sensitivity": "identifier", "redaction": {"operator": "drop"}}
ROWS = [
    {"region": "甲县", "limit_amount": "12.50", "region_code": "130102", "decided_on": "2025-03-01", "holder": "张三"}
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    from django.test.utils import _TestState, setup_test_environment

    from flows.console import outside_of
    from review.console.outside import hand_over

    folder = tmp_path_factory.mktemp("bench")
    with made_platform(folder / "home", catalogue_url="carried") as platform:
        flows_begun(platform.home)
        if not hasattr(_TestState, "saved_data"):  # so that a response tells what its page was made from
            setup_test_environment()
        hand_over(outside_of(platform.home))
        yield platform


def contract_of(made: Made, name: str, treatment: str = "drop", **changes: Any) -> Contract:
    """The contract of finance.`name` with a column of names under that treatment, and an example of its own."""
    from tests.catalogue_release import make_contract

    fields = [*FIELDS, HOLDER | {"redaction": {"operator": treatment}}]
    values = {
        "id": f"finance.{name}", "tables": [{"name": "main", "key": ["region"], "fields": fields}],
        "examples": [{"name": "clean", "rows": ROWS, "dates": {"formed_on": "2026-11-20"}}],
    }  # fmt: skip
    return make_contract(**(values | changes))


def laid(made: Made, contract: Contract) -> Path:
    return write_contract(made.home, contract.id, contract_yaml(contract))


def propose(made: Made, contract: Contract, base: str, person: str = "op") -> int:
    form = {"text": contract_yaml(contract), "base": base, "seen": 0, "do": "propose"}
    page = visit(person).post(f"/contracts/{contract.id}/write", form)
    assert page.status_code == 302, (text_of(page), page.context["faults"])
    return int(page["Location"].rpartition("/")[2])


def adopt(number: int) -> None:
    from review.models import ContractProposal

    seen = ContractProposal.objects.get(pk=number).contract_sha256
    form = {"contract_sha256": seen, "password": PASSWORD}
    assert visit("chief").post(f"/proposals/{number}/adopt", form).status_code == 302


def work_through(made: Made) -> dict[str, Any]:
    """The oldest work, done as the runner does it; its row."""
    from flows.runner import do_work
    from review import desk, queries

    row = desk.claim("test")
    assert row is not None
    do_work(made.home, row, "test")
    return queries.work_of(row["id"])


def file_for(folder: Path, period: str) -> Path:
    path = folder / f"{period}.csv"
    path.write_text("地区,债务限额,区划代码,下达日期,户主\n甲县,12.5,130102,2025-03-01,张三\n", "utf-8")
    return path


def test_check_is_the_command_lines_own(made: Made) -> None:
    good = contract_yaml(contract_of(made, "checked"))
    assert check_contract_text(made.home, good) == ()
    (fault,) = check_contract_text(made.home, good.replace("frequency: annual", "frequency: anual"))
    assert (fault.kind, fault.key, fault.line) == (
        "choice",
        "frequency",
        good.split("\n").index("frequency: annual") + 1,
    )
    broken = good + "deadlines:\n- {rule: NO-SUCH, start: formed_on}\n"
    (fault,) = check_contract_text(made.home, broken)
    assert (fault.kind, fault.line) == ("deadline-rule", len(broken.splitlines()))
    (fault,) = check_contract_text(made.home, good.replace("limit_amount: '12.50'", "limit_amount: x"))
    assert (fault.kind, fault.key) == ("example", "examples.0")
    spoken = good.replace("note: 年末数", "note: 年末数，问 13800138000")
    (fault,) = check_contract_text(made.home, spoken)
    assert (fault.kind, fault.key) == ("personal", "tables.0.fields.1.note")
    assert fault.line == 1 + next(n for n, line in enumerate(spoken.split("\n")) if "13800138000" in line)
    assert "13800138000" not in str(fault)
    assert list(made.home.work.glob("aside-*")) == []


def test_editor_names_the_key_and_leaves_the_line_out(made: Made) -> None:
    text = contract_yaml(contract_of(made, "spoken")).replace("note: 年末数", "note: 年末数，问 13800138000")
    form = {"text": text, "base": "", "seen": 0, "do": "propose"}
    page = visit("op").post("/contracts/finance.spoken/write", form)
    (fault,) = page.context["faults"]
    assert (page.status_code, fault["key"], fault["excerpt"]) == (200, "tables.0.fields.1.note", "")
    assert "这里的文字会公开，里面像有个人信息" in text_of(page)


def test_draft_from_a_file_holds_no_cell_and_is_proposed(made: Made, tmp_path: Path) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    data = file_for(tmp_path, "draft").read_bytes()
    form = {"file": SimpleUploadedFile("样本.csv", data), "dataset": "finance.drafted"}
    page = visit("op").post("/contracts/from-file", form)
    assert (page.status_code, page["Location"]) == (302, "/contracts/finance.drafted/edit")
    text = visit("op").get("/contracts/finance.drafted/edit").context["typed"]["text"]
    assert "张三" not in text
    assert 'title: "户主"' in text
    assert list((made.home.run / "uploads").glob("*")) == []
    assert "还没有例子" in text_of(
        visit("op").post("/contracts/finance.drafted/write", {"text": text, "base": "", "do": "check"})
    )


def test_contract_with_personal_words_blocks_what_is_prepared_under_it(made: Made, tmp_path: Path) -> None:
    from flows.prepare import prepare_release
    from review import desk, queries

    spoken = contract_of(made, "told", description={"zh": "有疑问请打 13800138000", "en": "Debt"})
    laid(made, spoken)  # by hand: the editor wouldn't take it
    order = Order(spoken.id, str(file_for(tmp_path, "2025")), "2025", {"formed_on": "2026-11-20"}, "op")
    done = prepare_release(spoken.id, write_order(made.home, order))
    assert done["status"] == "blocked"
    blocks = [f for f in queries.findings(done["release"]) if f["severity"] == "block"]
    assert [(f["code"], f["places"][0]["locator"]) for f in blocks] == [("contract-personal-data", "description.zh")]
    desk.open_findings("op", done["release"], [blocks[0]["id"]])
    page = text_of(visit("op").get(f"/releases/{done['release']}"))
    assert "契约里要公开的文字有" in page
    assert "description.zh" in page
    assert "13800138000" not in page


def test_unreadable_sample_is_told(made: Made, tmp_path: Path) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 not a workbook")
    with pytest.raises(MingjingError):
        draft_contract_text(made.home, str(broken), "finance.broken")
    form = {"file": SimpleUploadedFile("broken.xlsx", broken.read_bytes()), "dataset": "finance.broken"}
    assert visit("op").post("/contracts/from-file", form).status_code in (400, 409)


def test_adopted_contract_comes_into_force_and_the_next_release_at_the_highest_tier(made: Made, tmp_path: Path) -> None:
    from flows.prepare import prepare_release
    from review import desk, queries

    before = contract_of(made, "holders")
    laid(made, before)

    def prepare(period: str) -> dict[str, Any]:
        order = Order(before.id, str(file_for(tmp_path, period)), period, {"formed_on": "2026-11-20"}, "op")
        return prepare_release(before.id, write_order(made.home, order))

    first = prepare("2025")
    assert first["status"] == "checked", queries.findings(first["release"])
    assert queries.show(first["release"])["tier"] == "L3"  # a first publication
    desk.submit(first["release"], "op", PASSWORD)
    from tests.review_desk import approve

    approve(first["release"])
    desk.record_published(first["release"], receipt(first["release"]))
    assert queries.show(prepare("2026")["release"])["tier"] == "L1"

    looser = contract_of(made, "holders", "name", version=2)
    number = propose(made, looser, before.sha256)
    assert "按最高级审查" in text_of(visit("chief").get(f"/proposals/{number}"))
    assert one_contract(made.home, before.id).sha256 == before.sha256
    adopt(number)
    assert one_contract(made.home, before.id).sha256 == before.sha256  # until the runner has it
    assert work_through(made)["state"] == "done"
    assert one_contract(made.home, before.id).sha256 == looser.sha256
    assert "已生效" in text_of(visit("op").get(f"/proposals/{number}"))
    third = queries.show(prepare("2027")["release"])
    assert third["tier"] == "L3"
    page = visit("sec").get(f"/releases/{third['release']}")
    assert "管得更松了" in text_of(page)
    shown = " ".join(text_of(page).split())
    assert "放宽 列 户主 ：处理由 整列删去，不公开 改为 姓名遮盖" in shown, shown[shown.index("与上一次公开的相比") :][
        :400
    ]


def test_what_changed_between_adoption_and_the_runner_is_not_written_over(made: Made) -> None:
    before = contract_of(made, "stale")
    path = laid(made, before)
    number = propose(made, contract_of(made, "stale", version=2, domain="other"), before.sha256)
    adopt(number)
    by_hand = contract_yaml(contract_of(made, "stale", version=9, domain="by_hand"))
    path.write_text(by_hand, "utf-8")
    row = work_through(made)
    assert (row["state"], row["result"]["error"]) == ("failed", "content-changed")
    assert path.read_text("utf-8") == by_hand
    page = text_of(visit("chief").get(f"/proposals/{number}"))
    assert "没有生效" in page


def test_runner_that_dies_between_file_and_ledger_goes_on(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    from review import desk, proposals

    before = contract_of(made, "shaken")
    laid(made, before)
    now = contract_of(made, "shaken", version=2, domain="other")
    number = propose(made, now, before.sha256)
    with pytest.raises(ReleaseNotApproved):
        bring_into_force(made.platform, number)
    adopt(number)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(desk, "record_in_force", die)
        with pytest.raises(KeyboardInterrupt):
            bring_into_force(made.platform, number)
    assert not proposals.is_recorded(number)
    assert work_through(made)["state"] == "done"
    assert proposals.is_recorded(number)
    assert one_contract(made.home, before.id).sha256 == now.sha256
    bring_into_force(made.platform, number)  # once more changes nothing


def test_place_that_leads_elsewhere_is_not_written(made: Made, tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere.yaml"
    outside.write_text("mine", "utf-8")
    folder = made.home.root / "datasets" / "finance"
    folder.mkdir(exist_ok=True)
    (folder / "linked.yaml").symlink_to(outside)
    try:
        with pytest.raises(UsageInvalid):
            write_contract(made.home, "finance.linked", "text")
    finally:
        (folder / "linked.yaml").unlink()
    assert outside.read_text("utf-8") == "mine"
    (made.home.root / "datasets" / "gone").symlink_to(tmp_path, target_is_directory=True)
    try:
        with pytest.raises(UsageInvalid):
            write_contract(made.home, "gone.linked", "text")
    finally:
        (made.home.root / "datasets" / "gone").unlink()
    assert list(tmp_path.glob("linked*")) == []


# Does the oldest work as the runner does it, but waits within the step `check` for as long as it takes.
DRIVER = """
import os, time
from pathlib import Path
from flows.platform import open_platform
from flows.prefect_setup import prepare_prefect, quick_flows
platform = open_platform(); prepare_prefect(platform.home)
from flows import prepare, prepare_steps
real = prepare_steps.writing
from contextlib import contextmanager
@contextmanager
def writing(run, name):
    with real(run, name) as into:
        yield into
        if name == "check":
            Path(os.environ["REACHED"]).touch()
            time.sleep(600)
prepare_steps.writing = writing
from flows.runner import do_work
from review import desk
with quick_flows():
    do_work(platform.home, desk.claim("driver"), "driver", is_ended_to_stop=True)
"""


def test_cancelled_run_ends_its_process_leaves_nothing_and_runs_again(made: Made, tmp_path: Path) -> None:
    from flows.holding import STOPPED
    from flows.stopping import settle_cancelled
    from review import queries

    contract = contract_of(made, "cancelled")
    laid(made, contract)
    order = write_order(
        made.home, Order(contract.id, str(file_for(tmp_path, "2026")), "2026", {"formed_on": "2026-11-20"}, "op")
    )
    from review import desk

    work = desk.ask("prepare", {"dataset": contract.id, "order": order, "department": "finance"}, "op")
    reached = tmp_path / "reached"
    environ = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    environ |= {"MINGJING_HOME": str(made.home.root), "REACHED": str(reached)}
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen([sys.executable, "-c", DRIVER], cwd=ROOT, env=environ, stdout=log, stderr=log)
    try:
        while not reached.exists():
            assert process.poll() is None, (tmp_path / "log").read_text("utf-8")
            time.sleep(0.1)
        release = queries.releases(status="received")[0]["release"]
        assert visit("sec").post(f"/runs/{work}/cancel").status_code == 403
        assert visit("stranger").post(f"/runs/{work}/cancel").status_code == 404
        assert visit("op2").post(f"/runs/{work}/cancel").status_code == 302
        assert process.wait(timeout=30) == STOPPED
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()
        log.close()
    assert queries.work_of(work)["state"] == "stopping"
    assert settle_cancelled(made.home, ("prepare",)) == 1
    assert queries.work_of(work)["state"] == "cancelled"
    assert queries.show(release)["status"] == "cancelled"
    assert [p for p in made.home.work.glob("*") if p.is_dir()] == []
    assert list(made.home.run.glob(f"work-{work}.*")) == []
    page = visit("op").get("/runs")
    assert "OP2 取消" in text_of(page)
    assert visit("op").post(f"/runs/{work}/cancel").status_code == 302  # twice changes nothing
    assert visit("op").post(f"/runs/{work}/again").status_code == 302
    row = work_through(made)
    again = queries.show(row["result"]["answer"]["release"])
    assert (row["state"], again["status"], again["revision"]) == ("done", "checked", 2)
    assert "准备已取消" in text_of(visit("op").get(f"/releases/{release}"))
    assert visit("op").post(f"/runs/{row['id']}/cancel").status_code == 409  # it has ended


def test_waiting_work_is_cancelled_at_once_and_late_word_changes_nothing(made: Made) -> None:
    from review import desk, queries

    params = {"dataset": "finance.cancelled", "order": "", "department": "finance"}
    waiting = desk.ask("prepare", params, "op")
    assert visit("op").post(f"/runs/{waiting}/cancel").status_code == 302
    assert queries.work_of(waiting)["state"] == "cancelled"
    running = desk.ask("prepare", params, "op")
    claimed = desk.claim("w")
    assert claimed is not None
    assert claimed["id"] == running
    desk.cancel("op", running, "finance")
    desk.finish(running, "w", ok=True, result={"answer": {}})  # it had ended before the process could
    assert queries.work_of(running)["state"] == "done"


def test_source_that_is_named_stays_within_the_setting_until_it_runs(made: Made, tmp_path: Path) -> None:
    from flows.console import outside_of
    from flows.home import MARK, open_home
    from review import queries
    from review.console.outside import hand_over

    contract = contract_of(made, "named")
    laid(made, contract)
    settings, where = made.home.root / MARK, f"/datasets/{contract.id}/source"
    plain = settings.read_text("utf-8")

    def allow(prefixes: str) -> None:
        settings.write_text(plain.replace('console_sources = ""', f'console_sources = "{prefixes}"'), "utf-8")
        hand_over(outside_of(open_home(made.home.root)))

    file = file_for(tmp_path, "2026")
    form = {"location": str(file), "period": "2026", "formed_on": "2026-11-20"}
    try:
        assert visit("op").post(where, form).status_code == 400
        allow(str(tmp_path))
        assert visit("op").post(where, form | {"location": file.name}).status_code == 302
        assert work_through(made)["result"]["answer"]["status"] == "checked"
        assert visit("op").post(where, form | {"period": "2027"}).status_code == 302
        allow("/nowhere")  # taken back before the run begins
        row = work_through(made)
        assert (row["state"], row["result"]["error"]) == ("failed", "usage-invalid")
        assert [r["period"] for r in queries.releases() if r["dataset"] == contract.id] == ["2026"]
    finally:
        settings.write_text(plain, "utf-8")
        hand_over(outside_of(made.home))


def test_deployments_that_are_served_no_more_are_forgotten(made: Made) -> None:
    from prefect.client.orchestration import get_client

    from flows.schedules import deployments, forget_others
    from flows.watch import inspect_published

    old = inspect_published.to_deployment(name="inspect-due", parameters={"due": True})
    old.apply()
    served = deployments(made.platform)
    for one in served:
        one.apply()
    assert forget_others(served) == 1
    assert forget_others(served) == 0
    with get_client(sync_client=True) as client:
        assert sorted(d.name for d in client.read_deployments()) == sorted(d.name for d in served)


def test_schedule_asks_the_runner_unless_paused_at_the_desk(made: Made) -> None:
    from flows.scheduled import ask_by_schedule
    from flows.schedules import deployments
    from review import desk, queries

    contract = contract_of(made, "timed", source={"location": "drop/timed.csv"}, schedule={"cron": "0 3 * * *"})
    laid(made, contract)
    served = {d.name: d for d in deployments(made.platform)}
    assert served[contract.id].entrypoint.endswith("flows/scheduled.py:ask_by_schedule")
    assert served[contract.id].parameters == {"dataset": contract.id}
    number = ask_by_schedule(contract.id)
    assert number is not None
    assert queries.work_of(number)["asked_by"] == "system"
    assert ask_by_schedule(contract.id) is None  # one that waits is enough
    desk.cancel("op", number, "finance")
    for person, expected in {"sec": 403, "stranger": 404, "op": 302}.items():
        assert visit(person).post(f"/datasets/{contract.id}/pause").status_code == expected
    assert "已暂停" in text_of(visit("sec").get(f"/datasets/{contract.id}"))
    assert ask_by_schedule(contract.id) is None
    assert visit("op2").post(f"/datasets/{contract.id}/resume").status_code == 302
    again = ask_by_schedule(contract.id)
    assert again is not None
    desk.cancel("op", again, "finance")
    events = [json.loads(b)["event"] for b in _bodies("schedule-")]
    assert events == ["schedule-paused", "schedule-resumed"]
    assert visit("op").post("/datasets/finance.holders/pause").status_code == 404  # it has no schedule


def _bodies(prefix: str) -> list[str]:
    from review.models import LedgerEntry

    return list(LedgerEntry.objects.filter(event__startswith=prefix).order_by("seq").values_list("body", flat=True))
