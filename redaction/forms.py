"""Whether a redacted column looks as its declared operator leaves it: a value that no operator made is a residue.

Looking for identifiers is left to the scan; this finds open values that have no shape at all, such as a name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl

from domain.contract import Contract
from domain.finding import Finding, Place, RuleRef, Severity
from domain.table import TableInfo
from redaction.engine import batches
from redaction.lens import Lens
from redaction.operators.declared import form_for
from redaction.personal import PACK

NAMES = {
    "mask": "遮盖", "keep_ends": "保留首尾", "name": "姓名遮盖", "generalise": "概括", "bucket": "分档", "serial": "序号",
    "pseudonym": "假名",
}  # fmt: skip


def open_values(info: TableInfo, name: str, contract: Contract, lens: Lens) -> Iterator[Finding]:
    """A block finding for each declared column in which a cell hasn't the form that its operator gives."""
    spec = contract.table(name)
    for column in info.columns:
        field = spec.field(column)
        operator = field.redaction.operator
        if operator not in NAMES:
            continue
        fits = form_for(field, contract, compounds=lens.rules.compound_surnames)
        count = sum(_unfit(frame[column], fits) for frame in batches(info.path, [column]))
        if count:
            rule = RuleRef(PACK, lens.rules.version, f"{operator}.residue", "个人信息保护法第五十一条")
            note = f"声明为{NAMES[operator]}的列中有 {count} 个单元格不是处理后的形式，不得公开"
            yield Finding("residue", Severity.BLOCK, count, (Place(name, column),), rule, note)


def _unfit(cells: pl.Series, fits: Callable[[str], bool]) -> int:
    distinct = cells.drop_nulls().value_counts()
    return sum(n for text, n in distinct.iter_rows() if text.strip() and not fits(text))
