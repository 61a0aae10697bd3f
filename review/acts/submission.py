"""From an operator's own look (承办自查) into review, and out of it again for something better."""

from __future__ import annotations

from domain.contract import Contract
from domain.errors import TransitionRefused, UsageInvalid
from domain.release import Manifest, Status
from review import drafts, lifecycle, remedies
from review.acts.arrival import receive
from review.contents import check_hash
from review.lifecycle import Event
from review.models import BlindOpinion, DecisionRecord, ReleaseRecord, User
from review.permissions import SYSTEM, Act, check_can
from review.reading import find, office
from review.transaction import Page, act, move

OPEN = (Status.RECEIVED, Status.CHECKED, Status.IN_REVIEW, Status.ESCALATED, Status.APPROVED)


@act(signed=True)
def submit(
    page: Page, release: str, username: str, password: str, *, release_hash: str | None = None, code: str = ""
) -> Status:
    """An operator in charge signs that the release was looked at; it goes to the first stage (`in_review`).

    Earlier revisions of the same edition that are still under way become `replaced`: only the newest can go out.
    Raises SignatureRefused, NotPermitted, TransitionRefused, ContentChanged.
    """
    del password, code  # checked before this page was opened
    record = find(release)
    check_can(office(username), username, Act.SUBMIT, record.unit_id, page.at)
    status = lifecycle.step(Status(record.status), Event.SUBMIT)
    check_hash(record, release_hash)
    remedies.check_carried(record, Manifest.from_dict(record.manifest))
    kin = ReleaseRecord.objects.filter(dataset=record.dataset, edition=record.edition)
    if later := kin.filter(revision__gt=record.revision, submitter__isnull=False).order_by("-revision").first():
        raise TransitionRefused(f"{later.public_id} corrects this edition and was submitted already; work on that one")
    record.submitter = User.objects.get(username=username)
    move(record, status, page, record.stages[0]["name"])
    page.write("submitted", username, release, release_hash=record.release_hash)
    for old in kin.filter(revision__lt=record.revision, status__in=[s.value for s in OPEN]).order_by("revision"):
        _replace(old, record, username, page)
    return status


@act(signed=True)
def recall(page: Page, release: str, username: str, password: str, *, code: str = "") -> Status:
    """The submitter takes a release back before anyone has decided; it is `checked` again. Raises NotPermitted,
    TransitionRefused, SignatureRefused."""
    del password, code  # checked before this page was opened
    record = find(release)
    check_can(office(username), username, Act.SUBMIT, record.unit_id, page.at)
    status = lifecycle.step(Status(record.status), Event.RECALL)
    if record.submitter is None or record.submitter.username != username:
        raise TransitionRefused(f"{release} was submitted by somebody else; ask that person to recall it")
    if any(kind.objects.filter(release=record).exists() for kind in (DecisionRecord, BlindOpinion)):
        raise TransitionRefused(f"somebody has decided on {release} already; make a new revision instead")
    move(record, status, page)
    drafts.forget(record, username)
    page.write("recalled", username, release, release_hash=record.release_hash)
    return status


def revise(
    contract: Contract, release: str, run_key: str, actor: str = SYSTEM, *, source_sha256: str = "",
    before: bytes | None = None,
) -> str:  # fmt: skip
    """Open the next revision of a release's edition: `receive` for its period. Raises UsageInvalid for another dataset."""
    old = find(release)
    if contract.id != old.dataset:
        raise UsageInvalid(f"{release} is of {old.dataset}, not of {contract.id}")
    return receive(contract, old.period, run_key, actor, source_sha256=source_sha256, before=before)


@act()
def replace(page: Page, release: str, by: str, actor: str = SYSTEM) -> Status:
    """A later revision takes the place of a release that is under way; its review ends there.

    Raises UsageInvalid where `by` isn't a later revision of the same edition, NotPermitted, TransitionRefused.
    """
    old, new = find(release), find(by)
    if (old.dataset, old.edition) != (new.dataset, new.edition) or new.revision <= old.revision:
        raise UsageInvalid(f"{by} isn't a later revision of {release}; prepare one first")
    if actor != SYSTEM:
        check_can(office(actor), actor, Act.PREPARE, old.unit_id, page.at)
    return _replace(old, new, actor, page)


def _replace(old: ReleaseRecord, new: ReleaseRecord, actor: str, page: Page) -> Status:
    status = lifecycle.step(Status(old.status), Event.REPLACE)
    old.replaced_by = new
    move(old, status, page)
    page.write("replaced", actor, old.public_id, by=new.public_id, release_hash=old.release_hash or None)
    return status
