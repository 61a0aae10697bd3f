"""One thing wrong with a contract's text: where it stands and what to do about it. How it is found is left to contract.py and
flows/examples; how it is told in Chinese to the console.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

KINDS = (
    "yaml", "mapping", "size", "missing", "unknown", "choice", "type", "bound", "form", "value",  # of the text itself
    "deadline-rule", "unit", "no-examples", "rule", "example", "stages", "personal",  # of what it refers to
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind`: one of KINDS. `line`, `column`: from 1, None where it has no place. `key`: dotted path, "" for the whole
    file. `what`: one English sentence."""

    kind: str
    line: int | None
    key: str
    what: str
    column: int | None = None

    def told(self, origin: str) -> str:
        """As the command line prints it."""
        line = f", line {self.line}" if self.line else ""
        column = f", column {self.column}" if self.column else ""
        key = f", {self.key or '(whole file)'}" if self.kind not in ("yaml", "mapping") else ""
        return f"{origin}{line}{column}{key}: {self.what}"

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_dict(data: dict[str, Any]) -> Fault:
        """Inverse of `to_dict`."""
        return Fault(**data)
