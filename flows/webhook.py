"""One notice to the address that the installation's owner named: JSON, signed, with a time limit, no redirects.

X-Mingjing-Signature is `sha256=` and the HMAC-SHA256 (hex) of timestamp, a dot, and the body as sent, under the shared
secret; X-Mingjing-Timestamp are seconds since 1970. A receiver compares both and refuses what is old, and keeps
X-Mingjing-Delivery to know a repeated try. The body names release, kind and status; no values, no people.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from domain.errors import UsageInvalid

SECONDS = 10.0
SHORTEST_SECRET = 16


def check_webhook(url: str, secret: str) -> None:
    """Raises UsageInvalid where the address isn't http(s), carries a password, or there is no secret to sign with."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise UsageInvalid("webhook_url is an http or https address without user or password; correct mingjing.toml")
    if len(secret) < SHORTEST_SECRET:
        raise UsageInvalid(
            f"the webhook needs a secret of {SHORTEST_SECRET} characters or more to sign with: keys/webhook.secret (0600) "
            "or MINGJING_WEBHOOK_SECRET"
        )


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """
    >>> signature("0123456789abcdef", "1700000000", b"{}")[:19]
    'sha256=e4f8e2ecae22'
    """
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def post(url: str, secret: str, delivery: int, said: Mapping[str, Any]) -> str:
    """Send it; returns "" where the receiver answered 2xx, else the kind of fault: timeout, unreachable, http-500 …

    Raises UsageInvalid as `check_webhook`.
    """
    import httpx

    check_webhook(url, secret)
    body, timestamp = json.dumps(said, ensure_ascii=False, sort_keys=True).encode(), str(int(time.time()))
    headers = {
        "content-type": "application/json; charset=utf-8", "x-mingjing-delivery": str(delivery),
        "x-mingjing-timestamp": timestamp, "x-mingjing-signature": signature(secret, timestamp, body),
    }  # fmt: skip
    try:
        with (
            httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=False) as client,
            client.stream("POST", url, content=body, headers=headers) as answer,
        ):  # the answer's body is never read
            return "" if answer.is_success else f"http-{answer.status_code}"
    except httpx.TimeoutException:
        return "timeout"
    except httpx.HTTPError:
        return "unreachable"
