"""Reading: releases, findings, queues and people as plain JSON-ready data. Writes nothing.

With `as_user` an object that the person may not see doesn't exist (ReleaseNotFound); without, everything is read, for
flows and the shell of the installation's owner.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from domain.errors import ReleaseNotFound, UsageInvalid
from domain.finding import Finding
from domain.release import Approval, DispositionKind, Manifest, Receipt, Status
from review import listing, reading
from review.directory import last_work, paused, reason_codes, roles, units, users, work, work_list, work_of
from review.models import (
    DecisionRecord,
    DispositionRecord,
    FindingRecord,
    LedgerEntry,
    Opening,
    ReleaseRecord,
    Remark,
    User,
)
from review.permissions import Act, can
from review.remedies import ordered as overrides
from review.remedies import remedy_of
from review.tiers import contract_before, raised_by

__all__ = [
    "check_visible", "contract_before", "contract_hash", "decisions", "dispositions_before", "finding_values", "findings", "is_minted", "last_published", "last_work", "manifest", "names", "overrides", "paused", "published",
    "queue_for", "reason_codes", "receipt", "releases", "remarks", "remedy_of", "roles", "show", "timeline", "units", "users",
    "visible_departments", "work", "work_list", "work_of",
]  # fmt: skip


def releases(status: str | None = None, as_user: str | None = None) -> list[dict[str, Any]]:
    """All visible releases, newest first: {release, dataset, period, status, findings, release_hash, public_url}.

    Raises UsageInvalid for a status that doesn't exist.
    """
    if status is not None and status not in set(Status):
        raise UsageInvalid(f"there is no status {status[:20]!r}; known are {', '.join(Status)}")
    found = ReleaseRecord.objects.all()
    if status is not None:
        found = found.filter(status=status)
    if as_user is not None:
        found = found.filter(unit__in=visible_departments(as_user))
    return [_brief(r) for r in found]


def _brief(record: ReleaseRecord) -> dict[str, Any]:
    return {
        "release": record.public_id,
        "dataset": record.dataset,
        "period": record.period,
        "status": record.status,
        "findings": record.counts,
        "release_hash": record.release_hash or None,
        "public_url": record.public_url or None,
    }


def visible_departments(username: str, act: Act = Act.SEE) -> list[str]:
    """Units whose releases (or with Act.SEE_QUARANTINE whose quarantine) the person may look at now."""
    known, now = reading.office(username), timezone.now()
    return [code for code in known.tree.parents if can(known, username, act, code, now)]


def _visible(release: str, as_user: str | None) -> ReleaseRecord:
    record = reading.find(release)
    if as_user is not None and record.unit_id not in visible_departments(as_user):
        raise ReleaseNotFound(f"there is no release {release[:20]!r}; `mingjing releases` lists those there are")
    return record


def check_visible(release: str, username: str) -> ReleaseRecord:
    """The record. Raises ReleaseNotFound where the person may not see the release, or there is none."""
    return _visible(release, username)


def show(release: str, as_user: str | None = None) -> dict[str, Any]:
    """Everything known of one release: the keys of `releases` and department, tier, stages with their decisions,
    edition, revision, rows, submitter, receipt, timeline … `supersedes` is the release hash of the edition corrected."""
    record = _visible(release, as_user)
    known = reading.case(record)
    return {
        **_brief(record),
        "title": {"zh": record.title_zh, "en": record.title_en},
        "department": record.unit_id,
        "tier": record.tier,
        "raised": raised_by(record.public_id),
        "stages": record.stages,
        "stage": known.current.name if record.status == Status.IN_REVIEW.value and known.current else None,
        "audience": record.audience,
        "disclosure": record.disclosure,
        "edition": record.edition,
        "revision": record.revision,
        "rows": record.rows,
        "contract_version": record.contract_version,
        "contract_sha256": record.contract_sha256,
        "source_sha256": record.source_sha256 or None,
        "run_key": record.run_key,
        "prepared_by": record.prepared_by,
        "submitter": record.submitter.username if record.submitter else None,
        "received_at": record.received_at.isoformat(),
        "changed_at": record.changed_at.isoformat(),
        "reason": record.reason or None,
        "reason_code": record.reason_code or None,
        "supersedes": record.supersedes.release_hash if record.supersedes else None,
        "supersedes_release": record.supersedes.public_id if record.supersedes else None,
        "replaced_by": record.replaced_by.public_id if record.replaced_by else None,
        "receipt": record.receipt,
        "takedown": record.takedown,
        "inspection": record.inspection,
        "decisions": decisions(record.public_id),
        "timeline": timeline(record.public_id),
    }


def manifest(release: str) -> Manifest:
    """The release's manifest. Raises ReleaseNotFound where it has none yet."""
    record = reading.find(release)
    if record.manifest is None:
        raise ReleaseNotFound(f"{release} has no manifest; it was never checked through")
    return Manifest.from_dict(record.manifest)


