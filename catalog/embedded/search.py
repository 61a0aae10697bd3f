"""Finding datasets: words, traits, order and counts by trait, over what the caller may see."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.embedded import query
from catalog.embedded.refusals import QueryInvalid

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


def search(connection: sqlite3.Connection, wish: Wish) -> Found:
    """Find. Raises QueryInvalid."""
    condition, values = query.sql(wish.condition)
    states = sorted(wish.states)
    visible = f"p.state IN ({', '.join('?' * len(states))})" + ("" if wish.with_private else " AND NOT p.private")
    order, order_values = _order(wish)
    hits = connection.execute(
        f"SELECT p.number FROM package p {order[0]} WHERE {visible} AND {condition} ORDER BY {order[1]}",  # noqa: S608 - built from constants; every value is a parameter
        [*order_values, *states, *values],
    )
    numbers = [row[0] for row in hits]
    facets = {name: _facet(connection, name, numbers, wish.facet_limit) for name in wish.facets}
    return Found(len(numbers), numbers[wish.start : wish.start + wish.rows], facets)


def _order(wish: Wish) -> tuple[tuple[str, str], list[str]]:
    """A join that brings the rank where it is asked for, the order, and the join's parameters."""
    words = query.wanted_words(wish.condition)
    join, orders, values = "", [], []
    for part in wish.sort.split(","):
        name, _, direction = part.strip().partition(" ")
        direction = direction.strip().lower() or "asc"
        if direction not in ("asc", "desc"):
            raise QueryInvalid("sort directions are asc and desc")
        if name in ("score", "relevance"):
            if words and not join:
                join = (
                    f"LEFT JOIN (SELECT rowid, bm25(words, {WEIGHTS}) AS rank FROM words WHERE words MATCH ?) w"  # noqa: S608 - constants
                    " ON w.rowid = p.number"
                )
                values = [" OR ".join(words)]
                orders.append(f"coalesce(w.rank, 0) {'asc' if direction == 'desc' else 'desc'}")
            continue
        if name not in ORDERS:
            raise QueryInvalid("that field can't be sorted by")
        orders.append(f"{ORDERS[name]} {direction}")
    return (join, ", ".join([*orders, "p.number DESC"])), values


def _facet(connection: sqlite3.Connection, name: str, numbers: list[int], limit: int) -> dict[str, int]:
    rows = connection.execute(
        "SELECT value, count(*) AS found FROM trait WHERE field = ? AND package IN (SELECT value FROM json_each(?))"
        " GROUP BY value ORDER BY found DESC, value LIMIT ?",
        (name, json.dumps(numbers), limit if limit > 0 else -1),
    )
    return {row[0]: row[1] for row in rows}


def facet_titles(connection: sqlite3.Connection, name: str, values: Sequence[str]) -> dict[str, str]:
    """What a person reads for each value: a department's title for its name."""
    titles: dict[str, Any] = {}
    if name in ("organization", "groups"):
        titles = {row[0]: row[1] for row in connection.execute("SELECT name, title FROM owner")}
    return {value: titles.get(value, value) for value in values}
