"""Numbers to bands of equal width, or to the labels that a contract declares."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

from redaction.operators.seen import visible

# as people write amounts; 20 digits at most, so that decimal arithmetic below is exact
_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.[0-9]{1,5})?")
_BAND = re.compile(r"(-?[0-9.]+)~(-?[0-9.]+)")


def number(plain: str) -> Decimal | None:
    """A visible text as a number; None for what isn't written like one.

    >>> number("1,234.50"), number("1,23"), number("1e5"), number("NaN")
    (Decimal('1234.50'), None, None, None)
    """
    return Decimal(plain.replace(",", "")) if _NUMBER.fullmatch(plain) else None


def band(text: str, width: Decimal) -> str | None:
    """A number to the band of `width` that holds it, lower bound in, upper bound out; None for what isn't a number.

    >>> band("1,234.50", Decimal("500")), band("-3", Decimal("5")), band("多", Decimal("5"))
    ('1000~1500', '-5~0', None)
    """
    if not text.strip():
        return text
    plain = visible(text)
    if _is_band(plain, width):
        return plain
    value = number(plain)
    if value is None:
        return None
    low = (value / width).to_integral_value(ROUND_FLOOR) * width
    return _band(low, width)


def _band(low: Decimal, width: Decimal) -> str:
    return f"{_plain(low)}~{_plain(low + width)}"


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}" if value else "0"


def _is_band(plain: str, width: Decimal) -> bool:
    """Whether this is written exactly as `band` writes one of its bands."""
    ends = _BAND.fullmatch(plain)
    low = number(ends[1]) if ends else None
    return low is not None and low % width == 0 and plain == _band(low, width)


def bucket(text: str, bounds: Sequence[Decimal], labels: Sequence[str]) -> str | None:
    """The label of the bucket that a number falls into; each begins at its bound and ends before the next, the last is open.

    None for what isn't a number and for what is smaller than the first bound. A label stays as it is.

    >>> ages = ([Decimal(0), Decimal(18), Decimal(60)], ["0–17", "18–59", "60+"])
    >>> [bucket(t, *ages) for t in ("17", "18", "１０３", "60+", "-1", "不详")]
    ['0–17', '18–59', '60+', '60+', None, None]
    """
    if not text.strip():
        return text
    plain = visible(text)
    for label in labels:
        if plain == visible(label):
            return label
    value = number(plain)
    if value is None or value < bounds[0]:
        return None
    return labels[bisect_right(bounds, value) - 1]
