"""What people take away from a release: the note for the department, and the evidence bundle."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.http import HttpRequest, HttpResponse

from domain.finding import Severity
from review import queries
from review.console import words
from review.console.grouping import Group
from review.console.outside import outside
from review.console.package import package_of
from review.console.pages.release import found, groups_of
from review.console.sheets import XLSX, Cell, download, xlsx_bytes
from review.console.tags import say
from review.drafts import Draft
from review.evidence.export import export

NOTE_HEAD: tuple[words.Pair, ...] = (
    ("序号", "No."), ("级别", "Severity"), ("问题", "Defect"), ("在哪张表、哪一列", "Table and column"), ("位置", "Place"), ("处数", "Count"),
    ("说明", "Explanation"), ("依据", "Basis"),
)  # fmt: skip


def note(request: HttpRequest, release: str) -> HttpResponse:
    """退给部门的说明: each defect with sheet and cell, no value."""
    record = found(request, release)
    findings = queries.findings(release)
    groups = groups_of(findings, package_of(record), Draft(release, record.release_hash), [])
    title = say((record.title_zh, record.title_en))
    above = [
        say((f"{title}　{record.period}　{record.public_id}　退给部门的说明", f"{title} {record.period} {record.public_id}: note for the department")),
        say(words.STATUSES[record.status]) + (f"：{record.reason}" if record.reason else ""),
        say(("请按下列位置更正后重新报送；本表没有数据内容。", "Correct what stands at these places and send the file again; this note holds no data.")),
        "",
    ]  # fmt: skip
    data = xlsx_bytes(say(("问题清单", "Defects")), [say(h) for h in NOTE_HEAD], note_rows(groups), above)
    return download(data, f"{record.public_id}-{say(('退回说明', 'note'))}.xlsx", XLSX)


def note_rows(groups: list[Group]) -> Iterator[tuple[Cell, ...]]:
    """A row for each place that is known, and one for those beyond."""
    number = 0
    for group in groups:
        if group.severity == Severity.INFO.value:
            continue
        for row in group.rows:
            places: list[tuple[str, int]] = [(locator, 1) for locator in row.locators if locator]
            beyond = row.count - len(places)
            if beyond > 0:
                places.append((say(("其余各处", "further places")) if places else "", beyond))
            for locator, count in places:
                number += 1
                severity = say(words.SEVERITIES[Severity(group.severity)])
                yield number, severity, say(group.title), say(row.where.words), locator, count, row.note, group.citation


def evidence(request: HttpRequest, release: str) -> HttpResponse:
    """The evidence bundle, verified before it is handed over."""
    found(request, release)
    with tempfile.TemporaryDirectory() as folder:
        path = export(release, outside().store, Path(folder) / "evidence.zip", packs=outside().packs())
        data = path.read_bytes()
    return download(data, f"{release}-evidence.zip", "application/zip")
