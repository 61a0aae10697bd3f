"""Made-up identifiers and readings for tests of redaction: `from tests.personal_data import …`. No real person's data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from domain.contract import Contract
from domain.contract_file import load_contract
from domain.pack import Packs, load_pack
from domain.table import Reading, TableInfo, TextPart
from redaction.shapes import luhn_digit, mod11_2
from tests.tables import table_from_rows

RULES = Path(__file__).parents[1] / "rules"
PACKS = Packs({n: load_pack((RULES / f"{n}.yaml").read_text("utf-8"), n) for n in ("personal", "persons", "names")})
KEY = b"a key for tests, 32 bytes long.."


def id18(region: str = "130102", birthday: str = "19900307", serial: str = "123") -> str:
    head = region + birthday + serial
    return head + mod11_2(head)


def id18_with_x() -> str:
    return next(n for n in (id18(serial=f"{s:03}") for s in range(1000)) if n.endswith("X"))


def card(head: str = "622848000000000001") -> str:
    return head + luhn_digit(head)


def reading(*tables: TableInfo, parts: Sequence[TextPart] = (), unread: tuple[tuple[str, str], ...] = ()) -> Reading:
    return Reading("0" * 64, 1, "csv", "utf-8", tables, tuple(parts), unread)


def column_table(into: Path, cells: Sequence[str | None], header: str = "备注", name: str = "t") -> TableInfo:
    """One column under `header`."""
    return table_from_rows(into, name, [{header: c} for c in cells], columns=[header])


def contract_with(*fields: dict[str, Any], **keys: Any) -> Contract:
    """A small contract of one table `t`; `fields` as in the YAML."""
    from io import StringIO

    from ruamel.yaml import YAML

    content = {
        "id": "test.people", "title": {"zh": "试", "en": "t"}, "description": {"zh": "试", "en": "t"},
        "department": "test", "domain": "test", "dataset_type": "other", "disclosure": "proactive",
        "legal_basis": [{"doc": "政府信息公开条例"}], "contact": {"name": "科", "phone": "0311-55500101"},
        "frequency": "annual", "tables": [{"name": "t", "fields": list(fields)}], "review": {"tier": "L1"},
        "catalogue": {"organization": "test"}, **keys,
    }  # fmt: skip
    out = StringIO()
    YAML(typ="safe").dump(content, out)
    return load_contract(out.getvalue(), "test.yaml")
