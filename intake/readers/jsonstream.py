"""A JSON text decoded value by value from a stream: numbers keep their spelling, no member is lost, memory holds one value.

Which values are records is left to json_records.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, TextIO

from domain.errors import SourceUnreadable
from intake.bounds import CELL_CHARS, Bounds, too_deep
from intake.headers import UniqueNames

PIECE = 256 * 1024
VALUE_CHARS = 2 * CELL_CHARS  # of one record or member
BLANK = " \t\n\r"

_BLANKS = re.compile(f"[{BLANK}]*")


class Number(str):
    """A number as it is written in the file."""

    __slots__ = ()


def decoder_for(double: Callable[[], None]) -> json.JSONDecoder:
    """A decoder that keeps numbers as text and every member; `double` is called for an object with a repeated key."""

    def pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
        whole = dict(members)
        if len(whole) == len(members):
            return whole
        double()
        names = UniqueNames()
        return {names.name(key, number): value for number, (key, value) in enumerate(members, 1)}

    return json.JSONDecoder(object_pairs_hook=pairs, parse_float=Number, parse_int=Number, parse_constant=_constant)


def _constant(_: str) -> Any:
    raise ValueError  # NaN and Infinity are no JSON


class JsonStream:
    """The next value, bracket or comma of a text. `double` is called for an object with a repeated key."""

    def __init__(self, text: TextIO, bounds: Bounds, double: Callable[[], None]) -> None:
        self._text, self._bounds = text, bounds
        self._decoder = decoder_for(double)
        self._buffer, self._at, self._line, self._ended = "", 0, 1, False

    def peek(self) -> str:
        """The next character that isn't blank; empty at the end."""
        while True:
            self._at = _BLANKS.match(self._buffer, self._at).end()  # type: ignore[union-attr]  # matches always
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return ""

    def take(self, character: str) -> None:
        """Step over a character that must stand here."""
        if self.peek() != character:
            raise self.fault()
        self._at += 1

    def value(self) -> tuple[Any, int]:
        """Decode the next value whole; also its length in characters."""
        if not self.peek():
            raise self.fault()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._buffer, self._at)
            except RecursionError:
                raise too_deep(f"line {self._number()}") from None
            except json.JSONDecodeError as fault:
                if not self._more():
                    raise self._value_fault(fault) from None
                continue
            except ValueError:  # NaN and Infinity, which no more text can cure
                raise self.fault() from None
            if end == len(self._buffer) and self._more():
                continue  # a number may go on
            length, self._at = end - self._at, end
            return value, length

    def fault(self) -> SourceUnreadable:
        """What to raise where the text is no JSON."""
        return invalid(self._number(), cut=self._ended and not self._buffer[self._at :].strip(BLANK))

    def _number(self) -> int:
        return self._line + self._buffer.count("\n", 0, self._at)

    def _value_fault(self, fault: json.JSONDecodeError) -> SourceUnreadable:
        line = self._line + self._buffer.count("\n", 0, fault.pos)
        at_end = fault.pos >= len(self._buffer.rstrip(BLANK)) or fault.msg.startswith("Unterminated")
        return invalid(line, cut=at_end)

    def _more(self) -> bool:
        """Read on and forget what was used up. The piece doubles with what waits, so that no value costs its square."""
        self._bounds.time()
        if self._ended:
            return False
        self._line += self._buffer.count("\n", 0, self._at)
        self._buffer, self._at = self._buffer[self._at :], 0
        if len(self._buffer) > VALUE_CHARS:
            raise too_long(f"line {self._line}")
        piece = self._text.read(max(PIECE, len(self._buffer)))
        self._ended = not piece
        self._buffer += piece
        return bool(piece)


def invalid(line: int, *, cut: bool = False) -> SourceUnreadable:
    """The refusal of a text that is no JSON; `cut` where it ends too early."""
    what = "the JSON text ends in the middle" if cut else "the text isn't JSON from here on, or ends in the middle"
    return SourceUnreadable(
        f"line {line}: {what}; ask the sender for the whole file, exported again",
        code="file-truncated" if cut else "source-unreadable",
        locator=f"line {line}",
    )


def too_long(locator: str) -> SourceUnreadable:
    """The refusal of a record past the limit."""
    return SourceUnreadable(
        f"{locator}: one record holds more than {VALUE_CHARS} characters, all its values together; ask the sender to leave out or "
        "split the longest",
        code="text-too-long",
        locator=locator,
    )
