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

from redaction.shapes import EDGE, GAP, GAP_HERE, LONG_NUMBER, NO_DECIMALS, are_luhn, compact, luhn_digit, two

ENTITY = "BANKCARD"
SCORE = 0.35
_FOUR = "(?:6[02][0-9]{2}|4[0-9]{3}|5[1-5][0-9]{2}|35[0-9]{2})"
_ISSUER = "(?=6{g}[02]|4|5{g}[1-5]|3{g}[457])"
# Outside groups of four one kind of gap holds throughout: rows of amounts change it.
PATTERNS = (
    (
        "plain",
        f"{EDGE}(?:6[02][0-9]{{14,17}}|4[0-9]{{15}}|5[1-5][0-9]{{14}}|3[47][0-9]{{13}}|35[0-9]{{14}}){NO_DECIMALS}",
        0.2,
    ),
    ("in fours", f"{EDGE}{_FOUR}(?:{GAP_HERE}[0-9]{{4}}){{3}}(?:{GAP_HERE}[0-9]{{1,3}})?{NO_DECIMALS}", 0.2),
    ("one gap", f"{EDGE}(?:{_FOUR}{GAP_HERE}[0-9]{{12,15}}|3[47][0-9]{{2}}{GAP_HERE}[0-9]{{11}}){NO_DECIMALS}", 0.1),
    ("four, six, five", f"{EDGE}3[47][0-9]{{2}}({GAP_HERE})[0-9]{{6}}\\1[0-9]{{5}}{NO_DECIMALS}", 0.2),
    (
        "every digit apart",
        f"{EDGE}{_ISSUER.format(g=GAP_HERE)}[0-9]({GAP_HERE})[0-9](?:\\1[0-9]){{13,17}}{NO_DECIMALS}",
        0.2,
    ),
    (
        "in thousands",
        f"(?<![0-9])(?<![0-9][.,]){_ISSUER.format(g=',?')}[0-9]{{1,3}}(?:,[0-9]{{3}}){{4,6}}(?!,?[0-9]){NO_DECIMALS}",
        0.2,
    ),
    (
        "any brand in groups",
        f"{EDGE}(?:[2-6][0-9]{{3}}(?:{GAP_HERE}[0-9]{{4}}){{3}}(?:{GAP_HERE}[0-9]{{1,3}})?|3[0-9]{{3}}{GAP_HERE}[0-9]{{6}}{GAP_HERE}[0-9]{{4,5}}){NO_DECIMALS}",
        0.1,
    ),
    ("account", f"(?=[0-9]{{12}}){EDGE}[0-9]{{12,30}}{NO_DECIMALS}", 0.1),
)
PREFILTER = f"(?:6{GAP}[02]|4{GAP}[0-9]|5{GAP}[1-5]|3{GAP}[457])(?:{GAP}[0-9]){{13}}"
PREFILTER_IN_CONTEXT = f"[0-9]{{12}}|[0-9]{{4}}{GAP_HERE}[0-9]{{4,6}}{GAP_HERE}[0-9]{{4}}"
COARSE = (LONG_NUMBER,)
CONTEXT = (
    "卡号", "账号", "帐号", "账户", "帐户", "开户", "一卡通", "银行卡", "信用卡", "存折", "bank card", "card number", "credit card",
    "debit card", "visa", "mastercard", "account no",
)  # fmt: skip


def is_valid(text: str) -> bool:
    """Whether the Luhn digit is right and the length that of a card; 15 digits are Amex's alone, else an identity number's."""
    number = compact(text)
    width, head = len(number), number[:2]
    of_a_card = 16 <= width <= 19 or (width == 15 and head in _AMEX) or (width == 14 and head in _DINERS)
    return of_a_card and luhn_digit(number[:-1]) == number[-1]


_AMEX, _DINERS = frozenset({"34", "37"}), frozenset({"30", "36", "38", "39"})
_BEGINS = np.array([n in {60, 62, 34, 35, 37} or n // 10 == 4 or 51 <= n <= 55 for n in range(110)])


def whole(digits: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Classes of cells: by the card organisations' prefixes, by what PREFILTER sees anywhere in it, by Luhn digit."""
    if (digits[:, -1] > 9).any():
        digits = digits[:, :-1]  # an X isn't part of it
    width = digits.shape[1]
    head = two(digits, 0)
    union, visa, master = (head == 62) | (head == 60), head // 10 == 4, (head >= 51) & (head <= 55)
    amex, jcb = (head == 34) | (head == 37), head == 35
    diners = (head == 30) | (head == 36) | (head == 38) | (head == 39)
    none, every = np.zeros(len(digits), bool), np.ones(len(digits), bool)
    card = {15: amex, 16: union | visa | master | jcb, 17: union, 18: union, 19: union}.get(width, none)
    seen = none.copy()
    for at in range(width - 14):
        seen |= _BEGINS[two(digits, at)]
    brand = {14: diners, 15: amex, 16: every, 17: every, 18: every, 19: every}.get(width)
    right = none if brand is None else brand & are_luhn(digits)
    classes: np.ndarray[Any, Any] = card * 4 + seen * 2 + right
    return classes


def made_up(draw: Random) -> str:
    """An invented card: the account part begins with six zeros."""
    head = f"6222000000{draw.randrange(10**8):08}"
    return head + luhn_digit(head)
