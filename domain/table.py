"""What a reader hands on: one Parquet file per table, every column text, and how to name a place in the sender's file.

The Parquet file holds the columns in the sender's order under the sender's (de-duplicated) headers, all of type
string, nulls for absent cells, plus the Int64 column `ROW_ORIGIN`: the sheet row or the physical line (from 1) where
the data row begins. Reading and writing such files is left to intake/, checks/ and redaction/.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from domain.finding import Finding, Place

ROW_ORIGIN = "__row_origin"


@dataclass(frozen=True, slots=True)
class TextPart:
    """A text outside the table's cells that a sender's file carries along: title row, unit line, comment, property …

    `text` is raw and stays in memory and quarantine; it is scanned and thrown away.
    """

    source: str  # a domain.finding.Source value
    locator: str
    text: str


@dataclass(frozen=True, slots=True)
class TableInfo:
    """One table read from a file. `path` is a local Parquet file as described above.

    `columns`: the Parquet file's columns, ROW_ORIGIN apart: the sender's headers made unique, or field names once the
    table was fitted to its contract; `headers`: as the sender wrote them, in the same order; `letters`: the sheet column of each (`A`, `F` …), empty
    for line-based formats; `sheet`: sheet name or None; `preamble`: texts above the header and below the data (titles,
    unit lines, notes); `cells`: number of cells in the table's rectangle, header apart. `origin_word`: what a row's
    origin counts where there is no sheet: line, record or row. `outside`: origins of the rows that are not data: header
    rows and the rows of the preamble, so that an independent count knows what to leave out. `member`: the file within an
    archive that the table stands in, or None.
    """

    name: str
    path: str
    columns: tuple[str, ...]
    rows: int
    headers: tuple[str, ...] = ()
    sheet: str | None = None
    letters: tuple[str, ...] = ()
    preamble: tuple[TextPart, ...] = ()
    unit: str | None = None  # as the sender's unit line says it: 万元
    hidden: bool = False
    origin_word: str = "line"
    outside: tuple[int, ...] = ()
    member: str | None = None

    @property
    def cells(self) -> int:
        return self.rows * len(self.columns)

    def locator(self, origin: int, column: str | None = None) -> str:
        """Where the sender sees it: `10月!F962` in a workbook, `line 812` in a text file, `a.csv: line 812` in an archive."""
        within = f"{self.member}: " if self.member is not None else ""
        if self.sheet is None:
            return f"{within}{self.origin_word} {origin}"
        letter = self.letters[self.columns.index(column)] if column in self.columns else ""
        return f"{within}{self.sheet}!{letter}{origin}"


@dataclass(frozen=True, slots=True)
class Member:
    """A file within an archive. `name` as it is shown; `at`: its place among the archive's entries, from 0."""

    name: str
    at: int
    format: str
    encoding: str | None
    delimiter: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was read from one file: its tables, the texts around them, and the parts nobody could read."""

    sha256: str
    bytes: int
    format: str  # csv xlsx xls parquet json jsonl geojson; zip for an archive of several files
    encoding: str | None
    tables: tuple[TableInfo, ...]
    parts: tuple[TextPart, ...] = ()  # comments, properties, sheet names, defined names, … of the container
    unread: tuple[tuple[str, str], ...] = ()  # (locator, reason): not empty means coverage is not complete
    findings: tuple[Finding, ...] = ()  # what the reader itself noticed: ragged rows, hidden sheets, macros …
    delimiter: str | None = None  # of delimited text
    members: tuple[Member, ...] = ()  # of an archive: the files that the tables come from


@dataclass(frozen=True, slots=True)
class TableCoverage:
    """Cells that the file holds, counted by an independent reader, against cells that the scanner saw."""

    name: str
    rows: int
    columns: int
    cells: int
    cells_scanned: int


class UnreadReason(StrEnum):
    """Why a text that a reader handed on couldn't be scanned."""

    TOO_LONG = "too-long"  # more characters than are looked at in one text
    TOO_DEEP = "too-deep"  # wrapped in more layers of escapes, entities or codes than are taken off
    TOO_WRAPPED = "too-wrapped"  # escapes, tags or packed text that unfold to more than is looked at
    FILE_INSIDE = "file-inside"  # base64 with a file's or packed content
    TOO_HARD = "too-hard"  # a pattern ran into its time limit


@dataclass(frozen=True, slots=True)
class Unscanned:
    """Texts of one column (or one kind of part) that couldn't be scanned for one reason. `places`: the first of them."""

    reason: UnreadReason
    count: int
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """The coverage certificate: complete only if every cell and every part was scanned and every canary was found."""

    file_sha256: str
    bytes: int
    tables: tuple[TableCoverage, ...]
    parts: int
    parts_scanned: int
    unread: tuple[tuple[str, str], ...] = ()
    canaries_planted: int = 0
    canaries_found: int = 0
    recognisers: tuple[str, ...] = field(default=())
    unscanned: tuple[Unscanned, ...] = ()  # cells and texts that were read but couldn't be scanned

    @property
    def complete(self) -> bool:
        return (
            not self.unread
            and not self.unscanned
            and self.parts == self.parts_scanned
            and self.canaries_planted == self.canaries_found
            and self.canaries_planted >= len(self.tables)
            and all(t.cells == t.cells_scanned for t in self.tables)
        )

    def to_dict(self) -> dict[str, Any]:
        return {"complete": self.complete, **asdict(self)}
