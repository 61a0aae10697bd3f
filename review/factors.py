"""The second factor beside a password: a code of the moment from a telephone (TOTP), or one of the recovery codes.

The only door to django-otp. What it keeps makes no code by itself: the secret that a telephone holds is derived from the row
with a key of the installation, and of recovery codes only such a digest is kept. A code that was right is spent, whatever
becomes of the act that it signs. Who needs a factor is asked of review/signature, enrolling is left to review/acts/factors.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from review import keys
from review.connection import reconnect_if_lost

__all__ = ["RECOVERY", "RECOVERY_CODES", "TOTP", "StaticDevice", "StaticToken", "Totp", "are_in_use", "device_of", "is_code", "is_enrolled", "kept_form", "recovery_left", "spend"]  # fmt: skip

if TYPE_CHECKING:
    from django.db.models import Model

    Base = Model
else:
    Base = TOTPDevice  # untyped for type checkers

TOTP, RECOVERY = "totp", "recovery"  # kinds, as the ledger names them
RECOVERY_CODES = 10
PURPOSE = "mingjing.factor.v1"
SECRET_BYTES = 20  # RFC 4226, section 4
KEPT_DIGITS = 16  # hex digits of a recovery code's digest
OF_THE_MOMENT = re.compile(r"\d{6}", re.ASCII)


class Totp(Base):
    """A telephone that makes codes. `key` is a random number (hex); what the telephone holds is derived from it."""

    class Meta:
        proxy = True
        verbose_name = "动态口令"

    @property
    def bin_key(self) -> bytes:
        """The secret that the telephone holds."""
        row: Any = self
        return keys.derived(settings.MINGJING_HOME, PURPOSE, bytes.fromhex(row.key))[:SECRET_BYTES]


def device_of(username: str, *, confirmed: bool) -> Any:
    """The person's device, or the one that waits to be confirmed; None where there is none."""
    return Totp.objects.filter(user__username=username, confirmed=confirmed).order_by("pk").last()


def is_enrolled(username: str) -> bool:
    """Whether the person has a confirmed device; then a code is asked with every password."""
    return bool(Totp.objects.filter(user__username=username, confirmed=True).exists())


def are_in_use() -> bool:
    """Whether a role needs a factor, or anybody has one."""
    return bool(settings.MINGJING_FACTOR_ROLES) or bool(Totp.objects.filter(confirmed=True).exists())


def recovery_left(username: str) -> int:
    """How many recovery codes the person has left."""
    return int(StaticToken.objects.filter(device__user__username=username).count())


def kept_form(code: str) -> str:
    """The digest under which a recovery code is kept."""
    return keys.derived(settings.MINGJING_HOME, PURPOSE, b"recovery " + _plain(code).encode()).hex()[:KEPT_DIGITS]


def is_code(device: Any, code: str) -> bool:
    """Whether it is this device's code of the moment, not used before. Marks it as used. In a transaction of the caller's."""
    plain = _plain(code)
    return bool(OF_THE_MOMENT.fullmatch(plain)) and bool(device.verify_token(plain))


def spend(username: str, code: str) -> str:
    """The kind of the code if it is right, "" if it isn't: wrong, used before, or tried again too soon after a wrong one."""
    plain = _plain(code)
    reconnect_if_lost()
    with transaction.atomic():
        if OF_THE_MOMENT.fullmatch(plain):
            devices: Any = Totp.objects.select_for_update().filter(user__username=username, confirmed=True)
            return TOTP if any(d.verify_token(plain) for d in devices) else ""
        boxes: Any = StaticDevice.objects.select_for_update().filter(user__username=username, confirmed=True)
        return RECOVERY if plain and any(d.verify_token(kept_form(plain)) for d in boxes) else ""


def _plain(code: str) -> str:
    """As it is meant: full-width digits, blanks and hyphens between groups don't matter."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", code)).lower()
