"""WeChat account (微信号). The span is the account, not the word before it.

Tencent: a letter, then 5–19 letters, digits, hyphens, underscores; no check digit, so it counts beside its word or under its
header only. Letters alone right behind the word may be an ordinary word (WeChat payment), so a colon or 号 must stand there.

>>> import re
>>> rx = "|".join(p[1] for p in PATTERNS[:2])
>>> [bool(re.search(rx, t, re.I)) for t in ("微信号:abc_000", "微信abc000", "微信支付abc000", "WeChat payment")]
[True, True, False, False]
"""

from __future__ import annotations

from random import Random

from redaction.shapes import behind

ENTITY = "WECHAT"
_END = r"(?![A-Z0-9_@-])(?!\.[A-Z])"
_ACCOUNT = f"[A-Z][A-Z0-9_-]{{5,19}}{_END}"
_MARKED = f"(?=[A-Z-]{{1,19}}[0-9_]){_ACCOUNT}"
_WORDS = ["微信", "微信号", "微信号码", "微信账号", "微信ID", "V信", "WECHAT", "WEIXIN", "WX", "VX", "WX号", "VX号"]
PATTERNS = (
    (
        "told",
        "(?=[A-Z])" + behind(_WORDS, (":", ": ", " :", " : ", "是", "为", "是:", "为:", "=", '":"', '": "')) + _ACCOUNT,
        0.5,
    ),
    (
        "right behind",
        "(?=[A-Z])"
        + behind(("微信", "微信号", "微信号码", "微信 ", "微信号 ", "加微", "WECHAT ", "WX ", "VX "), ("",))
        + _MARKED,
        0.4,
    ),
    ("by its own form", f"(?<![A-Z0-9_])WXID_[A-Z0-9]{{6,20}}{_END}", 0.5),
    ("whole", rf"(?:(?<=\A)|(?<=\A['\"])){_ACCOUNT}(?=\s*\Z)", 0.1),
    ("with a digit", f"(?<![A-Z0-9_.@-])(?=[A-Z_-]{{1,19}}[0-9]){_ACCOUNT}", 0.1),
    (
        "set apart",
        rf"(?<![^\s,;/、'\"()]){_ACCOUNT}(?=[\s,;/、'\"()]|\Z)",
        0.04,  # told under its header, not beside the word
    ),
)
PREFILTER = "(?i:wxid_)"
PREFILTER_IN_CONTEXT = "(?i:[A-Z][A-Z0-9_-]{5})"
CONTEXT = ("微信", "v信", "加微", "wechat", "weixin", "wx", "vx")


def made_up_head(draw: Random) -> str:
    """The word that must stand before it."""
    return draw.choice(("微信：", "微信号", "VX:"))


def made_up(draw: Random) -> str:
    """An invented account."""
    return f"made_up_{draw.randrange(10**6):06}"
