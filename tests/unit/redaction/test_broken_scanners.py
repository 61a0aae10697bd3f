"""A scanner broken in one small place can't say that a file is clean: a canary is lost or the certificate isn't complete.

Each row of the table breaks one real function at its seam and leaves the rest as it is.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from domain.errors import FindingBlocks
from domain.finding import Severity
from domain.table import Reading, TableInfo, TextPart
from redaction import canary, engine, lens, normalise, sift, texts, whole
from redaction import scan as scanning
from redaction.detect import Recogniser, modules
from redaction.engine import TableScan
from redaction.hit_files import HITS
from redaction.lens import Column, Lens, open_lens
from redaction.outline import Outlines
from redaction.redact import redact_reading, residue
from redaction.report import scan_json
from redaction.whole import Classes
from tests.personal_data import PACKS, id18, reading
from tests.tables import table_from_rows

Break = Callable[[pytest.MonkeyPatch], None]
CENSUS = {"t": (25, 3), "空表": (0, 2), "u": (4, 1)}
SMALL_CENSUS = {"t": (4, 2)}
RECOGNISERS = sorted(m.__name__.rpartition(".")[2] for m in modules())


def whole_reading(into: Path) -> Reading:
    """Three batches of a table with an ID in each row, an empty table, a third table, and texts around them."""
    rows: list[dict[str, str | None]] = [{"甲": "1", "乙": f"x{id18()}", "丙": None} for _ in range(25)]
    tables = (
        replace(table_from_rows(into, "t", rows, sheet="表一"), preamble=(TextPart("cell", "A1", "某县名单"),)),
        table_from_rows(into, "空表", [], columns=["一", "二"]),
        table_from_rows(into, "u", [{"数": str(n)} for n in range(4)]),
    )
    return reading(*tables, parts=[TextPart("comment", "B2", "已核"), TextPart("property", "title", "名单")])


def small_reading(into: Path) -> Reading:
    """One batch of one table: a recogniser that has lost something has lost it there as well."""
    return reading(table_from_rows(into, "t", [{"甲": "1", "乙": f"x{id18()}"} for _ in range(4)]))


def alarms(into: Path, *, small: bool = False) -> tuple[set[str], bool]:
    """Block findings of a scan about itself, and whether it calls itself complete."""
    source, census = (small_reading(into), SMALL_CENSUS) if small else (whole_reading(into), CENSUS)
    done = scanning.scan_reading(
        source, PACKS, contract=None, header_map={}, hits_dir=into / "hits", seed="s", file_name="名单.xlsx"
    )
    certificate, lost = scanning.coverage(source, done, census)
    assert scan_json(source, done, certificate, file="a")["complete"] is certificate.complete
    assert bool(lost) is not certificate.complete
    blocks = {f.code for f in (*done.findings, *lost) if f.severity is Severity.BLOCK}
    return blocks & {"canary-lost", "coverage-incomplete"}, certificate.complete


BY_TEXT, BY_OUTLINE = 10**9, 0  # sift.DIVERSE, so that every column is sifted one way


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BATCH_ROWS", 10)
    monkeypatch.setattr(sift, "DIVERSE", BY_OUTLINE)
    monkeypatch.setattr(whole, "LEAST", 1)
    monkeypatch.setattr(sift, "LEAST", 1)


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """What a broken scanner was told isn't remembered by the next, nor the other way round."""
    told = open_lens(PACKS).optics.told
    told.clear()
    yield
    told.clear()


# --- breaks ----------------------------------------------------------------------------------------------------------


def skipped(wanted: Callable[[str, int], bool], *, counted: bool) -> Break:
    """Columns of batches (column, first row) that aren't looked at; their cells are counted as seen, or not."""

    def broken(patch: pytest.MonkeyPatch) -> None:
        real = engine._column_hits

        def skip(batch: engine.Batch, column: str, *rest: Any) -> engine.Looked:
            looked = real(batch, column, *rest)
            if not wanted(column, batch.first):
                return looked
            return engine.Looked(looked.hits.clear(), batch.frame.height if counted else 0, Counter(), False)

        patch.setattr(engine, "_column_hits", skip)

    return broken


def no_third_table(patch: pytest.MonkeyPatch) -> None:
    real = scanning.scan_table

    def skip(info: TableInfo, glass: Lens, context: Any, hits: Path, **keys: Any) -> TableScan:
        if info.name != "u":
            return real(info, glass, context, hits, **keys)
        real(info, glass, context, hits, **keys)
        return TableScan(info.name, info.rows, len(info.columns), info.cells, hits, 0, 0)

    patch.setattr(scanning, "scan_table", skip)


