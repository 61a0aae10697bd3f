"""A short slice of `make chaos`, and that its watcher sees what it must see."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.catalogue_release import prepare
from tests.chaos.bucket import Bucket
from tests.chaos.play import Play, _tables
from tests.chaos.stages import Embedded, Real
from tests.chaos.watcher import Watcher
from tests.ckan.stack import Stack
from tests.integration.catalog.conftest import Backend
from tests.servers import S3_SERVER

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Embedded]:
    stage = Embedded(tmp_path)
    stage.start()
    yield stage
    stage.end()


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[Bucket]:
    if not S3_SERVER.exists():
        pytest.skip("S3 server not installed: make s3-install")
    bucket = Bucket(tmp_path)
    yield bucket
    bucket.close()


def play(stage: Embedded | Real, folder: Path, faults: int, seconds: float, bucket: Bucket | None = None) -> None:
    folder.mkdir(exist_ok=True)
    report = Play(stage, folder, seed=secrets.randbelow(10**6), datasets=2, bucket=bucket).run(faults, seconds)
    print("\n".join(report.lines()))
    assert report.wrong == [], report.lines()
    assert report.faults >= faults, report.lines()
    assert report.looks > 10
    assert report.pages, report.lines()
    assert bool(report.copied) == bool(bucket), report.lines()
    assert report.longest < 25, report.lines()  # a look gives up after 20 s: the watcher was never blind for longer


def test_slice_on_the_embedded_catalogue(stage: Embedded, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """With copies in a bucket where a real S3 server is installed."""
    bucket = request.getfixturevalue("bucket") if S3_SERVER.exists() else None
    play(stage, tmp_path / "play", faults=15, seconds=120, bucket=bucket)


@pytest.mark.server
def test_slice_on_a_real_ckan(ckan: Backend, tmp_path: Path) -> None:
    assert isinstance(ckan.stack, Stack)  # other tests use it at the same time: its processes are left alone
    play(Real(ckan.stack, strokes=(), shared=True), tmp_path / "play", faults=6, seconds=240)


def test_watcher_sees_the_unapproved_the_partial_and_the_twofold(tmp_path: Path) -> None:
    ready = prepare(tmp_path)
    watcher = Watcher("http://127.0.0.1:1", 1, approved={ready.manifest.release_hash: ready.manifest})
    whole = [
        {"id": a.name, "file_name": a.name, "release_hash": ready.manifest.release_hash, "edition_state": "current", "url": "/"}
        for a in ready.manifest.exports
    ]  # fmt: skip
    package = {"name": "d", "resources": whole}
    watcher._random.seed(5)  # no download in this test
    watcher._random.random = lambda: 1.0  # type: ignore[method-assign]
    watcher.judge([package])
    assert watcher.violations == []
    watcher.judge([package, package])
    watcher.judge([{**package, "private": True}])
    watcher.judge([{**package, "resources": whole[1:]}])
    watcher.judge([{**package, "resources": [{**whole[0], "release_hash": "f" * 64}]}])
    told = " ".join(watcher.violations)
    for word in ("listed 2 times", "private and shown", f"{len(whole) - 1} of the {len(whole)}", "nobody approved"):
        assert word in told


def test_watcher_finds_other_bytes_and_withdrawn_ones_on_a_real_server(stage: Embedded, tmp_path: Path) -> None:
    (tmp_path / "play").mkdir()
    act = Play(stage, tmp_path / "play", seed=3, datasets=1)
    ready = act._prepared(0, 1)
    assert act._run("publish", ready, []) == 0
    act.standing[ready.manifest.release_hash] = ready
    files = list((stage.folder / "root").rglob("*"))
    stored = {
        a.sha256: next(p for p in files if p.is_file() and p.stat().st_size == a.bytes) for a in ready.manifest.exports
    }
    watcher = Watcher(stage.url, 1, approved={ready.manifest.release_hash: ready.manifest})
    watcher.names = [ready.metadata["name"]]
    watcher._random.random = lambda: 0.0  # type: ignore[method-assign]
    for _ in range(6):
        watcher._look()
    assert watcher.violations == []
    assert watcher.downloads == 5
    assert watcher.pages == 1
    for path in stored.values():
        path.chmod(0o600)
        path.write_bytes(b"x" * path.stat().st_size)
    addresses = act._addresses(ready.manifest)
    watcher.withdrawn[ready.manifest.release_hash] = addresses
    for _ in range(6):
        watcher._look()
    told = " ".join(watcher.violations)
    for word in ("serves other bytes", "are served", "links what was withdrawn"):
        assert word in told
    watcher.violations.clear()
    watcher._judge_page(ready.metadata["name"], {})
    assert watcher.violations == []
    strange = Watcher(stage.url, 1)
    strange._judge_page(ready.metadata["name"], {})
    assert "files that nobody approved" in strange.violations[0]
    act.close()


@pytest.mark.server
def test_watcher_and_the_last_look_find_what_a_bucket_must_not_hold(
    stage: Embedded, bucket: Bucket, tmp_path: Path
) -> None:
    (tmp_path / "play").mkdir()
    act = Play(stage, tmp_path / "play", seed=3, datasets=1, bucket=bucket)
    ready = act._prepared(0, 1)
    assert act._run("publish", ready, []) == 0
    manifest, copies = ready.manifest, bucket.copies(ready.manifest)
    watcher = Watcher(stage.url, 1, copies={url: (manifest.release_hash, sha256) for url, sha256 in copies.items()})
    for url in copies:
        watcher._judge_copy(url, {})
    assert (watcher.violations, watcher.copied) == ([], len(manifest.exports))
    assert bucket.differing([manifest]) == []
    assert bucket.differing([]) == [f"the bucket holds {len(copies)} keys that nobody approved"]
    url = next(iter(copies))
    watcher._judge_copy(url, {manifest.release_hash: []})
    key = url.partition(f"/{bucket.name}/")[2]
    bucket.server.client().put_object(Bucket=bucket.name, Key=key, Body=b"x")
    watcher._judge_copy(url, {})
    assert [said.rpartition(" of ")[0] for said in watcher.violations] == [
        "the bucket serves what was withdrawn", "the bucket serves other bytes",
    ]  # fmt: skip
    assert len(bucket.differing([manifest])) == 1
    act.close()


@pytest.mark.server
def test_watcher_finds_rows_that_nobody_approved(ckan: Backend, tmp_path: Path) -> None:
    assert isinstance(ckan.stack, Stack)
    act = Play(Real(ckan.stack, strokes=(), shared=True), tmp_path, seed=3, datasets=1)
    ready = act._prepared(0, 1)
    assert act._run("publish", ready, []) == 0
    watcher = Watcher(ckan.url, 1, tables=_tables(ready))
    (resource,) = watcher.tables
    watcher._judge_table(resource)
    assert (watcher.violations, watcher.queried) == ([], 1)
    ckan.hand("datastore_upsert", resource_id=resource, force=True, method="insert", records=[{"region": "手工"}])
    watcher._judge_table(resource)
    assert "holds other rows" in watcher.violations[0]
    act.close()
