"""JSON as every reader takes it: no NaN, no Infinity, no half surrogate pairs, no nesting that breaks a reader."""

from __future__ import annotations

import json
import math
from typing import Any


def loads(raw: str | bytes) -> Any:
    """The value. Raises ValueError.

    >>> loads('{"a": [1, null]}')
    {'a': [1, None]}
    """
    said = raw if isinstance(raw, str) else raw.decode("utf-8-sig")
    try:
        value = json.loads(said, parse_constant=_refuse, parse_float=_finite)
        if "\\u" in said:
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("nested too deep") from None
    return value


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number beyond what JSON readers hold")
    return value


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} isn't JSON")
