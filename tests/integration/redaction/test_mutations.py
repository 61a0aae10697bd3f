"""Thousands of strings near identifiers: the lens says what Presidio's own recognisers say, span for span."""

from collections import Counter
from random import SystemRandom

import pytest

from flows.library import read_packs
from redaction.detect import Raw
from redaction.lens import Column, Lens, open_lens
from redaction.normalise import normalise
from redaction.overlap import without_overlaps
from tests.integration.redaction.mutations import mutated

COUNT = 2_000
HEADERS = (None, "身份证号码", "银行卡号", "组织机构代码")
FRESH = SystemRandom().randrange(10**9)
Places = list[tuple[str, int, int]]


def presidio(lens: Lens, text: str, column: Column) -> Places:
    """Every recogniser asked by Presidio itself on the whole normalised text: no prefilter, no mask, no tier."""
    content = normalise(text)
    quiet = lens._without_labels(content.text.lower())
    spans = []
    for recogniser in lens.recognisers:
        for result in recogniser.presidio.analyze(content.text, [recogniser.entity], None):
            valid = result.score == 1.0 if recogniser.checks else None
            score = recogniser.score if valid else float(result.score)
            raw = Raw(result.start, result.end, recogniser.entity, score, valid)
            spans.append(lens._weigh(raw, recogniser, content, quiet, column))
    scores = lens.rules.scores
    order = {entity: rule.order for entity, rule in lens.rules.rules.items()}
    stand = without_overlaps((s for s in spans if s), order, sure=scores.sure, reported=scores.reported)
    return [(s.entity, s.start, s.end) for s in stand if s.score >= scores.reported]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2026, FRESH], ids=["fixed seed", "fresh seed"])
@pytest.mark.parametrize("header", HEADERS, ids=["no header", "identity header", "card header", "code header"])
def test_lens_and_presidio_agree_on_mutated_strings(seed: int, header: str | None) -> None:
    lens = open_lens(read_packs(None))
    column = lens.column(header) if header else Column()
    texts = mutated(seed + HEADERS.index(header), COUNT // len(HEADERS))
    counts, different = Counter[str](), 0
    for text, spans in zip(texts, lens.find(texts, column), strict=True):
        assert spans is not None, f"seed {seed}: a text was given up"
        mine = [(s.entity, s.start, s.end) for s in spans if s.score >= lens.rules.scores.reported]
        different += mine != presidio(lens, text, column)
        counts.update(entity for entity, _, _ in mine)
    assert different == 0, f"seed {seed}: {different} of {len(texts)} strings differ"  # never a string
    assert counts.total() > len(texts) // 8  # strings that hold nothing would agree as well


def test_mutated_is_the_same_for_the_same_seed() -> None:
    assert mutated(3, 500) == mutated(3, 500)
    assert mutated(3, 500) != mutated(4, 500)


def test_mutated_strings_are_many_and_unlike() -> None:
    assert len(set(mutated(1, 5_000))) > 4_500
