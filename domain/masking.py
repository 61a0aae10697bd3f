"""What a contract may say about leaving things out: one operator for each field, and conditions for whole rows.

A closed language (rules.md section 4, masking library): each operator takes its own parameters and no others, so that a
contract can't say something that isn't carried out. Carrying it out is left to redaction/operators/.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from domain.frozen import Frozen, fault

HIDDEN_LEAST = 4  # characters that keep_ends hides at least; a shorter value is hidden whole
KEPT_MOST = 10  # characters that keep_ends may show: first 6 and last 4, the most that is lawful practice anywhere

# operator → its own parameters; `reason` fits all
PARAMETERS: dict[str, tuple[str, ...]] = {
    "keep": (),
    "drop": (),
    "mask": (),
    "keep_ends": ("prefix", "suffix"),
    "name": (),
    "generalise": ("level", "width", "digits"),
    "bucket": ("bounds", "labels"),
    "serial": (),
    "pseudonym": ("scope", "scope_reason"),
}
DATE_LEVELS = ("year", "year5", "month")
ADDRESS_LEVELS = ("village", "town", "county")
_NUMERIC = re.compile(r"[-+]?[0-9][0-9,]*(\.[0-9]+)?")


class Redaction(Frozen):
    """What happens to a column before it goes out.

    keep: as it is, labels in place of detected spans · drop: the column goes · mask: stars alone · keep_ends: stars
    between `prefix` and `suffix` shown characters, at least 4 hidden · name: 张*, 张**, 欧阳**, 阿** · generalise: to
    `level` (date: year, year5, month; address: village, town, county), to a band of `width`, or coordinates to `digits`
    decimals · bucket: the label whose bound is the last one not above the number · serial: running number of the distinct
    values in order of appearance · pseudonym: keyed HMAC, joinable within one release, or across the dataset's releases
    (`scope: dataset`, which needs `scope_reason`).
    """

    operator: Literal["keep", "drop", "mask", "keep_ends", "name", "generalise", "bucket", "serial", "pseudonym"] = (
        "keep"
    )
    prefix: int = Field(default=0, ge=0, le=KEPT_MOST)
    suffix: int = Field(default=0, ge=0, le=KEPT_MOST)
    level: Literal["year", "year5", "month", "village", "town", "county"] | None = None
    width: float | None = Field(default=None, gt=0)
    digits: int | None = Field(default=None, ge=0, le=8)
    bounds: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()
    scope: Literal["release", "dataset"] = "release"
    scope_reason: str | None = Field(default=None, min_length=1)
    reason: str | None = None

    @field_validator("prefix", "suffix", "level", "width", "digits", "bounds", "labels", "scope", "scope_reason")
    @classmethod
    def _belongs(cls, value: object, info: ValidationInfo) -> object:
        operator = info.data.get("operator")
        if operator is not None and info.field_name not in PARAMETERS[operator]:
            own = ", ".join(PARAMETERS[operator]) or "no parameters"
            raise ValueError(f"operator {operator} doesn't take this; it takes {own}")
        return value

    @field_validator("suffix")
    @classmethod
    def _shows_little(cls, suffix: int, info: ValidationInfo) -> int:
        if info.data.get("prefix", 0) + suffix > KEPT_MOST:
            raise ValueError(f"prefix and suffix show more than {KEPT_MOST} characters together; show fewer")
        return suffix

    @field_validator("bounds")
    @classmethod
    def _ascends(cls, bounds: tuple[float, ...]) -> tuple[float, ...]:
        if any(low >= high for low, high in pairwise(bounds)):
            raise ValueError("bounds must ascend, each once")
        return bounds

    @field_validator("labels")
    @classmethod
    def _tells_apart(cls, labels: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(labels)) < len(labels) or not all(labels):
            raise ValueError("labels must differ and none may be empty")
        if any(_NUMERIC.fullmatch(label) for label in labels):
            raise ValueError("a label may not read as a number, it would be taken for a value; write 18岁 or 18–59")
        return labels

    @model_validator(mode="after")
    def _is_whole(self) -> Redaction:
        match self.operator:
            case "keep_ends" if not self.prefix + self.suffix:
                raise fault("keep_ends needs prefix or suffix; to hide everything write operator: mask", "prefix")
            case "generalise" if sum(p is not None for p in (self.level, self.width, self.digits)) != 1:
                raise fault("generalise needs exactly one of level, width, digits", "operator")
            case "bucket" if not self.bounds or len(self.bounds) != len(self.labels):
                raise fault("bucket needs bounds and as many labels: each label begins at its bound", "labels")
            case "pseudonym" if (self.scope == "dataset") != (self.scope_reason is not None):
                raise fault("scope: dataset lets releases be joined; it needs scope_reason, and only it", "scope")
        return self


# what a generaliser or bucket can read, by field type; the other operators take any text
_READABLE: dict[str, frozenset[str]] = {
    **dict.fromkeys(DATE_LEVELS, frozenset({"string", "date", "datetime", "year", "integer"})),
    **dict.fromkeys(ADDRESS_LEVELS, frozenset({"string"})),
    "width": frozenset({"string", "integer", "number"}),
    "digits": frozenset({"string", "number", "geojson"}),
    "bucket": frozenset({"string", "integer", "number", "year"}),
    "name": frozenset({"string"}),
}


def misfit(redaction: Redaction, kind: str, longest: int | None) -> str | None:
    """Why this redaction can't be meant for a field of type `kind` with at most `longest` characters; None if it can."""
    way = "width" if redaction.width is not None else "digits" if redaction.digits is not None else redaction.level
    asked = way if redaction.operator == "generalise" else redaction.operator
    if kind not in _READABLE.get(asked or "", {kind}):
        return f"{redaction.operator}{f' ({asked})' if asked != redaction.operator else ''} can't read a field of type {kind}"
    shown = redaction.prefix + redaction.suffix
    if redaction.operator == "keep_ends" and longest is not None and shown > longest - HIDDEN_LEAST:
        return f"keep_ends shows too much of at most {longest} characters; {HIDDEN_LEAST} at least must stay hidden"
    return None