def no_last_row(patch: pytest.MonkeyPatch) -> None:
    real = engine.batches

    def short(path: str, columns: Any) -> Iterator[pl.DataFrame]:
        frames = list(real(path, columns))
        yield from frames[:-1]
        yield from (f.head(-1) if list(columns) != list(HITS) else f for f in frames[-1:])

    patch.setattr(engine, "batches", short)


def no_empty_table(patch: pytest.MonkeyPatch) -> None:
    real = engine.table_frames
    patch.setattr(engine, "table_frames", lambda info, *columns: real(info, *columns) if info.rows else iter(()))


def without_around(index: int) -> Break:
    def broken(patch: pytest.MonkeyPatch) -> None:
        real = texts.around

        def skip(source: Reading, file_name: str) -> Any:
            places = list(real(source, file_name))
            return [*places[:index], *places[index + 1 :]] if index >= 0 else places[:index]

        patch.setattr(texts, "around", skip)

    return broken


def deaf(name: str) -> Break:
    def broken(patch: pytest.MonkeyPatch) -> None:
        real = Recogniser.find
        patch.setattr(Recogniser, "find", lambda self, text: [] if self.name == name else real(self, text))

    return broken


def unfiltered(name: str) -> Break:
    """The superset prefilter has lost every term that lets this recogniser's numbers pass (some have several)."""

    def broken(patch: pytest.MonkeyPatch) -> None:
        left = forgetful(open_lens(PACKS))
        patch.setattr(Lens, "sieves", lambda self, column: left)

    def forgetful(glass: Lens) -> tuple[str, ...]:
        own = next(r for r in glass.recognisers if r.name == name)
        numbers = pl.Series([c.text for n in range(20) for c in canary.canaries((own,), "s", n)[:1]])
        words = frozenset(w for r in glass.recognisers if r.prefilter_in_context for w in glass.optics.near_words(r))
        held = [t for r in glass.recognisers for t in r.coarse if not numbers.str.contains(t).any()]
        spoken = [w for w in sorted(words) if not numbers.str.contains(w, literal=True).any()]
        return ("|".join([*dict.fromkeys(held), *spoken, lens.GUARD]),)

    return broken


def nothing_passes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Lens, "sieves", lambda self, column: ("never-in-a-text",))


def one_class(patch: pytest.MonkeyPatch) -> None:
    def blind(cells: pl.Series, *_: Any) -> Classes:
        return Classes(np.zeros(len(cells), np.int64), np.zeros(1, np.int64))

    patch.setattr(sift, "classes", blind)


