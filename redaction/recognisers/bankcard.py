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

from redaction.shapes import compact, luhn_digit

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
CONTEXT = (
    "卡号", "账号", "帐号", "账户", "帐户", "开户", "一卡通", "银行卡", "信用卡", "存折", "bank card", "card number", "credit card",
    "debit card", "visa", "mastercard", "account no",
)  # fmt: skip


def is_valid(text: str) -> bool:
    """Whether the Luhn digit is right and the length that of a card."""
    number = compact(text)
    return 14 <= len(number) <= 19 and luhn_digit(number[:-1]) == number[-1]


def made_up(draw: Random) -> str:
    """An invented card: the account part begins with six zeros."""
    head = f"6222000000{draw.randrange(10**8):08}"
    return head + luhn_digit(head)
