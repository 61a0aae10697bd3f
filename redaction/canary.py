"""A made-up cell that every scan of every column must find; a scan that doesn't find it hasn't scanned.

Built from each recogniser's own invented example under the run's seed, so that no scanner can know it beforehand. It is
planted before the prefilter, never written and never counted.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from random import Random

from redaction.detect import Recogniser
from redaction.lens import Span

BETWEEN = " ; "


@dataclass(frozen=True, slots=True)
class Canary:
    """The text and the spans (start, end) that must be found in it."""

    text: str
    spans: frozenset[tuple[int, int]]

    def is_in(self, found: list[Span] | None) -> bool:
        """Whether every one of its identifiers was found where it stands.

        As which entity isn't asked: under the header 账号 fifteen digits are an account number first.
        """
        return self.spans <= {(s.start, s.end) for s in found or ()}


def canaries(recognisers: tuple[Recogniser, ...], seed: str, *place: object) -> tuple[Canary, ...]:
    """The canaries of one place (table, batch, column …) under a seed; equal arguments, equal canaries.

    The first holds an example of every recogniser, for the exact tier; the others are one whole-cell number each, for
    the tier that looks at those by column arithmetic.
    """
    digest = hashlib.sha256("\x1f".join([seed, *map(str, place)]).encode()).digest()
    draw = Random(digest)  # noqa: S311  # repeatable by intent; nothing secret hangs on it
    text, spans = "", set()
    for recogniser in recognisers:
        text += recogniser.made_up_head(draw) if recogniser.made_up_head else ""
        example = recogniser.made_up(draw)
        spans.add((len(text), len(text) + len(example)))
        text += example + (recogniser.made_up_tail(draw) if recogniser.made_up_tail else "") + BETWEEN
    alone = [r.made_up(draw) for r in recognisers if r.whole is not None and r.prefilter is not None]
    return Canary(text, frozenset(spans)), *(Canary(t, frozenset([(0, len(t))])) for t in alone)
