"""A take-down that a person did on the publishing side of two networks: it has happened; here the ledger learns of it."""

from __future__ import annotations

from domain.canonical import canonical_json, sha256_hex
from domain.errors import ContentChanged
from domain.release import Status
from domain.withdrawal import Cause
from review import lifecycle, texts
from review.hiding import SignedOrder
from review.lifecycle import Event
from review.models import LedgerEntry
from review.permissions import SYSTEM
from review.reading import find
from review.transaction import Page, act, move


@act()
def record_hidden(page: Page, release: str, signed: SignedOrder) -> Status:
    """Write down who took the release down outside, and why. Repeating it changes nothing.

    The person is one whose key is pinned on the publishing side, not a seat of this desk: the line's actor is the system,
    its data name person and key. Raises ContentChanged for an order of other bytes, TransitionRefused.
    """
    record = find(release)
    digest = sha256_hex(canonical_json(signed.to_dict()))
    if LedgerEntry.objects.filter(release=release, event="hidden", body__contains=digest).exists():
        page.nothing_new()
        return Status(record.status)
    if (signed.order.release, signed.order.release_hash) != (release, record.release_hash):
        raise ContentChanged(f"the order is of other bytes than {release}; ask the publishing side for the right one")
    before = record.status
    status = lifecycle.step(Status(before), Event.HIDE)
    if before != Status.WITHDRAWN.value:
        record.reason, record.reason_code = signed.order.reason, Cause.HIDDEN.value
        move(record, status, page)
    page.write(
        "hidden", SYSTEM, release, release_hash=record.release_hash, before=before, person=signed.order.person,
        key=signed.key, ordered_at=signed.order.ordered_at, order_sha256=digest,
        text_sha256=texts.digest(reason=signed.order.reason),
    )  # fmt: skip
    return status
