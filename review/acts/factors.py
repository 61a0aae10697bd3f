"""A person sets up a second factor, an administrator takes it off. Ledger lines name the person, never a secret or a code."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from domain.errors import SignatureRefused, UsageInvalid
from review import factors
from review.factors import RECOVERY_CODES, StaticDevice, StaticToken, Totp
from review.models import User
from review.permissions import SYSTEM, check_can_manage
from review.reading import office
from review.signature import is_throttled
from review.transaction import Page, act

ISSUER = "Mingjing"
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
CODE_LETTERS, GROUP = 12, 4


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the telephone has to be told, once: the otpauth address, and its secret (base32) to type."""

    address: str
    secret: str


@act(signed=True, enrolling=True)
def begin_factor(page: Page, username: str, password: str, *, code: str = "") -> Enrolment:
    """Make a device that waits to be confirmed, in the place of an earlier such one; what is in use stays in use.

    Whoever has a device already signs with its code too. Raises SignatureRefused.
    """
    del password, code  # checked before this page was opened
    user = User.objects.get(username=username)
    Totp.objects.filter(user=user, confirmed=False).delete()
    device: Any = Totp.objects.create(
        user=user, name="totp", confirmed=False, key=secrets.token_hex(factors.SECRET_BYTES)
    )
    page.write("factor-begun", username, user=username)
    address = str(device.config_url)
    return Enrolment(address, address.partition("secret=")[2].partition("&")[0])


@act()
def confirm_factor(page: Page, username: str, code: str) -> list[str]:
    """The device's first code makes it the person's factor, in the place of an earlier one; returns new recovery codes, which
    are never shown again. Raises UsageInvalid (no device waits), SignatureRefused (a wrong code; begin again).
    """
    device = factors.device_of(username, confirmed=False)
    if device is None:
        raise UsageInvalid("no second factor is being set up; begin with your password")
    if is_throttled(username) or not factors.is_code(device, code):
        raise SignatureRefused("the code doesn't fit the secret that was shown; set the factor up again")
    Totp.objects.filter(user__username=username, confirmed=True).delete()
    device.confirmed = True
    device.save()
    made = _recovery_codes(device.user)
    page.write("factor-set", username, user=username)
    return made


@act(signed=True)
def new_recovery_codes(page: Page, username: str, password: str, *, code: str = "") -> list[str]:
    """New recovery codes in the place of all earlier ones. Raises SignatureRefused, UsageInvalid (no factor is set up)."""
    del password, code  # checked before this page was opened
    if not factors.is_enrolled(username):
        raise UsageInvalid("recovery codes stand in for a second factor; set one up first")
    made = _recovery_codes(User.objects.get(username=username))
    page.write("recovery-codes-made", username, user=username)
    return made


def _recovery_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    box = StaticDevice.objects.create(user=user, name="recovery", confirmed=True)
    texts = ["".join(secrets.choice(LETTERS) for _ in range(CODE_LETTERS)) for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=box, token=factors.kept_form(text)) for text in texts)
    return ["-".join(text[n : n + GROUP] for n in range(0, CODE_LETTERS, GROUP)) for text in texts]


@act()
def reset_factor(page: Page, username: str, *, actor: str = SYSTEM) -> None:
    """Take a person's device and recovery codes away (lost telephone); the person is told. By an administrator, not by the
    own hand. Where the role needs a factor the person can only set up a new one. Raises NotPermitted, UsageInvalid.
    """
    check_can_manage(office(actor), actor, None, page.at)
    if actor == username:
        raise UsageInvalid("nobody takes the own factor away; ask another administrator, or set up a new telephone")
    user = User.objects.filter(username=username).first()
    if user is None or not factors.is_enrolled(username):
        raise UsageInvalid("that person has no second factor")
    Totp.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    page.write("factor-reset", actor, user=username)
