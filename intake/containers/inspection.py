"""What is found in a container beside its tables, whatever kind of container it is, and the findings that it makes.

Finding it is left to ooxml, ole and the readers.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.errors import SourceUnreadable
from domain.finding import Finding, Severity, Source
from domain.table import TextPart

JOINT = "\n;\n"  # between texts that stand apart: no recogniser steps over it, so that two numbers never melt into one


PARTS = 2_000_000
PART_CHARS = 256 * 1024**2


@dataclass(slots=True)
class Inspection:
    """Texts around the cells, parts nobody could read, and what was noticed."""

    parts: list[TextPart] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    chars: int = 0

    def part(self, source: Source, locator: str, text: str) -> None:
        """Keep a text to be scanned. Raises SourceUnreadable where they outgrow the memory set aside for them."""
        if not text.strip():
            return
        self.chars += len(text)
        if self.chars > PART_CHARS or len(self.parts) >= PARTS:
            raise too_much_text()
        self.parts.append(TextPart(source.value, locator, text))


NOTICED = {
    "comment": (Severity.HOLD, "有 {count} 条批注，内容已扫描，不会发布"),
    "external-link": (Severity.HOLD, "有 {count} 处外部链接或数据连接"),
    "macro": (Severity.BLOCK, "含有宏（{count} 处）；请另存为不含宏的工作簿"),
    "document-property": (Severity.INFO, "有 {count} 项文档属性，内容已扫描，不会发布"),
    "defined-name": (Severity.WARN, "有 {count} 个自定义名称，内容已扫描"),
}


def too_much_text() -> SourceUnreadable:
    """The refusal of a workbook whose texts beside the cells would fill the memory."""
    return SourceUnreadable(
        "the workbook carries more text beside its cells than is read; ask the sender for the plain table",
        code="limit-exceeded",
    )
