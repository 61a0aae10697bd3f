"""Bar charts drawn on the server: numbers in, shapes for templates/chart.html out. Each stands above its table, so nobody
needs the picture; colours come from the style sheet by class, and a word stands with each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from review.console.words import Pair

WIDTH, LEFT, ROW, BAR = 520, 226, 30, 18
HEIGHT, FOOT, TOP = 190, 24, 22


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle in pixels of the drawing, its number and its class."""

    x: float
    y: float
    width: float
    height: float
    value: int
    look: str


@dataclass(frozen=True, slots=True)
class Label:
    x: float
    y: float
    text: Pair
    anchor: str


@dataclass(frozen=True, slots=True)
class Chart:
    """`legend`: words and classes of the series, empty for one series."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    labels: tuple[Label, ...]
    legend: tuple[tuple[Pair, str], ...] = ()


def lying(rows: Sequence[tuple[Pair, int, str]]) -> Chart:
    """One bar for each (word, number, class), from top to bottom."""
    most = max((n for _, n, _ in rows), default=0) or 1
    bars, labels = [], []
    for line, (said, number, look) in enumerate(rows):
        y, width = line * ROW + 6, (WIDTH - LEFT - 60) * number / most
        bars.append(Bar(LEFT, y, round(max(width, 1 if number else 0), 1), BAR, number, look))
        labels.append(Label(LEFT - 10, y + 14, said, "end"))
        labels.append(Label(LEFT + round(width, 1) + 6, y + 14, (f"{number:,}", f"{number:,}"), "start"))
    return Chart(WIDTH, max(1, len(rows)) * ROW + 6, tuple(bars), tuple(labels))


def standing(columns: Sequence[tuple[Pair, Sequence[int]]], series: Sequence[tuple[Pair, str]]) -> Chart:
    """A stack for each (word, numbers) from left to right; `series`: word and class of each number."""
    most = max((sum(numbers) for _, numbers in columns), default=0) or 1
    step, room = WIDTH / max(1, len(columns)), HEIGHT - FOOT - TOP
    bars, labels = [], []
    for place, (said, numbers) in enumerate(columns):
        x, y = place * step + step * 0.2, float(HEIGHT - FOOT)
        for number, (_, look) in zip(numbers, series, strict=True):
            tall = room * number / most
            y -= tall
            if number:
                bars.append(Bar(round(x, 1), round(y, 1), round(step * 0.6, 1), round(tall, 1), number, look))
        if total := sum(numbers):
            labels.append(Label(round(x + step * 0.3, 1), round(y - 5, 1), (f"{total:,}", f"{total:,}"), "middle"))
        if (len(columns) - 1 - place) % 2 == 0:  # every other one has room for its word, the last one always
            labels.append(Label(round(x + step * 0.3, 1), HEIGHT - 6, said, "middle"))
    return Chart(WIDTH, HEIGHT, tuple(bars), tuple(labels), tuple(series) if len(series) > 1 else ())
