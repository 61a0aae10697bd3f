"""What stays of a release's words over two networks: the carried order says so, and what the publishing side takes down by itself
goes by its own reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from catalog.wordless import TITLE
from domain.withdrawal import Cause, plain_reason
from flows.catalogue import embedded_url
from flows.outside import duties
from flows.outside.register import State
from flows.platform import open_platform
from tests.apart import Apart, apart_networks
from tests.later_rules import NUMBER, WORDS, put_later_rules
from tests.made_platform import flows_begun
from tests.review_desk import PASSWORD

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
OFFICE = "财政局债务科 0311-00000000 debt@example.gov.cn"


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    with apart_networks(tmp_path_factory.mktemp("apart")) as both:
        yield both


def seen(apart: Apart, slug: str) -> dict[str, Any]:
    url = f"{embedded_url(apart.catalogue)}/api/3/action/package_show"
    return dict(httpx.get(url, params={"id": slug}, trust_env=False).json()["result"])


@pytest.mark.parametrize(("cause", "stays"), [(Cause.WRONG, True), (Cause.LEAK, False)])
def test_carried_order_says_whether_words_stay(apart: Apart, tmp_path: Path, cause: Cause, stays: bool) -> None:
    from review import desk

    entry, ready, first = apart.published(f"carried_{cause}", tmp_path)
    apart.accept(first.with_suffix(".receipt"))
    desk.withdraw(entry.release, "chief", PASSWORD, "疑有差错", cause=cause)
    receipt = apart.take_down(apart.order(entry.release, tmp_path))
    package = seen(apart, ready.contract.slug)
    assert (package["title"] == TITLE) is not stays
    assert {(r["withdrawn_code"], r["withdrawn_contact"]) for r in package["resources"]} == {(cause.value, OFFICE)}
    assert apart.accept(receipt)[0]["status"] == "withdrawn"


def test_stricter_order_is_carried_out_and_an_older_one_no_more(apart: Apart, tmp_path: Path) -> None:
    from domain.errors import TransitionRefused
    from review import desk, queries

    entry, ready, first = apart.published("carried_sharpened", tmp_path)
    apart.accept(first.with_suffix(".receipt"))
    desk.withdraw(entry.release, "chief", PASSWORD, "内容需要核实", cause=Cause.VERIFY)
    older = apart.order(entry.release, tmp_path, "verify")
    early = apart.take_down(older)
    assert seen(apart, ready.contract.slug)["title"] == ready.contract.title.zh
    desk.withdraw(entry.release, "chief", PASSWORD, "含有不应公开的内容", cause=Cause.LEAK)
    apart.accept(early)  # the answer to the order before: no proof of this one
    assert queries.show(entry.release)["takedown"] is None
    receipt = apart.take_down(apart.order(entry.release, tmp_path, "leak"))
    package = seen(apart, ready.contract.slug)
    assert package["title"] == TITLE
    assert {r["withdrawn_code"] for r in package["resources"]} == {"leak"}
    with pytest.raises(TransitionRefused, match="later order"):
        apart.take_down(older)
    apart.accept(receipt)
    proof = queries.show(entry.release)["takedown"]
    assert not proof["keeps_words"]
    assert all(row["gone"] for row in proof["addresses"])


def test_days_that_ended_outside_do_not_prove_a_stricter_order(apart: Apart, tmp_path: Path) -> None:
    from review import desk, queries

    entry, ready, first = apart.published("ended_meanwhile", tmp_path, publication_days=1)
    apart.accept(first.with_suffix(".receipt"))
    desk.withdraw(entry.release, "chief", PASSWORD, "含有不应公开的内容", cause=Cause.LEAK)
    order = {"reason": "公开期满", "reason_code": "expired", "today": "2026-01-01"}
    done = duties.take_down(apart.here, entry.release_hash, State.EXPIRED, order)
    assert seen(apart, ready.contract.slug)["title"] == ready.contract.title.zh
    apart.accept(done["receipt"])
    assert queries.show(entry.release)["takedown"] is None


def test_later_rules_take_the_words_off_what_is_down_outside(apart: Apart, tmp_path: Path) -> None:
    from review import desk, queries

    entry, ready, first = apart.published("down_told", tmp_path, description=WORDS)
    apart.accept(first.with_suffix(".receipt"))
    desk.withdraw(entry.release, "chief", PASSWORD, "疑有差错", cause=Cause.WRONG)
    apart.accept(apart.take_down(apart.order(entry.release, tmp_path, "wrong")))
    assert NUMBER in json.dumps(seen(apart, ready.contract.slug), ensure_ascii=False)
    rules = put_later_rules(apart.made.home.root)
    from flows.rescan import rescan_all

    flows_begun(apart.made.home)
    assert {r["release"]: r["hidden"] for r in rescan_all(open_platform(apart.made.home.root))}[entry.release]
    order = apart.order(entry.release, tmp_path, "words")
    rules.unlink()
    apart.accept(apart.take_down(order))
    package = seen(apart, ready.contract.slug)
    assert NUMBER not in json.dumps(package, ensure_ascii=False)
    assert {r["withdrawn_code"] for r in package["resources"]} == {"wrong"}
    assert not queries.show(entry.release)["takedown"]["keeps_words"]


def test_carried_order_after_a_scan_takes_the_words_of_what_is_down_already(apart: Apart, tmp_path: Path) -> None:
    entry, ready, first = apart.published("scanned", tmp_path, description=WORDS)
    apart.accept(first.with_suffix(".receipt"))
    duties.take_down(apart.here, entry.release_hash, State.SUSPENDED, duties.SUSPENSION)
    assert NUMBER in json.dumps(seen(apart, ready.contract.slug), ensure_ascii=False)
    rules = put_later_rules(apart.made.home.root)
    from flows.rescan import rescan_all

    flows_begun(apart.made.home)
    assert {r["release"]: r["hidden"] for r in rescan_all(open_platform(apart.made.home.root))}[entry.release]
    apart.accept(apart.take_down(apart.order(entry.release, tmp_path)))
    package = seen(apart, ready.contract.slug)
    rules.unlink()
    assert NUMBER not in json.dumps(package, ensure_ascii=False)
    assert package["title"] == TITLE


@pytest.mark.parametrize(
    ("state", "order", "stays"),
    [
        (State.EXPIRED, {"reason": "公开期满", "reason_code": "expired"}, True),
        (State.HIDDEN, {"reason": "含有不应公开的内容", "reason_code": "hidden"}, False),
        (State.TAKEN_DOWN, {"reason": "由旧版程序下令", "reason_code": ""}, False),
    ],
)
def test_take_down_outside_by_its_own_reason(
    apart: Apart, tmp_path: Path, state: State, order: dict[str, Any], stays: bool
) -> None:
    entry, ready, _ = apart.published(f"own_{state.name.lower()}", tmp_path)
    duties.take_down(apart.here, entry.release_hash, state, order)
    assert (seen(apart, ready.contract.slug)["title"] == ready.contract.title.zh) is stays


@pytest.mark.parametrize(
    ("typed", "is_shown"),
    [("第三列口径有误", True), ("村民赵雪梅的住址没有遮盖", False)],
    ids=["plain words", "a name"],
)
def test_reason_typed_outside_goes_out_only_where_nobody_is_in_it(
    apart: Apart, tmp_path: Path, typed: str, is_shown: bool
) -> None:
    entry, ready, _ = apart.published(f"typed_{is_shown}".lower(), tmp_path)
    duties.take_down(apart.here, entry.release_hash, State.HIDDEN, {"reason": typed, "reason_code": "hidden"})
    said = {r["withdrawn_reason"] for r in seen(apart, ready.contract.slug)["resources"]}
    assert said == {typed if is_shown else plain_reason("hidden")}
