"""Which rows differ from the edition before: paired by the contract's key, paged, and never more than the visitor may see."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.console_visits import FIELDS, ROWS, queries_counted, table_contract, table_release, text_of, visit
from tests.review_desk import PASSWORD, approve, hash_of, receipt

NOW: dict[str, list[str | None]] = {
    "region": ["新镇", "城关镇", "南牛乡"],
    "amount": ["1", "20", "7"],
    "note": [None, "补发[身份证号]两户", "=HYPERLINK(1)"],
    "holder": ["赵*", "张*", "王*"],
}
UNKEYED = [{"name": "main", "fields": FIELDS}]


def address(release: str, query: str = "") -> str:
    return f"/releases/{release}/difference{query}"


def public(**how: Any) -> str:
    """An edition that the catalogue shows."""
    from review import desk

    release = approve(table_release(**{"run_key": "old", "period": "2025"} | how))
    desk.approval_for(release)
    desk.record_published(release, receipt(release))
    return release


def two(now: Mapping[str, Any] = NOW, before: Mapping[str, Any] = ROWS, contract: Any = None) -> tuple[str, str]:
    """A public edition, and the next one in review."""
    old = public(contract=contract, rows=before)
    return old, table_release(contract, now, run_key="new", previous=hash_of(old))


def test_changed_rows_show_both_sides_and_mark_the_column(console: Path) -> None:
    _, new = two()
    client = visit("sec")
    assert f"{address(new)}?table=main" in client.get(f"/releases/{new}").content.decode()
    page = client.get(address(new))
    assert page.context["kind"] == "changed"
    ((before, now, cells),) = page.context["changes"].rows
    assert (before, now) == (1, 2)
    assert [c.title for c in page.context["changes"].columns] == ["地区", "金额", "备注", "户主"]
    assert [c.is_changed for c in cells] == [False, True, False, False]
    html = page.content.decode()
    assert "<del>" in html
    assert html.index("12.50") < html.index("<ins>") < html.index(">20")
    assert '<mark class="mark">身份证号</mark>' in html
    assert "主键" in text_of(page)


@pytest.mark.parametrize(("kind", "number", "first"), [("added", 1, "新镇"), ("removed", 2, "大河乡")])
def test_rows_of_one_side(console: Path, kind: str, number: int, first: str) -> None:
    _, new = two()
    page = visit("sec").get(address(new, f"?kind={kind}"))
    ((row, cells),) = page.context["shown"].rows
    assert row == number
    assert cells[0].pieces == ((False, first),)
    assert "改动行 1" in text_of(page)
    assert "Changed 1" in text_of(visit("sec", "en").get(address(new)))


def test_rows_are_paged_by_links_and_complete(console: Path) -> None:
    old = {k: [f"{k}{n}" for n in range(120)] for k in ROWS}
    now = {**old, "amount": [*(f"{n}" for n in range(60)), *old["amount"][60:]]}
    _, new = two(now, before=old)
    client, seen = visit("sec"), []
    link: str | None = address(new, "?kind=changed")
    while link:
        page = client.get(link)
        seen += [now for _, now, _ in page.context["changes"].rows]
        after = page.context["pages"].after
        link = address(new, f"?kind=changed&amp;page={after}") if after else None
        if link:
            assert f"?kind=changed&amp;page={after}" in page.content.decode()
            link = link.replace("&amp;", "&")
    assert seen == list(range(1, 61))


@pytest.mark.parametrize(
    ("tables", "rows", "by", "counts"),
    [
        (UNKEYED, NOW, "no_key", (2, 2, None)),
        ([{"name": "main", "key": ["card"], "fields": FIELDS}], NOW, "key_gone", (2, 2, None)),
        ([{"name": "main", "key": ["holder"], "fields": FIELDS}], {**NOW, "holder": ["张*", "张*", "王*"]}, "key_ambiguous", (2, 2, None)),
    ],
    ids=["no key", "key dropped", "key the same after redaction"],
)  # fmt: skip
def test_whole_rows_where_no_key_tells_them_apart(
    console: Path, tables: Any, rows: Any, by: str, counts: tuple[int, int, int | None]
) -> None:
    contract = table_contract(tables=tables)
    _, new = two(rows, contract=contract)
    page = visit("sec").get(address(new))
    table = page.context["table"]
    assert (table.by, (table.added, table.removed, table.changed)) == (by, counts)
    assert page.context["kind"] == "added"
    assert "按整行比较" in text_of(page)
    assert visit("sec").get(address(new, "?kind=changed")).context["changes"].rows == ()


def test_equal_rows_count_as_often_as_they_stand(console: Path) -> None:
    old = {k: [v[0], v[0], v[1]] for k, v in ROWS.items()}
    now = {k: [v[0], v[0], v[0], v[1]] for k, v in ROWS.items()}
    _, new = two(now, before=old, contract=table_contract(tables=UNKEYED))
    page = visit("sec").get(address(new))
    assert [number for number, _ in page.context["shown"].rows] == [3]
    assert page.context["table"].removed == 0


def test_only_an_empty_cell_that_was_something_else_is_marked(console: Path) -> None:
    _, new = two({**ROWS, "note": [None, None, ROWS["note"][2]]})
    page = visit("sec").get(address(new))
    ((_, _, cells),) = page.context["changes"].rows
    assert [c.is_changed for c in cells] == [False, False, True, False]
    assert "空" in text_of(page)


def test_what_was_taken_off_since_is_not_shown_again(console: Path) -> None:
    from review import desk

    old, new = two()
    desk.withdraw(old, "chief", PASSWORD, "误公开")
    client = visit("sec")
    page = client.get(address(new))
    assert "12.50" not in page.content.decode()
    assert "大河乡" not in client.get(address(new, "?kind=removed")).content.decode()
    assert "上一期已撤下" in text_of(page)
    ((_, _, cells),) = page.context["changes"].rows
    assert [c.is_changed for c in cells] == [False, True, False, False], "that it changed may be told"


def test_dropped_column_of_either_edition_is_never_shown(console: Path) -> None:
    """The quarantine isn't opened: what a contract drops isn't in either table."""
    _, new = two()
    for kind in ("changed", "added", "removed"):
        assert "账号" not in text_of(visit("sec").get(address(new, f"?kind={kind}")))


@pytest.mark.parametrize(("person", "status"), [("stranger", 404), ("admin", 403), ("auditor", 200), (None, 302)])
def test_for_whoever_sees_the_release(console: Path, person: str | None, status: int) -> None:
    _, new = two()
    assert visit(person).get(address(new)).status_code == status


def test_first_edition_and_nonsense_in_the_address(console: Path) -> None:
    old, new = two()
    assert "没有可比的上一期" in text_of(visit("sec").get(address(old)))
    for query in ("?table=nothing", "?kind=nothing", "?page=99999", "?page=-1&kind=removed"):
        assert visit("sec").get(address(new, query)).status_code == 200


def test_bytes_that_are_gone_are_said(console: Path) -> None:
    from review import queries
    from review.console import difference, pairing
    from review.console.outside import outside

    old, new = two()
    assert visit("sec").get(address(new)).status_code == 200
    outside().store.delete(queries.manifest(old).redacted[0].sha256)
    assert "已不在存储里" in text_of(visit("sec").get(address(new)))
    pairing.paired.cache_clear()
    assert "已不在存储里" in text_of(visit("sec").get(address(new, "?kind=removed")))
    difference._difference.cache_clear()
    assert "没有可比的上一期" in text_of(visit("sec").get(address(new)))


def test_large_tables_are_quick_and_bounded(console: Path) -> None:
    """100,000 rows, of which half changed: a page in the middle is cheap once the pairing is known."""
    import time

    count = 100_000
    old = {k: [f"{k}-{n}" for n in range(count)] for k in ROWS}
    now = {**old, "amount": [f"{v}x" if n % 2 else v for n, v in enumerate(old["amount"])]}
    _, new = two(now, before=old)
    client = visit("sec")
    assert client.get(address(new)).context["table"].changed == count // 2
    began = time.perf_counter()
    with queries_counted() as asked:
        page = client.get(address(new, "?kind=changed&page=1000"))
    assert time.perf_counter() - began < 2
    assert asked["n"] < 30
    assert page.context["changes"].rows[0][1] == 2 * 999 * 50 + 2
