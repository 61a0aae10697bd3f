"""Datasets, 台账, 清单, overview, packs: columns of the trade, filters, exports, counts."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from domain.canonical import canonical_json
from domain.release import DispositionKind, PackRef
from tests.console_visits import industry_contract, packs, queries_counted, table_release, text_of, visit
from tests.review_desk import BLOCK, PASSWORD, STORE, checked, decide, hash_of, make_contract, published, submitted

LEDGER = "序号 登记日期 标题 责任单位 类型（合同 id） 属性 公开依据 截止日期 审查级别 承办人 科室负责人 保密审查人 审批人 审查结论 命中摘要 处置 第三方意见 发布日期 渠道/URL 是否逾期（天） 读网结果 复审日期 撤回/更正 证据包编号 备注"  # fmt: skip
LIST = "目录编号 事项 依据 责任单位 周期 时限规则号 数据集 id 状态"


def exported(client: Any, address: str) -> list[list[str]]:
    page = client.get(address)
    assert page["Content-Type"].startswith("text/csv")
    return list(csv.reader(io.StringIO(page.content.decode("utf-8-sig"))))


def test_ledger_in_the_columns_of_the_trade(console: Path) -> None:
    release = published()
    head, row = exported(visit("auditor"), "/ledger?as=csv")
    assert " ".join(head) == LEDGER
    assert row[0] == release
    told = dict(zip(head, row, strict=True))
    assert (told["承办人"], told["科室负责人"], told["保密审查人"], told["审批人"]) == ("OP", "SEC", "CONF", "CHIEF")
    assert (told["属性"], told["公开依据"], told["审查级别"], told["审查结论"]) == (
        "主动公开",
        "预算法第十四条",
        "L3",
        "已发布",
    )
    assert (told["发布日期"], told["证据包编号"], told["截止日期"]) == ("2026-11-24", hash_of(release), "—")
    assert told["处置"] == "误报 4"
    assert told["命中摘要"] == "须处置 1；提示 1"


def test_deadline_is_told_where_dates_are_known(console: Path) -> None:
    from dataclasses import replace

    from review import desk, queries
    from tests.console_visits import CONTRACTS
    from tests.review_desk import STORE, approve, make_manifest, receipt

    contract = make_contract(deadlines=[{"rule": "GEN-T-01", "start": "formed_on"}])
    CONTRACTS[contract.id] = contract

    def row(formed_on: str, run_key: str, published_on: str | None = None) -> dict[str, str]:
        release = desk.receive(contract, run_key, run_key)
        made = make_manifest(queries.show(release), contract, [], run_key)
        manifest = replace(made, dates={"formed_on": formed_on})
        STORE.put_bytes(manifest.content, name="manifest.json", role="manifest")
        desk.record_checked(release, manifest, [])
        if published_on:
            desk.submit(release, "op", PASSWORD)
            approve(release)
            desk.record_published(release, receipt(release, published_on=published_on))
        head, first, *_ = exported(visit("auditor"), f"/ledger?as=csv&q={release}")
        return dict(zip(head, first, strict=True))

    # 20 workdays from 5 January 2026: 2 February; the new year's holiday in between is over by then
    in_time = row("2026-01-05", "a", "2026-01-20T08:00:00Z")
    assert (in_time["截止日期"], in_time["是否逾期（天）"]) == ("2026-02-02", "0")
    late = row("2026-01-05", "b", "2026-02-05T08:00:00Z")
    assert (late["截止日期"], late["是否逾期（天）"]) == ("2026-02-02", "3")
    waiting = row("2026-01-05", "c")
    assert int(waiting["是否逾期（天）"]) > 200
    unknown = row("2031-01-05", "d")  # no holiday notice for that year
    assert (unknown["截止日期"], unknown["是否逾期（天）"]) == ("—", "—")


def test_ledger_as_workbook_and_filtered(console: Path) -> None:
    first, second = submitted(), checked(industry_contract(), period="x", run_key="b", findings=[BLOCK])
    page = visit("auditor").get("/ledger?as=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(page.content)).active
    assert sheet is not None
    assert [next(iter(r)).value for r in sheet.iter_rows(min_row=2)] == [second, first]
    client = visit("auditor")
    for query, expected in {
        "unit=finance": [first], "status=blocked": [second], f"q={first}": [first], "since=2100-01-01": [], "until=2000-01-01": [], "since=rubbish": [second, first],
    }.items():  # fmt: skip
        assert (query, [name for name, _ in client.get(f"/ledger?{query}").context["rows"]]) == (query, expected)
    assert [r[0] for r in exported(visit("stranger"), "/ledger?as=csv")[1:]] == [second]


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_formulas_are_defused_in_exports(console: Path, title: str) -> None:
    submitted(contract=make_contract(title={"zh": title, "en": title}))
    assert exported(visit("auditor"), "/ledger?as=csv")[1][2].startswith("'" + title)
    page = visit("auditor").get("/ledger?as=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(page.content)).active
    assert sheet is not None
    assert sheet["C2"].data_type == "s"


def test_disclosure_list(console: Path) -> None:
    published()
    head, *rows = exported(visit("auditor"), "/list?as=csv")
    assert " ".join(head) == LIST
    told = {r[6]: r for r in rows}
    assert told["finance.debt_limit"][1:5] == ["政府债务限额", "预算法第十四条", "市财政局", "每年"]
    assert told["finance.debt_limit"][7].startswith("已公开 2026（")
    assert told["industry.arrears"][7] == "尚未公开"
    assert [r[6] for r in exported(visit("op"), "/list?as=csv")[1:]] == ["finance.debt_limit"]
    assert [i for i, _ in visit("auditor").get("/list?unit=industry").context["rows"]] == ["industry.arrears"]


def test_dataset_page(console: Path) -> None:
    release = published()
    page = text_of(visit("op").get("/datasets/finance.debt_limit"))
    for words in (
        "政府债务限额",
        "各地区限额",
        "财政局债务科",
        "0311-00000000",
        "每年",
        "地区",
        release,
        "公众现在看到 2026",
    ):
        assert words in page, words
    assert visit("stranger").get("/datasets/finance.debt_limit").status_code == 404
    assert visit("op").get("/datasets/industry.arrears").status_code == 404
    assert visit("op").get("/datasets/nowhere.x").status_code == 404
    assert [r["id"] for r in visit("auditor").get("/datasets?q=限额 finance").context["rows"]] == ["finance.debt_limit"]


def test_overview_counts_what_the_visitor_sees(console: Path) -> None:
    published()
    waiting = submitted(period="b", run_key="b")
    checked(industry_contract(), period="c", run_key="c", findings=[BLOCK])
    page = visit("auditor").get("/overview")
    assert {said[0]: n for said, n, _ in page.context["statuses"] if n} == {"已发布": 1, "审查中": 1, "已阻断": 1}
    assert [w["number"] for w in page.context["waiting"]] == [1, 0, 0, 0]
    assert page.context["arrivals"][-1][1] == [3]
    assert page.context["findings"][-1][1] == [1, 2, 2]
    assert page.context["late"] == 1
    assert page.content.decode().count("<svg") >= 4
    assert page.content.decode().count("<table") == 4
    assert visit("stranger").get("/overview").context["total"] == 1
    decide(waiting, "sec", "section")
    assert [w["number"] for w in visit("op").get("/overview").context["waiting"]] == [0, 1, 0, 0]


def test_pack_that_cannot_be_read_is_told_above_those_in_force(console: Path) -> None:
    from dataclasses import replace

    from domain.errors import PackInvalid
    from domain.pack import Packs
    from review.console.outside import hand_over, outside

    def unread() -> Packs:
        raise PackInvalid("secrecy.yaml, line 2: not YAML")

    before = outside()
    assert "读不出来" not in visit("op").get("/packs").content.decode()
    try:
        hand_over(replace(before, packs_fault=lambda: "secrecy.yaml, line 2: not YAML"))
        page = visit("op").get("/packs").content.decode()
        assert "secrecy.yaml, line 2" in page
        assert "撤下不受影响" in page
        assert "personal" in page
        hand_over(replace(before, packs=unread))
        page = visit("op", "en").get("/packs")
        assert page.status_code == 200
        assert "secrecy.yaml, line 2" in page.content.decode()
    finally:
        hand_over(before)


def test_packs_are_read_only_and_say_which_version_was_used(console: Path) -> None:
    table_release()
    page = visit("op").get("/packs")
    used = {r["pack"].id: [u["version"] for u in r["used"]] for r in page.context["rows"]}
    assert used["personal"] == ["1"]
    assert "居民身份证号码（18位）" in visit("op").get("/packs/personal").content.decode()
    assert visit("op").get("/packs/nowhere").status_code == 404
    for pack in used:
        assert visit("op").get(f"/packs/{pack}").status_code == 200, pack


def test_pack_page_says_what_changed_since_the_version_before(console: Path) -> None:
    import copy

    now = packs()["secrecy"]
    data = copy.deepcopy(now.data)
    data["version"], gone = "2025.9", data["marks"].pop(0)
    data["marks"][0]["severity"] = "info"
    before = canonical_json(data)
    kept = STORE.put_bytes(before, name="secrecy.json", role="pack")
    table_release(packs=(PackRef("secrecy", "2025.9", kept.sha256),))
    page = visit("op").get("/packs/secrecy")
    assert page.context["before"]["version"] == "2025.9"
    [marks] = [c for c in page.context["changes"] if c["part"] == "marks"]
    assert marks["added"] == {"n": 1, "names": [gone["id"]]}
    assert marks["altered"]["names"] == [f"{data['marks'][0]['id']}（severity）"]
    said = text_of(page)
    assert "与 2025.9 版相比" in said
    assert "新增 1 条" in said
    assert "1 added" in text_of(visit("op", "en").get(f"/packs/secrecy?since={kept.sha256}"))
    assert visit("op").get(f"/packs/secrecy?since={'f' * 64}").context["before"]["version"] == "2025.9"


def test_pack_version_whose_text_was_not_kept_is_said(console: Path) -> None:
    table_release()
    page = visit("op").get("/packs/personal")
    assert page.context["changes"] is None
    assert "没有留存" in text_of(page)


@pytest.mark.parametrize(
    "address",
    ["/ledger", "/ledger?as=csv", "/list", "/overview", "/datasets", "/datasets/finance.debt_limit", "/packs"],
)
def test_queries_do_not_grow(console: Path, address: str) -> None:
    def count() -> int:
        client = visit("auditor")
        with queries_counted() as found:
            assert client.get(address).status_code == 200
        return found["n"]

    published()
    few = count()
    for n in range(4):
        published(period=f"p{n}", run_key=f"r{n}")
    assert count() == few <= 20


def test_dispositions_have_words() -> None:
    from review.console import words

    assert set(words.DISPOSITIONS) == {k.value for k in DispositionKind}
