"""bench/RESULTS.md: one section for each part that was measured, each with its machine and day."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).resolve().parent / "RESULTS.md"
Row = tuple[str, str, str]  # what, the figure, its bar


def section(title: str, rows: Iterable[Row]) -> str:
    """The rows as a table below the machine they were measured on; each is printed as it comes."""
    listed = []
    for row in rows:
        print(" | ".join(row), flush=True)
        listed.append(row)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    told = f"{machine}, load {os.getloadavg()[0]:.1f}, {datetime.now(UTC):%Y-%m-%d}"
    body = "\n".join(f"| {a} | {b} | {c} |" for a, b, c in listed)
    return f"## {title}\n\n{told}\n\n| what | measured | bar |\n| --- | --- | --- |\n{body}\n"


def put(title: str, text: str) -> None:
    """Put a section into the page, in the place of its predecessor."""
    page = PAGE.read_text("utf-8") if PAGE.exists() else "# Measured\n"
    old = re.compile(f"## {re.escape(title)}\n.*?(?=\n## |\\Z)", re.DOTALL)
    page = old.sub(lambda _: text, page) if old.search(page) else f"{page.rstrip()}\n\n{text}"
    PAGE.write_text(page.rstrip() + "\n", "utf-8")
