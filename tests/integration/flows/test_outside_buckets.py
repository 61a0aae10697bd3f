"""Public copies on the publishing side of two networks, on a real S3 server: put there by it, inspected by it, and gone from
every address and version when the edition comes down there, whoever took it down; the platform inside has no bucket.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx
import pytest

from domain.errors import StorageUnavailable
from flows.carried import publish_package
from flows.outside import duties
from flows.outside.register import Entry, State, entry_of, named
from review.hiding import PERSONS
from review.keys import new_person_key
from storage.s3_versions import versions_of
from tests.apart import Apart, apart_networks
from tests.review_desk import PASSWORD
from tests.servers import S3Server, real_s3_server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@dataclass
class Copied:
    """Both sides and the bucket that the public reads."""

    apart: Apart
    server: S3Server
    bucket: str

    def addresses(self, entry: Entry) -> list[str]:
        """Of every copy of the release and of every version of one."""
        base = f"{self.server.endpoint}/{self.bucket}"
        found = versions_of(self.server.client(), self.bucket, "") or []
        ours = [(key, version) for key, version in found if entry.release_hash in key]
        return [f"{base}/{key}" for key, _ in ours] + [f"{base}/{key}?versionId={v}" for key, v in ours]

    def older_version(self, entry: Entry) -> None:
        """One more version of a copy, then the approved bytes again."""
        client = self.server.client()
        key = next(k for k, _ in versions_of(client, self.bucket, "") or () if entry.release_hash in k)
        body = client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        for content in (b"an older version", body):
            client.put_object(Bucket=self.bucket, Key=key, Body=content)


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copied]:
    with real_s3_server() as server, pytest.MonkeyPatch.context() as patch:
        for name, value in server.environ.items():
            patch.setenv(name, value)
        bucket = server.create_bucket(versions=True, public=True)
        settings = {"public_store": f"s3://{bucket}/open"}
        with apart_networks(tmp_path_factory.mktemp("copied"), settings) as apart:
            assert apart.made.home.public_store == ""
            yield Copied(apart, server, bucket)


def status_of(url: str) -> int:
    return httpx.get(url, trust_env=False).status_code


def note(fault: Exception, work: str) -> None:
    raise AssertionError(work) from fault


def gone(copied: Copied, entry: Entry, served: list[str]) -> None:
    """Nothing of the release answers any more, and the register's proof names each address."""
    assert {status_of(url) for url in served} <= {403, 404}
    assert copied.addresses(entry) == []
    proof = named(copied.apart.here, entry.release).proof or []
    assert {row["url"] for row in proof} >= set(served)
    assert all(row["gone"] for row in proof)


def test_copies_are_what_was_approved_and_anybody_can_read_them(copied: Copied, tmp_path: Path) -> None:
    entry, ready, _ = copied.apart.published("copied", tmp_path)
    base = f"{copied.server.endpoint}/{copied.bucket}/open/finance.copied/{entry.release_hash}"
    for file in ready.manifest.exports:
        got = httpx.get(f"{base}/{file.name}", trust_env=False)
        assert (got.status_code, hashlib.sha256(got.content).hexdigest()) == (200, file.sha256)
    made = duties.inspect_entries(copied.apart.here, [entry], note)
    assert made
    assert [r["ok"] for r in made["results"]] == [True]


def test_carried_withdrawal_removes_every_copy_and_its_reversal_puts_them_back(copied: Copied, tmp_path: Path) -> None:
    from review import desk, queries

    apart = copied.apart
    entry, _, package = apart.published("leaky", tmp_path)
    stays, _, _ = apart.published("stays", tmp_path)
    apart.accept(package.with_suffix(".receipt"))
    copied.older_version(entry)
    served = copied.addresses(entry)
    assert {status_of(url) for url in served} == {200}
    desk.withdraw(entry.release, "chief", PASSWORD, "含个人信息")
    apart.accept(apart.take_down(apart.order(entry.release, tmp_path, "off")))
    gone(copied, entry, served)
    inside = {row["url"] for row in queries.show(entry.release)["takedown"]["addresses"]}
    assert inside >= set(served)
    assert {status_of(url) for url in copied.addresses(stays)} == {200}

    desk.reverse_withdrawal(entry.release, "conf", PASSWORD, "查无差错")
    apart.put_out(apart.order(entry.release, tmp_path, "back"))
    assert copied.addresses(entry)
    assert {status_of(url) for url in copied.addresses(entry)} == {200}


