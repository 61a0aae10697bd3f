"""Verify an evidence bundle offline, against a public key that was pinned outside of it. Needs no database and no Django
settings; a bundle signed with any other key is never "verified", whatever key it carries along.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.canonical import sha256_hex
from domain.errors import EvidenceInvalid, LedgerBroken, MingjingError
from domain.release import Manifest
from review import keys, texts
from review.evidence import bundle, chain, opinions
from review.ledger_head import check_head
from review.replay import Replay, replay


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a genuine bundle proves. `decided_by`: stage → person, of the approvals that stand."""

    release: str
    dataset: str
    release_hash: str
    status: str
    decided_by: dict[str, str]
    ledger_seq: int
    ledger_head: str
    packs_included: tuple[str, ...]


def verify(path: Path, public_key: str) -> Evidence:
    """What the bundle proves, under the pinned key (64 hex digits). Raises EvidenceInvalid saying what doesn't hold."""
    return check_bundle(bundle.read_zip(path), public_key)


def check_bundle(files: Mapping[str, bytes], public_key: str) -> Evidence:
    """The same for files at hand."""
    try:
        return _checked(files, public_key)
    except (KeyError, ValueError, TypeError, AttributeError) as fault:
        raise EvidenceInvalid(f"the bundle isn't of the form {bundle.FORMAT} ({type(fault).__name__})") from None
    except LedgerBroken:
        raise EvidenceInvalid("the ledger's head isn't signed with the pinned key; don't rely on this bundle") from None
    except EvidenceInvalid:
        raise
    except MingjingError as fault:
        raise EvidenceInvalid(f"the ledger lines don't stand: {fault}") from None


def _checked(files: Mapping[str, bytes], public_key: str) -> Evidence:
    index = _index(files, public_key)
    manifest = Manifest.from_dict(json.loads(files["manifest.json"]))
    if manifest.content != files["manifest.json"] or manifest.release_hash != index["release_hash"]:
        raise EvidenceInvalid("the manifest isn't the one that the release hash names")
    for key, name in bundle.ARTEFACTS.items():
        if sha256_hex(files[name]) != getattr(manifest, key).sha256:
            raise EvidenceInvalid(f"{name} isn't the one in the manifest")
    used = {f"packs/{p.id}.json": p.sha256 for p in manifest.packs}
    packs = tuple(name for name in sorted(files) if name.startswith("packs/"))
    if wrong := [name for name in packs if sha256_hex(files[name]) != used.get(name)]:
        raise EvidenceInvalid(f"{wrong[0]} isn't the pack in the manifest")
    head = check_head(files["ledger.head"].decode(), public_key)
    lines = chain.check(json.loads(files["ledger.json"]), head)
    state = replay(index["release"], lines)
    _check_story(state, index, manifest)
    _check_texts(json.loads(files["decisions.json"]), lines)
    if "opinions.json" in files:  # bundles of before don't have it
        opinions.check(json.loads(files["opinions.json"]), lines)
    people = {hash_: json.loads(body)["actor"] for body, hash_ in lines}
    return Evidence(
        index["release"], index["dataset"], index["release_hash"], str(state.status),
        {stage: people[digest] for stage, digest in state.approvals.items()}, head.seq, head.hash, packs,
    )  # fmt: skip


def _index(files: Mapping[str, bytes], public_key: str) -> dict[str, Any]:
    text = files[bundle.INDEX]
    if not keys.is_signed(public_key, bundle.PURPOSE, text, files[bundle.SIGNATURE].decode("ascii")):
        raise EvidenceInvalid(
            "the bundle isn't signed with the pinned key: unknown signer, or changed since; don't rely on it"
        )
    index: dict[str, Any] = json.loads(text)
    if index["format"] != bundle.FORMAT:
        raise EvidenceInvalid(f"the bundle isn't of the form {bundle.FORMAT}")
    said = {name: sha256_hex(data) for name, data in files.items() if name not in (bundle.INDEX, bundle.SIGNATURE)}
    if said != index["files"]:
        raise EvidenceInvalid("the bundle's files aren't those that were signed")
    return index


def _check_story(state: Replay, index: dict[str, Any], manifest: Manifest) -> None:
    """The ledger tells of the same bytes, dataset and contract."""
    told = (state.release_hash, state.dataset, state.contract_sha256)
    if told != (index["release_hash"], index["dataset"], manifest.contract.sha256) or manifest.dataset != state.dataset:
        raise EvidenceInvalid("the ledger tells of other bytes than the manifest")


def _check_texts(decisions: list[dict[str, Any]], lines: list[tuple[str, str]]) -> None:
    """Each decision's words are those whose hash stands in its ledger line, and no line lacks its decision."""
    by_hash = {digest: json.loads(body) for body, digest in lines}
    deciding = {digest for digest, line in by_hash.items() if line["event"] == "decided"}
    if deciding != {d["entry_hash"] for d in decisions} or len(deciding) != len(decisions):
        raise EvidenceInvalid("the decisions aren't those in the ledger")
    for one in decisions:
        line = by_hash[one["entry_hash"]]
        said = (one["user"], one["stage"], one["verdict"], one["reason_code"], one["release_hash"])
        data = line["data"]
        kept = (line["actor"], data["stage"], data["verdict"], data["reason_code"], data["release_hash"])
        digest = texts.digest(reason=one["reason"], basis=one["basis"], dispositions=one["dispositions"])
        if said != kept or digest != data["text_sha256"]:
            raise EvidenceInvalid(f"the words of the decision at stage {one['stage']} aren't those that were signed")
