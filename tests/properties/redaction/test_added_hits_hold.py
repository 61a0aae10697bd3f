"""However hits overlap, adding others to them leaves no two that touch and hides nothing that was to be hidden."""

import itertools
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.table import ROW_ORIGIN, TableInfo
from redaction.added_hits import SPANS, add_hits, hits_of
from redaction.hit_files import HIT_TYPES, HITS, read_parts, write_part

SURE, TEXT = 0.4, "甲乙丙丁戊己庚辛壬癸"
spots = st.tuples(st.integers(0, 9), st.integers(1, 5), st.sampled_from([0.3, 0.6, 1.0]))


def apart(found: list[tuple[int, int, float]]) -> list[tuple[int, int, float]]:
    """Those that don't touch an earlier one, as any one finder gives them."""
    kept: list[tuple[int, int, float]] = []
    for start, length, score in found:
        end = min(10, start + length)
        if all(end <= a or b <= start for a, b, _ in kept):
            kept.append((start, end, score))
    return sorted(kept)


def covered(hits: list[tuple[int, int, float]]) -> set[int]:
    return {i for a, b, score in hits if score >= SURE for i in range(a, b)}


@settings(max_examples=150, deadline=None)
@given(st.lists(spots, max_size=5), st.lists(spots, max_size=5), st.booleans())
def test_added_hits_touch_no_other_and_everything_sure_stays_covered(
    before: list[tuple[int, int, float]], after: list[tuple[int, int, float]], hints: bool
) -> None:
    old, score = apart(before), 0.3 if hints else 0.9
    new = [(a, b, score) for a, b, _ in apart(after)]
    with TemporaryDirectory() as folder:
        found = _added(Path(folder), old, new, score)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(found))
    assert covered(found) == covered(old) | covered(new)
    assert {h for h in old if h[2] >= SURE} <= set(found)


def _added(
    folder: Path, old: list[tuple[int, int, float]], new: list[tuple[int, int, float]], score: float
) -> list[tuple[int, int, float]]:
    path = folder / "hits"
    rows = [
        {"column": "甲", "row": 1, "origin": 2, "start": a, "end": b, "entity": "MOBILE", "score": s, "valid": None,
         "source": "cell", "whole": False, "official": False}
        for a, b, s in old
    ]  # fmt: skip
    write_part(path, 1, 1, pl.DataFrame(rows, schema=HIT_TYPES).select(HITS))
    frame = pl.DataFrame({"甲": [TEXT], ROW_ORIGIN: [2]})
    spans = pl.DataFrame([(TEXT, a, b, "CN_NAME", False) for a, b, _ in new], schema=SPANS, orient="row")
    info = TableInfo("t", "", ("甲",), 1)
    add_hits(path, info, [frame], lambda f, first: [hits_of(f, first, "甲", spans, score)], sure=SURE)
    return [(h["start"], h["end"], h["score"]) for part in read_parts(path) for h in part.to_dicts()]
