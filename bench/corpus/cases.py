"""Labelled texts: every entity in every disguise that fits it, the same for the same seed.

`positives(seed, count)` is the whole door. Innocent texts come from negatives.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from random import Random

from bench.corpus.nested import NESTED
from bench.corpus.numbers import Item
from bench.corpus.others import CALLED, CHECKED, IN_CONTEXT_ONLY, MAKERS, STRONG
from bench.corpus.surroundings import CALM, SURROUNDINGS, Pieces, Planted, Surrounding
from bench.corpus.writing import QUIET, WRITINGS, Writing

TRIES = 200  # an X at the end is one number in eleven
NEAR_LEAD = 12  # signs between the word and the number, well within the 30 that the rule gives
HEADER_ONLY = ("two, ", "excel ", "byte order mark", "row with ", "json", "scientific", "wrong check")


@dataclass(frozen=True, slots=True)
class Truth:
    """One planted span in offsets of the text. `sure`: it must be replaced, not only hinted at."""

    entity: str
    start: int
    end: int
    valid: bool | None
    sure: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A cell with what is planted in it. `nested`: readable only after decoding the notation around it."""

    text: str
    header: str | None
    truths: tuple[Truth, ...]
    disguise: str
    nested: bool = False


@dataclass(frozen=True, slots=True)
class _Plan:
    entity: str
    disguise: str
    writings: tuple[Writing, ...]
    surroundings: tuple[Surrounding, ...]
    nested: bool = False
    change: Callable[[Random, Item], Item] | None = None


def _in_powers_of_ten(draw: Random, item: Item) -> Item:
    """What a spreadsheet shows of a long number; the rest of its digits is lost."""
    text = item.text.replace("X", "0")
    sign, shown = draw.choice(["E+", "e+", "E"]), draw.choice([2, 5, 5, 14])
    return Item("MASKED_ID", f"{text[0]}.{text[1 : 1 + shown]}{sign}{len(text) - 1}", None)


def _mistyped(draw: Random, item: Item) -> Item:
    wrong = draw.choice([sign for sign in "0123456789" if sign != item.text[-1]])
    return replace(item, text=item.text[:-1] + wrong, valid=False)


def _as_float(draw: Random, item: Item, written: str) -> Pieces | None:
    return [Planted(item, written), ".0"] if item.text.isdigit() and item.groups and len(item.text) <= 15 else None


_FLOAT: Surrounding = _as_float


def _plans(entities: Iterable[str]) -> list[_Plan]:
    as_is, alone = (WRITINGS["as is"],), (SURROUNDINGS["alone"],)
    calm = tuple(SURROUNDINGS[name] for name in CALM)
    quiet = tuple(WRITINGS[name] for name in QUIET)
    plans = []
    for entity in entities:
        plans += [_Plan(entity, name, (writing,), calm) for name, writing in WRITINGS.items()]
        plans += [_Plan(entity, name, quiet, (around,)) for name, around in SURROUNDINGS.items()]
        plans.append(_Plan(entity, "any writing in calm surroundings", tuple(WRITINGS.values()), calm))
        plans.append(_Plan(entity, "excel float", as_is, (_FLOAT,)))
        if entity in CHECKED:
            plans += [_Plan(entity, name, as_is, (around,), nested=True) for name, around in NESTED.items()]
        if entity in ("CN_ID18", "BANKCARD"):
            plans.append(_Plan(entity, "wrong check digit", as_is, calm[:3], change=_mistyped))
            plans.append(_Plan(entity, "scientific notation", as_is, alone, change=_in_powers_of_ten))
    return [plan for plan in plans if _case(Random(1), plan, TRIES) is not None]


def positives(seed: int, count: int, entities: Iterable[str] = tuple(MAKERS)) -> Iterator[Case]:
    """`count` cases, each of these entities in every fitting disguise in turn."""
    draw = Random(seed)
    plans = _plans(entities)
    draw.shuffle(plans)
    for number in range(count):
        case = _case(draw, plans[number % len(plans)], 50 * TRIES)
        assert case is not None, plans[number % len(plans)].disguise
        yield case


def _case(draw: Random, plan: _Plan, tries: int) -> Case | None:
    for _ in range(tries):
        item = MAKERS[plan.entity](draw)
        if plan.change is not None:
            item = plan.change(draw, item)
        written = draw.choice(plan.writings)(draw, item)
        pieces = draw.choice(plan.surroundings)(draw, item, written) if written is not None else None
        if pieces is not None:
            return _placed(draw, plan, pieces)
    return None


def _placed(draw: Random, plan: _Plan, pieces: Pieces) -> Case:
    """The text with its context: a header, a word right before the number, or nothing where the number needs none."""
    needs = plan.entity in IN_CONTEXT_ONLY or plan.change is not None or plan.disguise == "excel float"
    header_only = plan.disguise.startswith(HEADER_ONLY) or _lead(pieces) > NEAR_LEAD
    ways = ["header"] + ([] if header_only else ["near"]) + ([] if needs else ["none", "none"])
    way = draw.choice(ways)
    header, word = CALLED[plan.entity]
    if way == "near":
        pieces = [f"{word}：", *pieces]
    text, truths = "", []
    for piece in pieces:
        if isinstance(piece, str):
            text += piece
            continue
        item = piece.item
        helped = item.entity in STRONG or way != "none" or CALLED[item.entity][1] in text[-8:]
        truths.append(Truth(item.entity, len(text), len(text) + len(piece.written), item.valid, helped))
        text += piece.written
    return Case(text, header if way == "header" else None, tuple(truths), plan.disguise, plan.nested)


def _lead(pieces: Pieces) -> int:
    lead = 0
    for piece in pieces:
        if isinstance(piece, Planted):
            break
        lead += len(piece)
    return lead
