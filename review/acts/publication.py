"""What became of an approved release outside: published, refused, inspected, withdrawn. The catalogue is left to catalog/."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from domain.canonical import canonical_json, sha256_hex
from domain.errors import ContentChanged, MingjingError, ReleaseNotApproved, TransitionRefused
from domain.release import Receipt, Status
from domain.withdrawal import Cause, is_stricter
from review import lifecycle, texts, withdrawals
from review.contents import check_hash
from review.lifecycle import Event
from review.models import ReleaseRecord
from review.permissions import SYSTEM, Act, check_can
from review.reading import find, office
from review.transaction import Page, act, move


@act()
def record_published(page: Page, release: str, receipt: Receipt, actor: str = SYSTEM) -> Status:
    """Keep the catalogue's receipt: `published`; the revision that it corrects becomes `superseded`.

    Raises ContentChanged for a receipt of other bytes, ReleaseNotApproved where they weren't read back equal,
    TransitionRefused. Repeating it with an equal receipt changes nothing.
    """
    record = find(release)
    plain = _plain(asdict(receipt))
    if record.status == Status.PUBLISHED.value and record.receipt == plain:
        page.nothing_new()
        return Status.PUBLISHED
    status = lifecycle.step(Status(record.status), Event.PUBLISH)
    if receipt.release_hash != record.release_hash:
        raise ContentChanged(f"the receipt is of other bytes than {release}; take them off and publish it again")
    if not receipt.read_back:
        raise ReleaseNotApproved(f"{release} wasn't read back from the catalogue; publish it again")
    record.receipt, record.public_url = plain, receipt.dataset_url
    move(record, status, page)
    page.write(
        "published", actor, release, release_hash=record.release_hash, url=receipt.dataset_url,
        receipt_sha256=sha256_hex(canonical_json(plain)),
    )  # fmt: skip
    kin = ReleaseRecord.objects.filter(dataset=record.dataset, edition=record.edition, status=Status.PUBLISHED.value)
    for old in kin.exclude(pk=record.pk).order_by("revision"):
        move(old, lifecycle.step(Status.PUBLISHED, Event.SUPERSEDE), page)
        page.write("superseded", actor, old.public_id, by=release, release_hash=old.release_hash)
    return status


@act()
def record_publication_refused(page: Page, release: str, error: MingjingError, actor: str = SYSTEM) -> Status:
    """Write down that a publication was refused, and by which rule; the release stays what it is."""
    record = find(release)
    page.write("refused", actor, release, act="publish", error=error.name(), release_hash=record.release_hash or None)
    return Status(record.status)


@act(signed=True)
def withdraw(
    page: Page, release: str, username: str, password: str, reason: str, *, cause: Cause = Cause.OTHER,
    release_hash: str | None = None, code: str = "",
) -> Status:  # fmt: skip
    """Order a release off, at once: a releasing chief or confidentiality reviewer in charge, alone (REV-09). Of one that is off
    already only what was left of its words can be ordered off; that order takes the place of the one that stands.

    `cause`: what the public reads beside the reason, and what decides whether the entry's words go too (domain/withdrawal).
    The catalogue is cleared by the withdraw flow, which reports with `record_withdrawn`. Raises SignatureRefused,
    NotPermitted, TransitionRefused (the order that stands is as strict, too), UsageInvalid (no reason).
    """
    del password, code  # checked before this page was opened
    record = find(release)
    check_can(office(username), username, Act.WITHDRAW, record.unit_id, page.at)
    is_off, before = record.status == Status.WITHDRAWN.value, withdrawals.before(record)
    place = {"sharpens": withdrawals.turn_of(release).seq} if is_off else {}
    status = lifecycle.step(Status(record.status), Event.SHARPEN if is_off else Event.WITHDRAW)
    check_hash(record, release_hash)
    if is_off and not is_stricter(cause.value, record.reason_code or ""):
        raise TransitionRefused(
            f"{release} is off already, and an order takes that one's place only if it takes its title and notes off too "
            "(--cause leak or other, where they were left standing)"
        )
    record.reason, record.reason_code = texts.clean(reason, "a reason", needed=True), cause.value
    record.takedown = None
    move(record, status, page)
    page.write(
        "withdrawn", username, release, release_hash=record.release_hash, before=before, code=cause.value,
        text_sha256=texts.digest(reason=record.reason), **place,
    )  # fmt: skip
    return status


@act()
def record_withdrawn(
    page: Page, release: str, takedown: dict[str, Any], actor: str = SYSTEM, *, turn: int | None = None
) -> Status:
    """Keep what the catalogue answered when the withdrawn edition was taken off (JSON-ready, no values). `turn`: the order
    that it answers (review/withdrawals), None where it is whichever stands; an answer to an earlier one proves nothing."""
    record = find(release)
    status = lifecycle.step(Status(record.status), Event.TAKE_DOWN)
    plain = _plain(takedown)
    if record.takedown == plain or turn not in (None, withdrawals.turn_of(release).seq):
        page.nothing_new()
        return status
    record.takedown = plain
    move(record, status, page)
    page.write(
        "taken-down",
        actor,
        release,
        release_hash=record.release_hash,
        takedown_sha256=sha256_hex(canonical_json(plain)),
    )
    return status


@act()
def record_inspection(page: Page, release: str, result: dict[str, Any], actor: str = SYSTEM) -> Status:
    """Keep the result of comparing what is public (读网检查): JSON-ready, with `ok` (bool), no values."""
    record = find(release)
    status = lifecycle.step(Status(record.status), Event.INSPECT)
    plain = _plain(result)
    record.inspection, record.unreached_at = {**plain, "at": page.at.isoformat()}, None
    record.save(update_fields=["inspection", "unreached_at"])
    page.write(
        "inspected", actor, release, release_hash=record.release_hash, ok=bool(plain["ok"]),
        result_sha256=sha256_hex(canonical_json(plain)),
    )  # fmt: skip
    return status


@act()
def record_unreached(page: Page, release: str, error: str) -> bool:
    """Write down, once until it is looked at again, that an inspection couldn't look at a release; False where that stands there.
    `error`: the name of what was in the way. What the last inspection said stays."""
    record = find(release)
    lifecycle.step(Status(record.status), Event.INSPECT)
    if record.unreached_at is not None:
        page.nothing_new()
        return False
    record.unreached_at = page.at
    record.save(update_fields=["unreached_at"])
    page.write("inspection-unreached", SYSTEM, release, release_hash=record.release_hash, error=error)
    return True


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    """The JSON form that the database gives back."""
    plain: dict[str, Any] = json.loads(canonical_json(value))
    return plain
