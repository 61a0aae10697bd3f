"""Made-up cells that every scan of every column must find; a scan that doesn't find all of them hasn't scanned.

One for each recogniser, from its own invented example under the run's seed, so that no scanner can know it beforehand,
and alone in its cell: beside others it would pass a prefilter that has forgotten it. One more is written in full-width
characters, which only a scan that normalises can find. They are planted before the prefilter, never written, never counted.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from random import Random

from redaction.detect import Recogniser
from redaction.lens import Span

WIDE = {c: c + 0xFEE0 for c in (*range(0x30, 0x3A), *range(0x41, 0x5B), *range(0x61, 0x7B))}  # ASCII digits and letters


@dataclass(frozen=True, slots=True)
class Canary:
    """The text and the span (start, end) that must be found in it; `name`: whose it is, "" where it is disguised."""

    text: str
    span: tuple[int, int]
    name: str

    def is_in(self, found: list[Span] | None) -> bool:
        """Whether its identifier was found where it stands.

        As which entity isn't asked: under the header 账号 fifteen digits are an account number first.
        """
        return self.span in {(s.start, s.end) for s in found or ()}


def canaries(recognisers: tuple[Recogniser, ...], seed: str, *place: object) -> tuple[Canary, ...]:
    """The canaries of one place (table, batch, column …) under a seed; equal arguments, equal canaries."""
    digest = hashlib.sha256("\x1f".join([seed, *map(str, place)]).encode()).digest()
    draw = Random(digest)  # noqa: S311  # repeatable by intent; nothing secret hangs on it
    plain = [_canary(recogniser, draw) for recogniser in recognisers]
    return (*plain, *(replace(c, text=c.text.translate(WIDE), name="") for c in draw.sample(plain, min(1, len(plain)))))


def _canary(recogniser: Recogniser, draw: Random) -> Canary:
    head = recogniser.made_up_head(draw) if recogniser.made_up_head else ""
    example = recogniser.made_up(draw)
    tail = recogniser.made_up_tail(draw) if recogniser.made_up_tail else ""
    return Canary(head + example + tail, (len(head), len(head) + len(example)), recogniser.name)
