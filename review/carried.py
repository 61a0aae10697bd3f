"""What is carried by hand between the network that reviews and the one that publishes: orders out, receipts back.

A package is a zip: a message, its Ed25519 signature, and with a release the manifest and the artefacts that it names.
Nothing in it counts before the signature was verified with a key that was pinned beforehand; then the message vouches
for the manifest, and the manifest for every byte. Needs no database and no Django settings.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from domain.canonical import canonical_json, sha256_hex
from domain.errors import ArtefactMissing, ContentChanged, HomeInvalid, PackageInvalid
from domain.ports import ArtefactStore
from domain.release import Approval, Artefact, Manifest
from review import keys

FORM = "mingjing-carried/1"
PURPOSE = "mingjing.carried.v1"
MESSAGE, SIGNATURE, MANIFEST = "message.json", "message.sig", "manifest.json"
LARGEST_MESSAGE = 16 << 20
CHUNK = 1 << 20
PLATFORMS, PUBLISHERS = "platforms.pub", "publishers.pub"  # pinned keys, in HOME/keys


class Kind(StrEnum):
    """Orders go out, receipts come back."""

    RELEASE = "release"
    WITHDRAWAL = "withdrawal"
    PUBLISHED = "published"
    TAKEN_DOWN = "taken-down"
    EXPIRED = "expired"
    HIDDEN = "hidden"
    INSPECTED = "inspected"
    REPORTED = "reported"  # by the public; holds what people wrote


@dataclass(frozen=True, slots=True)
class Package:
    """An opened, verified package. `manifest` comes with a release alone."""

    path: Path
    kind: Kind
    body: Mapping[str, Any]
    signed_by: str
    manifest: Manifest | None = None

    @property
    def approval(self) -> Approval:
        """The approval as the desk minted and signed it. Raises PackageInvalid where the package holds none."""
        try:
            given = self.body["approval"]
            return Approval(**{**given, "decisions": tuple(given["decisions"])})
        except (KeyError, TypeError):
            raise PackageInvalid(f"{self.path.name} holds no approval; export the release again") from None

    @property
    def turn(self) -> int:
        """How far the to and fro about the release was when this was written (review/withdrawals). Raises PackageInvalid."""
        return turn_in(self.body)

    def unpack(self, artefacts: tuple[Artefact, ...], store: ArtefactStore) -> None:
        """Put the artefacts into the store, each byte verified. Raises ArtefactMissing, ContentChanged."""
        with _archive(self.path) as archive:
            for artefact in artefacts:
                try:
                    member = archive.open(f"artefacts/{artefact.sha256}")
                except KeyError:
                    raise ArtefactMissing(f"{self.path.name} lacks {artefact.name}; export it again") from None
                with member:
                    kept = store.put(
                        _Bounded(member, artefact.bytes),  # type: ignore[arg-type]  # `put` only reads
                        name=artefact.name, role=artefact.role, media_type=artefact.media_type,
                    )  # fmt: skip
                if kept.sha256 != artefact.sha256:
                    store.delete(kept.sha256)
                    raise ContentChanged(f"{artefact.name} in {self.path.name} isn't what was approved; carry it anew")


def write_release(
    home: Path,
    out: Path,
    approval: Approval,
    manifest: Manifest,
    store: ArtefactStore,
    artefacts: tuple[Artefact, ...],
    **more: Any,
) -> None:
    """A signed package of an approved release with the named artefacts; constant memory, whole or not at all."""
    body = {"approval": asdict(approval), "manifest_sha256": sha256_hex(manifest.content), **more}
    part = out.with_name(out.name + ".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
        _write_message(archive, home, Kind.RELEASE, body)
        archive.writestr(_info(MANIFEST), manifest.content)
        for sha256 in sorted({a.sha256 for a in artefacts}):
            with archive.open(_info(f"artefacts/{sha256}"), "w", force_zip64=True) as member:
                for chunk in store.chunks(sha256):
                    member.write(chunk)
    part.replace(out)


def write_message(home: Path, out: Path, kind: Kind, body: Mapping[str, Any]) -> None:
    """A signed message without artefacts; durable before it returns. What people wrote is for its owner alone (0600)."""
    part = out.with_name(out.name + ".part")
    mode = 0o600 if kind is Kind.REPORTED else 0o666
    with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, mode), "w+b") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            _write_message(archive, home, kind, body)
        file.flush()
        os.fsync(file.fileno())
    part.replace(out)
    folder = os.open(out.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def open_package(path: Path, pinned: frozenset[str]) -> Package:
    """The package, its signature verified with one of the `pinned` public keys. Raises PackageInvalid."""
    with _archive(path) as archive:
        message, signature = (
            _member(archive, path, MESSAGE),
            _member(archive, path, SIGNATURE).decode("ascii", "replace"),
        )
        signers = [key for key in sorted(pinned) if keys.is_signed(key, PURPOSE, message, signature.strip())]
        if not signers:
            raise PackageInvalid(
                f"{path.name} isn't signed with a pinned key; compare the sender's key with those in keys/, don't use it"
            )
        try:
            told = json.loads(message)
            kind, body = Kind(told["kind"]), dict(told["body"])
            if told["form"] != FORM or canonical_json(told) != message:
                raise ValueError
        except (ValueError, KeyError, TypeError):
            raise PackageInvalid(f"{path.name} isn't of the form {FORM}; update the older of the two sides") from None
        manifest = None
        if kind is Kind.RELEASE:
            manifest = _manifest(_member(archive, path, MANIFEST), path, str(body.get("manifest_sha256")))
        return Package(path, kind, body, signers[0], manifest)


def turn_in(said: Mapping[str, Any]) -> int:
    """The turn that an order or an answer names. Raises PackageInvalid where it names none."""
    turn = said.get("turn")
    if type(turn) is not int or turn < 0:
        raise PackageInvalid("the package doesn't say which order it answers or is; update the older of the two sides")
    return turn


def pinned_keys(home: Path, name: str) -> frozenset[str]:
    """The public keys in HOME/keys/`name`, one to a line. Raises HomeInvalid where there is none."""
    path = home / "keys" / name
    lines = path.read_text("ascii").split() if path.is_file() else []
    found = frozenset(line for line in lines if len(line) == 64)
    if not found:
        raise HomeInvalid(f"no pinned key in {path}; write the other side's public key there, 64 hex digits a line")
    return found


def is_package(path: Path) -> bool:
    """Whether the file claims to be a package; nothing is verified."""
    try:
        with zipfile.ZipFile(path) as archive:
            return MESSAGE in archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


class _Bounded:
    """A member that ends with an error past its announced size: a package can't fill the disk."""

    def __init__(self, member: IO[bytes], size: int) -> None:
        self._member, self._left = member, size

    def read(self, size: int = CHUNK) -> bytes:
        data = self._member.read(min(size, CHUNK) if size >= 0 else CHUNK)
        self._left -= len(data)
        if self._left < 0:
            raise ContentChanged("an artefact in the package is larger than was approved; carry it anew")
        return data


