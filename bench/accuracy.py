"""How much of the planted corpus the real scanner finds, and how often it takes an innocent text for an identifier.

`python -m bench.accuracy [--scale 0.05] [--seed N]` prints one row for each entity and what was missed by disguise, never
a text. `measure` gives the same as values for the results page; the corpus itself is bench/corpus/.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from bench.corpus.cases import Case, Truth, positives
from bench.corpus.negatives import negatives
from bench.corpus.others import CHECKED, MAKERS
from bench.page import Row
from flows.library import read_packs
from redaction.lens import Column, Lens, Span, open_lens

POSITIVES, NEGATIVES = 100_000, 1_000_000
SEED = 2026
BATCH = 20_000
PRECISION = {"CN_ID18": 0.999, "USCC_STRICT": 0.999}  # of hits with a right check digit
T = TypeVar("T")


@dataclass
class Figures:
    """What was counted for one entity. A found span agrees in entity, start, end and, where there is one, check digit.

    `false_*` count hits on a span where nothing of that entity was planted.
    """

    planted: int = 0
    found: int = 0
    covered: int = 0  # not found, but inside a longer hit of another entity that is sure and has a right check digit
    nested: int = 0
    nested_found: int = 0
    only_hinted: int = 0  # found, but not sure though its context speaks for it
    true_sure: int = 0
    false_sure: int = 0
    true_checked: int = 0  # sure and with a right check digit
    false_checked: int = 0
    false_hints: int = 0
    missed: Counter[str] = field(default_factory=Counter)  # by disguise
    hinted: Counter[str] = field(default_factory=Counter)
    nested_missed: Counter[str] = field(default_factory=Counter)
    false_by_kind: Counter[str] = field(default_factory=Counter)

    @property
    def recall(self) -> float:
        return self.found / self.planted if self.planted else 1.0

    @property
    def precision(self) -> float:
        """Of sure hits, over positives and innocent texts."""
        hits = self.true_sure + self.false_sure
        return self.true_sure / hits if hits else 1.0

    @property
    def checked_precision(self) -> float:
        """The same of sure hits whose check digit is right."""
        hits = self.true_checked + self.false_checked
        return self.true_checked / hits if hits else 1.0


@dataclass(frozen=True)
class Accuracy:
    """One measurement: `entities` by name, every planted or found one."""

    seed: int
    positives: int
    negatives: int
    seconds: float
    unread: int  # texts that the scanner gave up on
    entities: dict[str, Figures]

    def failures(self) -> list[str]:
        """The bars that don't hold."""
        texts = [f"{self.unread} texts unread"] if self.unread else []
        for entity, figures in sorted(self.entities.items()):
            if entity in CHECKED and figures.found < figures.planted:
                texts.append(f"{entity}: recall {figures.recall:.5f} ({_named(figures.missed)})")
            if entity in CHECKED and figures.nested_found < figures.nested:
                texts.append(f"{entity}: {figures.nested_found} of {figures.nested} nested found ({_named(figures.nested_missed)})")  # fmt: skip
            if entity in CHECKED and figures.only_hinted:
                texts.append(f"{entity}: {figures.only_hinted} not sure in context ({_named(figures.hinted)})")
            if figures.checked_precision < PRECISION.get(entity, 0):
                texts.append(f"{entity}: precision {figures.checked_precision:.5f} ({_named(figures.false_by_kind)})")
        return texts


def measure(lens: Lens, seed: int, positive_count: int, negative_count: int) -> Accuracy:
    """Feed both halves of the corpus to the scanner: the entities that it has a recogniser for.

    The same seed, counts and recognisers give the same figures.
    """
    began = time.monotonic()
    known = [entity for entity in MAKERS if entity in {r.entity for r in lens.recognisers}]
    entities = {entity: Figures() for entity in known}
    unread = 0
    for cases in _batches(positives(seed, positive_count, known)):
        for case, spans in zip(cases, _found(lens, [(c.text, c.header) for c in cases]), strict=True):
            unread += spans is None and not case.nested
            _count_planted(entities, case, spans or [], lens)
    for lines in _batches(negatives(seed + 1, negative_count)):
        for (_, _, kind), spans in zip(lines, _found(lens, [(text, header) for text, header, _ in lines]), strict=True):
            unread += spans is None
            for span in spans or []:
                _count_false(entities, span, kind, lens)
    return Accuracy(seed, positive_count, negative_count, time.monotonic() - began, unread, entities)


def _batches(lines: Iterator[T]) -> Iterator[list[T]]:
    while batch := list(islice(lines, BATCH)):
        yield batch


def _found(lens: Lens, cells: list[tuple[str, str | None]]) -> list[list[Span] | None]:
    """Hits of each cell, those of one header asked together as in a column."""
    places: dict[str | None, list[int]] = {}
    for index, (_, header) in enumerate(cells):
        places.setdefault(header, []).append(index)
    answers: list[list[Span] | None] = [None] * len(cells)
    for header, indices in places.items():
        column = lens.column(header) if header else Column()
        for index, spans in zip(indices, lens.find([cells[i][0] for i in indices], column), strict=True):
            answers[index] = spans
    return answers


