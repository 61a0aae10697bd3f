"""A telephone for tests: the codes that an authenticator would show, and people with a second factor."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time

from tests.review_desk import PASSWORD

STEP_SECONDS = 30


def code_of(secret: str, steps: int = 0) -> str:
    """The code for a base32 secret now, or some steps later: RFC 6238 with SHA-1, written anew for the tests."""
    counter = struct.pack(">Q", int(time.time()) // STEP_SECONDS + steps)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[19] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def enrol(person: str) -> tuple[str, list[str]]:
    """Set a factor up for the person: the telephone's secret, and recovery codes. The code of this moment is spent by it."""
    from review import desk

    secret = desk.begin_factor(person, PASSWORD).secret
    return secret, desk.confirm_factor(person, code_of(secret))


def ask_of(*roles: str) -> None:
    """From here on these roles sign with a second factor, as mingjing.toml would say."""
    from django.conf import settings

    from review.settings import roles_named

    settings.MINGJING_FACTOR_ROLES = roles_named(",".join(roles))