def _write_message(archive: zipfile.ZipFile, home: Path, kind: Kind, body: Mapping[str, Any]) -> None:
    message = canonical_json({"form": FORM, "kind": kind.value, "body": dict(body)})
    archive.writestr(_info(MESSAGE), message)
    archive.writestr(_info(SIGNATURE), keys.sign(home, PURPOSE, message))


def _info(name: str) -> zipfile.ZipInfo:
    """One fixed date and mode: equal contents give equal bytes."""
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.external_attr, info.create_system = 0o600 << 16, 3
    return info


@contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if len(set(names)) < len(names) or any(i.compress_type != zipfile.ZIP_STORED for i in archive.infolist()):
                raise PackageInvalid(f"{path.name} isn't a package as it is written here; carry it anew")
            yield archive
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError):
        raise PackageInvalid(f"{path.name} can't be read whole; carry it anew") from None


def _member(archive: zipfile.ZipFile, path: Path, name: str) -> bytes:
    try:
        if archive.getinfo(name).file_size > LARGEST_MESSAGE:
            raise KeyError
        return archive.read(name)
    except KeyError:
        raise PackageInvalid(f"{path.name} holds no usable {name}; it isn't a package of this platform") from None


def _manifest(content: bytes, path: Path, sha256: str) -> Manifest:
    if hashlib.sha256(content).hexdigest() != sha256:
        raise PackageInvalid(f"the manifest in {path.name} isn't the one that was signed; carry it anew")
    try:
        return Manifest.from_dict(json.loads(content))
    except (ValueError, KeyError, TypeError):
        raise PackageInvalid(f"the manifest in {path.name} can't be read; update the older of the two sides") from None
