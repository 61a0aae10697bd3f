"""A remedy from the release page: chosen per column, told on both revisions, earlier dispositions offered again."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.release import DispositionKind
from tests.console_visits import ROWS, table_contract, table_release, text_of, visit
from tests.integration.review.console.test_release import address, dispose_all, open_all, sign, status
from tests.review_desk import HOLD, HOLD2, PASSWORD, WARN, hash_of

LEFT = {name: cells for name, cells in ROWS.items() if name != "note"}


def ordered() -> str:
    """A release whose section reviewer had the remark dropped."""
    release = table_release(findings=[HOLD, HOLD2, WARN])
    client = visit("sec")
    open_all(client, release)
    dispose_all(client, release)
    client.post(address(release, "dispose"), {"group": "x", "finding": [HOLD.id], "kind": "redact_more"})
    page = client.get(address(release))
    assert page.context["redact_more"] == 1
    assert not page.context["can_approve"]
    answer = sign(client, release, "remedy", override=["", "main.note=drop"], reason="备注能认出个人")  # type: ignore[arg-type]  # several boxes
    assert answer.status_code == 302, text_of(answer)
    return release


def test_only_stricter_operators_are_offered(console: Path) -> None:
    page = visit("sec").get(address(table_release()))
    offered = {c.title: [o.value for o in c.choices] for c in page.context["stricter"]}
    assert "账号" not in offered, "it is dropped already"
    assert offered["户主"] == ["main.holder=drop", "main.holder=mask"]
    assert "main.note=drop" in offered["备注"]
    assert not any("keep_ends" in value or "=name" in value for value in offered["备注"]), (
        "labels could be shown in part"
    )
    assert visit("op").get(address(table_release(run_key="t2"))).context["stricter"] == []


def test_remedy_is_ordered_told_and_its_revision_shows_the_difference(console: Path) -> None:
    from review import desk, queries

    old = ordered()
    assert status(old) == "returned"
    page = text_of(visit("sec").get(address(old)))
    assert "整列删去，不公开" in page
    assert "正在用同一份来源文件准备新修订" in page
    assert "改好再来" not in text_of(visit("op").get(address(old)))
    row = desk.claim("runner")
    assert row is not None
    assert row["kind"] == "remedy"
    new = table_release(rows=LEFT, run_key="t2", findings=[HOLD2, WARN], submit=False)
    page = text_of(visit("op").get(address(new)))
    assert "这一版按审查意见比契约多删了" in page
    assert "不再公开的列" in page
    assert old in page
    assert "新修订已经准备" in text_of(visit("sec").get(address(old)))
    desk.submit(new, "op", PASSWORD)
    client = visit("sec")
    group = client.get(address(new)).context["grave"][0]
    assert group.is_known
    assert "照上次处置" not in text_of(client.get(address(new))), "it has to be opened first"
    open_all(client, new)
    assert "照上次处置" in text_of(client.get(address(new)))
    said = {"group": group.key, "finding": group.ids}
    said |= {f"{k}-{r.id}": v for r in group.rows for k, v in r.last.items()}
    assert client.post(address(new, "dispose"), said).status_code == 302
    assert sign(client, new).status_code == 302
    assert queries.decisions(new)[-1]["dispositions"][0]["kind"] == "false_alarm"


def test_refused_remedy_keeps_what_was_chosen(console: Path) -> None:
    release = table_release(findings=[HOLD, WARN])
    client = visit("sec")
    open_all(client, release)
    answer = sign(client, release, "remedy", override="main.note=drop", reason="备注能认出个人")
    assert answer.status_code == 409
    page = client.get(address(release)).content.decode()
    assert '<option value="main.note=drop" selected>' in page
    assert status(release) == "in_review"


@pytest.mark.parametrize("way", ["stale", "too long", "session"])
def test_chosen_operators_come_back_where_no_draft_could_be_kept(console: Path, way: str) -> None:
    from review.drafts import draft_of
    from review.reading import find

    release = table_release(findings=[HOLD, WARN])
    client = visit("sec")
    open_all(client, release)
    said = {"verdict": "remedy", "stage": "section", "release_hash": hash_of(release), "password": PASSWORD}
    said |= {"override": ["", "main.note=drop"], "reason": "备注能认出个人"}  # type: ignore[dict-item]  # several boxes
    if way == "session":
        said["by"] = client.get(address(release)).context["by"]
        client.cookies.pop("sessionid")
        assert client.post(address(release, "decide"), said).status_code == 302
        page = client.post("/sign-in", {"username": "sec", "password": PASSWORD, "next": address(release)}, follow=True)
    else:
        wrong = {"release_hash": "0" * 64} if way == "stale" else {"reason": "长" * 5_000}
        page = client.post(address(release, "decide"), said | wrong | {"keep": "1"})
        assert page.status_code in (400, 409)
    assert '<option value="main.note=drop" selected>' in page.content.decode()
    assert draft_of(find(release), "sec").overrides == []


def test_forged_weaker_operator_is_refused(console: Path) -> None:
    release = table_release(findings=[HOLD, WARN])
    client = visit("sec")
    open_all(client, release)
    dispose_all(client, release, kind=DispositionKind.REDACT_MORE.value, reason="")
    for forged in ("main.card=mask", "main.note=keep", "main.note=keep_ends:prefix=9", "x", "main.none=drop"):
        assert sign(client, release, "remedy", override=forged, reason="试").status_code == 400
    assert status(release) == "in_review"


def test_contract_difference_knows_the_columns_left(console: Path) -> None:
    """Totals of a column that a remedy took away aren't shown as if it had fallen to nothing."""
    from review import queries
    from review.console.difference import revised

    first = table_release(contract=table_contract(), findings=[HOLD, WARN])
    before = hash_of(first)
    client = visit("sec")
    open_all(client, first)
    dispose_all(client, first, kind="redact_more")
    assert sign(client, first, "remedy", override="main.amount=mask", reason="金额能认出个人").status_code == 302
    new = table_release(rows={**ROWS, "amount": ["*****", "*****", "*"]}, run_key="t2", findings=[WARN], submit=False)
    difference = revised(queries.manifest(new), before)
    assert difference is not None
    assert difference.tables[0].totals == ()
    assert difference.tables[0].changed == 3


def test_failed_preparation_of_a_remedy_is_told_and_run_again(console: Path) -> None:
    from review import desk, queries

    old = ordered()
    row = desk.claim("runner")
    assert row is not None
    desk.finish(row["id"], "runner", ok=False, result={"error": "artefact-missing", "message": "the file is gone"})
    page = text_of(visit("op").get(address(old)))
    assert "新修订没有准备成" in page
    assert old in [w["release"] for w in queries.queue_for("op")]
    assert "再跑一次" in text_of(visit("op").get("/runs"))
    assert visit("sec").post(f"/runs/{row['id']}/again").status_code == 403
    assert visit("op").post(f"/runs/{row['id']}/again").status_code == 302
    newest = queries.work_list()[0]
    assert (newest["kind"], newest["params"]["release"], newest["asked_by"]) == ("remedy", old, "op")
