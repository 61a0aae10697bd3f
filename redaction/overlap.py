"""The one rule for identifiers that overlap, applied to every text.

1. A sure hit goes before a reported one, a reported one before a hint: what is certain is never hidden by a guess.
2. The longer goes before the shorter: an identity number inside a certificate number is that certificate's number.
3. At equal length a right check digit goes before none, then the higher score, then the pack's order, which names the
   more protected entity first: a number that is an identity number and, by chance, a credit code is an identity number.
4. What begins inside one number and ends inside the next, both of one kind with right check digits, goes behind both: an
   account number of the end of one vehicle's number and most of another's has its check digits right by chance.
Whoever comes later and touches a span already taken is left out.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar


class Spanned(Protocol):
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def entity(self) -> str: ...
    @property
    def score(self) -> float: ...
    @property
    def valid(self) -> bool | None: ...


S = TypeVar("S", bound=Spanned)


def without_overlaps(hits: Iterable[S], order: Mapping[str, int], *, sure: float, reported: float) -> list[S]:
    """The hits that stand, in the order of the text. `order`: the entity's place in the pack."""

    hits = list(hits)
    across = _across(hits, reported) if len(hits) > 2 else ()

    def rank(hit: S) -> tuple[int, int, bool, float, int, int]:
        tier = 0 if hit.score >= sure else 1 if hit.score >= reported else 2
        tier = 2 if id(hit) in across else tier
        return tier, hit.start - hit.end, hit.valid is not True, -hit.score, order[hit.entity], hit.start

    kept: list[S] = []  # in the order of the text; none overlap, so the neighbours decide
    for hit in sorted(hits, key=rank):
        at = bisect_left(kept, hit.start, key=lambda k: k.start)
        free_before = at == 0 or kept[at - 1].end <= hit.start
        free_behind = at == len(kept) or hit.end <= kept[at].start
        if free_before and free_behind:
            kept.insert(at, hit)
    return kept


def _across(hits: Sequence[S], reported: float) -> set[int]:
    """Which hits (by id) begin inside one number and end inside the next of its kind, where these two are right."""
    right: dict[str, list[S]] = {}
    for hit in hits:
        if hit.valid and hit.score >= reported:
            right.setdefault(hit.entity, []).append(hit)
    kinds = [(sorted(h, key=_start), max(one.end - one.start for one in h)) for h in right.values() if len(h) > 1]
    found = set()
    for hit in hits if kinds else ():
        for same, longest in kinds:
            near = same[bisect_right(same, hit.start - longest, key=_start) : bisect_left(same, hit.end, key=_start)]
            ends = [h.end for h in near if h.start < hit.start < h.end < hit.end]
            if ends and any(min(ends) <= h.start and hit.end <= h.end for h in near):
                found.add(id(hit))
    return found


def _start(hit: Spanned) -> int:
    return hit.start
