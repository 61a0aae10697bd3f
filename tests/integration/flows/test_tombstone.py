"""What stays of a release's words once it is off: decided from why it came off and from a scan of its contract.
Over two networks: test_outside_tombstone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from catalog.wordless import TITLE
from domain.withdrawal import Cause, plain_reason
from flows.platform import Platform, open_platform
from flows.rescan import rescan_all
from flows.tombstone import Tombstone, tombstone
from tests.later_rules import NUMBER, WORDS, put_later_rules
from tests.made_platform import Made, ledger_lines, made_platform
from tests.review_desk import PASSWORD, events

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
OFFICE = "财政局债务科 0311-00000000 debt@example.gov.cn"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    with made_platform(tmp_path_factory.mktemp("tombstone")) as found:
        yield found


@pytest.fixture(autouse=True)
def _bundled_rules(made: Made) -> Iterator[None]:
    yield
    (made.home.root / "rules" / "personal.yaml").unlink(missing_ok=True)


def off(made: Made, release: str, cause: Cause, reason: str = "疑有差错") -> None:
    from flows.publish import withdraw_release  # Prefect comes after its home
    from review import desk

    desk.withdraw(release, "chief", PASSWORD, reason, cause=cause)
    withdraw_release(release)


@pytest.mark.parametrize(
    ("cause", "stays"), [(Cause.VERIFY, True), (Cause.WRONG, True), (Cause.LEAK, False), (Cause.OTHER, False)]
)
def test_person_s_reason_decides(made: Made, tmp_path: Path, cause: Cause, stays: bool) -> None:
    from review import queries
    from review.ledger import verify

    release, ready = made.publish(f"by_{cause}", tmp_path)
    off(made, release, cause)
    package = made.public(ready.contract.slug)
    assert package is not None
    assert (package["title"] == ready.contract.title.zh, package["title"] == TITLE) == (stays, not stays)
    assert {(r["withdrawn_code"], r["withdrawn_contact"]) for r in package["resources"]} == {(cause.value, OFFICE)}
    assert queries.show(release)["reason_code"] == cause.value
    (line,) = ledger_lines(release, "withdrawn")
    assert line["data"]["code"] == cause.value
    assert verify().ok


@pytest.mark.parametrize("cause", [Cause.LEAK, Cause.OTHER])
def test_leak_found_while_it_is_checked_takes_the_words_at_once(made: Made, tmp_path: Path, cause: Cause) -> None:
    """One order over the other, nothing put out in between; with a proof of its own."""
    from review import queries
    from review.ledger import verify

    release, ready = made.publish(f"sharpened_{cause}", tmp_path)
    off(made, release, Cause.VERIFY)
    first = queries.show(release)["takedown"]
    assert first["keeps_words"]
    off(made, release, cause)
    package = made.public(ready.contract.slug)
    assert package is not None
    assert package["title"] == TITLE
    assert ready.contract.title.zh not in json.dumps(package, ensure_ascii=False)
    assert {r["withdrawn_code"] for r in package["resources"]} == {cause.value}
    proof = queries.show(release)["takedown"]
    assert not proof["keeps_words"]
    assert all(row["gone"] for row in proof["addresses"])
    assert len(proof["addresses"]) > len(first["addresses"])  # the entry itself is proved, too
    told = [line for line in events(release) if line in ("withdrawn", "taken-down", "published")]
    assert told == ["published", "withdrawn", "taken-down", "withdrawn", "taken-down"]
    assert verify().ok


def test_stricter_order_by_command(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from flows.cli import build

    monkeypatch.setattr("flows.ask.prepare_prefect", lambda _home: None)  # its home is set once a process, and is
    release, ready = made.publish("by_command", tmp_path)
    for cause, person, status in (("verify", "chief", 0), ("wrong", "conf", 1), ("leak", "conf", 0)):
        words = [
            "withdraw",
            release,
            "--as",
            person,
            "--cause",
            cause,
            "--reason",
            "内容需要核实",
            "--password-stdin",
            "--json",
        ]
        done = CliRunner().invoke(build(), [*words, "--home", str(made.home.root)], input=PASSWORD + "\n")
        assert bool(done.exception) is bool(status), done.output
        package = made.public(ready.contract.slug)
        assert package is not None
        assert (package["title"] == TITLE) is (cause == "leak")
        if not status:
            assert all(row["gone"] for row in json.loads(done.stdout)["proof"])


def test_scan_of_the_contract_decides_where_the_reason_would_let_it_stay(made: Made, tmp_path: Path) -> None:
    told, ready = made.publish("told", tmp_path, description=WORDS)
    calm, other = made.publish("calm", tmp_path)
    put_later_rules(made.home.root)
    done = {r["release"]: r["hidden"] for r in rescan_all(open_platform(made.home.root))}
    assert (done[told], done[calm]) == (True, False)
    package = made.public(ready.contract.slug)
    assert package is not None
    assert NUMBER not in json.dumps(package, ensure_ascii=False)
    assert package["title"] == TITLE
    assert {r["withdrawn_code"] for r in package["resources"]} == {"rule_change"}
    off(made, calm, Cause.WRONG)
    kept = made.public(other.contract.slug)
    assert kept is not None
    assert kept["title"] == other.contract.title.zh


def test_later_rules_reach_the_words_of_what_is_off_already(made: Made, tmp_path: Path) -> None:
    from review import desk, queries
    from review.cases import of_release
    from review.ledger import verify

    told, ready = made.publish("off_told", tmp_path, description=WORDS)
    confirmed, again = made.publish("off_confirmed", tmp_path, description=WORDS)
    calm, other = made.publish("off_calm", tmp_path)
    for release in (told, confirmed, calm):
        off(made, release, Cause.WRONG)
    desk.confirm_withdrawal(confirmed, "conf", PASSWORD)
    assert NUMBER in json.dumps(made.public(ready.contract.slug), ensure_ascii=False)
    put_later_rules(made.home.root)
    platform = open_platform(made.home.root)
    done = {r["release"]: r["hidden"] for r in rescan_all(platform)}
    assert {told: True, confirmed: True, calm: False}.items() <= done.items()
    for one in (ready, again):
        package = made.public(one.contract.slug)
        assert package is not None
        assert NUMBER not in json.dumps(package, ensure_ascii=False)
        assert package["title"] == TITLE
        assert {r["withdrawn_code"] for r in package["resources"]} == {"wrong"}  # why it came off is the same
    kept = made.public(other.contract.slug)
    assert kept is not None
    assert kept["title"] == other.contract.title.zh
    record = queries.show(told)
    assert not record["takedown"]["keeps_words"]
    assert [c.kind for c in of_release(told)] == ["rule_change"]
    assert [line["actor"] for line in ledger_lines(told, "withdrawn")] == ["chief", "system"]
    desk.confirm_withdrawal(confirmed, "conf", PASSWORD)
    assert not {told, confirmed, calm} & {r["release"] for r in rescan_all(platform)}
    assert verify().ok


def test_words_of_what_is_off_go_where_nobody_can_read_their_contract(made: Made, tmp_path: Path) -> None:
    from domain.errors import ArtefactMissing
    from review.cases import of_release

    release, ready = made.publish("off_unread", tmp_path)
    off(made, release, Cause.VERIFY)
    made.platform.stores.delete(ready.manifest.contract.sha256)
    put_later_rules(made.home.root)
    told = rescan_all(open_platform(made.home.root))
    assert [one["error"] for one in told if one["release"] == release] == [ArtefactMissing.name()]
    package = made.public(ready.contract.slug)
    assert package is not None
    assert package["title"] == TITLE
    assert [f["code"] for c in of_release(release) for f in c.findings] == ["rescan-failed"]


def test_order_that_came_while_the_first_was_carried_out_is_not_taken_as_done(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import flows.publish as publishing
    from domain.errors import TransitionRefused
    from review import desk, takedowns

    release, ready = made.publish("sharpened_meanwhile", tmp_path)
    desk.withdraw(release, "chief", PASSWORD, "疑有差错", cause=Cause.VERIFY)

    def asked(platform: Platform, record: Mapping[str, Any]) -> Tombstone:
        desk.withdraw(release, "conf", PASSWORD, "含有不应公开的内容", cause=Cause.LEAK)
        return tombstone(platform, record)

    monkeypatch.setattr(publishing, "tombstone", asked)
    with pytest.raises(TransitionRefused, match="anew"):
        publishing.withdraw_release(release)
    assert release in dict(takedowns.unproven())
    monkeypatch.undo()
    publishing.withdraw_release(release)
    package = made.public(ready.contract.slug)
    assert package is not None
    assert (package["title"], {r["withdrawn_code"] for r in package["resources"]}) == (TITLE, {"leak"})


def test_contact_that_holds_a_finding_gives_way_to_the_unit(made: Made, tmp_path: Path) -> None:
    from review import queries

    contact = {"name": f"债务科 {NUMBER}", "phone": "0311-00000000", "email": "debt@example.gov.cn"}
    release, ready = made.publish("contact", tmp_path, contact=contact)
    put_later_rules(made.home.root)
    off(made, release, Cause.VERIFY)
    package = made.public(ready.contract.slug)
    unit = next(u["title"]["zh"] for u in queries.units() if u["code"] == "finance")
    assert package is not None
    assert {r["withdrawn_contact"] for r in package["resources"]} == {unit}
    assert NUMBER not in json.dumps(package, ensure_ascii=False)


@pytest.mark.parametrize(
    ("typed", "is_shown"),
    [("第三列口径有误", True), ("可问 someone@example.com", False), ("村民赵雪梅的住址没有遮盖", False)],
    ids=["plain words", "an address", "a name"],
)
def test_typed_reason_goes_out_only_where_nobody_is_in_it(
    made: Made, tmp_path: Path, typed: str, is_shown: bool, request: pytest.FixtureRequest
) -> None:
    from review import queries

    release, ready = made.publish(f"reason_{request.node.callspec.id.replace(' ', '_')}", tmp_path)
    off(made, release, Cause.WRONG, typed)
    package = made.public(ready.contract.slug)
    assert package is not None
    shown = {r["withdrawn_reason"] for r in package["resources"]}
    assert shown == {typed if is_shown else plain_reason("wrong")}
    assert (typed in json.dumps(package, ensure_ascii=False)) is is_shown
    assert queries.show(release)["reason"] == typed  # on the desk it stands as it was typed


def test_what_can_not_be_looked_at_stays_nowhere(made: Made, tmp_path: Path) -> None:
    from review import queries

    release, ready = made.publish("unseen", tmp_path)
    broken = made.home.root / "rules" / "secrecy.yaml"
    broken.write_text("no: pack\n", "utf-8")
    try:
        off(made, release, Cause.VERIFY)
    finally:
        broken.unlink()
    package = made.public(ready.contract.slug)
    assert package is not None
    assert package["title"] == TITLE
    assert {r["edition_state"] for r in package["resources"]} == {"withdrawn"}
    other, second = made.publish("lost", tmp_path)
    made.platform.stores.delete(second.manifest.contract.sha256)
    left = tombstone(made.platform, queries.show(other))
    unit = next(u["title"]["zh"] for u in queries.units() if u["code"] == "finance")
    assert left == Tombstone(False, unit, plain_reason(queries.show(other)["reason_code"] or ""))


def test_reversal_while_a_take_down_prepares_is_not_taken_off(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What may stay is asked before the lock; an order that was reversed in those seconds removes nothing."""
    import flows.publish as publishing
    from domain.errors import TransitionRefused
    from review import desk

    release, ready = made.publish("reversed_meanwhile", tmp_path)
    desk.withdraw(release, "chief", PASSWORD, "疑有差错", cause=Cause.VERIFY)

    def asked(platform: Platform, record: Mapping[str, Any]) -> Tombstone:
        desk.reverse_withdrawal(release, "conf", PASSWORD, "查无差错")
        return tombstone(platform, record)

    monkeypatch.setattr(publishing, "tombstone", asked)
    before = made.public(ready.contract.slug)
    with pytest.raises(TransitionRefused):
        publishing.withdraw_release(release)
    assert made.public(ready.contract.slug) == before
