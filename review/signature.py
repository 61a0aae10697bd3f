"""A password as signature, with a code beside it where a second factor is set up: asked again for each signed act, slow for
everybody alike, throttled by name and place. Each failure stands in the ledger as a refusal; what is counted is a row of digests
beside it (FailedSignature), written by review/transaction and gone after a while.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.utils import timezone

from domain.errors import SecondFactorMissing, SignatureRefused
from review import factors
from review.models import FailedSignature, LedgerEntry, User
from review.moments import moment_text
from review.origins import digest, origin_of
from review.permissions import Role
from review.reading import office

FAILURES_ALLOWED = 5  # of one name from one place
FAILURES_ELSEWHERE = 20  # of one name from all places where its person didn't sign in before
FAILURES_AT_ADDRESS = 50  # of all names from one address
LINES_OF_UNKNOWN = 50  # ledger lines about names that nobody has
WINDOW = timedelta(minutes=15)
REFUSAL = (
    "name and password (and the code, where a second factor is set up) don't fit, or failed too often; check them, or wait "
    "15 minutes and sign again"
)
UNKNOWN = "unknown"  # stands in the ledger for a name that nobody has: somebody may have typed a password there


def recorded_name(username: str) -> str:
    """The name under which the ledger keeps an attempt."""
    return username if User.objects.filter(username=username).exists() else UNKNOWN


def is_throttled(username: str) -> bool:
    """Whether too many signatures failed within the window: of that name where this one comes from, and unless the person is known
    there, of that name anywhere else, or of anybody at this address. So strangers who guess don't lock a person out of the browser
    that the person uses, and guess slowly wherever they sit. Names that nobody has are counted like others.
    """
    came = origin_of(username)
    failed = FailedSignature.objects.filter(at__gte=timezone.now() - WINDOW)
    mine = failed.filter(name=digest("name", username))
    if mine.filter(place=came.place).count() >= FAILURES_ALLOWED:
        return True
    if came.is_known:
        return False
    elsewhere, here = mine.filter(is_known=False), failed.filter(place=came.place)
    return elsewhere.count() >= FAILURES_ELSEWHERE or here.count() >= FAILURES_AT_ADDRESS


def failure(username: str, at: datetime) -> FailedSignature:
    """The row that counts a failure, not written yet."""
    came = origin_of(username)
    return FailedSignature(name=digest("name", username), place=came.place, is_known=came.is_known, at=at)


def is_flood(actor: str) -> bool:
    """Whether the ledger has enough lines of this window about names that nobody has."""
    since = moment_text(timezone.now() - WINDOW)
    told = LedgerEntry.objects.filter(actor=UNKNOWN, event="refused", at__gte=since)
    return actor == UNKNOWN and told.count() >= LINES_OF_UNKNOWN


def needs_factor(username: str, roles: Iterable[Role] | None = None) -> bool:
    """Whether a role that the person holds now signs with a second factor (`second_factor_roles` in mingjing.toml).
    `roles`: those held, where the caller has read them already."""
    asked: frozenset[str] = settings.MINGJING_FACTOR_ROLES
    if asked and roles is None:
        roles = [s.role for s in office(username).held(username, timezone.now())]
    return bool(asked) and any(role.value in asked for role in roles or ())


def check_signature(username: str, password: str, code: str = "", *, enrolling: bool = False) -> dict[str, str]:
    """What the ledger tells of the signature beside the name: {factor: its kind}, {} for a password alone.

    Raises SignatureRefused for a wrong name, a wrong password, a closed account, a code that is wrong, used or left out, or
    too many failures: all with the same words and the same work, so that an answer tells nothing about who exists and which
    half was wrong. SecondFactorMissing for a right password where the role needs a factor and none is set up; `enrolling` lets
    that pass.
    """
    person = User.objects.filter(username=username, is_active=True).first()
    encoded = person.password if person else _nobody()
    is_right = check_password(password, encoded)
    if is_throttled(username) or person is None or not is_right:
        raise SignatureRefused(REFUSAL)
    if not factors.is_enrolled(username):
        if not enrolling and needs_factor(username):
            raise SecondFactorMissing("this role signs with a second factor; set one up in the console first")
        return {}
    kind = factors.spend(username, code)
    if not kind:
        raise SignatureRefused(REFUSAL)
    return {"factor": kind}


@cache
def _nobody() -> str:
    """An encoded password that no one knows, made once per process."""
    return make_password(secrets.token_urlsafe(16))
