"""Several under one signature: decisions that a person finished one by one and laid aside (待签), and returns of several
releases for one reason. Each is checked afresh and becomes a decision of its own; whatever else is decided together isn't here:
there is no approval of a release that nobody finished by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from domain.contract import Contract
from domain.errors import ContentChanged, MingjingError, UsageInvalid
from domain.release import Disposition, Status, Verdict
from domain.remedy import Override
from review.acts.decision import Judgement
from review.models import ReadyDecision, User
from review.ready import content_of, judgement_of, mark_of
from review.transaction import Page, act, together

Seen = tuple[str, str]  # the stage and the release hash that the person was shown


@act()
def make_ready(
    page: Page,
    release: str,
    username: str,
    stage: str,
    verdict: Verdict,
    *,
    release_hash: str,
    reason: str = "",
    reason_code: str = "",
    basis: str = "",
    dispositions: Sequence[Disposition] = (),
    overrides: Sequence[Override] = (),
    contract: Contract | None = None,
    confirmed: Collection[str] = (),
) -> None:
    """Lay a finished decision aside to be signed later, in the place of an earlier one of that person on that release.

    It has to be as complete as `decide` asks, and counts for nothing. Raises as `decide`, the signature apart.
    """
    said = Judgement(
        release, username, stage, Verdict(verdict), release_hash, reason, reason_code, basis, tuple(dispositions),
        overrides=tuple(overrides), contract=contract, confirmed=tuple(confirmed),
    )  # fmt: skip
    record = said.check(page.at).record
    ReadyDecision.objects.update_or_create(
        release=record, user=User.objects.get(username=username),
        defaults={"stage": stage, "release_hash": release_hash, "content": content_of(said), "at": page.at},
    )  # fmt: skip
    page.write("made-ready", username, release, release_hash=release_hash, stage=stage)


@act()
def drop_ready(page: Page, release: str, username: str) -> None:
    """Take a decision that was laid aside off the list, unsigned. Raises UsageInvalid where there is none."""
    row = _row(release, username)
    row.delete()
    page.write("ready-dropped", username, release, release_hash=row.release_hash, stage=row.stage)


def sign_ready(
    username: str, password: str, marks: Mapping[str, str], *, code: str = ""
) -> dict[str, Status | MingjingError]:
    """Sign decisions that were laid aside, release → the mark under which it was shown (review/ready.mark_of): one password,
    each its own decision. The answer holds for each release its status, or the error that stopped it; that one stays.

    Raises SignatureRefused, UsageInvalid (none, or more than fifty), LedgerBroken.
    """

    def sign(page: Page, release: str, mark: str) -> Status:
        row = _row(release, username)
        if mark_of(row) != mark:
            raise ContentChanged(f"the decision on {release} isn't the one that was shown; look at it before you sign")
        return judgement_of(row).sign(page)

    works = {release: partial(sign, release=release, mark=mark) for release, mark in marks.items()}
    return together("sign_ready", username, password, code, works)


def return_several(
    username: str, password: str, releases: Mapping[str, Seen], reason: str, *, code: str = ""
) -> dict[str, Status | MingjingError]:
    """Return several releases for one reason: one password, each its own decision at the stage and of the bytes that were
    shown. The answer holds for each release its status, or the error that stopped it.

    Raises SignatureRefused, UsageInvalid (none, or more than fifty), LedgerBroken.
    """
    works = {
        release: Judgement(release, username, stage, Verdict.RETURN, seen, reason).sign
        for release, (stage, seen) in releases.items()
    }
    return together("return_several", username, password, code, works)


def _row(release: str, username: str) -> ReadyDecision:
    rows = ReadyDecision.objects.select_related("release", "user")
    row = rows.filter(release__public_id=release, user__username=username).first()
    if row is None:
        raise UsageInvalid(f"this person has no finished decision on {release} that waits to be signed")
    return row
