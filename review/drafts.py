"""What a person has filled in about a release and not signed: kept for that person alone, bound to the bytes it was written about,
gone once something is signed. It counts for nothing; the desk looks at what is signed, whole.

The one table that is written without a line in the ledger (docs/adr/0027): a line would tell a blind pair that the other has begun.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import models, transaction
from django.utils import timezone

from domain.errors import UsageInvalid
from domain.release import Disposition, DispositionKind, Status, Verdict
from review import texts
from review.models import DecisionDraft, FindingRecord, ReleaseRecord, User

TEXTS = ("verdict", "reason", "reason_code", "basis")
MOST_ORDERS = 500
UNDER_WAY = (Status.IN_REVIEW, Status.ESCALATED)
Said = Mapping[
    str, Mapping[str, str]
]  # finding → kind, basis, reason, and `confirmed` where it repeats what was said last time


@dataclass
class Draft:
    """Dispositions by finding, and what was typed into the decision's boxes. `release`: whose page it was written on."""

    release: str
    release_hash: str
    dispositions: dict[str, dict[str, str]] = field(default_factory=dict)
    verdict: str = ""
    reason: str = ""
    reason_code: str = ""
    basis: str = ""
    overrides: list[str] = field(default_factory=list)  # as domain/remedy.parse reads them
    saved_at: datetime | None = None

    def confirmed(self) -> tuple[str, ...]:
        """Findings disposed of by confirming what was said last time."""
        return tuple(finding for finding, d in self.dispositions.items() if d.get("confirmed"))

    def said(self) -> tuple[Disposition, ...]:
        """The dispositions as the desk takes them."""
        return tuple(
            Disposition(finding, DispositionKind(d["kind"]), d["basis"], d["reason"])
            for finding, d in self.dispositions.items()
        )


def drafts_of(record: ReleaseRecord, username: str) -> tuple[Draft, Draft | None]:
    """The person's draft about these bytes, an empty one where there is none; and the newest about other bytes of the same edition:
    an earlier revision, or what this one was before.
    """
    rows = list(_own(record, username))
    here = (record.pk, record.release_hash)
    own = next((r for r in rows if (r.release_id, r.release_hash) == here), None)
    older = next((r for r in rows if r is not own), None)
    return _draft(own) if own else Draft(record.public_id, record.release_hash), _draft(older) if older else None


def draft_of(record: ReleaseRecord, username: str) -> Draft:
    """The first of the two alone."""
    return drafts_of(record, username)[0]


def _own(record: ReleaseRecord, username: str) -> models.QuerySet[DecisionDraft]:
    kin = {"release__dataset": record.dataset, "release__edition": record.edition}
    found = DecisionDraft.objects.filter(user__username=username, release__revision__lte=record.revision, **kin)
    return found.select_related("release").order_by("-saved_at", "-pk")


def _draft(row: DecisionDraft) -> Draft:
    return Draft(row.release.public_id, row.release_hash, **row.content, saved_at=row.saved_at)


def keep(
    record: ReleaseRecord,
    username: str,
    *,
    words: Mapping[str, str] | None = None,
    dispositions: Said | None = None,
    overrides: Sequence[str] | None = None,
) -> Draft:
    """Add to the draft what is given and leave the rest of it; returns it as it stands then.

    `words`: TEXTS by name. `overrides` take the place of earlier ones. Of a release that isn't under review nothing is kept: the
    answer holds what was given. Raises UsageInvalid (a text that a decision couldn't hold, a verdict that doesn't exist): then
    nothing is kept either.
    """
    said = _checked(words or {})
    if overrides is not None and (len(overrides) > MOST_ORDERS or any(len(o) > texts.LONGEST for o in overrides)):
        raise UsageInvalid(f"a remedy orders at most {MOST_ORDERS} columns; choose fewer")
    if Status(record.status) not in UNDER_WAY:
        given = {k: dict(d) for k, d in (dispositions or {}).items()}
        draft = Draft(record.public_id, record.release_hash, given, overrides=list(overrides or ()))
        for name, text in said.items():
            setattr(draft, name, text)
        return draft
    with transaction.atomic():
        user = User.objects.get(username=username)
        place = {"release": record, "user": user, "release_hash": record.release_hash}
        blank = {"content": _content(Draft("", "")), "saved_at": timezone.now()}
        DecisionDraft.objects.get_or_create(**place, defaults=blank)
        row = DecisionDraft.objects.select_for_update().get(**place)
        row.content = row.content | said
        row.content["dispositions"] = row.content["dispositions"] | {
            k: dict(d) for k, d in (dispositions or {}).items()
        }
        if overrides is not None:
            row.content["overrides"] = list(overrides)
        row.saved_at = timezone.now()
        row.save()
    return _draft(row)


def _checked(words: Mapping[str, str]) -> dict[str, str]:
    if words.get("verdict") and words["verdict"] not in set(Verdict):
        raise UsageInvalid("choose a verdict")
    names = {"reason": "a reason", "basis": "the legal basis", "reason_code": "a reason code"}
    return {n: texts.clean(words[n], names[n]) if n in names else words[n] for n in TEXTS if n in words}


def _content(draft: Draft) -> dict[str, object]:
    return {**{n: getattr(draft, n) for n in TEXTS}, "dispositions": draft.dispositions, "overrides": draft.overrides}


def take_over(record: ReleaseRecord, username: str) -> int:
    """Make the older draft this content's, as a proposal: its words where nothing was written anew, its dispositions of findings
    that stand here too and weren't disposed of anew. Orders of a remedy and confirmations are left out. Returns the number of
    dispositions taken over.
    """
    now, old = drafts_of(record, username)
    if old is None:
        return 0
    here = set(FindingRecord.objects.filter(release=record).values_list("finding", flat=True)) - set(now.dispositions)
    taken = {f: {k: d[k] for k in ("kind", "basis", "reason")} for f, d in old.dispositions.items() if f in here}
    words = {n: getattr(now, n) or getattr(old, n) for n in TEXTS}
    with transaction.atomic():
        keep(record, username, words=words, dispositions=taken)
        drop_older(record, username)
    return len(taken)


def drop_older(record: ReleaseRecord, username: str) -> None:
    """Throw away what the person wrote about other bytes of the edition."""
    _own(record, username).exclude(release=record, release_hash=record.release_hash).delete()


def forget(record: ReleaseRecord, username: str) -> None:
    """After that person signed: nothing of theirs about this edition stays; once its review is over, nobody's does."""
    found = DecisionDraft.objects.filter(
        release__dataset=record.dataset, release__edition=record.edition, release__revision__lte=record.revision
    )
    (found.filter(user__username=username) if Status(record.status) in UNDER_WAY else found).delete()
