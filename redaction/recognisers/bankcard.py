"""Bank card number (银行卡号), and an account number where the header says so (账号).

ISO/IEC 7812-1 and the card organisations' prefixes: UnionPay 62 and 60, Visa 4, Mastercard 51–55, Amex 34/37, JCB 35;
check digit Luhn. One number in ten passes Luhn, so even a right check digit is weak: a fitting header or word makes it
sure. Passbook and company accounts have no check digit and are looked for in context only.

>>> is_valid("6222 0000 0000 0000 004"), is_valid("6222000000000000003")
(True, False)
"""

from __future__ import annotations

from random import Random

from redaction.shapes import EDGE, GAP, GAP_HERE, NO_DECIMALS, compact, luhn_digit

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
    ("account", f"{EDGE}[0-9]{{12,30}}{NO_DECIMALS}", 0.1),
)
PREFILTER = f"(?:6{GAP}[02]|4{GAP}[0-9]|5{GAP}[1-5]|3{GAP}[457])(?:{GAP}[0-9]){{13}}"
PREFILTER_IN_CONTEXT = "[0-9]{12}"
CONTEXT = ("卡号", "账号", "帐号", "账户", "帐户", "开户", "一卡通", "银行卡", "存折", "bank card", "account no")


def is_valid(text: str) -> bool:
    """Whether the Luhn digit is right and the length that of a card; 15 digits are Amex's alone, else an identity number's."""
    number = compact(text)
    if len(number) == 15 and number[:2] not in ("34", "37"):
        return False
    return 15 <= len(number) <= 19 and luhn_digit(number[:-1]) == number[-1]


def made_up(draw: Random) -> str:
    """An invented card: the account part begins with six zeros."""
    head = f"6222000000{draw.randrange(10**8):08}"
    return head + luhn_digit(head)
