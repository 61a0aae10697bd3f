"""QQ account (QQ号), 5–11 digits. The span is the account, not the word before it.

Tencent; no check digit: it counts beside its word or under its header only. Group numbers (QQ群) are only told. Digits of a
mailbox at qq.com belong to the mailbox.

>>> import re
>>> [bool(re.search(PATTERNS[0][1], t, re.I)) for t in ("QQ:10000", "扣扣号10000", "TQQ10000", "QQ群:10000")]
[True, True, False, False]
"""

from __future__ import annotations

from random import Random

from redaction.shapes import behind

ENTITY = "QQ"
_NUMBER = r"[1-9][0-9]{4,10}(?![0-9]|\.[0-9]|@)"
_BEHIND = behind(
    ("QQ", "QQ号", "QQ号码", "扣扣", "扣扣号"),
    ("", ":", " ", ": ", " :", "是", "为", "是:", "为:", "=", '":"', '": "', "/微信:"),
)
PATTERNS = (
    ("told", f"(?=[1-9]){_BEHIND}{_NUMBER}", 0.5),
    ("in context", rf"(?<![0-9])(?<![0-9][.,-])(?<![A-Z]){_NUMBER}(?!-[0-9])", 0.1),
)
PREFILTER = None
PREFILTER_IN_CONTEXT = "[1-9][0-9]{4}"
CONTEXT = ("qq", "扣扣")


def made_up_head(draw: Random) -> str:
    """The word that must stand before it."""
    return draw.choice(("QQ：", "QQ号", "扣扣"))


def made_up(draw: Random) -> str:
    """An invented account."""
    return f"1000{draw.randrange(10**5):05}"
