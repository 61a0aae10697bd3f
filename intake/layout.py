"""Where a table stands in a sheet or text file: title and unit lines above, the header, column numbers, notes below.

Pure: rows of texts in, positions out. Which field a header means is left to fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median_high

from domain.contract import TableSpec
from domain.table import TextPart
from intake.headers import UNIT, field_keys, folded, without_unit

HEAD_ROWS = 60  # rows looked at to find the header
HEADER_WITHIN = 30  # a header stands within the first so many rows
TAIL_ROWS = 20  # notes stand within the last so many rows

_UNIT_LINE = re.compile(rf"(?:^|[^一-鿿]|金额|计量|面积|数量|货币|计价)单\s*位\s*[:：]\s*({UNIT.pattern})")
_NOTE = re.compile(
    r"\s*(?:(?:附?注|备注|说明|填表说明|填报说明|数据来源|资料来源)\s*\d*\s*[:：]"
    r"|(?:制表|填表|填报|审核|复核|报送|编制|经办|联系)(?:人|单位|日期|时间|电话)?\s*[:：]"
    r"|(?:单位)?(?:负责人|主管|领导)(?:签字|签章)?\s*[:：])"
)
_NUMBERING = re.compile(r"(?:栏次|行次|甲|乙|丙|[A-Z]{1,2}|\d{1,2}|[A-Z]\s*[=＝][A-Z\s\d+＋\-－×/*().（）]+)")

Row = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Layout:
    """Indices into the rows that were looked at: `header` of the first header row, `height` of the header, `body` of
    the first row below it that may hold data. `found` is False where no row can be a header."""

    header: int
    height: int
    body: int
    headers: tuple[str | None, ...]
    found: bool = True


def is_blank(row: Row) -> bool:
    """No text but white space."""
    return not any(cell and not cell.isspace() for cell in row)


def filled(row: Row) -> int:
    """Number of cells with text."""
    return sum(1 for cell in row if cell and not cell.isspace())


def locate(
    rows: Sequence[Row], tables: Sequence[TableSpec], spans: Sequence[Sequence[int]], *, share: float = 0.7
) -> Layout:
    """Find the header among the first rows.

    By the contract's titles where two or more (or all) of a table's fields stand in one row, else the first row with
    two or more texts that holds at least `share` of the texts usual in the rows below. `spans[i]` says for each cell
    of row i which cell it is merged with (its own index where it isn't).
    """
    best = _by_titles(rows, tables, spans) if tables else None
    return best or _by_shape(rows, spans, share)


def _joined(rows: Sequence[Row], spans: Sequence[Sequence[int]], start: int, height: int) -> tuple[str | None, ...]:
    """Headers of `height` rows as one text per column, group headers first, joined by `-`."""
    if height == 1:
        return tuple(cell or None for cell in rows[start])
    block = rows[start : start + height]
    width = max((len(row) for row in block), default=0)
    texts: list[str | None] = []
    for column in range(width):
        parts: list[str] = []
        for depth, row in enumerate(block):
            span = spans[start + depth]
            anchor = span[column] if column < len(span) else column
            text = (row[anchor] if anchor < len(row) else None) or ""
            if text.strip() and text.strip() not in parts:
                parts.append(text.strip())
        texts.append("-".join(parts) or None)
    return tuple(texts)


def _by_titles(rows: Sequence[Row], tables: Sequence[TableSpec], spans: Sequence[Sequence[int]]) -> Layout | None:
    best, most = None, 0
    for table in tables:
        keys = [{k for key in field_keys(f) for k in (key, without_unit(key))} for f in table.fields]
        for start in range(min(len(rows) - table.header_rows + 1, HEADER_WITHIN)):
            headers = _joined(rows, spans, start, table.header_rows)
            ends = {e for h in headers if h for e in header_keys(h)}
            hits = sum(1 for wanted in keys if wanted & ends)
            if hits >= min(2, len(keys)) and hits > most:
                body = _below(rows, start + table.header_rows)
                best, most = Layout(start, table.header_rows, body, headers), hits
    return best


def header_keys(header: str) -> tuple[str, ...]:
    """Folded texts that a header may be known by: whole, without its unit, and the last part of a grouped header."""
    whole = folded(header)
    last = folded(header.rpartition("-")[2])
    return tuple(dict.fromkeys(k for k in (whole, without_unit(whole), last, without_unit(last)) if k))


def _by_shape(rows: Sequence[Row], spans: Sequence[Sequence[int]], share: float) -> Layout:
    counts = [filled(row) for row in rows]
    covered = [
        sum(1 for anchor in span if anchor < len(row) and (row[anchor] or "").strip())
        for row, span in zip(rows, spans, strict=True)
    ]
    for start in range(min(len(rows), HEADER_WITHIN)):
        below = [n for n in counts[start + 1 :] if n]
        typical = median_high(below) if below else counts[start]
        wide = counts[start] >= 2 or (typical <= 1 and max(counts) <= 1)
        if counts[start] and wide and covered[start] >= share * typical and not _is_aside(rows[start]):
            height = _group_height(rows, spans, start)
            return Layout(start, height, _below(rows, start + height), _joined(rows, spans, start, height))
    first = next((i for i, n in enumerate(counts) if n), None)
    if first is None:
        return Layout(0, 0, 0, (), found=False)
    return Layout(first, 1, first + 1, tuple(cell or None for cell in rows[first]))


def _group_height(rows: Sequence[Row], spans: Sequence[Sequence[int]], start: int) -> int:
    """Rows of a header whose cells are merged sideways over the headers below them."""
    height = 1
    while height < 3 and start + height < len(rows) - 1:
        span, below = spans[start + height - 1], rows[start + height]
        groups = [i for i, anchor in enumerate(span) if anchor != i]
        if not groups or not any(i < len(below) and below[i] for i in groups):
            break
        height += 1
    return height


def _below(rows: Sequence[Row], start: int) -> int:
    """The first row after the header that isn't a line of column numbers or formulas (栏次, A=B+C)."""
    if start < len(rows) and is_numbering(rows[start]):
        return start + 1
    return start


def is_numbering(row: Row) -> bool:
    """Whether every text of the row is a column's number, letter or formula, and one of them can be nothing else."""
    texts = [cell.strip() for cell in row if cell and cell.strip()]
    sure = any(t in ("栏次", "行次") or re.search("[=＝]", t) for t in texts)
    return sure and len(texts) >= 2 and all(_NUMBERING.fullmatch(t) for t in texts)


def _is_aside(row: Row) -> bool:
    """Whether a row is a unit or signature line and no header."""
    texts = [cell for cell in row if cell and cell.strip()]
    return any(_UNIT_LINE.search(t) for t in texts) or all(_NOTE.match(t) for t in texts)


def is_note(row: Row) -> bool:
    """Whether a row below the data is a note or signature line: every text in it begins like one."""
    texts = [cell for cell in row if cell and cell.strip()]
    return bool(texts) and all(_NOTE.match(t) for t in texts)


def notes_from(tail: Sequence[Row], width: int) -> int:
    """Index in the last rows at which the notes below the table begin; len(tail) where there are none.

    Notes begin with a line that says so; what follows them may be single texts or more of their kind.
    """
    if width < 2:
        return len(tail)
    for start, row in enumerate(tail):
        if is_note(row) and all(filled(r) <= 1 or is_note(r) for r in tail[start:]):
            return start
    return len(tail)


def unit_in(preamble: Iterable[TextPart]) -> str | None:
    """The unit that a unit line names (`单位：万元`), or None."""
    for part in preamble:
        if found := _UNIT_LINE.search(part.text):
            return found[1]
    return None
