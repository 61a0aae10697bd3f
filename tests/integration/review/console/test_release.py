"""The release page: findings and their dispositions, what would go out, the difference, the decision bound to the hash."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from domain.errors import UsageInvalid
from domain.finding import Finding, Place, RuleRef, Severity
from domain.release import Disposition, DispositionKind
from tests.console_visits import CONTRACTS, FIELDS, ROWS, queries_counted, table_contract, table_release, text_of, visit
from tests.review_desk import (
    BLOCK,
    HOLD,
    HOLD2,
    PASSWORD,
    WARN,
    approve,
    decide,
    events,
    hash_of,
    last_refusal,
    receipt,
    submitted,
)


def address(release: str, act: str = "") -> str:
    return f"/releases/{release}" + (f"/{act}" if act else "")


def open_all(client: Any, release: str) -> None:
    for group in client.get(address(release)).context["grave"]:
        client.post(address(release, "open"), {"group": group.key, "finding": group.ids})


def dispose_all(client: Any, release: str, **how: str) -> None:
    said = {"kind": "false_alarm", "reason": "字段为编号"} | how
    for group in client.get(address(release)).context["grave"]:
        page = client.post(address(release, "dispose"), {"group": group.key, "finding": group.ids, **said})
        assert page.status_code == 302


def sign(client: Any, release: str, verdict: str = "approve", **how: str) -> Any:
    stage = client.get(address(release)).context["turn"].stage
    said = {"verdict": verdict, "stage": stage, "release_hash": hash_of(release), "password": PASSWORD}
    return client.post(address(release, "decide"), said | how)


def last_decision(release: str) -> dict[str, Any]:
    """What the newest deciding line of the ledger says."""
    from review import queries

    return dict([line["data"] for line in queries.timeline(release) if line["event"] == "decided"][-1])


def status(release: str) -> str:
    from review import queries

    return str(queries.show(release)["status"])


def test_reviewers_walk_it_to_approval(console: Path) -> None:
    release = table_release()
    for person in ("sec", "conf", "law", "chief"):
        client = visit(person)
        assert not client.get(address(release)).context["can_approve"]
        open_all(client, release)
        dispose_all(client, release)
        assert client.get(address(release)).context["can_approve"]
        assert sign(client, release)["Location"] == address(release)
    assert status(release) == "approved"
    assert events(release).count("decided") == 4


def test_form_says_what_is_missing(console: Path) -> None:
    release = table_release(findings=[HOLD, HOLD2])
    client = visit("sec")
    page = client.get(address(release)).content.decode()
    assert "还有 2 项发现没有打开" in page
    assert "还有 2 项没有处置" in page
    assert 'value="approve" required disabled' in page
    client.post(address(release, "open"), {"group": "x", "finding": [HOLD.id]})
    assert "还有 1 项发现没有打开" in client.get(address(release)).content.decode()
    open_all(client, release)
    dispose_all(client, release)
    page = client.get(address(release)).content.decode()
    assert "全部 2 项发现都打开过" in page
    assert 'value="approve" required disabled' not in page


@pytest.mark.parametrize("skipped", ["open", "dispose"])
def test_forced_approval_is_refused_by_the_desk(console: Path, skipped: str) -> None:
    release = table_release()
    client = visit("sec")
    if skipped != "open":
        open_all(client, release)
    if skipped != "dispose":
        dispose_all(client, release)
    page = sign(client, release, reason="已逐项核对")
    assert page.status_code == 409
    assert "还有须处置的发现" in page.content.decode()
    assert "已逐项核对" in page.content.decode()
    assert last_refusal()["error"] == "disposition-missing"
    assert status(release) == "in_review"


def test_wrong_password_keeps_what_was_typed(console: Path) -> None:
    release = table_release()
    client = visit("sec")
    page = sign(client, release, "return", reason="第三列口径不同", password="not the password")
    assert page.status_code == 403
    assert "第三列口径不同" in page.content.decode()
    assert "not the password" not in page.content.decode()
    assert "第三列口径不同" in client.get(address(release)).content.decode()
    assert sign(client, release, "return", reason="第三列口径不同").status_code == 302
    assert status(release) == "returned"
    assert client.get(address(release)).context["draft"].reason == ""


def test_stale_page_decides_nothing(console: Path) -> None:
    release = table_release(findings=[])
    page = sign(visit("sec"), release, release_hash="0" * 64, reason="看过了")
    assert page.status_code == 409
    assert "内容已经变了" in page.content.decode()
    assert "看过了" in page.content.decode()
    assert status(release) == "in_review"


def test_second_click_and_second_person_get_a_clear_page(console: Path) -> None:
    release = table_release(findings=[])
    first, second = visit("sec"), visit("sec2")
    said = {
        "verdict": "approve",
        "stage": "section",
        "release_hash": hash_of(release),
        "password": PASSWORD,
        "reason": "无异议",
    }
    assert first.post(address(release, "decide"), said).status_code == 302
    again = first.post(address(release, "decide"), said, follow=True)
    assert "已签字" in text_of(again), "the second click is told what the first one did"
    page = second.post(address(release, "decide"), said)
    assert page.status_code in (403, 409)
    assert 'role="alert"' in page.content.decode()
    assert events(release).count("decided") == 1


def test_kept_for_later_without_password(console: Path) -> None:
    release = table_release()
    client = visit("sec")
    client.post(
        address(release, "decide"), {"keep": "1", "verdict": "return", "reason": "还要再看", "stage": "section"}
    )
    assert "还要再看" in client.get(address(release)).content.decode()
    assert "decided" not in events(release)
    assert "还要再看" not in visit("sec2").get(address(release)).content.decode()


def test_block_finding_can_only_be_returned(console: Path) -> None:
    from review import desk

    release = submitted()
    desk.record_blocked(release, [BLOCK])
    page = visit("sec").get(address(release))
    assert not page.context["turn"].decide
    assert "阻断" in page.content.decode()
    assert visit("sec").post(address(release, "decide"), {"verdict": "approve", "stage": "section", "password": PASSWORD, "release_hash": hash_of(release)}).status_code in (403, 409)  # fmt: skip


def test_group_with_an_exception_by_row(console: Path) -> None:
    from review import queries

    rule = RuleRef("personal", "1", "mobile", "个人信息保护法第二十五条")
    one, two = (Finding("personal-data", Severity.HOLD, 2, (Place("main", c, 1, locator=f"Sheet1!{c}2"),), rule, "手机号", "MOBILE", remedy="span-replaced") for c in ("note", "region"))  # fmt: skip
    release = table_release(findings=[one, two])
    client = visit("sec")
    groups = client.get(address(release)).context["grave"]
    assert [len(g.rows) for g in groups] == [2]
    open_all(client, release)
    said = {"group": groups[0].key, "finding": groups[0].ids, "kind": "redact_as_proposed", f"kind-{two.id}": "keep_by_law", f"basis-{two.id}": "政府采购法第四十三条"}  # fmt: skip
    assert client.post(address(release, "dispose"), said).status_code == 302
    assert sign(client, release).status_code == 302
    kinds = {d["finding"]: (d["kind"], d["basis"]) for d in queries.decisions(release)[0]["dispositions"]}
    assert kinds == {one.id: ("redact_as_proposed", ""), two.id: ("keep_by_law", "政府采购法第四十三条")}
    later = visit("conf")
    open_all(later, release)
    assert "政府采购法第四十三条" in later.get(address(release)).content.decode()


@pytest.mark.parametrize(
    "said",
    [
        {"kind": "keep_by_law"},
        {"kind": "false_alarm"},
        {"kind": "nonsense"},
        {"kind": "keep_by_law", "basis": "电话13800000000"},
    ],
    ids=["no basis", "no reason", "no such kind", "a number"],
)
def test_incomplete_disposition_comes_back(console: Path, said: dict[str, str]) -> None:
    release = table_release()
    client = visit("sec")
    open_all(client, release)
    group = client.get(address(release)).context["grave"][0]
    page = client.post(address(release, "dispose"), {"group": group.key, "finding": group.ids, **said})
    assert page.status_code in (400, 409)
    assert not client.get(address(release)).context["draft"].dispositions


def test_places_show_once_opened_and_are_paged(console: Path) -> None:
    places = tuple(Place("main", "note", n, locator=f"Sheet1!C{n + 1}") for n in range(1, 101))
    finding = Finding("personal-data", Severity.HOLD, 250, places, None, "手机号", "MOBILE", remedy="span-replaced")
    release = table_release(findings=[finding])
    client = visit("sec")
    place = address(release, f"findings/{finding.id}")
    assert "Sheet1!C2" not in client.get(address(release)).content.decode()
    assert "Sheet1!C2" not in client.get(place).content.decode()
    assert client.post(address(release, "open"), {"finding": finding.id, "back": place})["Location"] == place
    assert events(release)[-1] == "opened"
    assert "Sheet1!C2" in client.get(place).content.decode()
    assert "Sheet1!C101" in client.get(place + "?page=2").content.decode()
    assert client.get(address(release, "findings/0000000000000000")).status_code == 404
    assert visit("stranger").get(place).status_code == 404


def test_what_would_go_out_is_marked_paged_and_searched(console: Path) -> None:
    rows = {"region": [f"村{n}" for n in range(120)], "amount": ["1"] * 120, "note": ["见[身份证号]"] + [None] * 119, "holder": ["张*"] * 120}  # fmt: skip
    release = table_release(rows=rows)
    client = visit("sec")
    page = client.get(address(release, "content")).content.decode()
    assert '<mark class="mark">身份证号</mark>' in page
    assert '<span class="treated">张*</span>' in page
    assert "账号" not in page.replace("账号）", "")
    assert "村49" in page
    assert "村50" not in page
    assert "村119" in client.get(address(release, "content?page=3")).content.decode()
    found = client.get(address(release, "content?q=村11"))
    assert [number for number, _ in found.context["shown"].rows] == [12, *range(111, 121)]
    assert client.get(address(release, "content?table=nowhere")).status_code == 200
    assert "第 1–50 项，共 120 项" in page


def test_treatment_in_words_and_certificate(console: Path) -> None:
    page = visit("sec").get(address(table_release())).content.decode()
    for words in (
        "整列删去，不公开",
        "姓名遮盖",
        "居民身份证号码（18位） 1",
        "按契约整行不公开：2 行",
        "全部查过",
        "15 格查了 15 格",
    ):
        assert words in page, words


def test_difference_from_the_edition_before(console: Path) -> None:
    old = table_release(run_key="old", period="2025")
    rows = {
        "region": ["城关镇", "南牛乡", "新镇"],
        "amount": ["20", "7", "1"],
        "note": [None, ROWS["note"][2], None],
        "holder": ["张*", "王*", "赵*"],
    }
    fields = [f | {"redaction": {"operator": "mask"}} if f["name"] == "note" else f for f in FIELDS]
    contract = table_contract(version=2, tables=[{"name": "main", "key": ["region"], "fields": fields}])
    new = table_release(contract, rows, run_key="new", previous=hash_of(old))
    page = visit("sec").get(address(new))
    found = page.context["difference"]
    table = found.tables[0]
    assert (table.added, table.removed, table.changed) == (1, 1, 1)
    assert [(t.title, t.before, t.now) for t in table.totals] == [("金额", 1019.5, 28.0)]
    assert found.contract.lines[0].said == ("收紧", "stricter")
    assert "列 备注 ：处理由 照原样，查出的个人信息换成标签 改为 整列遮盖" in " ".join(text_of(page).split())
    assert "没有放宽" in text_of(page)
    assert found.packs == ()
    assert visit("sec").get(address(old)).context["difference"] is None


def test_looser_contract_is_told_to_whoever_signs(console: Path) -> None:
    old = table_release(run_key="old", period="2025")
    fields = [f | {"redaction": {"operator": "mask"}} if f["name"] == "card" else f for f in FIELDS]
    contract = table_contract(version=2, tables=[{"name": "main", "key": ["region"], "fields": fields}])
    new = table_release(contract, run_key="new", previous=hash_of(old))
    page = visit("sec").get(address(new))
    assert page.context["difference"].contract.looser == 1
    assert "放宽 列 账号 ：处理由 整列删去，不公开 改为 整列遮盖" in " ".join(text_of(page).split())
    assert "契约比上次公开时放宽了 1 处" in text_of(page)


def test_difference_without_a_key_counts_whole_rows(console: Path) -> None:
    contract = table_contract(tables=[{"name": "main", "fields": FIELDS}])
    old = table_release(contract, run_key="old", period="2025")
    rows = {**ROWS, "amount": ["12.50", "1,000", "8"]}
    new = table_release(contract, rows, run_key="new", previous=hash_of(old))
    table = visit("sec").get(address(new)).context["difference"].tables[0]
    assert (table.added, table.removed, table.changed) == (1, 1, None)


def test_bytes_that_are_gone_are_said(console: Path) -> None:
    from review.console.outside import outside

    release = table_release()
    for artefact in __import__("review.queries", fromlist=["x"]).manifest(release).redacted:
        outside().store.delete(artefact.sha256)
    page = visit("sec").get(address(release))
    assert page.status_code == 200
    assert "已不在存储里" in page.content.decode()


def test_operator_looks_submits_and_recalls(console: Path) -> None:
    release = table_release(submit=False)
    client = visit("op")
    assert "承办自查" in client.get(address(release)).content.decode()
    said = {"release_hash": hash_of(release)}
    assert client.post(address(release, "submit"), said | {"password": "wrong password"}).status_code == 403
    assert client.post(address(release, "submit"), {"release_hash": "0" * 64, "password": PASSWORD}).status_code == 409
    assert client.post(address(release, "submit"), said | {"password": PASSWORD}).status_code == 302
    assert status(release) == "in_review"
    assert visit("op2").get(address(release)).context["turn"].recall is False
    assert client.post(address(release, "recall"), {"password": PASSWORD}).status_code == 302
    assert status(release) == "checked"
    client.post(address(release, "submit"), said | {"password": PASSWORD})
    decide(release, "sec", "section")
    assert client.get(address(release)).context["turn"].recall is False
    assert client.post(address(release, "recall"), {"password": PASSWORD}).status_code == 409


def test_submitter_sees_why_there_is_nothing_to_decide(console: Path) -> None:
    from review import desk

    release = table_release(submit=False)
    desk.submit(release, "both", PASSWORD)
    page = visit("both").get(address(release))
    assert not page.context["turn"].decide
    assert "提交人不能审查" in page.content.decode()
    assert sign(visit("both"), release, "return", stage="section", reason="x").status_code == 409


def test_withhold_escalate_and_answer(console: Path) -> None:
    from review import queries

    withheld, escalated = table_release(run_key="w", period="1"), table_release(run_key="e", period="2")
    client = visit("sec")
    assert sign(client, withheld, "withhold", reason="涉及商业秘密", basis="条例第十五条").status_code == 400
    assert (
        sign(client, withheld, "withhold", reason="涉及商业秘密", basis="条例第十五条", reason_code="A15-1").status_code
        == 302
    )
    assert status(withheld) == "withheld"
    assert sign(client, escalated, "escalate", reason="是否涉密不能确定", reason_code="A15-1").status_code == 302
    said = {"authority": "市国家保密局", "answer": "可以公开", "document": "保函〔2026〕1号"}
    assert visit("conf").post(address(escalated, "answer"), said | {"password": "wrong password"}).status_code == 403
    assert visit("conf").post(address(escalated, "answer"), said | {"password": PASSWORD}).status_code == 302
    assert (status(escalated), queries.show(escalated)["stage"]) == ("in_review", "section")


def test_hidden_at_once_by_chief_or_confidentiality_reviewer(console: Path) -> None:
    from review import queries
    from tests.review_desk import published

    release = published()
    assert not visit("op").get(address(release)).context["turn"].withdraw
    client = visit("chief")
    assert address(release, "hide") in client.get(address(release)).content.decode()
    said = {"reason": "附件需更正", "release_hash": hash_of(release)}
    assert client.post(address(release, "withdraw"), said | {"password": "wrong password"}).status_code == 403
    assert client.post(address(release, "withdraw"), said | {"password": PASSWORD}).status_code == 302
    assert status(release) == "withdrawn"
    assert [(w["kind"], w["params"]) for w in queries.work_list()] == [("withdraw", {"release": release})]


def test_remarks_between_author_and_reviewers(console: Path) -> None:
    release = table_release()
    assert visit("sec").post(address(release, "remark"), {"text": "第三列<b>口径</b>请核对"}).status_code == 302
    page = visit("op").get(address(release)).content.decode()
    assert "第三列&lt;b&gt;口径&lt;/b&gt;请核对" in page
    bad = visit("op").post(address(release, "remark"), {"text": "电话 13800000000 已核"})
    assert bad.status_code == 400
    assert "电话 13800000000 已核" in bad.content.decode()
    assert visit("auditor").post(address(release, "remark"), {"text": "看过"}).status_code == 403
    assert 'name="text"' not in visit("auditor").get(address(release)).content.decode()


def test_timeline_tells_every_event(console: Path) -> None:
    release = table_release()
    decide(release, "sec", "section")
    page = visit("op").get(address(release))
    assert [e["event"] for e in page.context["timeline"]] == events(release)
    assert "科室审查，公开" in text_of(page)


def test_note_for_the_department_names_cells_and_no_value(console: Path) -> None:
    import io

    import openpyxl

    finding = Finding("value-missing", Severity.BLOCK, 3, (Place("main", "note", 2, locator="10月!F962"), Place("main", "note", 3, locator="10月!F963")), RuleRef("finance.subsidy", "1", "x", "会计法"), "必须填写")  # fmt: skip
    release = table_release(findings=[finding, WARN])
    page = visit("op").get(address(release, "note.xlsx"))
    assert page["Content-Type"].startswith("application/vnd.openxmlformats")
    assert page["Content-Disposition"].startswith("attachment")
    sheet = openpyxl.load_workbook(io.BytesIO(page.content)).active
    assert sheet is not None
    rows = [[c.value for c in row] for row in sheet.iter_rows()]
    told = [r for r in rows if r[2] == "缺值"]
    assert [(r[3], r[4], r[5]) for r in told] == [("表“main”，列“备注”", "10月!F962", 1), ("表“main”，列“备注”", "10月!F963", 1), ("表“main”，列“备注”", "其余各处", 1)]  # fmt: skip
    assert visit("stranger").get(address(release, "note.xlsx")).status_code == 404


def test_evidence_bundle_verifies(console: Path, tmp_path: Path) -> None:
    from review import keys
    from review.evidence.verify import verify

    release = table_release()
    page = visit("auditor").get(address(release, "evidence.zip"))
    assert page.status_code == 200
    path = tmp_path / "evidence.zip"
    path.write_bytes(page.content)
    assert verify(path, keys.public_key(console))


def test_queries_do_not_grow_with_findings_or_events(console: Path) -> None:
    def count(release: str) -> int:
        client = visit("sec")
        with queries_counted() as found:
            assert client.get(address(release)).status_code == 200
        return found["n"]

    many = [
        Finding("personal-data", Severity.HOLD, 2, (Place("main", f"c{n}", 1),), None, "x", "MOBILE") for n in range(40)
    ]
    few = count(table_release(findings=[HOLD]))
    grown = table_release(findings=many, run_key="many", period="2")
    for person in ("op", "op2", "sec", "sec2"):
        visit(person).post(address(grown, "remark"), {"text": "看过"})
    assert count(grown) == few <= 36


HOSTILE = "<script>alert(1)</script>\"'&"


def test_hostile_names_and_cells_are_shown_as_text(console: Path) -> None:
    fields = [{"name": "region", "title": HOSTILE}, {"name": "note", "title": "备注"}]
    contract = table_contract(
        title={"zh": HOSTILE, "en": HOSTILE}, tables=[{"name": "main", "key": ["region"], "fields": fields}]
    )
    finding = Finding("personal-data", Severity.HOLD, 1, (Place("main", "region", 1, locator=HOSTILE),), RuleRef("p", "1", "i", HOSTILE), HOSTILE, "MOBILE")  # fmt: skip
    release = table_release(
        contract, {"region": [HOSTILE], "note": ["<img src=x onerror=alert(1)>"]}, findings=[finding]
    )
    client = visit("sec")
    open_all(client, release)
    client.post(address(release, "remark"), {"text": HOSTILE})
    for path in ("", "content", f"content?q={HOSTILE}", "contract", f"findings/{finding.id}"):
        page = client.get(address(release, path)).content.decode()
        assert page.count("<script") == 1, path  # HTMX's
        assert "<img" not in page, path
        assert "&lt;script&gt;" in page, path
    assert client.get(f"/datasets/{contract.id}").content.decode().count("<script") == 1  # HTMX's


def test_last_editions_disposition_is_offered_and_confirmed_in_one_step(console: Path) -> None:
    from review import desk

    old = table_release(run_key="old", period="2025")
    for person, stage in (("sec", "section"), ("conf", "confidentiality"), ("law", "legal"), ("chief", "chief")):
        decide(old, person, stage)
    new = table_release(run_key="new", previous=hash_of(old))
    client = visit("sec")
    assert "照上次处置" not in client.get(address(new)).content.decode()
    open_all(client, new)
    page = client.get(address(new))
    assert "照上次处置" in page.content.decode()
    row = page.context["grave"][0].rows[0]
    assert row.last == {"kind": "false_alarm", "basis": "个人信息保护法第十三条", "reason": "字段为编号"}
    said = {"group": "x", "finding": row.id, "confirm": "1", **{f"{k}-{row.id}": v for k, v in row.last.items()}}
    client.post(address(new, "dispose"), said)
    assert client.get(address(new)).context["can_approve"]
    assert "照上次处置" not in client.get(address(new)).content.decode()
    sign(client, new)
    line = last_decision(new)
    assert line["confirmed_from"] == {"release": old, "findings": [row.id]}
    assert f"其中 1 项照 {old}" in " ".join(text_of(client.get(address(new))).split())
    approve(new)
    assert desk.approval_for(new).release_hash == hash_of(new)
    assert "confirmed_from" not in last_decision(new), "the others judged it themselves"


def test_disposition_that_differs_from_the_last_isnt_called_confirmed(console: Path) -> None:
    old = table_release(run_key="old", period="2025")
    decide(old, "sec", "section")
    new = table_release(run_key="new", previous=hash_of(old))
    client = visit("sec")
    open_all(client, new)
    row = client.get(address(new)).context["grave"][0].rows[0]
    said = {"group": "x", "finding": row.id, "confirm": "1", "kind": "false_alarm", "reason": "另一个理由"}
    client.post(address(new, "dispose"), said)
    sign(client, new)
    assert "confirmed_from" not in last_decision(new)


def test_what_differs_or_was_made_under_other_rules_cant_be_signed_as_confirmed(console: Path) -> None:
    old = table_release(run_key="old", period="2025")
    decide(old, "sec", "section")
    other = table_release(table_contract(version=2), run_key="new", previous=hash_of(old))
    for release, reason in (
        (other, "字段为编号"),
        (table_release(run_key="p", period="p", previous=hash_of(old)), "别的"),
    ):
        said = [Disposition(HOLD.id, DispositionKind.FALSE_ALARM, "个人信息保护法第十三条", reason)]
        with pytest.raises(UsageInvalid):
            decide(release, "sec", "section", dispositions=said, confirmed=[HOLD.id])
        assert last_refusal()["error"] == "usage-invalid"


def test_last_disposition_is_only_told_where_contract_or_packs_changed(console: Path) -> None:
    old = table_release(run_key="old", period="2025")
    decide(old, "sec", "section")
    new = table_release(table_contract(version=2), run_key="new", previous=hash_of(old))
    client = visit("sec")
    open_all(client, new)
    page = client.get(address(new)).content.decode()
    assert "请重新判断" in page
    assert "照上次处置" not in page


def test_dispositions_of_the_revision_before_are_proposals(console: Path) -> None:
    old = table_release(run_key="old")
    decide(old, "sec", "section")
    decide(old, "conf", "confidentiality", "return")
    new = table_release(run_key="new")
    client = visit("sec")
    open_all(client, new)
    assert client.get(address(new)).context["last"]["release"] == old
    assert not client.get(address(new)).context["draft"].dispositions


def test_two_people_and_two_clicks_at_once(console: Path) -> None:
    from tests.integration.review.test_concurrency import at_once

    release = table_release(findings=[])
    clients = [visit(person) for person in ("sec", "sec", "sec2")]
    said = {
        "verdict": "approve",
        "stage": "section",
        "release_hash": hash_of(release),
        "password": PASSWORD,
        "reason": "无异议",
    }
    pages = at_once(*[lambda c=c: c.post(address(release, "decide"), said) for c in clients])  # type: ignore[misc]
    done = [p.status_code == 302 for p in pages]
    assert done in ([True, True, False], [False, False, True]), "both clicks of whoever was first, and no other"
    assert all('role="alert"' in p.content.decode() for p in pages if p.status_code != 302)
    assert events(release).count("decided") == 1


def test_raised_tier_is_told_with_its_reasons(console: Path) -> None:
    from review import desk

    first = table_release(run_key="old", period="2025")
    assert "从未公开过" in text_of(visit("sec").get(address(first)))
    approve(first)
    desk.record_published(first, receipt(first))
    assert 'id="raised"' not in visit("sec").get(address(table_release(run_key="b", period="2026"))).content.decode()
    loose = [{**f, "redaction": {"operator": "mask"}} if f["name"] == "card" else f for f in FIELDS]
    contract = table_contract(tables=[{"name": "main", "key": ["region"], "fields": loose}])
    CONTRACTS[contract.id] = contract
    release = desk.receive(contract, "2027", "c", before=table_contract().content)
    page = text_of(visit("sec").get(address(release)))
    assert "管得更松了" in page
    assert "main.card" in page
    assert "整列删去，不公开 → 整列遮盖" in page
