"""Record what the authority above answered to an escalation (报审答复). Escalating is a decision: review/acts/decision."""

from __future__ import annotations

from domain.errors import ReviewerIsSubmitter
from domain.release import Status, Verdict
from review import lifecycle, texts
from review.lifecycle import Event
from review.models import DecisionRecord, EscalationAnswer, User
from review.permissions import Act, check_can
from review.reading import case, find, office
from review.transaction import Page, act, move


@act(signed=True)
def answer_escalation(
    page: Page,
    release: str,
    username: str,
    password: str,
    *,
    authority: str,
    answer: str,
    document: str = "",
    code: str = "",
) -> Status:
    """Record what the authority above answered (报送机关、答复、文号); the release waits again at the stage that escalated.

    By a confidentiality reviewer or releasing chief in charge who didn't submit it. Raises SignatureRefused,
    NotPermitted, ReviewerIsSubmitter, TransitionRefused, UsageInvalid.
    """
    del password, code  # checked before this page was opened
    record = find(release)
    if username in case(record).submitters:
        raise ReviewerIsSubmitter(f"{release} was submitted by this person; somebody else has to record the answer")
    check_can(office(username), username, Act.ANSWER, record.unit_id, page.at)
    status = lifecycle.step(Status(record.status), Event.ANSWER)
    authority = texts.clean(authority, "the authority's name", needed=True)
    answer = texts.clean(answer, "the answer", needed=True)
    document = texts.clean(document, "the document number")
    asked = DecisionRecord.objects.filter(release=record, verdict=Verdict.ESCALATE.value).order_by("entry_id").last()
    assert asked is not None, "an escalated release has a decision that escalated it"
    digest = texts.digest(authority=authority, answer=answer, document=document)
    entry = page.write(
        "answered",
        username,
        release,
        release_hash=record.release_hash,
        stage=asked.stage,
        round=asked.round,
        text_sha256=digest,
    )
    EscalationAnswer.objects.create(
        decision=asked, authority=authority, document=document, answer=answer,
        user=User.objects.get(username=username), entry=entry,
    )  # fmt: skip
    record.reason = ""
    move(record, status, page, asked.stage)
    return status
