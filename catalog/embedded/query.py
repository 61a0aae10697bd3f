"""The search language of package_search, as far as catalogues use it: words, "phrases", field:value, field:(a OR b),
field:[from TO to], AND, OR, NOT, +, -, brackets, a trailing *. Parsed into a tree, the tree into SQL. Pure.

Words beside each other must all be found. Carrying out is left to search.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from catalog.embedded.refusals import QueryInvalid
from catalog.embedded.terms import match

MOST_TOKENS, MOST_DEPTH = 120, 20
TOKEN = re.compile(
    r"""\s*(?:(?P<open>\()|(?P<close>\))|(?P<sign>[+\-!](?=\S))
    |(?P<field>\*|[A-Za-z_][\w.-]*):(?=\S)
    |(?P<range>[\[{]\s*\S+\s+TO\s+[^\s\]}]+\s*[\]}])
    |"(?P<phrase>[^"]*)"?
    |(?P<word>[^\s()"]+))""",
    re.VERBOSE,
)
COLUMNS = {"title": "title", "notes": "body", "text": None, "_text_": None}


@dataclass(frozen=True)
class Everything:
    """Matches every dataset."""


@dataclass(frozen=True)
class Words:
    """An FTS5 expression; None finds nothing."""

    expression: str | None


@dataclass(frozen=True)
class Trait:
    """A field's exact value, its beginning, or (`upto` given) a range; `*` leaves an end open."""

    field: str
    value: str
    beginning: bool = False
    upto: str | None = None


@dataclass(frozen=True)
class Not:
    part: Node


@dataclass(frozen=True)
class Both:
    kind: Literal["AND", "OR"]
    parts: tuple[Node, ...]


Node = Everything | Words | Trait | Not | Both
Token = tuple[str, str]


def parse(text: str) -> Node:
    """The tree of a query; an empty one matches everything. Raises QueryInvalid."""
    tokens = _tokens(text)
    node, rest = _either(tokens, 0)
    if rest:
        raise QueryInvalid("a bracket is closed that wasn't opened")
    return node


def parse_plain(text: str) -> Node:
    """What a person typed: words and "phrases", all of which must be found; no other sign means anything."""
    words = re.findall(r'"([^"]+)"|[^\s"]+', text)
    pieces = [piece.group(1) or piece.group() for piece in re.finditer(r'"([^"]+)"|[^\s"]+', text)][:MOST_TOKENS]
    found = [Words(expression) for piece in pieces if (expression := match(piece))]
    if not words:
        return Everything()
    return Both("AND", tuple(found)) if found else Words(None)


def sql(node: Node) -> tuple[str, list[str]]:
    """A condition on `package p` and its parameters."""
    match node:
        case Everything():
            return "1", []
        case Words(expression):
            return ("0", []) if expression is None else _words_sql(expression)
        case Trait():
            return _trait_sql(node)
        case Not(part):
            inner, values = sql(part)
            return f"NOT ({inner})", values
        case Both(kind, parts):
            pieces = [sql(part) for part in parts]
            return "(" + f" {kind} ".join(p for p, _ in pieces) + ")", [v for _, values in pieces for v in values]


def wanted_words(node: Node) -> list[str]:
    """The FTS5 expressions that speak for a dataset: by them the found ones are ranked."""
    match node:
        case Words(str() as expression):
            return [expression]
        case Both(_, parts):
            return [expression for part in parts for expression in wanted_words(part)]
        case _:
            return []


def _words_sql(expression: str) -> tuple[str, list[str]]:
    return "p.number IN (SELECT rowid FROM words WHERE words MATCH ?)", [expression]


def _trait_sql(trait: Trait) -> tuple[str, list[str]]:
    find = "p.number IN (SELECT package FROM trait WHERE field = ? AND "
    if trait.upto is not None:
        ends = [(">=", trait.value), ("<=", trait.upto)]
        kept = [(sign, end) for sign, end in ends if end != "*"]
        condition = " AND ".join(f"value {sign} ?" for sign, _ in kept) or "1"
        return f"{find}{condition})", [trait.field, *(end for _, end in kept)]
    if trait.beginning:
        return f"{find}value >= ? AND value < ?)", [trait.field, trait.value, trait.value + "\U0010ffff"]
    return f"{find}value = ?)", [trait.field, trait.value]


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    position = 0
    text = text.rstrip()
    while position < len(text):
        found = TOKEN.match(text, position)
        if found is None or found.lastgroup is None:
            raise QueryInvalid("a sign stands where a word was expected")
        tokens.append((found.lastgroup, found.group(found.lastgroup)))
        position = found.end()
    if len(tokens) > MOST_TOKENS:
        raise QueryInvalid(f"more than {MOST_TOKENS} words and signs")
    return tokens


def _either(tokens: list[Token], depth: int, field: str | None = None) -> tuple[Node, list[Token]]:
    """parts OR parts …; returns what follows too."""
    if depth > MOST_DEPTH:
        raise QueryInvalid("brackets are nested too deep")
    groups: list[list[Node]] = [[]]
    while tokens and tokens[0][0] != "close":
        if tokens[0] == ("word", "OR"):
            groups.append([])
            tokens = tokens[1:]
            continue
        if tokens[0] in (("word", "AND"), ("word", "&&")):
            tokens = tokens[1:]
            continue
        node, tokens = _one(tokens, depth, field)
        if node is not None:
            groups[-1].append(node)
    parts = [part for group in groups if (part := _joined("AND", group)) is not None]
    return _joined("OR", parts) or Everything(), tokens


def _one(tokens: list[Token], depth: int, field: str | None) -> tuple[Node | None, list[Token]]:
    (kind, value), rest = tokens[0], tokens[1:]
    if (kind, value) == ("word", "NOT") or (kind == "sign" and value in "-!"):
        node, rest = _one(rest, depth + 1, field) if rest else (None, rest)
        return (None if node is None else Not(node)), rest
    if kind == "sign":
        return _one(rest, depth, field) if rest else (None, rest)
    if kind == "field":
        return _one(rest, depth, value) if rest else (None, rest)
    if kind == "open":
        node, rest = _either(rest, depth + 1, field)
        if not rest:
            raise QueryInvalid("a bracket isn't closed")
        return node, rest[1:]
    if kind == "close":
        raise QueryInvalid("a bracket is closed that wasn't opened")
    return _leaf(kind, value, field), rest


def _leaf(kind: str, value: str, field: str | None) -> Node | None:
    star = kind == "word" and value.endswith("*")
    if field == "*" or (field is None and value == "*"):
        return Everything()
    if field is None or field in COLUMNS:
        expression = match(value.rstrip("*") if star else value, beginning=star)
        column = COLUMNS.get(field) if field else None
        if expression is None:
            return None if field is None else Words(None)
        return Words(f"{{{column}}} : {expression}" if column else expression)
    if kind == "range":
        low, _, high = value.strip("[]{} ").partition(" TO ")
        return Trait(field, low.strip(), upto=high.strip())
    return Trait(field, value.rstrip("*") if star else value, beginning=star)


def _joined(kind: Literal["AND", "OR"], parts: list[Node]) -> Node | None:
    if len(parts) < 2:
        return parts[0] if parts else None
    return Both(kind, tuple(parts))
