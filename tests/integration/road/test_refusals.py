"""Nothing reaches the catalogue without an approval of exactly those bytes: each way round is refused by name, and the
ledger says so."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.errors import (
    ContentChanged,
    FindingBlocks,
    MingjingError,
    NotPermitted,
    ReleaseNotApproved,
    ReviewerHasDecided,
    ReviewerIsSubmitter,
    SignatureRefused,
)
from domain.release import Verdict
from flows.catalogue import start_embedded
from flows.demo.cast import review, submit
from flows.home import open_home
from flows.orders import Order, write_order
from flows.platform import Platform, open_platform
from tests.cities import City
from tests.made_platform import flows_begun
from tests.review_desk import cheap_passwords

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

DATASET = "finance.debt_limit_balance"


class Bench:
    """An installation with the demo's people and its catalogue running, to prepare and break releases in."""

    def __init__(self, city: City, home: Path) -> None:
        shutil.copytree(city.home, home)
        os.environ["MINGJING_HOME"] = str(home)
        self.home = open_home(home)
        flows_begun(self.home)
        self.platform: Platform = open_platform(home)
        _make_cheap(city.passwords)
        self.passwords = city.passwords
        self.catalogue = start_embedded(self.home)
        self.sample = next(s for s in city.truth.of(DATASET, "clean"))
        self.count = 0

    def perform(self, kind: str, **parameters: Any) -> Any:
        from flows.runner import perform

        return perform(kind, parameters)

    def prepared(self) -> str:
        self.count += 1
        source = str(self.home.root / "samples" / self.sample.file)
        order = write_order(self.home, Order(DATASET, source, f"19{self.count:02d}", self.sample.dates))
        result = self.perform("prepare", dataset=DATASET, order=order)
        assert result["status"] == "checked", result
        return str(result["release"])

    def submitted(self) -> str:
        release = self.prepared()
        submit(release, self.passwords)
        return release

    def approved(self) -> str:
        release = self.submitted()
        assert review(release, self.platform.contract(DATASET), self.passwords) == "approved"
        return release

    def refused(self, release: str, error: type[MingjingError]) -> None:
        """Publishing is refused by that name, the ledger says so, the catalogue shows nothing of it."""
        from review import queries

        with pytest.raises(error):
            self.perform("publish", release=release)
        record = queries.show(release)
        said = [line["data"].get("error") for line in record["timeline"] if line["event"] == "refused"]
        assert error.name() in said
        assert record["release_hash"] not in self.public_hashes()

    def public_hashes(self) -> set[str]:
        url = f"http://127.0.0.1:{self.home.catalogue_port}/api/3/action/package_search"
        found = httpx.get(url, params={"rows": 100}).json()["result"]["results"]
        return {r.get("release_hash", "") for p in found for r in p["resources"]}


def _make_cheap(passwords: dict[str, str]) -> None:
    """The same passwords, hashed with the least work: hundreds of signatures are given here, none of them to test the hash."""
    from review import desk

    for user, password in passwords.items():
        desk.set_password(user, password)


