"""Counts records and cells of delimited text by looking for quotes, delimiters and line ends."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO


def count_lines(path: Path, encoding: str, delimiter: str, outside: set[int], header: set[int]) -> tuple[int, int]:
    """Data records that aren't blank, and the most cells that a header or data record has.

    `outside` and `header` hold the lines where a title or note, and where a header row begins.
    """
    rows = columns = number = 0
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    with path.open("r", encoding=codec, newline="") as text:
        while line := text.readline():
            number += 1
            start = number
            if '"' in line:
                cells, blank, more = _quoted(line, text, delimiter)
                number += more
            else:
                cells = line.count(delimiter) + 1
                blank = line[0] in " \t\r\n\u3000\xa0" + delimiter and not line.replace(delimiter, "").strip()
            if blank or start in outside:
                continue
            columns = max(columns, cells)
            rows += start not in header
    return rows, columns


def _quoted(line: str, text: TextIO, delimiter: str) -> tuple[int, bool, int]:
    """Cells of a record with quotes, whether it is blank, and how many further lines it takes."""
    cells, blank, more, at, start, inside = 1, True, 0, 0, True, False
    while True:
        if inside:
            end = line.find('"', at)
            piece = line[at : end if end >= 0 else None]
            blank = blank and not piece.strip()
            if end < 0:
                line, at, more = text.readline(), 0, more + 1
                if not line:
                    return cells, blank, more - 1
            elif line[end + 1 : end + 2] == '"':
                blank, at = False, end + 2
            else:
                inside, at, start = False, end + 1, False
        elif start and line[at : at + 1] == '"':
            inside, at = True, at + 1
        else:
            end = line.find(delimiter, at)
            blank = blank and not line[at : end if end >= 0 else None].strip()
            if end < 0:
                return cells, blank, more
            cells, at, start = cells + 1, end + 1, True
