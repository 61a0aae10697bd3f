"""One text looked at as a scan does, for recogniser tables: `from tests.looking import sure, weak`."""

from __future__ import annotations

from redaction.lens import Column, Span, open_lens
from tests.personal_data import PACKS

LENS = open_lens(PACKS)
SURE = LENS.rules.scores.sure
REPORTED = LENS.rules.scores.reported


def look(text: str, *headers: str) -> list[Span]:
    """All reported hits; `headers` are what stands over the column."""
    spans = LENS.find([text], LENS.column(*headers) if headers else Column())[0]
    assert spans is not None
    return [s for s in spans if s.score >= REPORTED]


def sure(text: str, *headers: str) -> list[tuple[str, str]]:
    """(entity, what is found) of the hits that are replaced."""
    return [(s.entity, text[s.start : s.end]) for s in look(text, *headers) if s.score >= SURE]


def weak(text: str, *headers: str) -> list[tuple[str, str]]:
    """(entity, what is found) of the hits that are only told."""
    return [(s.entity, text[s.start : s.end]) for s in look(text, *headers) if s.score < SURE]