def receipt(release: str) -> Receipt | None:
    """The catalogue's receipt, or None before publication."""
    said = reading.find(release).receipt
    return Receipt.from_dict(said) if said else None


def findings(release: str, as_user: str | None = None, *, opened_by: str | None = None) -> list[dict[str, Any]]:
    """Findings in order, each Finding.to_dict(); with `opened_by` also `opened` (bool) for that person."""
    record = _visible(release, as_user)
    bodies = list(FindingRecord.objects.filter(release=record).order_by("ordinal").values_list("body", flat=True))
    if opened_by is None:
        return bodies
    seen = set(Opening.objects.filter(release=record, user__username=opened_by).values_list("finding", flat=True))
    return [{**b, "opened": b["id"] in seen} for b in bodies]


def finding_values(release: str) -> list[Finding]:
    """The same as domain values."""
    return [Finding.from_dict(b) for b in findings(release)]


def decisions(release: str) -> list[dict[str, Any]]:
    """Decisions in the ledger's order, with dispositions and the answer to an escalation."""
    rows = DecisionRecord.objects.filter(release__public_id=release).order_by("entry_id")
    rows = rows.select_related(
        "user", "seat", "seat__deputy_of", "entry", "answer", "answer__user", "remedy"
    ).prefetch_related("dispositions")
    return [_decision(d) for d in rows]


def _decision(row: DecisionRecord) -> dict[str, Any]:
    answer, remedy = getattr(row, "answer", None), getattr(row, "remedy", None)
    return {
        "stage": row.stage,
        "round": row.round,
        "user": row.user.username,
        "name": row.user.name,
        "unit": row.seat.unit_id,
        "role": row.seat.role,
        "deputy_of": row.seat.deputy_of.username if row.seat.deputy_of else None,
        "verdict": row.verdict,
        "reason": row.reason,
        "reason_code": row.reason_code,
        "basis": row.basis,
        "release_hash": row.release_hash,
        "at": row.entry.at,
        "entry": row.entry_id,
        "entry_hash": row.entry.hash,
        "confirmed_from": json.loads(row.entry.body)["data"].get("confirmed_from"),
        "dispositions": [
            {"finding": d.finding, "kind": d.kind, "basis": d.basis, "reason": d.reason} for d in row.dispositions.all()
        ],
        "overrides": remedy.overrides if remedy else [],
        "answer": {
            "authority": answer.authority, "document": answer.document, "answer": answer.answer,
            "user": answer.user.username,
        } if answer else None,
    }  # fmt: skip


