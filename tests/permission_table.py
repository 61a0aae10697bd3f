"""The printed permission matrix, read back from docs/reference/permissions.md: what shall hold, cell by cell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs/reference/permissions.md"


@dataclass(frozen=True, slots=True)
class Line:
    """One act of the page."""

    statuses: frozenset[str] | None  # None: all
    unit: str
    cells: dict[str, str]  # role → yes, own, other, –

    def allows(self, role: str, status: str, *, own: bool) -> bool:
        """Whether the page lets that role do it, seated in a unit that counts."""
        said = self.cells[role]
        whose = {"yes": True, "own": own, "other": not own, "–": False}[said]
        return whose and (self.statuses is None or status in self.statuses)


def printed() -> dict[str, Line]:
    """Act → its line."""
    text = PAGE.read_text("utf-8")
    head = re.search(r"^\| act .*\|$", text, re.M)
    assert head is not None
    roles = [c.strip() for c in head.group().strip("|").split("|")][4:]
    found = {}
    table = text[head.start() : text.index("\n\n", head.start())]
    for line in re.findall(r"^\| (?!act ).*\|$", table, re.M):
        act, _, statuses, unit, *cells = (c.strip() for c in line.strip("|").split("|"))
        held = None if statuses == "all" else frozenset(statuses.split(", "))
        found[act] = Line(held, unit, dict(zip(roles, cells, strict=True)))
    return found


def printed_work() -> dict[str, dict[str, str]]:
    """Act on contracts and work → role → yes, own, other, –."""
    text = PAGE.read_text("utf-8")
    table = text[text.index("| work |") :]
    head, _, *lines = (
        [c.strip() for c in line.strip("|").split("|")] for line in table.splitlines() if line.startswith("|")
    )
    return {act: dict(zip(head[2:], cells, strict=True)) for act, _, *cells in lines}
