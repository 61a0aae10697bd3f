"""An installation on a real S3 server: raw, redacted, public and records in buckets of their own; what is withdrawn is gone
from every address, every version, and the ledger's head can't be taken back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.errors import LedgerBroken, PublicationDiffers, StorageUnavailable
from flows.buckets import check_buckets
from flows.platform import open_platform
from flows.records import check_kept_head, keep_records, records_of
from review.evidence.verify import verify as verify_evidence
from storage.s3_versions import versions_of
from tests.made_platform import Made, made_platform
from tests.review_desk import PASSWORD
from tests.servers import S3Server, real_s3_server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@dataclass
class Stored:
    """The installation and its buckets by purpose."""

    made: Made
    server: S3Server
    buckets: dict[str, str]

    def keys(self, purpose: str) -> set[str]:
        return {key for key, _ in versions_of(self.server.client(), self.buckets[purpose], "") or ()}

    def addresses(self, release_hash: str) -> list[str]:
        """Of every public copy and every version of one."""
        base = f"{self.server.endpoint}/{self.buckets['public']}"
        found = versions_of(self.server.client(), self.buckets["public"], "") or []
        ours = [(key, version) for key, version in found if release_hash in key]
        return [f"{base}/{key}" for key, _ in ours] + [f"{base}/{key}?versionId={v}" for key, v in ours]


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stored]:
    with real_s3_server() as server, pytest.MonkeyPatch.context() as patch:
        for name, value in server.environ.items():
            patch.setenv(name, value)
        buckets = {
            "raw": server.create_bucket(versions=True), "redacted": server.create_bucket(),
            "public": server.create_bucket(versions=True, public=True), "records": server.create_bucket(lock=True),
        }  # fmt: skip
        settings = {
            "store": f"s3://{buckets['redacted']}/city", "raw_store": f"s3://{buckets['raw']}",
            "public_store": f"s3://{buckets['public']}/open", "records_store": f"s3://{buckets['records']}/city",
        }  # fmt: skip
        with made_platform(tmp_path_factory.mktemp("buckets") / "home", settings=settings) as made:
            yield Stored(made, server, buckets)


def status_of(url: str) -> int:
    return httpx.get(url, trust_env=False).status_code


def test_each_artefact_lies_in_the_bucket_of_its_purpose(stored: Stored, tmp_path: Path) -> None:
    _, ready = stored.made.publish("placed", tmp_path)
    manifest = ready.manifest
    raw, redacted, public = stored.keys("raw"), stored.keys("redacted"), stored.keys("public")
    assert {a.sha256 for a in manifest.sources} == {key.rpartition("/")[2] for key in raw}
    assert all(key.startswith("quarantine/") for key in raw)
    assert {a.sha256 for a in (*manifest.redacted, *manifest.exports)} <= {k.rpartition("/")[2] for k in redacted}
    assert not {a.sha256 for a in manifest.sources} & {k.rpartition("/")[2] for k in redacted}
    folder = f"open/{manifest.dataset}/{manifest.release_hash}/"
    assert public == {folder + a.name for a in manifest.exports}


def test_public_copies_are_what_was_approved_and_anybody_can_read_them(stored: Stored, tmp_path: Path) -> None:
    import hashlib

    from flows.watch import inspect_published

    release, ready = stored.made.publish("copied", tmp_path)
    base = f"{stored.server.endpoint}/{stored.buckets['public']}/open/finance.copied/{ready.manifest.release_hash}"
    for file in ready.manifest.exports:
        got = httpx.get(f"{base}/{file.name}", trust_env=False)
        assert (got.status_code, hashlib.sha256(got.content).hexdigest()) == (200, file.sha256)
        assert got.headers["content-disposition"].startswith("attachment")
    [result] = inspect_published(release)
    assert result["ok"]


def test_withdrawn_copies_are_gone_from_every_address_and_version(stored: Stored, tmp_path: Path) -> None:
    from flows.publish import publish_release, withdraw_release
    from review import desk, queries

    release, ready = stored.made.publish("leaky", tmp_path)
    _, other = stored.made.publish("stays", tmp_path)
    publish_release(release)  # again: harmless
    key = next(k for k in stored.keys("public") if ready.manifest.release_hash in k)
    stored.server.client().put_object(Bucket=stored.buckets["public"], Key=key, Body=b"an older version")
    served = stored.addresses(ready.manifest.release_hash)
    assert len(served) > 2 * len(ready.manifest.exports)
    assert {status_of(url) for url in served} == {200}
    desk.withdraw(release, "chief", PASSWORD, "含个人信息")
    done = withdraw_release(release)
    assert {status_of(url) for url in served} <= {403, 404}
    assert {row["url"] for row in done["proof"]} >= set(served)
    assert all(row["gone"] for row in done["proof"])
    assert queries.show(release)["takedown"]["addresses"] == done["proof"]
    assert {status_of(url) for url in stored.addresses(other.manifest.release_hash)} == {200}
    assert not [k for k in stored.keys("public") if ready.manifest.release_hash in k]


def test_copies_are_found_and_gone_though_the_setting_was_taken_away_since(stored: Stored, tmp_path: Path) -> None:
    from flows.publish import withdraw_release
    from review import desk

    release, ready = stored.made.publish("moved", tmp_path)
    served = stored.addresses(ready.manifest.release_hash)
    desk.withdraw(release, "chief", PASSWORD, "含个人信息")
    settings = stored.made.home.root / "mingjing.toml"
    text = settings.read_text("utf-8")
    settings.write_text(re.sub(r'(?m)^public_store = ".*?"', 'public_store = ""', text), "utf-8")
    try:
        done = withdraw_release(release)
    finally:
        settings.write_text(text, "utf-8")
    assert {row["url"] for row in done["proof"]} >= set(served)
    assert {status_of(url) for url in served} <= {403, 404}


def test_copies_fall_with_an_edition_that_the_catalogue_takes_off(stored: Stored, tmp_path: Path) -> None:
    from flows.catalogue import catalogue_for
    from flows.copies import falling_together

    _, ready = stored.made.publish("fallen", tmp_path)
    served, home = stored.addresses(ready.manifest.release_hash), open_platform(stored.made.home.root).home
    with (
        catalogue_for(home) as catalogue,
        pytest.raises(PublicationDiffers),
        falling_together(home, catalogue, ready.manifest),
    ):
        raise PublicationDiffers("a byte differed")
    assert {status_of(url) for url in served} <= {403, 404}


@pytest.mark.parametrize("meddle", ["changed", "missing"])
def test_changed_or_missing_copy_fails_the_inspection_and_takes_the_edition_off(
    stored: Stored, tmp_path: Path, meddle: str
) -> None:
    from flows.watch import inspect_published
    from review import queries

    release, ready = stored.made.publish(f"meddled_{meddle}", tmp_path)
    key = next(k for k in stored.keys("public") if ready.manifest.release_hash in k)
    client, bucket = stored.server.client(), stored.buckets["public"]
    if meddle == "changed":
        client.put_object(Bucket=bucket, Key=key, Body=b"other")
    else:
        client.delete_object(Bucket=bucket, Key=key)
    [result] = inspect_published(release)
    assert [f["code"] for f in result["findings"]] == ["catalogue-copy-differs"]
    assert result["findings"][0]["places"][0]["locator"] == key.rpartition("/")[2]
    assert result["hidden"]
    assert queries.show(release)["status"] == "withdrawn"
    assert not [k for k in stored.keys("public") if ready.manifest.release_hash in k]


def test_bucket_closed_to_the_public_is_said_and_nothing_is_recorded_as_published(
    stored: Stored, tmp_path: Path
) -> None:
    from flows.publish import publish_release
    from review import queries

    release, _ = stored.made.approved("closed", tmp_path)
    client, bucket = stored.server.client(), stored.buckets["public"]
    policy = client.get_bucket_policy(Bucket=bucket)["Policy"]
    client.delete_bucket_policy(Bucket=bucket)
    try:
        with pytest.raises(StorageUnavailable, match="the public can't read bucket"):
            publish_release(release)
        assert queries.show(release)["status"] == "approved"
    finally:
        client.put_bucket_policy(Bucket=bucket, Policy=policy)
    assert publish_release(release)["status"] == "published"


def note(fault: Exception, work: str) -> None:
    raise AssertionError(work) from fault


def test_heads_and_evidence_are_kept_under_lock_and_nothing_twice(stored: Stored, tmp_path: Path) -> None:
    platform = open_platform(stored.made.home.root)
    records = records_of(platform.home)
    assert records
    release, _ = stored.made.publish("evident", tmp_path)
    now = datetime.now(UTC)
    assert keep_records(platform, records, now, note) >= 2
    assert keep_records(platform, records, now, note) == 0
    [name] = records.names(f"evidence/{release}/")
    bundle = tmp_path / "bundle.zip"
    bundle.write_bytes(records.read(name) or b"")
    public = (platform.home.keys / "ledger.pub").read_text("ascii").strip()
    assert verify_evidence(bundle, public).release == release
    client, bucket = stored.server.client(), stored.buckets["records"]
    for key, version in versions_of(client, bucket, "") or ():
        with pytest.raises(client.exceptions.ClientError):
            client.delete_object(Bucket=bucket, Key=key, VersionId=version)


def test_evidence_that_cannot_be_made_now_is_made_later_and_holds_up_nothing(stored: Stored, tmp_path: Path) -> None:
    platform = open_platform(stored.made.home.root)
    records = records_of(platform.home)
    assert records
    broken, ready = stored.made.publish("broken", tmp_path)
    whole, _ = stored.made.publish("whole", tmp_path)
    client, bucket = stored.server.client(), stored.buckets["redacted"]
    key = next(k for k in stored.keys("redacted") if k.endswith(ready.manifest.metadata.sha256))
    metadata = client.get_object(Bucket=bucket, Key=key)["Body"].read()
    client.put_object(Bucket=bucket, Key=key, Body=b"{}")
    told: list[str] = []
    keep_records(platform, records, datetime.now(UTC), lambda _fault, work: told.append(work))
    assert any(broken in work for work in told)
    assert records.names(f"evidence/{whole}/")
    client.put_object(Bucket=bucket, Key=key, Body=metadata)
    keep_records(platform, records, datetime.now(UTC), note)
    assert records.names(f"evidence/{broken}/")


def test_ledger_rewritten_with_its_own_keys_is_found_by_the_head_kept_outside(stored: Stored, tmp_path: Path) -> None:
    from review import keys
    from review.ledger import verify
    from review.ledger_head import Head, read_head, write_head
    from review.models import LedgerEntry

    platform = open_platform(stored.made.home.root)
    records = records_of(platform.home)
    assert records
    stored.made.publish("rewritten", tmp_path)
    keep_records(platform, records, datetime.now(UTC), note)
    before = read_head(platform.home.root)
    assert before
    assert check_kept_head(platform) == before.seq
    last = LedgerEntry.objects.get(seq=before.seq)
    original = {"hash": last.hash, "seal": last.seal, "body": last.body, "actor": last.actor}
    forged_body = last.body.replace(json.dumps(last.actor), '"nobody"', 1)
    from review.ledger import link

    digest = link(last.prev, forged_body)
    with unguarded():
        LedgerEntry.objects.filter(seq=last.seq).update(
            body=forged_body, actor="nobody", hash=digest, seal=keys.seal_of(keys.seal_key(platform.home.root), digest)
        )
        write_head(platform.home.root, Head(last.seq, digest))
        try:
            assert verify().ok  # whoever holds everything here can do that
            with pytest.raises(LedgerBroken, match="rewritten or cut off"):
                check_kept_head(platform)
        finally:
            LedgerEntry.objects.filter(seq=last.seq).update(**original)
            write_head(platform.home.root, before)
    assert check_kept_head(platform) == before.seq


class unguarded:
    """Without the triggers that refuse changes: what an attacker with the database file does first."""

    def __enter__(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'review_ledgerentry'"
            )
            self._triggers: list[tuple[str, str]] = cursor.fetchall()
            for name, _ in self._triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')

    def __exit__(self, *_fault: Any) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            for _, sql in self._triggers:
                cursor.execute(sql)


def test_check_says_what_each_bucket_can_do_and_what_is_wrong(stored: Stored) -> None:
    from dataclasses import replace

    home = stored.made.home
    home = open_platform(home.root).home
    fine = {b.setting: b for b in check_buckets(home)}
    assert set(fine) == {"store", "raw_store", "public_store", "records_store"}
    assert not [b for b in fine.values() if b.problem]
    assert not fine["records_store"].remark
    wrong = {
        b.setting: b for b in check_buckets(replace(home, records_store=home.public_store, raw_store="s3://none-such"))
    }
    assert "share" in wrong["records_store"].problem
    assert "NoSuchBucket" in wrong["raw_store"].problem
    unlocked = {
        b.setting: b for b in check_buckets(replace(home, records_store=f"s3://{stored.server.create_bucket()}"))
    }
    assert "no object lock" in unlocked["records_store"].remark


@pytest.mark.parametrize(
    ("one", "other"), list(combinations(("store", "raw_store", "public_store", "records_store"), 2)), ids=str
)
def test_any_two_purposes_in_one_bucket_are_a_problem_of_both(stored: Stored, one: str, other: str) -> None:
    from dataclasses import replace

    home = open_platform(stored.made.home.root).home
    bucket = getattr(home, one).removeprefix("s3://").partition("/")[0]
    shared = replace(home, **{other: f"s3://{bucket}/a-prefix-of-its-own"})
    problems = {b.setting: b.problem for b in check_buckets(shared)}
    assert f"share a bucket with {other}" in problems[one]
    assert f"share a bucket with {one}" in problems[other]
    assert not [setting for setting, problem in problems.items() if problem and setting not in (one, other)]


def test_bucket_that_locks_everything_is_refused_for_data(stored: Stored) -> None:
    from dataclasses import replace

    bucket, client = stored.server.create_bucket(lock=True), stored.server.client()
    rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 30}}
    client.put_object_lock_configuration(
        Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule}
    )
    home = replace(open_platform(stored.made.home.root).home, public_store=f"s3://{bucket}")
    [public] = [b for b in check_buckets(home) if b.setting == "public_store"]
    assert "default lock" in public.problem