def test_expired_and_hidden_editions_take_their_copies_along(copied: Copied, tmp_path: Path) -> None:
    apart = copied.apart
    expiring, _, _ = apart.published("expiring", tmp_path, publication_days=15)
    hidden, _, _ = apart.published("hidden", tmp_path)
    served = {e.release: copied.addresses(e) for e in (expiring, hidden)}
    assert expiring.until
    [done], refused = duties.due(apart.here, date.fromisoformat(expiring.until))
    assert (done["release"], refused) == (expiring.release, [])
    gone(copied, expiring, served[expiring.release])
    pem, public = new_person_key(PASSWORD)
    (apart.here.keys / PERSONS).write_text(f"duty {public}\n", "utf-8")
    duties.hide(apart.here, hidden, pem, PASSWORD, "演示：发现应当遮盖的内容")
    gone(copied, hidden, served[hidden.release])


@pytest.mark.parametrize("meddle", ["changed", "missing"])
def test_meddled_copy_takes_the_edition_off_outside_and_orders_it_off_inside(
    copied: Copied, tmp_path: Path, meddle: str
) -> None:
    from review import queries
    from review.cases import of_release

    apart = copied.apart
    entry, _, _ = apart.published(f"meddled_{meddle}", tmp_path)
    client = copied.server.client()
    key = next(k for k, _ in versions_of(client, copied.bucket, "") or () if entry.release_hash in k)
    if meddle == "changed":
        client.put_object(Bucket=copied.bucket, Key=key, Body=b"other")
    else:
        client.delete_object(Bucket=copied.bucket, Key=key)
    served = copied.addresses(entry)
    made = duties.inspect_entries(apart.here, [entry], note)
    assert made
    gone(copied, entry, served)
    [told] = apart.accept(made["receipt"])
    assert (told["ok"], told["hidden"], told["status"]) == (False, True, "withdrawn")
    [case] = of_release(entry.release)
    assert [f["code"] for f in case.findings] == ["catalogue-copy-differs"]
    apart.accept(apart.take_down(apart.order(entry.release, tmp_path, "off")))
    assert queries.show(entry.release)["takedown"] is not None


def test_bucket_closed_to_the_public_is_said_and_the_package_can_be_published_later(
    copied: Copied, tmp_path: Path
) -> None:
    apart = copied.apart
    release, ready = apart.made.approved("closed", tmp_path)
    package = apart.order(release, tmp_path)
    client = copied.server.client()
    policy = client.get_bucket_policy(Bucket=copied.bucket)["Policy"]
    client.delete_bucket_policy(Bucket=copied.bucket)
    try:
        with pytest.raises(StorageUnavailable, match="the public can't read bucket"):
            publish_package(apart.here.root, package, tmp_path / "no")
        entry = entry_of(apart.here, ready.manifest.release_hash)
        assert entry is not None
        assert entry.state is State.PUBLISHING
        assert not (tmp_path / "no").exists()
    finally:
        client.put_bucket_policy(Bucket=copied.bucket, Policy=policy)
    apart.put_out(package)
    assert named(apart.here, release).state is State.PUBLISHED


def test_copies_are_gone_though_the_setting_was_taken_away_since(copied: Copied, tmp_path: Path) -> None:
    from review import desk

    apart = copied.apart
    entry, _, package = apart.published("moved", tmp_path)
    apart.accept(package.with_suffix(".receipt"))
    served = copied.addresses(entry)
    desk.withdraw(entry.release, "chief", PASSWORD, "含个人信息")
    order = apart.order(entry.release, tmp_path, "off")
    settings = apart.here.root / "mingjing.toml"
    text = settings.read_text("utf-8")
    settings.write_text(re.sub(r'(?m)^public_store = ".*?"', 'public_store = ""', text), "utf-8")
    try:
        apart.take_down(order)
    finally:
        settings.write_text(text, "utf-8")
    gone(copied, entry, served)
