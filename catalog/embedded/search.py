"""Finding datasets: words, traits, order and counts by trait, over what the caller may see."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.embedded import query
from catalog.embedded.facets import Facets, bits
from catalog.embedded.refusals import QueryInvalid

MOST_RANKED = 1000
WEIGHTS = "10.0, 4.0, 1.0"  # title, keywords, body
FACETS = ("organization", "groups", "tags", "res_format", "license_id")
ORDERS = {
    "metadata_modified": "p.modified",
    "metadata_created": "p.created",
    "name": "p.name",
    "title_string": "p.title",
    "title": "p.title",
    "id": "p.id",
}
DEFAULT_SORT = "score desc, metadata_modified desc"


@dataclass(frozen=True)
class Wish:
    """What is looked for. `condition` holds words and filters in one tree."""

    condition: query.Node
    sort: str = DEFAULT_SORT
    start: int = 0
    rows: int = 10
    facets: Sequence[str] = ()
    facet_limit: int = 50
    with_private: bool = False
    states: frozenset[str] = frozenset({"active"})


@dataclass
class Found:
    """How many, which of them are on this page (their numbers), and per facet the values with their counts."""

    count: int
    numbers: list[int]
    facets: dict[str, dict[str, int]] = field(default_factory=dict)


def search(connection: sqlite3.Connection, facets: Facets, wish: Wish) -> Found:
    """Find. Raises QueryInvalid."""
    condition, values = query.sql(wish.condition)
    states = sorted(wish.states)
    visible = f"p.state IN ({', '.join('?' * len(states))})" + ("" if wish.with_private else " AND NOT p.private")
    by_rank, order = _order(wish.sort)
    hits = connection.execute(
        f"SELECT p.number FROM package p WHERE {visible} AND {condition} ORDER BY {order}",  # noqa: S608 - built from constants; every value is a parameter
        [*states, *values],
    )
    numbers = [row[0] for row in hits]
    words = query.wanted_words(wish.condition)
    if by_rank and words:
        ranks = _ranks(connection, " OR ".join(f"({each})" for each in words))
        numbers.sort(key=lambda number: ranks.get(number, 0.0))
    found = bits(numbers) if wish.facets else 0
    counts = {name: facets.count(connection, name, found, wish.facet_limit) for name in wish.facets}
    return Found(len(numbers), numbers[wish.start : wish.start + wish.rows], counts)


def _order(sort: str) -> tuple[bool, str]:
    """Whether the best match comes first, and the order among equals."""
    by_rank, orders = False, []
    for position, part in enumerate(sort.split(",")):
        name, _, direction = part.strip().partition(" ")
        direction = direction.strip().lower() or "asc"
        if direction not in ("asc", "desc"):
            raise QueryInvalid("sort directions are asc and desc")
        if name in ("score", "relevance"):
            by_rank = by_rank or position == 0
        elif name in ORDERS:
            orders.append(f"{ORDERS[name]} {direction}")
        else:
            raise QueryInvalid("that field can't be sorted by")
    return by_rank, ", ".join([*orders, "p.number DESC"])


def _ranks(connection: sqlite3.Connection, words: str) -> dict[int, float]:
    """Lower is better. By BM25; where the words occur in very many, by whether title or keywords hold one."""
    some = "SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)"
    if connection.execute(some, (words, MOST_RANKED + 1)).fetchone()[0] <= MOST_RANKED:
        rows = connection.execute(
            f"SELECT rowid, bm25(words, {WEIGHTS}) FROM words WHERE words MATCH ?",  # noqa: S608 - a constant
            (words,),
        )
        return {row[0]: row[1] for row in rows}
    ranks: dict[int, float] = {}
    for column, rank in (("keywords", -1.0), ("title", -2.0)):
        rows = connection.execute("SELECT rowid FROM words WHERE words MATCH ?", (f"{{{column}}} : ({words})",))
        ranks |= {row[0]: rank for row in rows}
    return ranks


def facet_titles(connection: sqlite3.Connection, name: str, values: Sequence[str]) -> dict[str, str]:
    """What a person reads for each value: a department's title for its name."""
    titles: dict[str, Any] = {}
    if name in ("organization", "groups"):
        titles = {row[0]: row[1] for row in connection.execute("SELECT name, title FROM owner")}
    return {value: titles.get(value, value) for value in values}