def _count_planted(entities: dict[str, Figures], case: Case, spans: list[Span], lens: Lens) -> None:
    scores = lens.rules.scores
    left = {(s.entity, s.start, s.end): s for s in spans}
    for truth in case.truths:
        figures = entities.setdefault(truth.entity, Figures())
        span = left.pop((truth.entity, truth.start, truth.end), None)
        found = span is not None and span.score >= scores.reported and _agrees(span, truth)
        if case.nested:
            figures.nested += 1
            figures.nested_found += found
            figures.nested_missed[case.disguise] += not found
            continue
        figures.planted += 1
        figures.found += found
        covered = not found and any(_covers(s, truth, lens) for s in spans)
        figures.covered += covered
        figures.missed[case.disguise] += not found and not covered
        if span is None or not found:
            continue
        sure = span.score >= scores.sure
        expected = truth.sure and lens.rules[truth.entity].publish != "public"  # a public number need only be named
        figures.true_sure += sure
        figures.true_checked += sure and span.valid is True
        figures.only_hinted += expected and not sure
        figures.hinted[case.disguise] += expected and not sure
    for span in left.values() if not case.nested else ():
        _count_false(entities, span, f"beside a planted one: {case.disguise}", lens)


def _covers(span: Span, truth: Truth, lens: Lens) -> bool:
    """By chance the surroundings make a longer, valid number of it; the rule of overlaps lets that one stand, over all of it."""
    longer = span.start <= truth.start and truth.end <= span.end and span.end - span.start > truth.end - truth.start
    return longer and span.valid is True and span.score >= lens.rules.scores.sure


def _agrees(span: Span, truth: Truth) -> bool:
    return truth.valid is None or span.valid is truth.valid


def _count_false(entities: dict[str, Figures], span: Span, kind: str, lens: Lens) -> None:
    figures, scores = entities.setdefault(span.entity, Figures()), lens.rules.scores
    if span.score < scores.sure:
        figures.false_hints += span.score >= scores.reported
        return
    figures.false_sure += 1
    figures.false_by_kind[kind] += 1
    figures.false_checked += span.valid is True


def _named(counts: Counter[str], most: int = 12) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common(most) if count)


def table(accuracy: Accuracy) -> str:
    """The page: a row for each entity, then the disguises missed and the kinds of text mistaken."""
    head = ["entity", "planted", "found", "covered", "recall", "sure, planted", "sure, innocent", "precision", "of right check digits", "hints", "nested"]  # fmt: skip
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    notes = []
    for entity, f in accuracy.entities.items():
        cells = (entity, f"{f.planted:,}", f"{f.found:,}", f"{f.covered:,}", f"{f.recall:.5f}", f"{f.true_sure:,}", f"{f.false_sure:,}", f"{f.precision:.5f}", f"{f.checked_precision:.5f}" if f.true_checked else "–", f"{f.false_hints:,}", f"{f.nested_found:,} of {f.nested:,}")  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
        notes += [f"- {entity} {what}: {_named(counts)}" for what, counts in (("missed", f.missed), ("only hinted at", f.hinted), ("nested missed", f.nested_missed), ("mistaken", f.false_by_kind)) if counts.total()]  # fmt: skip
    absent = sorted(set(MAKERS) - set(accuracy.entities))
    lines.append(f"\nWithout a recogniser: {', '.join(absent) or 'none'}.")
    lines.append(f"{accuracy.positives:,} planted cells, {accuracy.negatives:,} innocent ones, seed {accuracy.seed}, {accuracy.seconds:.0f} s, {accuracy.unread} unread.\n")  # fmt: skip
    return "\n".join(lines + notes)


def rows() -> Iterator[Row]:
    """Lines for the page of results: the whole corpus."""
    accuracy = measure(open_lens(read_packs(None)), SEED, POSITIVES, NEGATIVES)
    what = f"{accuracy.positives:,} planted and {accuracy.negatives:,} innocent cells, seed {accuracy.seed}"
    yield f"{what}: unread", str(accuracy.unread), "0"
    for entity, f in accuracy.entities.items():
        checked = f", {f.checked_precision:.5f} with a right check digit" if f.true_checked else ""
        bars = ["recall 1"] * (entity in CHECKED) + [f"≥ {PRECISION[entity]}" for _ in PRECISION if _ == entity]
        recall = f"recall {f.recall:.5f} of {f.planted:,}" if f.planted else "none planted"
        yield entity, f"{recall}; precision of sure hits {f.precision:.5f}{checked}", ", ".join(bars)  # fmt: skip
    yield "bars that don't hold", "; ".join(accuracy.failures()) or "none", "none"


def main() -> None:
    """Print the table; exit 1 where a bar doesn't hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="part of the corpus, 1 is the whole")
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    lens = open_lens(read_packs(None))
    accuracy = measure(lens, asked.seed, round(POSITIVES * asked.scale), round(NEGATIVES * asked.scale))
    print(table(accuracy))
    failures = accuracy.failures()
    print("\n".join(["", *(f"NOT HELD {text}" for text in failures)]) if failures else "\nEvery bar holds.")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
