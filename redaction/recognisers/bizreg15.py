"""Registration number of an enterprise, 15 digits (工商注册号), in use until the unified social credit code took its place.

State Administration for Market Regulation, GS 15-2006: registering authority, serial, check digit ISO 7064 MOD 11,10. Public
information. An identity number of the first generation has 15 digits too and passes one time in ten: this one counts in
context only, never right behind a word of identity numbers, never with a wrong check digit, and scores least.

>>> is_valid("110108000000016"), is_valid("110108000000017")
(True, False)
"""

from __future__ import annotations

from random import Random

ENTITY = "BIZREG15"
SCORE = 0.15
_PERSON = "(?:身份证|证件号|身份号)"
_NOT_A_PERSONS = "".join(f"(?<!{_PERSON}[^0-9]{{{k}}})" for k in range(9))  # no number between the word and this one
PATTERNS = (
    (
        "plain",
        rf"(?<![0-9])(?<![0-9]\.)(?=[0-9]{{15}}(?![0-9])(?!\.[0-9])){_NOT_A_PERSONS}[0-9]{{15}}(?![^0-9]{{0,4}}{_PERSON})",
        0.05,
    ),
)
PREFILTER = None
PREFILTER_IN_CONTEXT = "[0-9]{15}"
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
    return check_digit(text[:14]) == text[14]


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
