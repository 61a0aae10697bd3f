"""Identity, telephone or card number half masked (部分遮盖的号码), and one that a spreadsheet rounded (1.30102E+17).

No authority: it is what careless masking leaves. First six and last four of an ID number leave some thousand people, a
known birth year a few dozen. An identity number without its last character is whole, for that can be reckoned. The
rounded form tells little, but the column is still one of identifiers. Both count under a fitting header or word only.

>>> is_possible("1301**********0000"), is_possible("12****34"), is_possible("2026XXXXXXX")
(True, False, False)
"""

from __future__ import annotations

import re
from random import Random
from typing import Any

import numpy as np

from redaction.shapes import BIRTHDAY, PROVINCE

ENTITY = "MASKED_ID"
_SIGNS = "*×●•■█#○◯〇★☆□▇▓◆▲✱✳"
_STAR = f"[{_SIGNS}]"
# Not a number in bold between Markdown's `**`, letters before it perhaps; 14 digits may be an identity number's middle.
_BEHIND_TWO = "|".join(rf"(?<=(?<!\*)\*\*[A-Z]{{{k}}})" for k in range(4))
_BOLD = rf"(?!(?:{_BEHIND_TWO})(?![0-9]{{14}}\*)[0-9]+\*\*(?![*0-9X]))"
_SEVENTEEN = f"{PROVINCE}[0-9]{{4}}{BIRTHDAY}[0-9]{{3}}"
PATTERNS = (
    ("stars", rf"(?<![0-9])[0-9]{{0,14}}{_STAR}{{4,17}}[0-9X]{{0,8}}(?![0-9])", 0.5),
    ("few stars", rf"(?<![0-9]){_BOLD}[0-9]{{3,17}}{_STAR}{{2,3}}[0-9X]{{0,8}}(?![0-9])", 0.5),
    (
        "several gaps",
        rf"(?<![0-9])[0-9]{{1,10}}(?:{_STAR}{{2,12}}[0-9]{{1,10}}){{1,3}}(?:{_STAR}{{2,12}})?X?(?![0-9])",
        0.5,
    ),
    (
        "in groups",
        rf"(?<![0-9])[0-9]{{3,6}}[\s-](?:[0-9]{{0,4}}(?:{_STAR}{{2,12}}|X{{3,12}})[0-9]{{0,4}}[\s-]){{1,4}}[0-9X]{{2,8}}(?![0-9])",
        0.5,
    ),
    ("letters x", r"(?<![0-9])[0-9]{3,14}X{4,14}[0-9X]{0,8}(?![0-9A-Z])", 0.5),
    ("last hidden", f"(?<![0-9])(?:{_SEVENTEEN}{_STAR}|(?<!\\*)1[3-9][0-9]{{8}}[*×●•])(?![*0-9X])", 0.5),
    ("last cut off", f"(?<![0-9]){_SEVENTEEN}(?![0-9X])(?!{_STAR})", 0.2),
    ("rounded", r"(?<![0-9.])[1-9](?:\.[0-9]{1,17})?E\+?1[4-9](?![0-9])", 0.1),
)
PREFILTER = rf"[＊{_SIGNS}]{{4}}|[0-9][\s-]?[＊{_SIGNS}]{{2}}|(?i:[0-9]x{{3}})|(?i:[0-9][\s-][0-9]{{0,4}}x{{3}})|[0-9]{{10}}[＊{_SIGNS}]"
PREFILTER_IN_CONTEXT = r"(?i:[0-9]e\+?1[4-9])|[0-9]{17}"
CONTEXT = ("身份证", "证件号", "卡号", "账号", "帐号", "一卡通", "身份号码")
_YEAR_AND_BLANK = re.compile("20[0-9]{2}[^0-9]+")
_SIGN = rf"[-\sXx＊{_SIGNS}]"
_FOUR_AND_BLANK = re.compile(f"(?<![0-9])0000{_SIGN}+(?!{_SIGN}|[0-9])")


def is_possible(text: str) -> bool:
    """Three digits shown and eleven places at least, eight digits where one to three are hidden; or a rounded number.

    A year and a blank to be filled in (2026XXXXXXX) is the start of a document number.
    """
    if "e" in text.lower() or text.isdigit():
        return True
    digits, hidden = sum(c.isdigit() for c in text), len(re.findall(f"{_STAR}|X", text.upper()))
    if _YEAR_AND_BLANK.fullmatch(text):
        return False
    return digits + hidden >= 11 and digits >= 3 and (hidden >= 4 or digits >= 8)


def is_blind(outline: str) -> bool:
    """Whether the digits shown don't matter: nothing in it could be a year and a blank."""
    return _FOUR_AND_BLANK.search(outline) is None


def whole(digits: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """One class: four X in a row aren't in a cell with one at most; seventeen digits are left to the patterns."""
    return np.full(len(digits), -1 if digits.shape[1] == 17 else 0, np.int64)


def made_up(draw: Random) -> str:
    """An invented mask."""
    return f"1199**********{draw.randrange(10**4):04}"
