"""Keyed pseudonyms: the same person under the same name, within one release or, declared, across a dataset's releases.

HMAC-SHA256 under the installation's key; never an unsalted hash, which anybody can undo by trying all values.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

from redaction.operators.seen import unspaced

_TOKEN = re.compile(r"p[a-z2-7]{20}")


def _base32(key: bytes, message: str, length: int) -> str:
    digest = hmac.new(key, message.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode().lower()[:length]


def pseudonym(text: str, key: bytes, scope: str) -> str | None:
    """A keyed pseudonym (HMAC-SHA256): `p` and 20 characters, the last four a seal by which it knows its own.

    The same person (full-width digits, blanks and a lower-case x apart) gets the same pseudonym within one scope; without
    the key nobody can try values. A pseudonym of the same key and scope is left as it is. Blank stays blank.

    >>> one = pseudonym("13010219900307123x", b"key", "release:1")
    >>> one == pseudonym("１３０１０２19900307123X ", b"key", "release:1"), pseudonym(one, b"key", "release:1") == one
    (True, True)
    >>> pseudonym("13010219900307123x", b"key", "release:2") == one, pseudonym("\\u200b", b"key", "release:1")
    (False, None)
    """
    if not text.strip() or is_pseudonym(text, key, scope):
        return text
    value = unspaced(text).upper()
    return _sealed(_base32(key, "\x00".join((scope, "value", value)), 16), key, scope) if value else None


def _sealed(body: str, key: bytes, scope: str) -> str:
    return "p" + body + _base32(key, "\x00".join((scope, "seal", body)), 4)


def is_pseudonym(text: str, key: bytes, scope: str) -> bool:
    """Whether the text is a pseudonym made with this key in this scope."""
    return _TOKEN.fullmatch(text) is not None and hmac.compare_digest(text, _sealed(text[1:17], key, scope))


def looks_pseudonymous(text: str) -> bool:
    """Whether the text has a pseudonym's form; needs no key."""
    return _TOKEN.fullmatch(text) is not None
