"""Chinese passport number (护照号码): ordinary E and G, diplomatic D, service S, public affairs P, HK K, Macau M.

National Immigration Administration; no check digit in the number itself, so weak without a fitting header or word.

>>> import re
>>> [bool(re.search(PATTERNS[0][1], t)) for t in ("护照E00000000", "EA0000000", "E0000000", "AE00000000")]
[True, True, False, False]
"""

from __future__ import annotations

from random import Random

ENTITY = "PASSPORT_CN"
PATTERNS = (
    (
        "number",
        "(?<![0-9A-Z])(?:E[0-9A-HJ-NP-Z][0-9]{7}|G[0-9]{8}|[DSP]E?[0-9]{7,8}|K[A-Z]?[0-9]{7,8}|M[AB][0-9]{7})(?![0-9A-Z]|-[0-9])",
        0.3,
    ),
)
PREFILTER = "(?i:[DEGKMSP][0-9A-Z]?[0-9]{7})"
COARSE = ("(?:^|[^0-9A-Za-z])(?i:[DEGKMSP][0-9A-Z]?[0-9]{7,8})(?:[^0-9A-Za-z]|$)",)
CONTEXT = ("护照", "证件号", "passport")


def made_up(draw: Random) -> str:
    """An invented number that begins with four zeros."""
    return f"E0000{draw.randrange(10**4):04}"
