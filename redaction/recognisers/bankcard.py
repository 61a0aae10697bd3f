"""Bank card number (银行卡号), and an account number where the header says so (账号).

ISO/IEC 7812-1 and the card organisations' prefixes: UnionPay 62 and 60, Visa 4, Mastercard 51–55, Amex 34/37, JCB 35;
check digit Luhn. One number in ten passes Luhn, so even a right check digit is weak: a fitting header or word makes it
sure. Passbook and company accounts have no check digit and are looked for in context only, and with them the brands whose
numbers begin like dates and orders (Mastercard 2221–2720, Discover 64 and 65, Diners): credit cards in foreign text need
no recogniser of their own.

>>> is_valid("6222 0000 0000 0000 004"), is_valid("6222000000000000003")
(True, False)
"""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from redaction.shapes import LONG_NUMBER, are_luhn, compact, luhn_digit, two

ENTITY = "BANKCARD"
SCORE = 0.35
_GAP = r"[-\s—.]{1,2}"
PATTERNS = (
    (
        "plain",
        r"(?<![0-9])(?<![0-9]\.)(?:62[0-9]{14,17}|60[0-9]{14,17}|4[0-9]{15}|5[1-5][0-9]{14}|3[47][0-9]{13}|35[0-9]{14})"
        r"(?![0-9])(?!\.[0-9])",
        0.2,
    ),
    (
        "in fours",
        rf"(?<![0-9])(?:6[02][0-9]{{2}}|4[0-9]{{3}}|5[1-5][0-9]{{2}}|35[0-9]{{2}})(?:{_GAP}[0-9]{{4}}){{3}}(?:{_GAP}[0-9]{{1,3}})?(?![0-9])",
        0.2,
    ),
    (
        "any brand in groups",
        rf"(?<![0-9])(?:[2-6][0-9]{{3}}(?:{_GAP}[0-9]{{4}}){{3}}(?:{_GAP}[0-9]{{1,3}})?|3[0-9]{{3}}{_GAP}[0-9]{{6}}{_GAP}[0-9]{{4,5}})(?![0-9])",
        0.1,
    ),
    ("account", r"(?<![0-9])(?<![0-9]\.)[0-9]{12,30}(?![0-9])(?!\.[0-9])", 0.1),
)
PREFILTER = r"(?:6[02]|4[0-9]|5[1-5]|3[457])(?:[-\s—.]{0,2}[0-9]){13}"
PREFILTER_IN_CONTEXT = r"[0-9]{12}|[0-9]{4}[-\s—.]{1,2}[0-9]{4,6}[-\s—.]{1,2}[0-9]{4}"
COARSE = (LONG_NUMBER,)
CONTEXT = (
    "卡号", "账号", "帐号", "账户", "帐户", "开户", "一卡通", "银行卡", "信用卡", "存折", "bank card", "card number", "credit card",
    "debit card", "visa", "mastercard", "account no",
)  # fmt: skip


def is_valid(text: str) -> bool:
    """Whether the Luhn digit is right and the length that of a card."""
    number = compact(text)
    return 14 <= len(number) <= 19 and luhn_digit(number[:-1]) == number[-1]


_BEGINS = np.array([n in {60, 62, 34, 35, 37} or n // 10 == 4 or 51 <= n <= 55 for n in range(110)])


def whole(digits: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Classes of cells: by the card organisations' prefixes, by what PREFILTER sees anywhere in it, by Luhn digit."""
    if (digits[:, -1] > 9).any():
        digits = digits[:, :-1]  # an X isn't part of it
    width = digits.shape[1]
    head = two(digits, 0)
    union, visa, master = (head == 62) | (head == 60), head // 10 == 4, (head >= 51) & (head <= 55)
    amex, jcb = (head == 34) | (head == 37), head == 35
    none = np.zeros(len(digits), bool)
    card = {15: amex, 16: union | visa | master | jcb, 17: union, 18: union, 19: union}.get(width, none)
    seen = none.copy()
    for at in range(width - 14):
        seen |= _BEGINS[two(digits, at)]
    right = are_luhn(digits) if 14 <= width <= 19 else none
    classes: np.ndarray[Any, Any] = card * 4 + seen * 2 + right
    return classes


def made_up(draw: Random) -> str:
    """An invented card: the account part begins with six zeros."""
    head = f"6222000000{draw.randrange(10**8):08}"
    return head + luhn_digit(head)
