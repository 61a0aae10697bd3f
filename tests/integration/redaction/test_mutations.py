"""Tens of thousands of strings near identifiers: the engine says what Presidio's own recognisers say, span for span."""

from collections import Counter
from pathlib import Path
from random import Random, SystemRandom

import polars as pl
import pytest

from flows.library import read_packs
from redaction.detect import Recogniser
from redaction.engine import scan_table
from redaction.hit_files import read_parts
from redaction.lens import Column, Lens, open_lens
from tests.integration.redaction.mutations import mutated
from tests.personal_data import column_table

COUNT, ALIKE, TIMES = 4_970, 32, 40  # 6,250 strings for each of four headers and two seeds: 50,000 in all
HEADERS = (None, "身份证号码", "银行卡号", "组织机构代码")
FRESH = SystemRandom().randrange(10**9)
Places = list[tuple[str, int, int, bool | None]]


def by_presidio(lens: Lens, text: str, column: Column) -> Places:
    """Every recogniser asked by Presidio itself on the normalised text: no prefilter, no mask, no class, no tier."""
    spans = lens.look(text, lens.recognisers, column, Recogniser.by_presidio)
    assert spans is not None
    return [(s.entity, s.start, s.end, s.valid) for s in spans if s.score >= lens.rules.scores.reported]


def by_engine(lens: Lens, texts: list[str], column: Column, into: Path) -> dict[int, Places]:
    """All tiers over a table whose one column holds the texts; places by row."""
    table = column_table(into, texts, header="c")
    scan = scan_table(table, lens, {"c": column}, into / "hits", seed="m")
    assert scan.cells_scanned == len(texts)
    found: dict[int, Places] = {}
    for row, *told in pl.concat(read_parts(scan.hits)).select("row", "entity", "start", "end", "valid").iter_rows():
        found.setdefault(row, []).append((told[0], told[1], told[2], told[3]))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2026, FRESH], ids=["fixed seed", "fresh seed"])
@pytest.mark.parametrize("header", HEADERS, ids=["no header", "identity header", "card header", "code header"])
def test_engine_and_presidio_agree_on_mutated_strings(seed: int, header: str | None, tmp_path: Path) -> None:
    lens = open_lens(read_packs(None))
    column = lens.column(header) if header else Column()
    texts = mutated(seed + HEADERS.index(header), COUNT + ALIKE)
    different, hits = Counter[str](), 0
    for part in (texts[:COUNT], with_other_digits(Random(seed), texts[COUNT:])):  # few outlines go a way of their own
        found = by_engine(lens, part, column, tmp_path)
        hits += sum(map(len, found.values()))
        for row, text in enumerate(part, start=1):
            mine, theirs = set(found.get(row, [])), set(by_presidio(lens, text, column))
            different.update(entity for entity, *_ in mine ^ theirs)
    assert not different, f"seed {seed}: {different}"  # never a string
    assert hits > COUNT // 8  # strings that hold nothing would agree as well


def with_other_digits(draw: Random, texts: list[str]) -> list[str]:
    """Each text TIMES over, a digit in three another one."""
    return [
        "".join(draw.choice("0123456789") if c in "0123456789" and draw.randrange(3) == 0 else c for c in text)
        for text in texts
        for _ in range(TIMES)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("header", HEADERS, ids=["no header", "identity header", "card header", "code header"])
def test_engine_and_presidio_agree_on_cells_that_are_one_number(header: str | None, tmp_path: Path) -> None:
    """The tier that works on columns of digits, masks and a last X: random ones, and examples of every recogniser.

    Some 4,500 under each header, others in each run, besides the 50,000 above.
    """
    lens = open_lens(read_packs(None))
    column = lens.column(header) if header else Column()
    draw = Random(FRESH)
    texts = ["".join(draw.choices("0123456789", k=draw.randrange(7, 25))) for _ in range(1_000)]
    texts += [
        draw.choice(("1", "3", "6", "4", "9", "130102", "110101199", "62284", "0086139", "0311")) + t[:14]
        for t in texts
    ]
    texts += [r.made_up(draw) for r in lens.recognisers for _ in range(20)]
    texts += [t[: draw.randrange(len(t))] + draw.choice("Xx") for t in texts[:750]]
    texts += [
        t[:a] + "*" * (len(t) - a - b) + t[len(t) - b :]
        for t in texts[:750]
        for a, b in [(draw.randrange(7), draw.randrange(5))]
    ]
    found = by_engine(lens, texts, column, tmp_path)
    different = Counter[str]()
    for row, text in enumerate(texts, start=1):
        different.update(e for e, *_ in set(found.get(row, [])) ^ set(by_presidio(lens, text, column)))
    assert not different, f"seed {FRESH}: {different}"


def test_mutated_is_the_same_for_the_same_seed() -> None:
    assert mutated(3, 500) == mutated(3, 500)
    assert mutated(3, 500) != mutated(4, 500)


def test_mutated_strings_are_many_and_unlike() -> None:
    assert len(set(mutated(1, 5_000))) > 4_500


SENTENCES = (
    "第{n}号台账，代领人证件{d}", "联系电话{d}", "{n}元，由{d}代收（{n}）", "卡号为{d}，共{n}笔", "HM{d}", "第{n}批：{d}年",
    "{n}年{n}月由{d}办理", "编号{d}X", "证{d}。另见{n}-{n}", "余{n}.{n}元户{d}号",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("header", HEADERS, ids=["no header", "identity header", "card header", "code header"])
def test_engine_and_presidio_agree_on_sentences_that_differ_in_digits(header: str | None, tmp_path: Path) -> None:
    """Texts of one outline share looks by the class of their one long number, whatever their other digits."""
    lens = open_lens(read_packs(None))
    column, draw = lens.column(header) if header else Column(), Random(FRESH)
    texts = [
        sentence for form in SENTENCES for width in (11, 15, 16, 18) for sentence in _filled(form, width, draw, lens)
    ]
    found = by_engine(lens, texts, column, tmp_path)
    different = Counter[str]()
    for row, text in enumerate(texts, start=1):
        different.update(e for e, *_ in set(found.get(row, [])) ^ set(by_presidio(lens, text, column)))
    assert not different, f"seed {FRESH}: {different}"
    assert sum(map(len, found.values())) > len(texts) // 8


def _filled(form: str, width: int, draw: Random, lens: Lens) -> list[str]:
    """ALIKE texts: half of the numbers are a recogniser's own where one makes such, each with digits of its own beside it."""
    makers = [r for r in lens.recognisers if (made := r.made_up(Random(1))).isdigit() and len(made) == width]
    texts = []
    for number in range(ALIKE + 4):
        digits = "".join(draw.choice("0123456789") for _ in range(width))
        if makers and number % 2:
            own = draw.choice(makers).made_up(draw)
            digits = own if own.isdigit() and len(own) == width else digits
        texts.append(
            "".join(draw.choice("123456789") if c == "n" else c for c in form.replace("{n}", "n")).format(d=digits)
        )
    return texts
