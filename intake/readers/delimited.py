"""CSV and TSV: strict decoding of the whole file, strict quoting, every row with the physical line where it begins.

An empty cell, quoted or not, is an absent cell. Rows of blank cells alone are skipped. What a column means is left to
fit.
"""

from __future__ import annotations

import csv
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TextIO

from domain.contract import SourceSpec, TableSpec
from domain.errors import SourceUnreadable
from domain.finding import Finding, Place, Severity, Source
from domain.table import TableInfo, TextPart
from intake.bounds import CELL_CHARS, Bounds, cell_too_long
from intake.headers import UniqueNames
from intake.layout import HEAD_ROWS, TAIL_ROWS, is_blank, locate, notes_from, unit_in
from intake.noticed import Places, header_findings
from intake.tablefile import TableFile
from intake.textstream import NAMES, encoding_of, open_text

DELIMITERS = ",\t;|"
LINE_CHARS = 4 * CELL_CHARS
SAMPLE_CHARS = 256 * 1024

Line = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Delimited:
    """What was read: one table, its encoding and delimiter, and what was noticed."""

    encoding: str
    delimiter: str
    table: TableInfo
    findings: tuple[Finding, ...]


def read_delimited(
    path: Path, *, name: str, into: Path, tables: tuple[TableSpec, ...], spec: SourceSpec, bounds: Bounds
) -> Delimited:
    """Read a delimited text file into one table. Raises SourceUnreadable."""
    encoding = encoding_of(path, spec, bounds)
    tabs_first = Path(name).suffix.lower() == ".tsv"
    with open_text(path, encoding) as text:
        delimiter = spec.delimiter or sniff_delimiter(text.read(SAMPLE_CHARS), tabs_first=tabs_first)
    csv.field_size_limit(CELL_CHARS)
    with open_text(path, encoding) as text:
        lines = _Lines(text, delimiter)
        rows = _rows(lines, delimiter)
        try:
            table, findings = _table(rows, lines, Path(name).stem, into, tables, bounds)
        except csv.Error as fault:
            raise _refused(fault, lines.number) from None
    return Delimited(NAMES.get(encoding, encoding), delimiter, table, findings)


def sniff_delimiter(sample: str, *, tabs_first: bool = False) -> str:
    """The delimiter that gives most rows of the sample one and the same number of cells; a comma where none does."""
    order = "\t,;|" if tabs_first else DELIMITERS
    lines = sample.splitlines(keepends=True)[: HEAD_ROWS * 4]

    def score(delimiter: str) -> tuple[int, int]:
        try:
            widths = Counter(len(row) for row in csv.reader(iter(lines), delimiter=delimiter) if row)
        except csv.Error:
            return 0, 0
        wide = [(count, width) for width, count in widths.items() if width > 1]
        return max(wide, default=(0, 0))

    return max(order, key=score)


class _Lines(Iterator[str]):
    """Physical lines, bounded in length, counted in number and characters."""

    def __init__(self, text: TextIO, delimiter: str) -> None:
        self._readline, self._delimiter = text.readline, delimiter
        self.number = 0
        self.chars = 0

    def __next__(self) -> str:
        line = self._readline(LINE_CHARS)
        if not line:
            raise StopIteration
        self.number += 1
        self.chars += len(line)
        if len(line) >= LINE_CHARS:
            raise self._too_long(line)
        return line

    def _too_long(self, line: str) -> SourceUnreadable:
        """The refusal of a line: for one cell of it, or where none is too long, for the line."""
        locator, at = f"line {self.number}", 0
        while at + CELL_CHARS < len(line):
            found = line.rfind(self._delimiter, at, at + CELL_CHARS + 1)
            if found < 0:
                return cell_too_long(locator, f"{locator}: ")
            at = found + 1
        return SourceUnreadable(
            f"{locator}: a line holds more than {LINE_CHARS} characters; this is no table of rows, ask the sender for a CSV "
            "with one row a line",
            code="text-too-long",
            locator=locator,
        )


