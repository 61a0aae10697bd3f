"""Words and addresses out of a catalogue's entry. Pure."""

from __future__ import annotations

import re
from typing import Any, Literal
from urllib.parse import quote, urlsplit

Language = Literal["zh", "en"]
HAN = re.compile("[\u3400-\u9fff]")


def text(value: Any) -> str:
    """Scalars as text; nothing and containers as no text."""
    if isinstance(value, bool):
        return str(value)
    return str(value) if isinstance(value, (str, int, float)) else ""


def uri(address: str) -> str:
    """The address with every sign that a URI can't hold written as percent."""
    return quote(address, safe="!#$%&'()*+,/:;=?@[]~")


def web_address(url: str) -> str | None:
    """The address, as a URI, if a link may lead there."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    return uri(url.strip()) if parts.scheme in ("http", "https") and parts.netloc else None


def notes_by_language(notes: str) -> dict[Language, str]:
    """The description in each language that it has."""
    found: dict[Language, str] = {}
    for part in paragraphs(notes):
        language = spoken(part)
        found[language] = f"{found[language]}\n\n{part}" if language in found else part
    return found


def paragraphs(notes: str) -> list[str]:
    """The parts of a text that empty lines separate."""
    return [part.strip() for part in re.split(r"\n\s*\n", notes) if part.strip()]


def spoken(part: str) -> Language:
    """The language that a part is in."""
    return "zh" if HAN.search(part) else "en"
