"""How much a short Han text looks like a person's name: surname, characters, endings; for many texts at once.

The tables are the names pack's (log-odds by place, see rules/derive_names.py), surnames the personal pack's, endings and
blanks the persons pack's. Which texts are asked, and what a column of them means, is left to person_names.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

PLACES = ("first_of_two", "given_of_two", "first_of_three", "second_of_three", "third_of_three")
COMPOUND = 3.0  # log-odds of a listed surname of two characters: hardly a word begins with one
DOTTED = 3.0  # … and of Han characters around a middle dot (阿卜杜拉·买买提)
NEVER = -99.0
_BMP = 0x10000

Codes = npt.NDArray[np.uint64]


def _codes(words: Iterable[str]) -> Codes:
    """Texts of up to four characters as numbers, sorted."""
    listed = [w for w in words if w and len(w) <= 4 and all(ord(c) < _BMP for c in w)]
    return np.unique(_packed(_points(listed)))


def _points(words: list[str]) -> npt.NDArray[np.uint32]:
    """Code points, four a text; what lies beyond the basic plane counts as unseen."""
    points = np.array(words, dtype="<U4").view(np.uint32).reshape(-1, 4) if words else np.zeros((0, 4), np.uint32)
    return np.where(points < _BMP, points, _BMP - 1)


def _packed(points: npt.NDArray[np.uint32]) -> Codes:
    wide = points.astype(np.uint64)
    packed: Codes = wide[:, 0] | wide[:, 1] << np.uint64(16) | wide[:, 2] << np.uint64(32) | wide[:, 3] << np.uint64(48)
    return packed


@dataclass(frozen=True, slots=True, eq=False)
class NameModel:
    """The tables, ready to be looked up by code point."""

    places: dict[str, npt.NDArray[np.float32]]
    surnames: npt.NDArray[np.bool_]
    compounds: Codes
    last: npt.NDArray[np.bool_]  # endings of one character
    last_two: Codes
    words: Codes

    def scores(self, texts: pl.Series, *, words: bool = True) -> npt.NDArray[np.float64]:
        """Log-odds of each text of being a name; NEVER for what can't be one. Texts hold Han characters and dots only.

        `words`: whether listed words that look like names count as words.
        """
        plain = texts.str.len_chars().is_between(2, 4) & ~texts.str.contains("·", literal=True)
        found = np.where(texts.str.contains("·", literal=True).to_numpy(), DOTTED, NEVER)
        at = np.flatnonzero(plain.to_numpy())
        points = _points(texts.gather(at).to_list())
        found[at] = self._plain(points)
        if words:
            found[at[np.isin(_packed(points), self.words)]] = NEVER
        return found

    def _plain(self, points: npt.NDArray[np.uint32]) -> npt.NDArray[np.float64]:
        lengths = (points > 0).sum(axis=1)
        pairs = points[:, 0].astype(np.uint64) | points[:, 1].astype(np.uint64) << np.uint64(16)
        compound = np.isin(pairs, self.compounds) & (lengths > 2)
        single = self.surnames[points[:, 0]] & ~compound
        found = np.full(len(points), NEVER)
        for mask, places, bonus, first in (
            (single & (lengths == 2), ("first_of_two", "given_of_two"), 0.0, 0),
            (single & (lengths == 3), ("first_of_three", "second_of_three", "third_of_three"), 0.0, 0),
            (compound & (lengths == 3), ("given_of_two",), COMPOUND, 2),
            (compound & (lengths == 4), ("second_of_three", "third_of_three"), COMPOUND, 2),
        ):
            parts = [self.places[p][points[mask, first + i]] for i, p in enumerate(places)]
            found[mask] = bonus + np.sum(parts, axis=0)
        found[self._is_else(points, lengths)] = NEVER
        return found

    def _is_else(self, points: npt.NDArray[np.uint32], lengths: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        """Whether each text ends as a place, an organisation or a thing does."""
        rows = np.arange(len(points))
        ends, before = points[rows, lengths - 1], points[rows, np.maximum(lengths - 2, 0)]
        two = before.astype(np.uint64) | ends.astype(np.uint64) << np.uint64(16)
        found: npt.NDArray[np.bool_] = self.last[ends] | np.isin(two, self.last_two)
        return found


def name_model(
    names: Mapping[str, Any], surnames: Iterable[str], endings: Iterable[str], words: Iterable[str]
) -> NameModel:
    """The model of a names pack's data; `words` look like names and aren't. Raises KeyError or ValueError where a table is missing or malformed."""
    listed, tails = list(surnames), list(endings)
    return NameModel(
        places={place: _table(names[place]) for place in PLACES},
        surnames=_flags(s for s in listed if len(s) == 1),
        compounds=_codes(s for s in listed if len(s) == 2),
        last=_flags(e for e in tails if len(e) == 1),
        last_two=_codes(e for e in tails if len(e) == 2),
        words=_codes([*names["words"].split(), *words]),
    )


def _flags(characters: Iterable[str]) -> npt.NDArray[np.bool_]:
    flags = np.zeros(_BMP, np.bool_)
    flags[[ord(c) for c in characters]] = True
    return flags


def _table(text: str) -> npt.NDArray[np.float32]:
    """Lines of a level in halves and its characters; the first line's level is that of every other character."""
    first, *lines = text.splitlines()
    table = np.full(_BMP, int(first.removeprefix("unseen ")) / 2, np.float32)
    for line in lines:
        level, characters = line.split(" ")
        table[[ord(c) for c in characters]] = int(level) / 2
    return table