# --- rows ------------------------------------------------------------------------------------------------------------

ORDERED = frozenset({"integer", "number", "year", "date"})  # field types that below and at_least can compare
_CONDITIONS = ("is_in", "not_in", "below", "at_least", "filled")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class RowDrop(Frozen):
    """Rows that don't go out: those whose `field` meets the one condition given, told before the field's own redaction.

    is_in, not_in: the text, blanks apart, is (isn't) one of these · below, at_least: the number (a date as 2012-09-01) is
    smaller (not smaller) · filled: there is (isn't) a value. A row whose value below or at_least can't read goes too.
    """

    field: str
    is_in: tuple[str, ...] = ()
    not_in: tuple[str, ...] = ()
    below: float | str | None = None
    at_least: float | str | None = None
    filled: bool | None = None
    reason: str = Field(min_length=1)

    @model_validator(mode="after")
    def _has_one_condition(self) -> RowDrop:
        given = [name for name in _CONDITIONS if getattr(self, name) not in ((), None)]
        if len(given) != 1:
            raise fault(f"a row condition is exactly one of {', '.join(_CONDITIONS)}", *given[1:2])
        return self

    @property
    def condition(self) -> str:
        """The key of the condition that is given."""
        return next(name for name in _CONDITIONS if getattr(self, name) not in ((), None))

    def misfit(self, kind: str) -> str | None:
        """Why the condition can't be told of a field of type `kind`; None if it can."""
        if self.condition not in ("below", "at_least"):
            return None
        if kind not in ORDERED:
            return f"a field of type {kind} has no order; use is_in, not_in or filled"
        limit = getattr(self, self.condition)
        if (kind == "date") != isinstance(limit, str) or (isinstance(limit, str) and not _DAY.fullmatch(limit)):
            return "a date field is compared with a date (2012-09-01), any other with a number"
        return None