def no_outline(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(engine, "outlines", lambda texts: Outlines(np.zeros(len(texts), np.int32), pl.Series([""])))


def no_outline_told(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sift, "_renumbered", lambda of, _: np.full(len(of), -1, np.int64))


def nobody_concerned(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Lens, "concern", lambda *_: whole.Concern("", (), True))


def unconcerned(name: str) -> Break:
    """The outlines that concern one recogniser aren't told to it; texts that share none are looked at by all the same."""

    def broken(patch: pytest.MonkeyPatch) -> None:
        real = Lens.concern

        def forgetful(self: Lens, outline: str, column: Column) -> whole.Concern | None:
            told = real(self, outline, column)
            return told and whole.Concern(
                told.outline, tuple(r for r in told.recognisers if r.name != name), told.blind
            )

        patch.setattr(Lens, "concern", forgetful)
        patch.setattr(whole, "LEAST", 32)

    return broken


def by_text(other: Break) -> Break:
    def broken(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(sift, "DIVERSE", BY_TEXT)
        other(patch)

    return broken


def nothing_exact(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Lens, "find", lambda self, found, *_: [[] for _ in found])


def nothing_normalised(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(lens, "normalise", lambda text: normalise.Normalised(text, (0,), (0,), (True,)))


def no_guard(patch: pytest.MonkeyPatch) -> None:
    """Texts with full-width digits no longer pass the prefilters."""
    real, guard = Lens.sieves, f"(?:{lens.GUARD})|"
    assert guard in "".join(real(open_lens(PACKS), Column()))
    patch.setattr(Lens, "sieves", lambda self, column: tuple(s.replace(guard, "") for s in real(self, column)))
    patch.setattr(lens, "GUARD", "never-in-a-text")


BREAKS: dict[str, Break] = {
    "one column": skipped(lambda c, _: c == "乙", counted=False),
    "one column, counted all the same": skipped(lambda c, _: c == "乙", counted=True),
    "the first column": skipped(lambda c, _: c == "甲", counted=False),
    "a column without a value": skipped(lambda c, _: c == "丙", counted=False),
    "the last batch": skipped(lambda _, first: first > 20, counted=False),
    "the last batch, counted all the same": skipped(lambda _, first: first > 20, counted=True),
    "one column of one batch": skipped(lambda c, first: c == "甲" and first == 11, counted=True),
    "one table": no_third_table,
    "the last row": no_last_row,
    "the empty table": no_empty_table,
    "the file's name": without_around(0),
    "the comment": without_around(1),
    "the last header": without_around(-1),
    "tier: prefilter": nothing_passes,
    "tier: prefilter of texts": by_text(nothing_passes),
    "tier: outlines": no_outline,
    "tier: which outline": no_outline_told,
    "tier: whom an outline concerns": nobody_concerned,
    "tier: classes": one_class,
    "tier: classes of texts": by_text(one_class),
    "tier: exact": nothing_exact,
    "tier: exact, of texts": by_text(nothing_exact),
    "tier: normalising": nothing_normalised,
    "tier: guard of what hides": no_guard,
}
OF_RECOGNISERS: dict[str, Break] = {
    **{f"recogniser: {name}": deaf(name) for name in RECOGNISERS},
    **{f"prefilter of {name}": unfiltered(name) for name in RECOGNISERS},
    **{f"outlines of {name}": unconcerned(name) for name in RECOGNISERS},
}


@pytest.mark.parametrize("small", [False, True])
@pytest.mark.parametrize("diverse", [BY_TEXT, BY_OUTLINE])
@pytest.mark.parametrize("least", [1, 32])
def test_scanner_that_is_whole_raises_no_alarm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, diverse: int, small: bool, least: int
) -> None:
    monkeypatch.setattr(sift, "DIVERSE", diverse)
    monkeypatch.setattr(whole, "LEAST", least)
    assert alarms(tmp_path, small=small) == (set(), True)


@pytest.mark.parametrize(
    ("broken", "small"),
    [*((b, False) for b in BREAKS.values()), *((b, True) for b in OF_RECOGNISERS.values())],
    ids=[*BREAKS, *OF_RECOGNISERS],
)
def test_scanner_that_skips_cannot_say_clean(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: Break, small: bool
) -> None:
    broken(monkeypatch)
    found, complete = alarms(tmp_path, small=small)
    assert found
    assert not complete


@pytest.mark.parametrize(
    "broken", [nothing_passes, nothing_exact, deaf("mobile")], ids=["prefilter", "exact", "recogniser"]
)
def test_scanner_that_lost_a_canary_lets_nothing_be_redacted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: Break
) -> None:
    source = whole_reading(tmp_path)
    broken(monkeypatch)
    done = scanning.scan_reading(
        source, PACKS, contract=None, header_map={}, hits_dir=tmp_path / "h", seed="s", file_name="a"
    )
    with pytest.raises(FindingBlocks):
        redact_reading(source, done, PACKS, into=tmp_path)


@pytest.mark.parametrize(
    "broken", [BREAKS[n] for n in ("one column", "the last batch", "the last row", "tier: exact")],
    ids=["column", "batch", "row", "tier"],
)  # fmt: skip
def test_second_look_that_skips_cannot_say_clean(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: Break
) -> None:
    rows: list[dict[str, str | None]] = [{"甲": "1", "乙": "2"} for _ in range(25)]
    tables = {"t": table_from_rows(tmp_path, "t", rows)}
    assert residue(tables, PACKS, None) == ()
    broken(monkeypatch)
    assert {f.code for f in residue(tables, PACKS, None) if f.severity is Severity.BLOCK}


def test_canaries_are_found_under_every_header_and_in_disguise() -> None:
    glass = open_lens(PACKS)
    headers = ["", *(w for r in glass.recognisers for w in sorted(r.context)[:2]), *sorted(glass.rules.figures)[:3]]
    for number, header in enumerate(headers):
        column = glass.column(header) if header else Column()
        planted = canary.canaries(glass.recognisers, "s", number)
        wide = [replace(c, text=c.text.translate(canary.WIDE)) for c in planted]
        every = [*planted, *wide]
        found = glass.find([c.text for c in every], column)
        assert all(c.is_in(spans) for c, spans in zip(every, found, strict=True)), header
