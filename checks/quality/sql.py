"""Names and constants as SQL text that nothing in between can bend.

A query passes through str.format (Great Expectations fills in the batch) and through SQLAlchemy's text(), which takes
`:word` for a parameter. A constant with any character that one of them reads travels as hexadecimal UTF-8 instead.
"""

from __future__ import annotations

import re
from decimal import Decimal, localcontext

ROW = "__row"  # counts data rows from 1
ORIGIN = "__origin"  # the sheet row or line it came from
SCALE = 10
NUMBER = f"DECIMAL(38,{SCALE})"

_PLAIN = re.compile(r"[\w .,/+\-=;()年月日]*")


def name(identifier: str) -> str:
    """A quoted identifier.

    >>> name('select')
    '"select"'
    """
    if re.search(r"[{}:%]", identifier):
        raise ValueError("an identifier may not hold { } : or %")
    return '"' + identifier.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text constant.

    >>> text("合计"), text("{a}:b")
    ("'合计'", "decode(unhex('7B617D3A62'))")
    """
    if _PLAIN.fullmatch(value):
        return f"'{value}'"
    return f"decode(unhex('{value.encode().hex().upper()}'))"


def texts(values: tuple[str, ...]) -> str:
    """A parenthesised list of text constants."""
    return "(" + ", ".join(text(v) for v in values) + ")"


def number(value: Decimal | int | float | str) -> str:
    """A number as an exact decimal constant; a float by its shortest spelling, so 0.1 is a tenth. Raises ValueError.

    >>> number(0.1)
    "CAST('0.1' AS DECIMAL(38,10))"
    """
    with localcontext(prec=100):
        try:
            exact = Decimal(repr(value) if isinstance(value, float) else value)
            fits = exact.is_finite() and abs(exact) < Decimal(10) ** (38 - SCALE) and exact == round(exact, SCALE)
        except ArithmeticError:
            raise ValueError("not a number") from None
    if not fits:
        raise ValueError(f"a number here has at most {38 - SCALE} digits before and {SCALE} after the point")
    return f"CAST('{exact:f}' AS {NUMBER})"
