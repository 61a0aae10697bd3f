"""Free text that a contract keeps: what law or standing phrases don't explain is held for a reviewer, and hints are given.

A tagger misses names, so its silence never publishes a text; its hits are hints. Texts in which something else is already
replaced are held by that. Finding persons in a text is person_tagger.py's affair.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import polars as pl

from domain.contract import FieldSpec, Sensitivity
from domain.finding import PLACES_KEPT, Finding, Place, RuleRef, Severity
from domain.table import TableInfo
from redaction.added_hits import SPANS, add_hits, hits_of
from redaction.engine import TableScan, table_frames
from redaction.hit_files import read_parts
from redaction.lens import Lens
from redaction.names import TableNames
from redaction.person_tagger import PersonTagger, person_tagger
from redaction.person_words import PERSONS
from redaction.policy import EXPLAINED, treatment

FREE_TEXT = "FREE_TEXT"  # in a mandate: law orders the text itself to be published
HINT = 0.3  # score: reported, not sure
CITATION = "个人信息保护法第六条、第二十五条"
OPEN = "自由文本列有 {count} 个单元格不在合同列明的固定用语内，法律也未规定公开；程序识别人名会有遗漏，不能作为公开依据，请逐条核对或声明删除该列"
DOUBTFUL = "依法公开的文字中有 {count} 个单元格疑有人名，请逐条核对"


@dataclass(frozen=True, slots=True)
class Texts:
    """One kept free-text column: its distinct texts that need a look, and what the tagger says about them."""

    column: str
    mandated: bool
    spans: pl.DataFrame  # of schema SPANS
    texts: pl.Series

    @property
    def doubtful(self) -> pl.Series:
        """Texts that count: all of them, or under a mandate those with a name."""
        named = self.spans.filter(pl.col("entity") == "CN_NAME")["text"].unique()
        return named if self.mandated else self.texts


def is_kept_free_text(field: FieldSpec | None) -> bool:
    """Whether cells of this field go out as they are written."""
    return field is not None and field.sensitivity is Sensitivity.FREE_TEXT and field.redaction.operator == "keep"


def look_at_free_text(
    info: TableInfo, scan: TableScan, names: TableNames, headers: Iterable[str], lens: Lens, tagger: PersonTagger | None
) -> tuple[Finding, ...]:
    """Findings of code `free-text`; the hints are added to the scan's hits.

    `headers`: all of the table. `tagger`: person_tagger() where none is given, read where there is a text to look at.
    """
    fields = {c: g.field for c, g in names.grounds.items() if g.published and is_kept_free_text(g.field)}
    persons = any(lens.rules.persons.persons.search(h) for h in headers)
    looked = [_look(info, c, f, lens, tagger, persons=persons) for c, f in fields.items() if f is not None]
    hinting = [t for t in looked if len(t.spans)]
    if hinting:
        frames = table_frames(info, [t.column for t in hinting])
        add_hits(
            scan.hits, info, frames, lambda frame, first: (hits_of(frame, first, t.column, t.spans, HINT) for t in hinting),
            sure=lens.rules.scores.sure,
        )  # fmt: skip
    return tuple(f for t in looked if len(t.doubtful) for f in _findings(t, info, scan, names, lens))


def _look(
    info: TableInfo, column: str, field: FieldSpec, lens: Lens, tagger: PersonTagger | None, *, persons: bool
) -> Texts:
    distinct = pl.scan_parquet(info.path).select(text=column).drop_nulls().unique().sort("text").collect()["text"]
    standing = [*(field.constraints.enum or ()), *field.missing, *lens.rules.persons.names.blanks, ""]
    texts = distinct.filter(~distinct.str.strip_chars().is_in(standing))
    named = (tagger or person_tagger()).find(texts.to_list()) if len(texts) else []
    rows = [(t, a, b, "CN_NAME", False) for t, found in zip(texts, named, strict=True) for a, b in found]
    if persons:
        rows += _health(texts, lens)
    mandated = field.mandate is not None and FREE_TEXT in field.mandate.entities
    return Texts(column, mandated, pl.DataFrame(rows, schema=SPANS, orient="row"), texts)


def _health(texts: pl.Series, lens: Lens) -> Iterator[tuple[str, int, int, str, bool]]:
    """Words of illness and disability, in tables about persons."""
    words = lens.rules.persons.health
    for text in texts.filter(texts.str.contains(f"(?i){words.pattern}")):
        for match in words.finditer(text):
            yield text, match.start(), match.end(), "HEALTH", False


def _findings(texts: Texts, info: TableInfo, scan: TableScan, names: TableNames, lens: Lens) -> Iterator[Finding]:
    """The column's one finding, unless every cell in question is held already."""
    held = _held(texts.column, scan, names, lens)
    count, first = 0, 1
    places: list[Place] = []
    for frame in table_frames(info, [texts.column]):
        cells = frame.select(text=texts.column, origin=pl.col(frame.columns[-1])).with_row_index("row", first)
        asked = cells.filter(pl.col("text").is_in(texts.doubtful.implode()) & ~pl.col("row").is_in(held.implode()))
        count += asked.height
        for row, _, origin in asked.head(PLACES_KEPT - len(places)).iter_rows():
            places.append(names.place(texts.column, row, origin, None, None))
        first += frame.height
    if count:
        note = (DOUBTFUL if texts.mandated else OPEN).format(count=count)
        rule = RuleRef(PERSONS, lens.rules.persons.version, "free-text", CITATION)
        yield Finding("free-text", Severity.HOLD, count, tuple(places), rule, note)


def _held(column: str, scan: TableScan, names: TableNames, lens: Lens) -> pl.Series:
    """Rows in which a sure hit is replaced in this column: the reviewer opens them anyway."""
    sure = (pl.col("column") == column) & (pl.col("score") >= lens.rules.scores.sure)
    kept = (
        part.filter(sure).select("row", pl.col("entity").cast(pl.String), "official") for part in read_parts(scan.hits)
    )
    hits = pl.concat(kept)
    ground = names.grounds[column]
    kinds = hits.select("entity", "official").unique().rows()
    open_kinds = [(e, o) for e, o in kinds if treatment(lens.rules[e], ground, sure=True, official=o) not in EXPLAINED]
    wanted = pl.DataFrame(open_kinds, schema={"entity": pl.String, "official": pl.Boolean}, orient="row")
    return hits.join(wanted, on=["entity", "official"], how="semi")["row"].unique()
