"""Looking at one cell as it came in. The act is written down before anything is shown; the cell itself never passes here."""

from __future__ import annotations

from review import sight, texts
from review.models import Look, User
from review.reading import find
from review.transaction import Page, act


@act()
def look(page: Page, release: str, username: str, finding: str, place: int, reason: str, *, release_hash: str) -> int:
    """Record that the person looks at one cell now, and why; returns the look's number, good for sight.MINUTES.

    By the confidentiality reviewer of the release, who opened the finding before. Raises what sight.check_may_look
    raises, ContentChanged, UsageInvalid (no reason).
    """
    record = find(release)
    place_said = sight.check_may_look(record, username, finding, place, page.at, release_hash=release_hash)
    reason = texts.clean(reason, "a reason", needed=True)
    entry = page.write(
        "looked", username, release, release_hash=record.release_hash, finding=finding, place=place,
        row=place_said["row"], text_sha256=texts.digest(reason=reason),
    )  # fmt: skip
    row = Look.objects.create(
        release=record, finding=finding, place=place, user=User.objects.get(username=username), reason=reason,
        at=page.at, entry=entry,
    )  # fmt: skip
    return int(row.pk)
