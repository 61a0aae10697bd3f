"""Facts to one HTML file that stands alone, and that file to disk.

The browser is told to fetch and run nothing: the policy names the sheet inside by its hash.
"""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path
from typing import Any

from domain.errors import UsageInvalid
from flows.report.facts import Facts
from flows.report.words import SEVERITIES

HERE = Path(__file__).parent
SUFFIXES = (".html", ".htm")


def render(facts: Facts) -> str:
    """The page. Same facts, same bytes."""
    return rendered("report.html", f=facts, certificate=facts.certificate, severities=SEVERITIES)


def rendered(template: str, **values: Any) -> str:
    """A page of this folder with the sheet inside."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    style = (HERE / "report.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    pages = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return pages.get_template(template).render(**values, style=style, digest=digest)


def check_target(path: Path, *others: Path) -> None:
    """Before any work is done: the report may not take the place of the file or of what is written from it.

    Raises UsageInvalid.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise UsageInvalid("--report must end in .html")
    if not path.absolute().parent.is_dir() or path.is_dir():
        raise UsageInvalid(f"{path} can't be written (no such folder); choose another --report")
    if any(path.absolute() == o.absolute() or (path.exists() and o.exists() and path.samefile(o)) for o in others):
        raise UsageInvalid("--report names the file itself; choose another name")


def write_page(facts: Facts, path: Path) -> None:
    """Write the page whole or not at all. Raises UsageInvalid where the folder can't be written."""
    write_whole(render(facts), path)


def write_whole(text: str, path: Path) -> None:
    """Write a text whole or not at all. Raises UsageInvalid where the folder can't be written."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, "utf-8")
        part.replace(path)
    except OSError as fault:
        raise UsageInvalid(f"{path} can't be written ({fault.strerror}); choose another --report") from None
    finally:
        part.unlink(missing_ok=True)
