"""One worksheet part as a stream: its cells as texts, and everything else a sheet carries that a person could read.

Which cells make the table is left to readers/sheet_table; other parts of the workbook to ooxml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO

from domain.errors import SourceUnreadable
from intake.bounds import CELL_CHARS, Bounds
from intake.containers.inspection import PART_CHARS, PARTS, too_much_text
from intake.containers.xmlstream import pieces
from intake.containers.xmltexts import is_telling
from intake.readers.cellvalue import Kind, column_index, column_letters, number_text, shown, unescaped

HEADERS_FOOTERS = {"oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"}
BOOLEANS = {"1": "TRUE", "true": "TRUE", "0": "FALSE", "false": "FALSE"}
LAST_ROW = 1_048_576  # of any sheet
FORMULA_TEXTS = 20_000  # distinct formulas with a text in them that are kept for scanning

_LITERAL = re.compile(r'"|\d{8}')  # a text, or more digits than a row number has
_LAYOUT = re.compile(r'&(?:"[^"]*"|K[0-9A-F]{6}|[0-9]{1,3} ?|[A-Za-z])')  # font, colour, size, place and field codes
_SPLIT = re.compile(r'\w&(?:"[^"]*"|[A-Z])')  # … between the characters of a word

# Attributes of the format, which the reader knows or which say nothing.
ROW_KEYS = frozenset(
    ["r", "spans", "s", "customFormat", "ht", "hidden", "customHeight", "outlineLevel", "collapsed", "thickTop", "thickBot", "ph"]
)  # fmt: skip
CELL_KEYS = frozenset(["r", "s", "t", "cm", "vm", "ph"])

SheetRow = tuple[int, bool, dict[int, str]]  # row number, hidden, column → text


@dataclass(slots=True)
class Extras:
    """What a sheet carries beside its cells: (source, locator, text) triples and plain facts."""

    texts: list[tuple[str, str, str]] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    without_value: list[str] = field(default_factory=list)  # cells with a formula and no stored value
    merged: int = 0
    chars: int = 0

    def add(self, source: str, locator: str, text: str) -> None:
        """Keep a text to be scanned. Raises SourceUnreadable past the limit for texts beside the cells."""
        self.chars += len(text)
        if self.chars > PART_CHARS or len(self.texts) >= PARTS:
            raise too_much_text()
        self.texts.append((source, locator, text))


class SheetStream:
    """Rows of one worksheet. `extras` is complete once the rows are used up."""

    def __init__(
        self, part: str, sheet: str, strings: Sequence[str], formats: Sequence[tuple[Kind, int]], *, from_1904: bool,
        used: bytearray,
    ) -> None:  # fmt: skip
        self.extras = Extras()
        self._part, self._sheet = part, sheet
        self._strings, self._formats, self._from_1904, self._used = strings, formats, from_1904, used
        self._ready: list[SheetRow] = []
        self._row = self._column = 0
        self._cells: dict[int, str] = {}
        self._hidden = self._in_data = False
        self._phonetic_mark = 0
        self._type = self._value = self._formula = self._open = ""
        self._style = 0
        self._has_formula = False
        self._formulas: set[str] = set()
        self._starts = {
            "row": self._start_row, "c": self._start_cell, "v": self._start_value, "t": self._start_text,
            "f": self._start_formula, "rPh": self._start_phonetic,
        }  # fmt: skip
        self._ends = {
            "row": self._end_row, "c": self._end_cell, "v": self._close, "t": self._close, "f": self._close,
            "rPh": self._end_phonetic, "sheetData": self._end_data,
        }  # fmt: skip

    def rows(self, stream: IO[bytes], bounds: Bounds) -> Iterator[SheetRow]:
        """Rows as they come, blank ones and cells without text left out."""
        self._bounds = bounds
        for _ in pieces(stream, self._start, self._end, self._data, bounds, self._part, remark=self._stray):
            yield from self._ready
            self._ready.clear()

    # --- events ---

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._in_data:
            if handler := self._starts.get(name):
                handler(attributes)
            elif attributes:
                self._telling(name, attributes)
            return
        if name == "sheetData":
            self._flush()
            self._in_data = True
        elif name == "col":
            self._start_col(attributes)
            self._telling(name, attributes)
        elif name == "mergeCell":
            self.extras.merged += 1
            if len(attributes) > 1:
                self._telling(name, attributes)
        else:
            self._flush()
            self._open = name
            self._telling(name, attributes)

    def _telling(self, name: str, attributes: dict[str, str]) -> None:
        """Keep attributes that may have been written by a person."""
        for key, text in attributes.items():
            if is_telling(key, text):
                self.extras.add("member", f"{self._sheet}!{name}", text)

    def _end(self, name: str) -> None:
        if self._in_data:
            if handler := self._ends.get(name):
                handler()
            return
        self._flush()

    def _flush(self) -> None:
        """Keep the text before, between or behind the children of an element outside the cells."""
        name, text = self._open or "sheet", self._value
        self._open = self._value = ""
        if not text.strip():
            return
        where = f"{self._sheet}!{name}"
        if name not in HEADERS_FOOTERS:
            self.extras.add("member", where, text)
            return
        self.extras.add("page_header", where, text)
        if _SPLIT.search(text):
            self.extras.add("page_header", where, _LAYOUT.sub("", text))

    def _stray(self, text: str) -> None:
        """A remark, or characters among the cells that belong to none: no program shows them, the file holds them."""
        if text.strip():
            self.extras.add("member", f"{self._sheet}!{max(self._row, 1)}", text)

    def _data(self, text: str) -> None:
        if self._in_data and not self._open:
            if not text.isspace():
                self._stray(text)
            return
        if self._open == "f" and self._in_data:
            self._formula += text
        else:
            self._value += text
            if len(self._value) > CELL_CHARS:
                self._bounds.cell(len(self._value), self._locator())

    # --- rows and cells ---

    def _start_row(self, attributes: dict[str, str]) -> None:
        if not attributes.keys() <= ROW_KEYS:
            self._telling("row", {k: t for k, t in attributes.items() if k not in ROW_KEYS})
        row = self._number(attributes.get("r"), self._row + 1)
        if not self._row < row <= LAST_ROW:
            raise self._damaged(f"{self._sheet}!{row}")
        self._row, self._column, self._cells = row, -1, {}
        self._hidden = attributes.get("hidden") in ("1", "true") or attributes.get("ht") == "0"

    def _end_row(self) -> None:
        if self._cells:
            self._ready.append((self._row, self._hidden, self._cells))

    def _start_cell(self, attributes: dict[str, str]) -> None:
        if not attributes.keys() <= CELL_KEYS:
            self._telling("c", {k: t for k, t in attributes.items() if k not in CELL_KEYS})
        place = attributes.get("r")
        if place is None:
            column = self._column + 1
        else:
            letters = place.rstrip("0123456789")
            try:
                column = column_index(letters)
            except ValueError:
                raise self._damaged(f"{self._sheet}!{self._row}") from None
            if place[len(letters) :] != str(self._row) or column <= self._column:
                raise self._damaged(f"{self._sheet}!{self._row}")
        self._column = column
        self._type = attributes.get("t", "n")
        self._style = self._number(attributes.get("s"), 0)
        self._value = self._formula = ""
        self._has_formula = False

    def _start_value(self, _: dict[str, str]) -> None:
        self._open = "v"

    def _start_text(self, _: dict[str, str]) -> None:
        self._open = "t"

    def _start_formula(self, attributes: dict[str, str]) -> None:
        self._open, self._has_formula = "f", True
        if attributes:
            self._telling("f", attributes)

    def _start_phonetic(self, _: dict[str, str]) -> None:
        self._phonetic_mark = len(self._value)

    def _end_phonetic(self) -> None:
        hint, self._value = self._value[self._phonetic_mark :], self._value[: self._phonetic_mark]
        if hint.strip():
            self.extras.add("member", self._locator(), hint)

    def _close(self) -> None:
        self._open = ""

    def _end_data(self) -> None:
        self._in_data, self._open, self._value = False, "", ""

    def _end_cell(self) -> None:
        if self._has_formula:
            self._formula_seen()
        if self._value and (text := self._text()):
            self._cells[self._column] = text

    def _text(self) -> str:
        value = self._value
        match self._type:
            case "s":
                index = self._number(value, -1)
                if not 0 <= index < len(self._strings):
                    raise self._damaged(self._locator())
                self._used[index] = 1
                return self._strings[index]
            case "n":
                if 0 <= self._style < len(self._formats):
                    kind = self._formats[self._style]
                    if kind != (Kind.PLAIN, 0):
                        return shown(value.strip(), kind, from_1904=self._from_1904)
                return number_text(value.strip())
            case "b":
                return BOOLEANS.get(value.strip(), value)
            case _:  # str, inlineStr, e, d
                return unescaped(value)

    def _formula_seen(self) -> None:
        if not self._value and self._type != "str":
            self.extras.without_value.append(self._locator())
        if _LITERAL.search(self._formula) and self._formula not in self._formulas:
            if len(self._formulas) >= FORMULA_TEXTS:
                raise SourceUnreadable(
                    f"a sheet holds more than {FORMULA_TEXTS} different formulas with texts in them; "
                    "ask the sender to paste the values instead of the formulas",
                    code="limit-exceeded",
                    locator=self._locator(),
                )
            self._formulas.add(self._formula)
            self.extras.add("nested", self._locator(), self._formula)

    def _start_col(self, attributes: dict[str, str]) -> None:
        if attributes.get("hidden") in ("1", "true") or attributes.get("width") == "0":
            first, last = self._number(attributes.get("min"), 1), self._number(attributes.get("max"), 16_384)
            self.extras.hidden_columns.append((first - 1, last - 1))

    def _locator(self) -> str:
        return f"{self._sheet}!{column_letters(max(self._column, 0))}{self._row}"

    def _number(self, text: str | None, default: int) -> int:
        if text is None:
            return default
        try:
            return int(text)
        except ValueError:
            raise self._damaged(f"{self._sheet}!{self._row}") from None

    def _damaged(self, locator: str) -> SourceUnreadable:
        return SourceUnreadable(
            f"the sheet's cells are numbered wrongly near {locator}, so programs would disagree on what it says; "
            "ask the sender for a fresh export",
            locator=locator,
        )
