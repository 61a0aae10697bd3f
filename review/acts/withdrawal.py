"""The second person's word on an order to take a release off: confirmed, it is over; reversed, the approved bytes go out
again under the approval that they have. Taking off and publishing are left to flows.
"""

from __future__ import annotations

from domain.errors import TransitionRefused
from domain.release import Status
from review import lifecycle, texts
from review.contents import check_hash
from review.lifecycle import Event
from review.models import ReleaseRecord, User, WithdrawalAnswer
from review.permissions import check_can_answer_withdrawal
from review.reading import case, find, office
from review.transaction import Page, act, move
from review.withdrawals import Order, order_of

CONFIRM, REVERSE = "confirm", "reverse"


@act(signed=True)
def confirm_withdrawal(
    page: Page, release: str, username: str, password: str, reason: str = "", *, release_hash: str | None = None,
    code: str = "",
) -> Status:  # fmt: skip
    """A second person confirms that the release stays off; only a new revision brings the edition back.

    Raises SignatureRefused, ReviewerHasDecided (the one who ordered it), ReviewerIsSubmitter, NotPermitted,
    TransitionRefused, ContentChanged.
    """
    del password, code  # checked before this page was opened
    record, order, status = _ground(page, release, username, Event.CONFIRM, release_hash)
    _write(page, record, order, username, CONFIRM, texts.clean(reason, "a reason"))
    return status


@act(signed=True)
def reverse_withdrawal(
    page: Page, release: str, username: str, password: str, reason: str, *, release_hash: str | None = None,
    code: str = "",
) -> Status:  # fmt: skip
    """A second person reverses the order: the release is `approved` again and is published anew, if all that its approval
    rests on is still in force. Raises as `confirm_withdrawal`, UsageInvalid (no reason), and TransitionRefused where the
    catalogue hasn't confirmed yet, where it was superseded before, or where a later revision was submitted.
    """
    del password, code  # checked before this page was opened
    record, order, status = _ground(page, release, username, Event.REVERSE, release_hash)
    reason = texts.clean(reason, "a reason", needed=True)
    if Status(order.before) not in lifecycle.REVERSIBLE:
        raise TransitionRefused(f"{release} was {order.before} when it was ordered off; publish a new revision instead")
    if record.takedown is None:
        raise TransitionRefused(f"the catalogue hasn't confirmed yet that {release} is off; wait for it, then reverse")
    kin = ReleaseRecord.objects.filter(dataset=record.dataset, edition=record.edition)
    if later := kin.filter(revision__gt=record.revision, submitter__isnull=False).order_by("-revision").first():
        raise TransitionRefused(f"{later.public_id} corrects this edition and was submitted already; work on that one")
    _write(page, record, order, username, REVERSE, reason)
    record.reason, record.reason_code, record.takedown, record.receipt = "", "", None, None
    move(record, status, page)
    return status


def _ground(
    page: Page, release: str, username: str, event: Event, release_hash: str | None
) -> tuple[ReleaseRecord, Order, Status]:
    record, order = find(release), order_of(release)
    status = lifecycle.step(Status(record.status), event)
    if order is None:
        raise TransitionRefused(
            f"{release} wasn't ordered off by a person of this desk; bring the edition back as a new revision"
        )
    if order.verdict:
        raise TransitionRefused(f"the order to take {release} off was answered by a second person already")
    check_can_answer_withdrawal(office(username), username, case(record), order.person, page.at)
    check_hash(record, release_hash)
    return record, order, status


def _write(page: Page, record: ReleaseRecord, order: Order, username: str, verdict: str, reason: str) -> None:
    event = {CONFIRM: "withdrawal-confirmed", REVERSE: "withdrawal-reversed"}[verdict]
    entry = page.write(
        event, username, record.public_id, release_hash=record.release_hash, order=order.entry,
        text_sha256=texts.digest(reason=reason),
    )  # fmt: skip
    WithdrawalAnswer.objects.create(
        release=record, order_id=order.entry, user=User.objects.get(username=username), verdict=verdict, reason=reason,
        entry=entry,
    )  # fmt: skip
