"""Contracts at the desk: typed text never gets lost, errors have their line, nobody adopts the own one, stale is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from domain.contract import Contract
from domain.fault import Fault
from tests.console_visits import (
    CONTRACTS,
    FAULTS,
    UPLOADS,
    contract_yaml,
    industry_contract,
    propose_change,
    table_contract,
    text_of,
    visit,
)
from tests.review_desk import PASSWORD, last_refusal, make_contract

DATASET = "finance.debt_limit"
HOSTILE = "<script>alert(1)</script>"
CHIEFS = ("chief", "both")


def at(name: str = "write", dataset: str = DATASET) -> str:
    return f"/contracts/{dataset}/{name}"


def typed(contract: Contract | None = None, **more: Any) -> dict[str, Any]:
    """The form as the page sent it, with another text."""
    before = CONTRACTS.get(DATASET)
    text = contract_yaml(contract or make_contract(version=2, domain="other"))
    return {"text": text, "base": before.sha256 if before else "", "seen": 0, "do": "check"} | more


def sign(person: str, number: int, verb: str = "adopt", **more: Any) -> Any:
    from review.models import ContractProposal

    row = ContractProposal.objects.get(pk=number)
    said = {"contract_sha256": row.contract_sha256, "password": PASSWORD, "why": "口径不同"} | more
    return visit(person).post(f"/proposals/{number}/{verb}", said)


def state_of(number: int) -> str:
    return str(visit("auditor").get(f"/proposals/{number}").context["state"][1])


def test_editor_begins_with_the_contract_in_force(console: Path) -> None:
    page = visit("op").get(at("edit"))
    assert page.status_code == 200
    assert page.context["typed"]["text"] == contract_yaml(make_contract())
    assert "没有不同" in text_of(page)


def test_check_names_line_and_key_in_words_and_keeps_the_text(console: Path) -> None:
    text = contract_yaml(make_contract(version=2)).replace("frequency: annual", "frequency: anual")
    line = next(n for n, row in enumerate(text.split("\n"), 1) if "anual" in row)
    page = visit("op").post(at(), typed(text=text))
    assert page.context["typed"]["text"] == text
    (fault,) = page.context["faults"]
    assert (fault["line"], fault["key"], fault["excerpt"]) == (line, "frequency", "frequency: anual")
    assert f"第 {line} 行" in text_of(page)
    assert "不在可选的值里" in text_of(page)
    assert HOSTILE not in page.content.decode()


@pytest.mark.parametrize(
    ("text", "line", "kind"),
    [
        ("id: a.b\nversion: [1\ntitle: x\n", 3, "not YAML"),
        ("id: a.b\n\tversion: 1\n", 2, "not YAML"),
        ("id: a.b\nid: a.c\n", 2, "not YAML"),
        ("- 1\n- 2\n", 1, "something else"),
        ("id: a.b\nx: \x07\n", 2, "not YAML"),
        ("", 1, "something else"),
        ("a: " + "[" * 5000, None, "too long or too deep"),
        ("a: " + "[" * 30 + "]" * 30 + "\n", None, "too long or too deep"),
        ("a: &a [x,x]\n" + "".join(f"{c}: &{c} [*{p},*{p},*{p},*{p},*{p},*{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)), None, "too long or too deep"),
        ("version: " + "9" * 5000, None, "not YAML"),
        ("version: 2026-13-45\n", None, "not YAML"),
    ],
    ids=["open-bracket", "tab", "twice", "list", "control", "empty", "deep", "deep-and-closed", "bomb", "digits", "date"],
)  # fmt: skip
def test_bad_yaml_has_its_place_and_never_a_fault_of_ours(
    console: Path, text: str, line: int | None, kind: str
) -> None:
    page = visit("op", "en").post(at(), typed(text=text))
    assert page.status_code == 200
    assert page.context["faults"][0]["line"] == line
    assert kind in text_of(page)
    assert page.context["typed"]["text"] == text


def test_what_the_whole_check_finds_is_told_too(console: Path) -> None:
    FAULTS.append(Fault("no-examples", 3, "examples", "no examples"))
    page = visit("op").post(at(), typed())
    assert "还没有例子" in text_of(page)
    assert visit("op").post(at(), typed(do="propose")).status_code == 200
    assert visit("op").get("/contracts").context["rows"] == []
    FAULTS.clear()
    assert "检查通过" in text_of(visit("op").post(at(), typed()))


def test_script_in_text_and_name_stays_text(console: Path) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    text = contract_yaml(make_contract(version=2, title={"zh": HOSTILE, "en": HOSTILE})) + f"# </textarea>{HOSTILE}\n"
    client = visit("op")
    page = client.post(at(), typed(text=text))
    assert HOSTILE not in page.content.decode()
    assert "</textarea>" not in page.content.decode().split("<textarea", 1)[1].split("</textarea>", 1)[0]
    assert client.post(at(), typed(text=text, do="save")).status_code == 302
    assert HOSTILE not in client.get(at("edit")).content.decode()
    assert client.post(at(), typed(text=text, seen=1, do="propose", note="说明")).status_code == 302
    for where in ("/proposals/1", "/contracts"):
        assert HOSTILE not in visit("chief").get(where).content.decode()
    file = SimpleUploadedFile(f"{HOSTILE}.csv", b"a,b\n1,2\n")
    page = client.post("/contracts/from-file", {"file": file, "dataset": HOSTILE})
    assert page.status_code == 400
    assert HOSTILE not in page.content.decode()


def test_draft_is_its_authors_alone_and_lost_by_nothing(console: Path) -> None:
    text = typed()["text"] + "# half-written\n"
    assert visit("op").post(at(), typed(text=text, do="save")).status_code == 302
    assert visit("op").get(at("edit")).context["typed"]["text"] == text
    assert visit("op2").get(at("edit")).context["typed"]["text"] == contract_yaml(make_contract())
    assert "finance.debt_limit" in visit("op").get("/contracts").content.decode()
    assert "我的草稿" not in visit("op2").get("/contracts").content.decode()
    again = visit("op").post(at(), typed(text=text, do="save"))  # a double click of the same page
    assert again.status_code == 302
    assert visit("op").get(at("edit")).context["typed"]["seen"] == 1


def test_stale_window_is_told_and_both_texts_are_there(console: Path) -> None:
    client = visit("op")
    client.post(at(), typed(text="one: 1\n", do="save"))
    client.post(at(), typed(text="two: 2\n", seen=1, do="save"))
    page = client.post(at(), typed(text="three: 3\n", seen=1, do="save"))
    assert page.status_code == 409
    assert page.context["typed"]["text"] == "three: 3\n"
    assert "two: 2" in page.content.decode()
    assert client.get(at("edit")).context["typed"]["text"] == "two: 2\n"
    assert client.post(at(), typed(text="three: 3\n", seen=1, do="overwrite")).status_code == 302
    assert client.get(at("edit")).context["typed"]["text"] == "three: 3\n"


def test_too_long_a_text_is_refused_and_shown_again(console: Path) -> None:
    from review.acts.contracts import MOST_TEXT

    text = "# " + "长" * MOST_TEXT
    for do in ("check", "save", "propose"):
        page = visit("op").post(at(), typed(text=text, do=do))
        assert page.status_code == 400
        assert page.context["typed"]["text"] == text
    assert visit("op").post(at(), typed(text="x\0y", do="save")).status_code == 400
    assert visit("op").get(at("edit")).context["typed"]["seen"] == 0


def test_other_departments_contract_does_not_exist(console: Path) -> None:
    number = propose_change()
    for method, where in (("get", at("edit")), ("post", at())):
        assert getattr(visit("stranger"), method)(where).status_code == 404
        assert getattr(visit("sec"), method)(where).status_code == 403
    for verb in ("", "/adopt", "/refuse", "/retract"):
        where = f"/proposals/{number}{verb}"
        answer = visit("stranger").post(where, {"password": PASSWORD}) if verb else visit("stranger").get(where)
        assert answer.status_code == 404, where
    assert visit("stranger").get("/contracts").context["rows"] == []
    for dataset in ("finance.unknown%00", "..%2f..%2fetc", "Finance.x", "nobody.x", "finance"):
        assert visit("op").get(at("edit", dataset)).status_code == 404


def test_nobody_adopts_the_own_contract(console: Path) -> None:
    number = propose_change("both")
    page = visit("both").get(f"/proposals/{number}")
    assert "签字批准" not in text_of(page)
    assert sign("both", number).status_code == 409
    assert last_refusal()["error"] == "reviewer-is-submitter"
    assert state_of(number) == "waits to be adopted"
    assert sign("sec", number).status_code == 403
    assert sign("chief", number, password="wrong password").status_code == 403
    assert state_of(number) == "waits to be adopted"
    assert sign("chief", number).status_code == 302
    assert state_of(number) == "adopted, coming into force"


def test_adoption_asks_the_runner_once_and_is_answered_once(console: Path) -> None:
    from review import queries

    number = propose_change()
    assert sign("chief", number).status_code == 302
    assert sign("both", number).status_code == 409  # a second chief, or a double click
    assert sign("chief", number, "refuse").status_code == 409
    work = [w for w in queries.work_list() if w["kind"] == "contract"]
    assert [w["params"]["proposal"] for w in work] == [number]
    assert visit("op").post(f"/proposals/{number}/retract").status_code == 409


def test_contract_that_changed_under_a_proposal_cannot_be_adopted(console: Path) -> None:
    number = propose_change()
    CONTRACTS[DATASET] = make_contract(version=7)
    page = visit("chief").get(f"/proposals/{number}")
    assert "不能再批准" in text_of(page)
    assert sign("chief", number).status_code == 409
    assert last_refusal()["error"] == "content-changed"
    assert sign("chief", number, "refuse").status_code == 302


def test_page_of_another_text_is_refused(console: Path) -> None:
    number = propose_change()
    assert sign("chief", number, contract_sha256="0" * 64).status_code == 409
    assert state_of(number) == "waits to be adopted"


def test_draft_whose_base_changed_says_so_and_cannot_be_proposed(console: Path) -> None:
    form = typed(make_contract(version=9, domain="other"))
    CONTRACTS[DATASET] = make_contract(version=7)
    page = visit("op").post(at(), form)
    assert "现行契约变了" in text_of(page)
    refused = visit("op").post(at(), form | {"do": "propose"})
    assert refused.status_code == 409
    assert refused.context["typed"]["text"] == form["text"]
    assert visit("op").post(at(), form | {"do": "rebase"}).status_code == 302
    kept = visit("op").get(at("edit")).context["typed"]
    assert (kept["text"], kept["base"]) == (form["text"], CONTRACTS[DATASET].sha256)
    assert visit("op").post(at(), form | {"base": kept["base"], "do": "propose"}).status_code == 302


def test_what_is_no_change_or_an_older_version_is_not_proposed(console: Path) -> None:
    for contract in (make_contract(), make_contract(domain="other")):
        page = visit("op").post(at(), typed(contract, do="propose"))
        assert page.status_code == 400
    page = visit("op").post(at(), typed(make_contract(id="finance.other", version=2), do="propose"))
    assert page.context["faults"][0]["key"] == "id"


def test_proposal_twice_is_one_and_another_waits(console: Path) -> None:
    first = visit("op").post(at(), typed(do="propose"))
    assert visit("op").post(at(), typed(do="propose"))["Location"] == first["Location"]
    other = typed(make_contract(version=3, domain="third"), do="propose")
    assert visit("op2").post(at(), other).status_code == 409
    number = int(first["Location"].rpartition("/")[2])
    assert visit("op2").post(f"/proposals/{number}/retract").status_code == 403
    assert visit("op").post(f"/proposals/{number}/retract").status_code == 302
    assert visit("op2").post(at(), other).status_code == 302


def test_refusal_needs_a_reason_and_is_told(console: Path) -> None:
    number = propose_change()
    assert sign("chief", number, "refuse", why="").status_code == 400
    page = sign("chief", number, "refuse", why="口径不同", password="wrong password")
    assert page.context["typed"]["why"] == "口径不同"
    assert PASSWORD not in page.content.decode()
    assert sign("chief", number, "refuse").status_code == 302
    assert "口径不同" in visit("op").get(f"/proposals/{number}").content.decode()


def test_moving_a_dataset_needs_both_departments(console: Path) -> None:
    moved = make_contract(version=2, department="industry")
    assert visit("op").post(at(), typed(moved, do="propose")).status_code == 403
    from review import desk

    desk.grant("op2", "industry", "operator")
    assert visit("op2").post(at(), typed(moved, do="propose")).status_code == 302
    assert sign("chief", 1).status_code == 403
    desk.grant("chief", "industry", "releasing_chief")
    assert sign("chief", 1).status_code == 302


def test_new_dataset_begins_from_a_file_and_its_department(console: Path) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    def send(dataset: str, person: str = "op", data: bytes = b"a,b\n1,2\n") -> Any:
        file = SimpleUploadedFile("样本.csv", data)
        return visit(person).post("/contracts/from-file", {"file": file, "dataset": dataset})

    page = send("finance.new_list")
    assert (page.status_code, page["Location"]) == (302, "/contracts/finance.new_list/edit")
    assert UPLOADS[-1][0] == "样本.csv"
    assert "from: /uploads/" in visit("op").get("/contracts/finance.new_list/edit").context["typed"]["text"]
    assert send("finance.new_list").status_code == 409  # the draft that is there isn't written over
    assert send("industry.new_list").status_code == 403
    assert send("sec.x", "sec").status_code == 403
    contract = make_contract(id="finance.new_list", department="finance")
    form = {"text": contract_yaml(contract), "base": "", "seen": 1, "do": "propose"}
    assert visit("op").post("/contracts/finance.new_list/write", form).status_code == 302
    assert "新数据集" in text_of(visit("chief").get("/proposals/1"))
    other = make_contract(id="finance.third", department="industry")
    assert (
        visit("both").post("/contracts/finance.third/write", form | {"text": contract_yaml(other)}).status_code == 403
    )


def test_difference_is_told_in_words_and_loosening_first(console: Path) -> None:
    before = table_contract()
    CONTRACTS[before.id] = before
    fields = [f.model_dump(mode="json", exclude_defaults=True) for f in before.tables[0].fields]
    fields[4] = {"name": "card", "title": "账号", "sensitivity": "identifier", "redaction": {"operator": "mask"}}
    fields[2] = {"name": "note", "title": "备注", "sensitivity": "free_text", "redaction": {"operator": "mask"}}
    now = table_contract(version=2, tables=[{"name": "main", "key": ["region"], "fields": fields}])
    form = {"text": contract_yaml(now), "base": before.sha256, "seen": 0, "do": "check"}
    zh = text_of(visit("op").post(f"/contracts/{before.id}/write", form))
    assert re.search(r"放宽\s+列\s+账号\s*：\s*处理\s*由\s+整列删去，不公开\s+改为\s+整列遮盖", zh)
    assert re.search(r"收紧\s+列\s+备注\s*：\s*处理\s*由", zh)
    assert "按最高级审查" in zh
    en = visit("op", "en").post(f"/contracts/{before.id}/write", form).content.decode()
    assert "dropped, not published" in en
    assert "masked whole" in en


def test_work_list_tells_a_chief_what_waits_and_nobody_else(console: Path) -> None:
    number = propose_change("both")
    for person, expected in {"chief": [(number, DATASET)], "both": [], "op": [], "stranger": [], "auditor": []}.items():
        assert (person, visit(person).get("/queue").context["contracts"]) == (person, expected)
    assert "等您批准" in text_of(visit("chief").get("/queue"))
    sign("chief", number)
    assert visit("chief").get("/queue").context["contracts"] == []


def test_ledger_tells_who_did_what_and_nothing_that_was_typed(console: Path) -> None:
    from review.models import LedgerEntry

    visit("op").post(at(), typed(do="save"))
    visit("op").post(at(), typed(seen=1, do="propose", note="口径变了"))
    sign("chief", 1, reason="同意这样改")
    lines = LedgerEntry.objects.filter(event__startswith="contract-").order_by("seq")
    assert [(x.event, x.actor) for x in lines] == [
        ("contract-drafted", "op"), ("contract-proposed", "op"), ("contract-adopted", "chief"),
    ]  # fmt: skip
    bodies = "".join(lines.values_list("body", flat=True))
    assert "口径变了" not in bodies
    assert "同意这样改" not in bodies
    assert "Limit by region" not in bodies


def test_adoption_is_read_back_from_the_ledger(console: Path) -> None:
    from domain.errors import ReleaseNotApproved
    from review import desk, proposals

    number = propose_change()
    with pytest.raises(ReleaseNotApproved):
        proposals.adopted(number)
    with pytest.raises(ReleaseNotApproved):
        desk.record_in_force(number)
    sign("chief", number)
    assert proposals.adopted(number).dataset == DATASET
    assert industry_contract().id != DATASET
