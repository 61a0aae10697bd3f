"""Check digits of Chinese numbers, written from their standards; those that python-stdnum knows come from there.

Each function takes the number without its check digit and gives that digit. Drawing numbers is left to numbers.py.
"""

from __future__ import annotations

from stdnum import iban, luhn
from stdnum.iso7064 import mod_11_2, mod_11_10

ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I, O, S, V, Z
VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
VIN_VALUES = {
    **{str(n): n for n in range(10)},
    **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
    **dict(zip("JKLMN", range(1, 6), strict=True)),
    **{"P": 7, "R": 9},
    **dict(zip("STUVWXYZ", range(2, 10), strict=True)),
}
TAIWAN_LETTERS = dict(zip("ABCDEFGHJKLMNPQRSTUVXYWZIO", range(10, 36), strict=True))


def resident(head: str) -> str:
    """GB 11643-1999: ISO 7064 MOD 11-2 over 17 digits."""
    return str(mod_11_2.calc_check_digit(head))


def luhn_mod10(head: str) -> str:
    """ISO/IEC 7812-1, annex B."""
    return str(luhn.calc_check_digit(head))


def registration(head: str) -> str:
    """The 15-digit registration number of a business: ISO 7064 MOD 11,10 over 14 digits."""
    return str(mod_11_10.calc_check_digit(head))


def international_account(country: str, account: str) -> str:
    """ISO 13616: the two digits behind the country."""
    return str(iban.calc_check_digits(f"{country}00{account}"))


def organisation(head: str) -> str:
    """GB 11714-1997: weighted sum of eight signs, 11 less its remainder by 11; 10 is X, 11 is 0."""
    total = sum(int(sign, 36) * weight for sign, weight in zip(head, ORG_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def credit(head: str) -> str:
    """GB 32100-2015: 31 less the remainder by 31 of 17 signs weighted by the powers of 3; 31 is 0."""
    total = sum(CREDIT_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(head))
    return CREDIT_SIGNS[-total % 31]


def vehicle(number: str) -> str:
    """GB 16735-2019: the ninth sign of a 17-sign number, whatever stands there now."""
    rest = sum(VIN_VALUES[sign] * weight for sign, weight in zip(number, VIN_WEIGHTS, strict=True)) % 11
    return "0123456789X"[rest]


def hong_kong(letters: str, digits: str) -> str:
    """Weights 9 to 2 over two letters (blank is 36, A is 10) and six digits; the whole is a multiple of 11."""
    values = [36 if sign == " " else int(sign, 36) for sign in letters.rjust(2)] + [int(d) for d in digits]
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    return "0123456789A"[-total % 11]


def taiwan(letter: str, digits: str) -> str:
    """The letter as two digits weighted 1 and 9, eight digits weighted 8 to 1; the whole is a multiple of 10."""
    tens, ones = divmod(TAIWAN_LETTERS[letter], 10)
    total = tens + 9 * ones + sum(int(d) * weight for d, weight in zip(digits, range(8, 0, -1), strict=True))
    return str(-total % 10)
