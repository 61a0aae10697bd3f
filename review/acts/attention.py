"""Who is on it, and words between people about a release. Nothing here decides: a release that somebody took can be
decided by any other holder of the seat, so that an absence never stops a legal deadline.
"""

from __future__ import annotations

from datetime import timedelta

from domain.errors import NotPermitted, TransitionRefused
from domain.release import Status
from review import texts
from review.models import Remark, User
from review.moments import moment
from review.permissions import Act, Role, check_can, check_can_decide
from review.reading import case, find, office
from review.transaction import Page, act

AGAIN = timedelta(minutes=1)


@act()
def take(page: Page, release: str, username: str) -> None:
    """Say "I am on it" at the stage where the release waits; it lapses with the stage.

    Raises what deciding there would raise, and TransitionRefused where somebody else took it or it isn't in review.
    """
    record = find(release)
    if record.status != Status.IN_REVIEW.value:
        raise TransitionRefused(f"{release} is {record.status}; only what is in review can be taken on")
    check_can_decide(office(username), username, case(record), record.stage, page.at)
    user = User.objects.get(username=username)
    if record.taken_by_id == user.pk:
        return page.nothing_new()
    if record.taken_by_id is not None:
        raise TransitionRefused(f"somebody else took {release} on; ask that person to give it back")
    record.taken_by = user
    record.save(update_fields=["taken_by"])
    page.write("taken", username, release, stage=record.stage)
    return None


@act()
def give_back(page: Page, release: str, username: str) -> None:
    """Undo one's own `take`. Raises TransitionRefused where another holds it; silent where nobody does."""
    record = find(release)
    if record.taken_by is None:
        return page.nothing_new()
    if record.taken_by.username != username:
        raise TransitionRefused(f"somebody else took {release} on; only that person gives it back")
    record.taken_by = None
    record.save(update_fields=["taken_by"])
    page.write("given-back", username, release, stage=record.stage)
    return None


@act()
def remark(page: Page, release: str, username: str, text: str) -> int:
    """Leave a remark for author and reviewers; returns its number. An auditor changes nothing, so leaves none. The same
    words sent again within a minute (a button pressed twice) are the remark that stands already.

    Raises NotPermitted, UsageInvalid (empty, too long, a long number).
    """
    record, known = find(release), office(username)
    seat = check_can(known, username, Act.SEE, record.unit_id, page.at)
    if seat.role is Role.AUDITOR:
        raise NotPermitted("an auditor reads all and changes nothing")
    text = texts.clean(text, "a remark", needed=True)
    last = Remark.objects.filter(release=record).select_related("user", "entry").order_by("entry_id").last()
    if last is not None and (last.user.username, last.text) == (username, text) and _is_fresh(last, page):
        page.nothing_new()
        return int(last.pk)
    entry = page.write("remarked", username, release, text_sha256=texts.digest(text=text))
    row = Remark.objects.create(release=record, user=User.objects.get(username=username), text=text, entry=entry)
    return int(row.pk)


def _is_fresh(remark: Remark, page: Page) -> bool:
    return page.at - moment(remark.entry.at) < AGAIN
