"""The kind of model that contracts are made of: immutable, unknown keys refused, and a fault that knows its own key.

What the parts mean is left to contract.py and masking.py.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError


class Frozen(BaseModel):
    """All contract parts: immutable, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, str_strip_whitespace=True)


def fault(what: str, *key: str | int) -> PydanticCustomError:
    """A fault of a whole part that stands at `key` below it: a key that is missing, or one of several that disagree."""
    return PydanticCustomError("at_key", "{what}", {"what": what, "at": key})
