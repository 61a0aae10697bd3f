"""International bank account number (IBAN).

ISO 13616-1:2020, SWIFT IBAN registry: country, two check digits mod 97, account of the country's length. One number in 97
passes, and country and length must fit besides, so a right one is sure; a wrong one is told in context.

>>> is_valid("DE89 3704 0044 0532 0130 00"), is_valid("DE88370400440532013000"), is_valid("DE8937040044053201300")
(True, False, False)
"""

from __future__ import annotations

from random import Random

from redaction.shapes import compact

ENTITY = "IBAN"
SCORE = 0.9
LENGTHS = {
    15: "NO", 16: "BE", 18: "DK FI FK FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK", 21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL", 24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST",
    26: "IS TR", 27: "BI DJ FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HN HU LB NI PL SV", 29: "BR EG PS QA UA",
    30: "JO KW MU YE", 31: "MT SC", 32: "LC", 33: "RU",
}  # fmt: skip
COUNTRIES = {country: length for length, listed in LENGTHS.items() for country in listed.split()}
_GAP = r"[\s.\-]?"


def _sign(length: int) -> str:
    """What an account is written with: Norway's with digits alone, or any `No` before a number could begin one."""
    return "[0-9]" if COUNTRIES["NO"] == length else "[0-9A-Z]"


_ONE_OF = "|".join(
    f"(?:{listed.replace(' ', '|')}){_GAP}[0-9]{_GAP}[0-9](?:{_GAP}{_sign(length)}){{{length - 4}}}"
    for length, listed in LENGTHS.items()
)
PATTERNS = (("number", f"(?<![0-9])(?:{_ONE_OF})(?![0-9])", 0.1),)
PREFILTER = r"(?i:[A-Z]{2}[\s.\-]?[0-9][\s.\-]?[0-9](?:[\s.\-]?[0-9A-Z]){2}(?:[\s.\-]?[0-9A-Z]){9})"
CONTEXT = ("iban", "账号", "帐号", "账户", "开户", "account", "bank")


def is_valid(text: str) -> bool:
    """Whether the country's length and the check digits are right."""
    number = compact(text)
    if COUNTRIES.get(number[:2]) != len(number):
        return False
    return int("".join(str(int(c, 36)) for c in number[4:] + number[:4])) % 97 == 1


def made_up(draw: Random) -> str:
    """An invented Norwegian account that begins with zeros."""
    account = f"0000{draw.randrange(10**7):07}"
    check = 98 - int("".join(str(int(c, 36)) for c in account + "NO00")) % 97
    return f"NO{check:02}{account}"