@pytest.fixture(scope="module")
def bench(city: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with cheap_passwords():
        made = Bench(city, tmp_path_factory.mktemp("bench") / "home")
        yield made
    made.catalogue.terminate()
    made.catalogue.wait(timeout=10)


def test_publish_approved_shows_it(bench: Bench) -> None:
    from review import queries

    release = bench.approved()
    assert bench.perform("publish", release=release)["status"] == "published"
    assert queries.show(release)["release_hash"] in bench.public_hashes()
    assert bench.perform("publish", release=release)["status"] == "published"


@pytest.mark.parametrize("state", ["prepared", "submitted"])
def test_publish_unapproved_is_refused(bench: Bench, state: str) -> None:
    bench.refused(getattr(bench, state)(), ReleaseNotApproved)


def test_publish_returned_is_refused(bench: Bench) -> None:
    from review import desk, queries

    release = bench.submitted()
    desk.decide(
        release, "finance_section", bench.passwords["finance_section"], "section", Verdict.RETURN,
        release_hash=queries.show(release)["release_hash"], reason="演示",
    )  # fmt: skip
    bench.refused(release, ReleaseNotApproved)


@pytest.mark.parametrize(
    ("user", "error"),
    [
        ("finance_operator", ReviewerIsSubmitter),
        ("civil_affairs_section", NotPermitted),
        ("admin", NotPermitted),
        ("auditor", NotPermitted),
    ],
)
def test_decide_by_the_wrong_person_is_refused(
    bench: Bench, user: str, error: type[MingjingError], monkeypatch: pytest.MonkeyPatch
) -> None:
    from review import desk, queries

    release = bench.submitted()
    if user == "admin":
        desk.set_password("admin", "a-long-password-for-admin")
    password = "a-long-password-for-admin" if user == "admin" else bench.passwords[user]
    with pytest.raises((error, NotPermitted)):
        desk.decide(
            release, user, password, "section", Verdict.APPROVE, release_hash=queries.show(release)["release_hash"]
        )
    assert queries.show(release)["status"] == "in_review"
    bench.refused(release, ReleaseNotApproved)


def test_decide_with_wrong_password_is_refused(bench: Bench) -> None:
    from review import desk, queries

    release = bench.submitted()
    with pytest.raises(SignatureRefused):
        desk.decide(
            release,
            "finance_section",
            "not it",
            "section",
            Verdict.APPROVE,
            release_hash=queries.show(release)["release_hash"],
        )
    bench.refused(release, ReleaseNotApproved)


def test_decide_two_stages_by_one_person_is_refused(bench: Bench) -> None:
    from review import desk, queries

    release = bench.submitted()
    desk.grant("finance_section", "finance", "releasing_chief")
    seen = queries.show(release)["release_hash"]
    password = bench.passwords["finance_section"]
    desk.decide(release, "finance_section", password, "section", Verdict.APPROVE, release_hash=seen)
    with pytest.raises(ReviewerHasDecided):
        desk.decide(
            release, "finance_section", password, queries.show(release)["stage"], Verdict.APPROVE, release_hash=seen
        )
    bench.refused(release, ReleaseNotApproved)


def test_decide_on_another_hash_is_refused(bench: Bench) -> None:
    from review import desk

    release = bench.submitted()
    with pytest.raises(ContentChanged):
        desk.decide(
            release,
            "finance_section",
            bench.passwords["finance_section"],
            "section",
            Verdict.APPROVE,
            release_hash="0" * 64,
        )


def test_publish_after_contract_changed_is_refused(bench: Bench) -> None:
    release = bench.approved()
    own = bench.home.root / "datasets" / "finance" / "debt_limit_balance.yaml"
    own.parent.mkdir(parents=True, exist_ok=True)
    bundled = Path("datasets/finance/debt_limit_balance.yaml").read_text("utf-8")
    own.write_text(
        bundled.replace("id: finance.debt_limit_balance", "id: finance.debt_limit_balance\nversion: 9", 1).replace(
            "\nversion: 1\n", "\n"
        ),
        "utf-8",
    )
    try:
        bench.refused(release, ContentChanged)
    finally:
        own.unlink()
    assert bench.perform("publish", release=release)["status"] == "published"


def test_publish_after_pack_changed_is_refused(bench: Bench) -> None:
    release = bench.approved()
    own = bench.home.root / "rules" / "negative_list.yaml"
    own.write_text(
        Path("rules/negative_list.yaml").read_text("utf-8").replace("version: '2026.1'", "version: '2026.2'"), "utf-8"
    )
    try:
        bench.refused(release, ContentChanged)
    finally:
        own.unlink()


def _stored(bench: Bench, sha256: str) -> Path:
    return next(
        p
        for p in (bench.home.root / "store").rglob("*")
        if p.is_file() and p.name.endswith(sha256[4:]) and sha256[:2] in str(p)
    )


@pytest.mark.parametrize("role", ["exports", "redacted", "findings", "metadata", "sources"])
def test_publish_tampered_artefact_is_refused(bench: Bench, role: str) -> None:
    from review import queries

    release = bench.approved()
    manifest = queries.manifest(release)
    part = getattr(manifest, role)
    path = _stored(bench, (part[0] if isinstance(part, tuple) else part).sha256)
    good = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    try:
        bench.refused(release, ContentChanged)
    finally:
        path.write_bytes(good)
        path.chmod(0o400)


def test_publish_after_database_was_edited_is_refused(bench: Bench) -> None:
    from review import queries

    approved, other = bench.approved(), bench.submitted()
    with sqlite3.connect(bench.home.root / "platform.sqlite3", timeout=30) as base:
        columns = [c[1] for c in base.execute("pragma table_info(review_releaserecord)")]
        assert {"manifest", "release_hash", "public_id"} <= set(columns)
        values = base.execute(
            "select manifest, release_hash from review_releaserecord where public_id=?", (other,)
        ).fetchone()
        base.execute(
            "update review_releaserecord set manifest=?, release_hash=? where public_id=?", (*values, approved)
        )
    assert queries.show(approved)["release_hash"] == values[1]
    bench.refused(approved, ContentChanged)


def test_publish_status_set_by_hand_is_refused(bench: Bench) -> None:
    release = bench.submitted()
    with sqlite3.connect(bench.home.root / "platform.sqlite3", timeout=30) as base:
        base.execute("update review_releaserecord set status='approved' where public_id=?", (release,))
    bench.refused(release, ReleaseNotApproved)


def test_submit_blocked_release_is_refused(bench: Bench, city: City) -> None:
    from review import desk, queries

    (blocked, *_) = queries.releases(status="blocked")
    operator = f"{queries.show(blocked['release'])['department']}_operator"
    with pytest.raises(MingjingError):
        desk.submit(blocked["release"], operator, bench.passwords[operator])
    assert FindingBlocks.exit_status == 1
    assert queries.show(blocked["release"])["status"] == "blocked"


def test_prepare_twice_is_one_release(bench: Bench) -> None:
    first = bench.prepared()
    bench.count -= 1
    assert bench.prepared() == first


def test_keep_house_purges_old_sources_but_not_those_on_their_way(bench: Bench) -> None:
    from datetime import UTC, datetime, timedelta

    from flows.housekeeping import keep_house
    from review import desk, queries

    waiting = queries.show(bench.submitted())["source_sha256"]
    published = {m["manifest"]["sources"][0]["sha256"] for m in queries.published()}
    public = queries.published()[0]
    again = public["manifest"]["sources"][0]["sha256"]
    desk.ask("remedy", {"release": public["release"]})  # asked for, not yet done: its input is read once more
    assert keep_house(bench.platform)["purged"] == 0
    late = datetime.now(UTC) + timedelta(days=bench.home.quarantine_days + 1)
    assert list((bench.home.run / "orders").iterdir())
    assert keep_house(bench.platform, late)["purged"] > 0
    assert not list((bench.home.run / "orders").iterdir())
    assert bench.platform.stores.quarantine.has(waiting)
    assert bench.platform.stores.quarantine.has(again)
    assert not any(bench.platform.stores.quarantine.has(s) for s in published - {waiting, again})
