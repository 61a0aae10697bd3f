"""Which findings a person has opened: on a page of their own, or with the decision that disposes of them."""

from __future__ import annotations

from collections.abc import Collection

from domain.errors import TransitionRefused, UsageInvalid
from domain.release import Status
from review.models import FindingRecord, Opening, ReleaseRecord, User
from review.permissions import Act, check_can
from review.reading import find, office
from review.transaction import Page, act


@act()
def open_findings(page: Page, username: str, release: str, finding_ids: Collection[str]) -> int:
    """Record that the person opened these findings of the release; returns how many were new.

    Raises NotPermitted, TransitionRefused (before there is anything to open), UsageInvalid (no such finding).
    """
    record = find(release)
    check_can(office(username), username, Act.SEE, record.unit_id, page.at)
    if record.status == Status.RECEIVED.value:
        raise TransitionRefused(f"{release} is still being prepared; its findings aren't complete")
    fresh = write_opened(page, record, username, finding_ids)
    if not fresh:
        page.nothing_new()
    return fresh


def write_opened(page: Page, record: ReleaseRecord, username: str, finding_ids: Collection[str]) -> int:
    """Write those of the findings that the person hasn't opened yet; returns their number. Raises UsageInvalid."""
    asked, release = set(finding_ids), record.public_id
    known = set(FindingRecord.objects.filter(release=record, finding__in=asked).values_list("finding", flat=True))
    if asked - known:
        raise UsageInvalid(f"{release} has no finding of that id; `mingjing show {release}` lists them")
    mine = Opening.objects.filter(release=record, user__username=username)
    fresh = sorted(known - set(mine.values_list("finding", flat=True)))
    if fresh:
        user = User.objects.get(username=username)
        entry = page.write("opened", username, release, release_hash=record.release_hash, findings=fresh)
        Opening.objects.bulk_create(Opening(release=record, finding=f, user=user, entry=entry) for f in fresh)
    return len(fresh)
