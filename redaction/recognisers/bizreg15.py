"""Registration number of an enterprise, 15 digits (工商注册号), in use until the unified social credit code took its place.

State Administration for Market Regulation, GS 15-2006: registering authority, serial, check digit ISO 7064 MOD 11,10. Public
information. An identity number of the first generation has 15 digits too and passes one time in ten: this one counts in
context only, never beside a word of identity numbers that may be its own, never with a wrong check digit, and scores least.
Nor does a number that may be a bank card count right behind a word of cards: it would go out as public information.

>>> is_valid("110108000000016"), is_valid("110108000000017")
(True, False)
"""

from __future__ import annotations

from random import Random

from redaction.shapes import EDGE, FIFTEEN_APART, GAP, GAP_HERE, NO_DECIMALS, compact

ENTITY = "BIZREG15"
SCORE = 0.15
PERSON = "(?:身份证|证件号|身份号)"
_NOT_A_PERSONS = "".join(f"(?<!{PERSON}[^0-9]{{{k}}})" for k in range(9))  # no number between the word and this one
_CARD = [
    f"(?<!{word}[^0-9]{{{k}}})" for word in ("(?:卡号|账号|帐号|账户|帐户)", "(?:银行卡|信用卡)") for k in range(9)
]
_NOT_A_CARDS = f"(?:(?!3{GAP}[47])|{''.join(_CARD)})"
# Behind a mark of punctuation the word may lead the next number; else it's this one's.
_NOR_BEHIND = f"(?![^0-9,;。、]{{0,4}}{PERSON})(?![^0-9]{{0,4}}{PERSON}(?![^0-9)]{{0,9}}[0-9]))"
NUMBER = f"(?:[0-9]{{15}}|[0-9]{{6}}{GAP_HERE}[0-9]{{9}}|{FIFTEEN_APART}){NO_DECIMALS}"
PATTERNS = (("number", f"{EDGE}(?=[0-9]){_NOT_A_PERSONS}{_NOT_A_CARDS}{NUMBER}{_NOR_BEHIND}", 0.05),)
PREFILTER = None
PREFILTER_IN_CONTEXT = f"[0-9](?:{GAP}[0-9]){{14}}"
CONTEXT = ("注册号", "工商注册", "营业执照", "registration no")


def check_digit(fourteen: str) -> str:
    """Check digit of ISO 7064 MOD 11,10 for the digits before it.

    >>> check_digit("11010800000001")
    '6'
    """
    product = 10
    for digit in fourteen:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def is_valid(text: str) -> bool:
    """Whether the check digit is right."""
    number = compact(text)
    return check_digit(number[:14]) == number[14]


def is_possible(text: str) -> bool:
    """A wrong check digit may be an identity number's: it is never called public."""
    return is_valid(text)


def made_up(draw: Random) -> str:
    """An invented number of an authority that doesn't exist."""
    head = f"119900{draw.randrange(10**8):08}"
    return head + check_digit(head)


def made_up_head(draw: Random) -> str:
    """The word beside which it counts."""
    return draw.choice(("注册号", "工商注册号"))