def dispositions_before(release: str) -> dict[str, Any] | None:
    """What was said of the same findings last time: by the approvals of the revision before, else of the edition that this
    release was compared with; what was to be redacted more is past. {release, dispositions: {finding: {kind, basis, reason}}, same_rules: whether contract and
    packs (and, against another edition, remedies) are those of now}; None where nobody said anything.
    """
    record = reading.find(release)
    now = record.manifest or {}
    kin = ReleaseRecord.objects.filter(dataset=record.dataset, edition=record.edition, revision__lt=record.revision)
    public = ReleaseRecord.objects.filter(dataset=record.dataset, release_hash=now.get("previous") or "-")
    for old in [*kin.order_by("-revision")[:1], *public[:1]]:
        said = DispositionRecord.objects.filter(decision__release=old).order_by("decision__entry_id", "pk")
        found = {d.finding: {"kind": d.kind, "basis": d.basis, "reason": d.reason} for d in said}
        found = {f: d for f, d in found.items() if d["kind"] != DispositionKind.REDACT_MORE.value}
        if found:
            then = old.manifest or {}
            same = (then.get("packs"), old.contract_sha256) == (now.get("packs"), record.contract_sha256)
            same &= old.edition == record.edition or then.get("overrides") == now.get("overrides")
            return {"release": old.public_id, "dispositions": found, "same_rules": same}
    return None


def timeline(release: str) -> list[dict[str, Any]]:
    """Ledger lines of a release: {seq, at, event, actor, data}."""
    rows = LedgerEntry.objects.filter(release=release).order_by("seq")
    return [
        {"seq": r.seq, "at": r.at, "event": r.event, "actor": r.actor, "data": json.loads(r.body)["data"]} for r in rows
    ]


def remarks(release: str) -> list[dict[str, Any]]:
    """Remarks about a release, oldest first: {user, name, at, text}."""
    rows = Remark.objects.filter(release__public_id=release).select_related("user", "entry").order_by("entry_id")
    return [{"user": r.user.username, "name": r.user.name, "at": r.entry.at, "text": r.text} for r in rows]


def names(usernames: Iterable[str]) -> dict[str, str]:
    """People's names by user name; those without one stand for themselves."""
    wanted = set(usernames)
    return {u.username: u.name or u.username for u in User.objects.filter(username__in=wanted)}


def queue_for(user: str) -> list[dict[str, Any]]:
    """What waits for the person, longest first: releases to decide on (with `stage`), and those to submit or correct
    (`stage` null)."""
    waits = listing.mine(listing.Filter(visible_departments(user)), reading.office(user), user, timezone.now())
    found = ReleaseRecord.objects.defer("manifest").in_bulk(list(waits))
    return [{**_brief(found[key]), "stage": stage} for key, stage in waits.items()]


def last_published(dataset: str) -> dict[str, Any] | None:
    """The newest edition that is public: keys of `releases` and edition, revision, contract_sha256, manifest (dict)."""
    found = ReleaseRecord.objects.filter(dataset=dataset, status=Status.PUBLISHED.value)
    record = found.order_by("-edition", "-revision").first()
    return None if record is None else _published(record)


def published(dataset: str | None = None) -> list[dict[str, Any]]:
    """Every release that the public can see now, in the shape of `last_published`."""
    found = ReleaseRecord.objects.filter(status=Status.PUBLISHED.value)
    return [_published(r) for r in (found.filter(dataset=dataset) if dataset else found)]


def _published(record: ReleaseRecord) -> dict[str, Any]:
    return {
        **_brief(record),
        "edition": record.edition,
        "revision": record.revision,
        "contract_sha256": record.contract_sha256,
        "manifest": record.manifest,
        "receipt": record.receipt,
    }


def contract_hash(release: str) -> str:
    """SHA-256 of the contract under which the release was received."""
    return reading.find(release).contract_sha256


def is_minted(approval: Approval) -> bool:
    """Whether the ledger holds the minting of exactly this approval."""
    lines = LedgerEntry.objects.filter(release=approval.release, event="approval-minted", at=approval.minted_on)
    said = {"release_hash": approval.release_hash, "decisions": list(approval.decisions)}
    return any(json.loads(line.body)["data"] == said for line in lines)
