"""A password as signature: asked again for each signed act, slow for everybody alike, throttled per person.

Failures are counted in the ledger, where they stand as refusals.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from functools import cache

from django.contrib.auth.hashers import check_password, make_password
from django.utils import timezone

from domain.errors import SignatureRefused
from review.models import LedgerEntry, User
from review.moments import moment_text

FAILURES_ALLOWED = 5
WINDOW = timedelta(minutes=15)
UNKNOWN = "unknown"  # stands in the ledger for a name that nobody has: somebody may have typed a password there


def recorded_name(username: str) -> str:
    """The name under which the ledger keeps an attempt."""
    return username if User.objects.filter(username=username).exists() else UNKNOWN


def is_throttled(username: str) -> bool:
    """Whether too many signatures of that name failed within the window."""
    since = moment_text(timezone.now() - WINDOW)
    refused = LedgerEntry.objects.filter(actor=recorded_name(username), event="refused", at__gte=since)
    return refused.filter(body__contains=f'"error":"{SignatureRefused.name()}"').count() >= FAILURES_ALLOWED


def check_signature(username: str, password: str) -> None:
    """Raises SignatureRefused for a wrong name, a wrong password, a closed account or too many failures: all with the
    same words and the same work, so that an answer tells nothing about who exists."""
    person = User.objects.filter(username=username, is_active=True).first()
    encoded = person.password if person else _nobody()
    is_right = check_password(password, encoded)
    if is_throttled(username) or person is None or not is_right:
        raise SignatureRefused(
            "name and password don't fit, or failed too often; check both, or wait 15 minutes and sign again"
        )


@cache
def _nobody() -> str:
    """An encoded password that no one knows, made once per process."""
    return make_password(secrets.token_urlsafe(16))
