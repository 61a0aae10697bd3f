"""Make an evidence bundle from database, ledger and store. Writes nothing there; equal ledgers give equal bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from domain.canonical import canonical_json, sha256_hex
from domain.errors import ContentChanged, LedgerBroken
from domain.pack import Packs
from domain.ports import ArtefactStore
from domain.release import Manifest
from review import blind, keys, ledger, queries
from review.evidence import bundle, proof, register, register_paper
from review.evidence.verify import check_bundle
from review.ledger_head import head_text

KEPT = (
    "release", "dataset", "period", "edition", "revision", "title", "department", "tier", "stages", "audience",
    "disclosure", "status", "findings", "release_hash", "rows", "contract_version", "contract_sha256", "submitter",
    "prepared_by", "received_at", "public_url", "reason", "reason_code", "supersedes_release", "replaced_by",
    "inspection", "takedown",
)  # fmt: skip


def export(release: str, store: ArtefactStore, out: Path, *, packs: Packs | None = None) -> Path:
    """Write the bundle of a release that has a manifest to `out` (a zip) and return it.

    The packs that were used go in as the store kept them, else as `packs` has that version; others stay a hash. The bundle is
    verified before it is handed over. Raises ReleaseNotFound, ArtefactMissing, ContentChanged, LedgerBroken.
    """
    manifest = queries.manifest(release)
    record = queries.show(release)
    if record["release_hash"] != manifest.release_hash:
        raise ContentChanged(f"the manifest of {release} isn't the one its hash names; see: mingjing ledger verify")
    found = ledger.verify()
    if not found.ok:
        raise LedgerBroken(f"ledger line {found.seq}: {found.fault}; no evidence is made from a broken ledger")
    head = ledger.sign_head()
    files = {
        "manifest.json": manifest.content,
        **{name: store.read(getattr(manifest, key).sha256) for key, name in bundle.ARTEFACTS.items()},
        **_pack_files(manifest, packs, store),
        "release.json": _json({k: record[k] for k in KEPT}),
        "decisions.json": _json(record["decisions"]),
        "opinions.json": _json(blind.words(release)),
        "receipt.json": _json(record["receipt"]),
        "ledger.json": _json(proof.build(release, head)),
        "ledger.head": head_text(ledger.home(), head).encode(),
    }
    form = register.sheets(record, manifest, files, queries.reason_codes())
    files["审查登记表.html"] = register.page(form).encode()
    files["审查登记表.pdf"] = register_paper.paper(form, record)
    write_signed(files, record, out)
    return out


def write_signed(files: dict[str, bytes], record: dict[str, Any], out: Path) -> None:
    """Index, sign, verify, write."""
    home = ledger.home()
    public = keys.public_key(home)
    index = {
        "format": bundle.FORMAT, "release": record["release"], "dataset": record["dataset"],
        "release_hash": record["release_hash"], "public_key": public,
        "files": {name: sha256_hex(data) for name, data in sorted(files.items())},
    }  # fmt: skip
    text = canonical_json(index)
    signed = {**files, bundle.INDEX: text, bundle.SIGNATURE: keys.sign(home, bundle.PURPOSE, text).encode()}
    check_bundle(signed, public)
    bundle.write_zip(signed, out)


def _pack_files(manifest: Manifest, packs: Packs | None, store: ArtefactStore) -> dict[str, bytes]:
    """Canonical text of each pack that was used, where it is at hand."""
    now = {p.sha256: p for p in packs.by_id.values()} if packs else {}
    found = {}
    for ref in manifest.packs:
        if store.has(ref.sha256):
            found[f"packs/{ref.id}.json"] = store.read(ref.sha256)
        elif ref.sha256 in now:
            found[f"packs/{ref.id}.json"] = canonical_json(now[ref.sha256].data)
    return found


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode()
