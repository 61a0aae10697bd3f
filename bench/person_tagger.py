"""`python -m bench.person_tagger`: precision and recall of the person tagger on labelled text, and its cost.

The labelled text (CLUENER, 10,748 sentences, no licence stated) isn't part of the project: it is looked for in
../shared/samples/pii_zh beside the repository, and the figures are left out, with a word, where it is absent. The tagger was
trained by others on other text; of the corpus every fifth sentence is held aside and only those are measured.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.page import Row
from redaction.person_tagger import PersonTagger, person_tagger

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "samples" / "pii_zh" / "cluener_train.json"
ASIDE = 5
PLAIN = re.compile("[一-鿿]{2,4}")

Spans = set[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Score:
    """Exact spans: how many were found rightly, wrongly, and not at all."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)

    def __str__(self) -> str:
        f1 = 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)
        return f"precision {self.precision:.3f}, recall {self.recall:.3f}, F1 {f1:.3f}"


@dataclass(frozen=True, slots=True)
class Measured:
    """`every`: all labelled names, whatever their form. `plain`: names of two to four Han characters alone."""

    texts: int
    characters: int
    every: Score
    plain: Score
    milliseconds: float  # for 1,000 characters


def corpus(path: Path) -> list[tuple[str, Spans]]:
    """The sentences held aside, with the spans of their persons' names."""
    lines = path.read_text("utf-8").splitlines()[::ASIDE]
    rows = [json.loads(line) for line in lines if line.strip()]
    return [(r["text"], {(a, b + 1) for spans in r["label"].get("name", {}).values() for a, b in spans}) for r in rows]


def score(texts: Sequence[str], wanted: Iterable[Spans], found: Iterable[Spans], *, plain: bool) -> Score:
    """Counts of exact spans over all texts."""
    right = wrong = missed = 0
    for text, want, got in zip(texts, wanted, found, strict=True):
        if plain:
            want, got = ({s for s in spans if PLAIN.fullmatch(text[slice(*s)])} for spans in (want, got))
        right, wrong, missed = right + len(want & got), wrong + len(got - want), missed + len(want - got)
    return Score(right, wrong, missed)


def measure(tagger: PersonTagger, path: Path = CORPUS) -> Measured | None:
    """The tagger's figures; None where the corpus is absent."""
    if not path.is_file():
        return None
    rows = corpus(path)
    texts, wanted = [t for t, _ in rows], [w for _, w in rows]
    tagger.find(texts[:1])
    began = time.process_time()
    found = [set(spans) for spans in tagger.find(texts)]
    seconds = time.process_time() - began
    characters = sum(map(len, texts))
    return Measured(
        len(texts), characters, score(texts, wanted, found, plain=False), score(texts, wanted, found, plain=True),
        seconds * 1e6 / characters,
    )  # fmt: skip


def rows() -> Iterator[Row]:
    """Lines for the page of results."""
    done = measure(person_tagger())
    if done is None:
        yield "person tagger on labelled text", "left out: ../shared/samples/pii_zh isn't here", ""
        return
    kind = f"person tagger, {done.texts:,} sentences held aside"
    yield f"{kind}, all names", str(done.every), ""
    yield f"{kind}, names of 2–4 Han characters", str(done.plain), ""
    yield "person tagger, processor time for 1,000 characters", f"{done.milliseconds:.1f} ms", ""


if __name__ == "__main__":
    for what, figure, _ in rows():
        print(f"{what}: {figure}")