def _rows(lines: _Lines, delimiter: str) -> Iterator[Line]:
    """Rows that aren't blank, with the line where each begins."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    before = 0
    for row in reader:
        origin, before = before + 1, reader.line_num
        if row and ((row[0] and not row[0].isspace()) or not is_blank(row)):
            yield origin, row


def _refused(fault: csv.Error, line: int) -> SourceUnreadable:
    """csv's messages quote no data, but they are of no use to a sender either."""
    if "field larger" in str(fault):
        return cell_too_long(f"line {line}", f"line {line}: ")
    kinds = (
        ("unexpected end", "file-truncated", "the file ends inside a quoted cell; ask the sender for the whole file"),
        ("", "source-unreadable", "a quoted cell isn't closed before its delimiter; ask the sender to export again"),
    )
    code, message = next((code, message) for word, code, message in kinds if word in str(fault))
    return SourceUnreadable(f"line {line}: {message}", code=code, locator=f"line {line}")


def _table(
    rows: Iterator[Line], lines: _Lines, name: str, into: Path, tables: tuple[TableSpec, ...], bounds: Bounds
) -> tuple[TableInfo, tuple[Finding, ...]]:
    head = [line for _, line in zip(range(HEAD_ROWS), rows, strict=False)]
    if not head:
        raise SourceUnreadable("the file holds no text; ask the sender for the data", code="file-empty")
    found = locate([r for _, r in head], tables, [range(len(r)) for _, r in head], share=0.0)
    body = _Body(name, TableFile(into / "table-1.parquet", bounds), [h or "" for h in found.headers])
    notes = body.take(chain(head[found.body :], rows), lines)
    body.file.finish()
    above = (*head[: found.header], *head[found.header + found.height : found.body])
    preamble = tuple(_part(origin, row) for origin, row in (*above, *notes))
    headers = tuple(body.headers)
    table = TableInfo(
        name, str(body.file.path), tuple(body.file.columns), body.file.rows, headers, preamble=preamble,
        unit=unit_in(preamble), outside=tuple(origin for origin, _ in (*head[: found.body], *notes)),
    )  # fmt: skip
    ragged = body.ragged.finding(
        "row-width", Severity.BLOCK, "有 {count} 行的格数与表头不同，多出的格放在“（第N列）”里，没有丢弃"
    )
    return table, (*ragged, *header_findings(table, head[found.header][0], width=len(found.headers)))


def _part(origin: int, row: list[str]) -> TextPart:
    """A line above or below the table, its texts side by side."""
    return TextPart(Source.HEADER.value, f"line {origin}", "\t".join(cell for cell in row if cell))


class _Body:
    """The data rows on their way into the table's file; the last ones wait until it is known that they are no notes."""

    def __init__(self, name: str, file: TableFile, headers: list[str]) -> None:
        self.name, self.file, self.headers = name, file, headers
        self.ragged = Places()
        self.width = len(headers)
        self._names = UniqueNames()
        self._written = 0
        for column in self._names.names(headers):
            file.widen(column)

    def take(self, rows: Iterator[Line], lines: _Lines) -> list[Line]:
        """Write all data rows; the notes below them come back."""
        tail: deque[Line] = deque()
        seen = lines.chars
        for line in rows:
            tail.append(line)
            if len(tail) > TAIL_ROWS:
                chars, seen = lines.chars - seen, lines.chars
                self._write(tail.popleft(), chars)
        cut = notes_from([row for _, row in tail], self.width)
        last = list(tail)
        for line in last[:cut]:
            self._write(line, sum(map(len, line[1])))
        return last[cut:]

    def _write(self, line: Line, chars: int) -> None:
        origin, row = line
        self._written += 1
        if len(row) != self.width:
            self.ragged.add(Place(self.name, row=self._written, locator=f"line {origin}"))
            while len(row) > len(self.file.columns):
                self.file.widen(self._names.name(None, len(self.file.columns) + 1))
                self.headers.append("")
        self.file.add(origin, row, chars)
