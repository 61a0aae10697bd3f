"""All that a person could have written in an XML part, whatever its vocabulary: texts, telling attributes, remarks.

Which parts are read so is left to ooxml; worksheets have a stream of their own in sheetxml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import IO

from intake.bounds import Bounds
from intake.containers.xmlstream import pieces

_ENCODED = re.compile(r"[A-Za-z0-9+/\r\n]{400,}={0,2}\s*")  # base64: the content of a file within a text
_PARAGRAPHS = frozenset(["p", "si", "is", "div", "comment"])  # whose runs of text are read as one


def xml_texts(stream: IO[bytes], bounds: Bounds, part: str, *, all_attributes: bool) -> Iterator[str]:
    """Every text of an XML part by itself, but one text for a paragraph whose runs differ in their looks.

    `all_attributes`: also the attributes that markup seems to have written itself.
    """
    ready: list[str] = []
    open_text: list[str] = []
    paragraphs = 0

    def close() -> None:
        text = "".join(open_text).strip()
        open_text.clear()
        if text:
            ready.append(text)

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal paragraphs
        if name in _PARAGRAPHS:
            close()
            paragraphs += 1
        elif not paragraphs:
            close()
        elif name == "br":
            open_text.append("\n")
        ready.extend(word for word in (name, *attributes) if _is_telling_name(word))
        ready.extend(
            text
            for key, text in attributes.items()
            if is_telling(key, text) or (all_attributes and text and not key.startswith(("xmlns", "xr:")))
        )

    def end(name: str) -> None:
        nonlocal paragraphs
        if name in _PARAGRAPHS:
            paragraphs -= 1
        if not paragraphs or name in _PARAGRAPHS:
            close()

    for _ in pieces(stream, start, end, open_text.append, bounds, part, remark=ready.append):
        yield from ready
        ready.clear()


@lru_cache(maxsize=4096)
def _is_telling_name(name: str) -> bool:
    """Whether a person made an element's or attribute's name: in Chinese, or with a long number in it."""
    return is_telling("", name)


def is_encoded(text: str) -> bool:
    """Whether a text is the content of a file in base64, which can't be scanned as it stands."""
    return _ENCODED.fullmatch(text) is not None


WRITTEN_BY_PEOPLE = frozenset(
    [
        "name",
        "displayname",
        "title",
        "descr",
        "description",
        "tooltip",
        "display",
        "location",
        "prompt",
        "prompttitle",
        "error",
        "errortitle",
        "val",
        "v",
        "value",
        "caption",
        "uniquename",
        "author",
        "username",
        "userid",
        "lastcommented",
        "comment",
        "help",
        "statusbar",
        "alt",
        "string",
        "text",
        "macro",
        "url",
        "href",
        "target",
        "src",
        "sourcefile",
        "connection",
        "command",
        "sourcename",
        "linktarget",
        "formatcode",
        "refersto",
        "initials",
    ]
)  # attributes, in lower case


def is_telling(key: str, text: str) -> bool:
    """Whether an attribute's text may have been written by a person: no number, flag, reference or identifier.

    Markup's own words are ASCII without blanks; what a person writes has Han characters, a blank, an @ or many digits,
    or stands in an attribute that people fill in.
    """
    local = key.rpartition(":")[2].rpartition("}")[2]
    if key.startswith("xmlns") or local in ("uid", "schemaLocation", "Ignorable") or len(text) < 2:
        return False
    if local.lower() in WRITTEN_BY_PEOPLE and not (text.isdigit() and len(text) < 7):
        return True
    return not text.isascii() or "@" in text or " " in text.strip() or sum(c.isdigit() for c in text) >= 7
