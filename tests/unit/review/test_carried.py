"""A package counts only if it is signed with a pinned key, and then to the last byte."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from domain.errors import ArtefactMissing, ContentChanged, HomeInvalid, PackageInvalid
from domain.release import Approval, Artefact, Manifest
from review import carried, keys
from review.carried import Kind, open_package, pinned_keys, write_message, write_release
from tests.review_desk import MemoryStore


@pytest.fixture
def home(tmp_path: Path) -> Path:
    keys.create_keys(tmp_path)
    return tmp_path


def release(store: MemoryStore) -> tuple[Approval, Manifest, tuple[Artefact, ...]]:
    def kept(role: str, data: bytes) -> Artefact:
        return store.put_bytes(data, name=f"{role}.bin", role=role)

    exports = (kept("export", b"x" * 5000), kept("export", b"y" * 70))
    manifest = Manifest(
        "finance.debt", "2025", 1, 1, kept("contract", b"c"), (), (kept("source", b"s"),), (), exports,
        kept("map", b"m"), kept("findings", b"f"), kept("coverage", b"v"), kept("metadata", b"{}"),
    )  # fmt: skip
    approval = Approval("R1", manifest.release_hash, "finance.debt", ("d" * 64,), "2025-04-01T00:00:00Z", "h" * 64)
    return approval, manifest, (*exports, manifest.metadata)


@pytest.fixture
def package(home: Path) -> Path:
    store, out = MemoryStore(), home / "out.zip"
    approval, manifest, artefacts = release(store)
    write_release(home, out, approval, manifest, store, artefacts)
    return out


def pins(home: Path) -> frozenset[str]:
    return frozenset({keys.public_key(home)})


def rewritten(package: Path, changes: dict[str, bytes | None], *, compress: int = zipfile.ZIP_STORED) -> Path:
    """The package with members replaced or (None) left out."""
    out = package.with_name("changed.zip")
    with zipfile.ZipFile(package) as old, zipfile.ZipFile(out, "w", compress) as new:
        for name in old.namelist():
            data = changes.get(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
    return out


def test_package_gives_back_what_went_in_and_no_source(home: Path, package: Path) -> None:
    approval, manifest, artefacts = release(MemoryStore())
    opened = open_package(package, pins(home))
    assert (opened.kind, opened.approval, opened.manifest) == (Kind.RELEASE, approval, manifest)
    store = MemoryStore()
    opened.unpack(artefacts, store)
    assert sorted(store.kept) == sorted(a.sha256 for a in artefacts)
    with zipfile.ZipFile(package) as archive:
        assert manifest.sources[0].sha256 not in str(archive.namelist())


def test_equal_releases_make_equal_packages(home: Path, package: Path) -> None:
    store, again = MemoryStore(), home / "again.zip"
    approval, manifest, artefacts = release(store)
    write_release(home, again, approval, manifest, store, artefacts)
    assert again.read_bytes() == package.read_bytes()


def test_package_of_a_key_that_isnt_pinned_is_refused(home: Path, package: Path, tmp_path: Path) -> None:
    with pytest.raises(PackageInvalid, match="pinned key"):
        open_package(package, frozenset({"0" * 64, "not a key"}))


@pytest.mark.parametrize("member", [carried.MESSAGE, carried.SIGNATURE, carried.MANIFEST])
def test_package_with_one_changed_byte_is_refused(home: Path, package: Path, member: str) -> None:
    with zipfile.ZipFile(package) as archive:
        data = archive.read(member)
    for at in (0, len(data) // 2, len(data) - 1):
        flipped = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        with pytest.raises(PackageInvalid):
            open_package(rewritten(package, {member: flipped}), pins(home))
    with pytest.raises(PackageInvalid):
        open_package(rewritten(package, {member: None}), pins(home))


def test_package_of_a_signature_for_another_purpose_is_refused(home: Path, package: Path) -> None:
    with zipfile.ZipFile(package) as archive:
        other = keys.sign(home, "mingjing.evidence.v1", archive.read(carried.MESSAGE))
    with pytest.raises(PackageInvalid, match="pinned key"):
        open_package(rewritten(package, {carried.SIGNATURE: other.encode()}), pins(home))


def test_unpack_changed_missing_or_swollen_artefact_is_refused(home: Path, package: Path) -> None:
    artefact = release(MemoryStore())[2][0]
    name = f"artefacts/{artefact.sha256}"
    for data, error in ((b"z" * 5000, ContentChanged), (None, ArtefactMissing), (b"x" * 5_000_000, ContentChanged)):
        opened, store = open_package(rewritten(package, {name: data}), pins(home)), MemoryStore()
        with pytest.raises(error):
            opened.unpack((artefact,), store)
        assert store.kept == {}


def test_package_compressed_doubled_or_cut_is_refused(home: Path, package: Path) -> None:
    with pytest.raises(PackageInvalid):
        open_package(rewritten(package, {}, compress=zipfile.ZIP_DEFLATED), pins(home))
    cut = home / "cut.zip"
    cut.write_bytes(package.read_bytes()[:-40])
    with pytest.raises(PackageInvalid):
        open_package(cut, pins(home))
    doubled = io.BytesIO(package.read_bytes())
    with zipfile.ZipFile(doubled, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(carried.MANIFEST, b"{}")
    cut.write_bytes(doubled.getvalue())
    with pytest.raises(PackageInvalid):
        open_package(cut, pins(home))


def test_message_holds_no_approval(home: Path) -> None:
    out = home / "order"
    write_message(home, out, Kind.WITHDRAWAL, {"release": "R1"})
    opened = open_package(out, pins(home))
    assert (opened.kind, opened.body, opened.manifest) == (Kind.WITHDRAWAL, {"release": "R1"}, None)
    with pytest.raises(PackageInvalid, match="no approval"):
        _ = opened.approval


def test_approval_of_another_release_doesnt_fit_the_manifest(home: Path) -> None:
    store, out = MemoryStore(), home / "out.zip"
    approval, manifest, artefacts = release(store)
    write_release(home, out, replace(approval, release_hash="0" * 64), manifest, store, artefacts)
    opened = open_package(out, pins(home))
    assert opened.manifest is not None
    assert opened.approval.release_hash != opened.manifest.release_hash  # `catalog.admission.admit` refuses it


def test_pinned_keys_are_one_to_a_line_and_none_is_an_error(home: Path) -> None:
    path = home / "keys" / carried.PLATFORMS
    with pytest.raises(HomeInvalid, match="pinned"):
        pinned_keys(home, carried.PLATFORMS)
    path.write_text(f"{'a' * 64}\nshort\n{'b' * 64}\n")
    assert pinned_keys(home, carried.PLATFORMS) == {"a" * 64, "b" * 64}
