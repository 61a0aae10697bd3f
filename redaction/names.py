"""How the places of a reading are named in findings, and the ground each column stands on.

Under a contract a fitted table and its fields have the contract's names; whatever it doesn't know keeps the sender's,
with labels for identifiers that stand in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from domain.contract import Contract, TableSpec
from domain.finding import Place, Source
from domain.table import TableInfo
from redaction.lens import Lens
from redaction.policy import OUTSIDE, WITHOUT_CONTRACT, Ground
from redaction.texts import shown

HeaderMap = Mapping[str, Mapping[str, str]]  # contract table → field → column of the reading


@dataclass(frozen=True, slots=True)
class TableNames:
    """How a table's places are shown, and the ground each column stands on.

    With a contract these are its table and field names; what it doesn't know keeps the sender's names.
    """

    table: str
    columns: dict[str, str]
    grounds: dict[str, Ground]
    locator: TableInfo  # with a showable sheet name

    def place(
        self, column: str, row: int, origin: int, start: int | None, end: int | None, source: Source = Source.CELL
    ) -> Place:
        """A place in the table; `start` and `end` are None where the whole cell is meant."""
        return Place(self.table, self.columns[column], row, start, end, self.locator.locator(origin, column), source)


def table_names(info: TableInfo, contract: Contract | None, header_map: HeaderMap, lens: Lens) -> TableNames:
    """Contract names and grounds for a table of the reading."""
    sheet = shown(info.sheet, lens) if info.sheet is not None else None
    member = shown(info.member, lens) if info.member is not None else None
    locator = replace(info, path="", sheet=sheet, member=member, preamble=())
    plain = {c: shown(c, lens) for c in info.columns}
    if contract is None:
        return TableNames(shown(info.name, lens), plain, dict.fromkeys(info.columns, WITHOUT_CONTRACT), locator)
    spec = _spec_of(info, contract, header_map)
    if spec is None:
        return TableNames(shown(info.name, lens), plain, dict.fromkeys(info.columns, OUTSIDE), locator)
    fields = {column: spec.field(field) for field, column in header_map[spec.name].items()}
    columns = {c: fields[c].name if c in fields else plain[c] for c in info.columns}
    grounds = {c: Ground(fields[c], True) if c in fields else OUTSIDE for c in info.columns}
    return TableNames(spec.name, columns, grounds, locator)


def table_headers(info: TableInfo, names: TableNames) -> tuple[str, ...]:
    """Every header of a table: the contract's titles where it is fitted, so that scan and redaction agree, or the sender's."""
    titles = tuple(g.field.title for g in names.grounds.values() if g.field is not None)
    return titles or (*info.columns, *info.headers)


def _spec_of(info: TableInfo, contract: Contract, header_map: HeaderMap) -> TableSpec | None:
    """The contract's table that this one was fitted to: it has all mapped columns, and the sheet's name if one is asked."""
    fitting = [
        spec
        for spec in contract.tables
        if header_map.get(spec.name) and set(header_map[spec.name].values()) <= set(info.columns)
    ]
    named = [s for s in fitting if s.name == info.name or (s.sheet and info.sheet and re.search(s.sheet, info.sheet))]
    return next(iter(named or fitting), None)
