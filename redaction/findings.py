"""Hits gathered into findings: one for each column, entity and treatment, with an exact count and the first places.

Places, numbers and kinds only, never a value. What a treatment is, is told by policy.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import polars as pl

from domain.finding import PLACES_KEPT, Finding, Place, RuleRef, Severity, Source
from redaction.engine import TableScan
from redaction.hit_files import Part, parts, read_parts
from redaction.lens import Lens
from redaction.names import TableNames
from redaction.personal import PACK
from redaction.policy import NOTES, OUTSIDE, WITHOUT_CONTRACT, Ground, Treatment, remedy, rule_ref, severity, treatment
from redaction.texts import Around, TextHit, shown


def table_findings(scan: TableScan, names: TableNames, lens: Lens) -> Iterator[Finding]:
    """One finding for each column, entity and treatment; memory is bounded by the part of the hits that is looked at."""
    merged: dict[tuple[str, str, Treatment, bool], list[dict[str, object]]] = {}
    place = {column: number for number, column in enumerate(names.columns)}
    with ThreadPoolExecutor() as hands:
        groups = [g for told in hands.map(partial(_groups, lens=lens), parts(scan.hits)) for g in told]
    for group in sorted(groups, key=lambda g: (g["first"], place[g["column"]], lens.rules[g["entity"]].order, *(g[k] for k in _KEYS[2:]))):  # fmt: skip
        rule, ground = lens.rules[group["entity"]], names.grounds[group["column"]]
        treated = treatment(rule, ground, sure=group["sure"], official=group["official"])
        merged.setdefault((group["column"], group["entity"], treated, group["beside"]), []).append(group)
    for (column, entity, treated, beside), alike in merged.items():
        yield _cell_finding(column, entity, treated, alike, names, lens, beside=beside)


_KEYS = ("column", "entity", "official", "sure", "beside")
_PLACE = ("row", "origin", "start", "end")


def hit_parts(scan: TableScan, lens: Lens) -> Iterator[pl.LazyFrame]:
    """A table's hits with their column `beside`, a file of them at a time."""
    return (with_beside(part.lazy(), lens) for part in read_parts(scan.hits))


def _groups(part: Part, lens: Lens) -> list[dict[str, Any]]:
    """Hits of one kind in a part of them."""
    groups = (
        with_beside(part.read().lazy(), lens)
        .with_columns(sure=pl.col("score") >= lens.rules.scores.sure)
        .group_by(_KEYS)
        .agg(
            pl.len().alias("count"), pl.col("score").max(), pl.col("valid").all().alias("valid"),
            pl.col("valid").null_count().alias("unchecked"), pl.col("row").min().alias("first"),
            *(pl.col(c).head(PLACES_KEPT).alias(f"{c}s") for c in _PLACE),
        )
    )  # fmt: skip
    return groups.collect().to_dicts()


def with_beside(hits: pl.LazyFrame, lens: Lens) -> pl.LazyFrame:
    """The hits with a column `beside`: whether a sure hit that speaks for them (`quiet_beside`) stands in the same cell."""
    at, flag = pl.struct("column", "row"), pl.lit(False)
    kinds: dict[str, set[str]] = {}
    for column, entity in hits.select("column", "entity").unique().collect().iter_rows():
        kinds.setdefault(column, set()).add(entity)
    for entity, rule in lens.rules.rules.items():
        columns = [c for c, entities in kinds.items() if entity in entities and entities & rule.quiet_beside]
        if columns:
            here = hits.filter(pl.col("column").is_in(columns))
            others = here.filter(
                pl.col("entity").is_in(sorted(rule.quiet_beside)) & (pl.col("score") >= lens.rules.scores.sure)
            )
            own = here.filter(pl.col("entity") == entity)
            cells = others.join(own, on=["column", "row"], how="semi").select(at.alias("at")).unique().collect()["at"]
            flag = flag | ((pl.col("entity") == entity) & at.is_in(cells.implode())) if len(cells) else flag
    return hits.with_columns(beside=flag)


def _cell_finding(column: str, entity: str, treated: Treatment, parts: list[dict[str, object]], names: TableNames, lens: Lens, *, beside: bool) -> Finding:  # fmt: skip
    spots = sorted(spot for p in parts for spot in zip(p["rows"], p["origins"], p["starts"], p["ends"], strict=True))  # type: ignore[call-overload]  # lists, by the query above
    places = tuple(names.place(column, *spot) for spot in spots[:PLACES_KEPT])
    count = sum(int(p["count"]) for p in parts)  # type: ignore[call-overload]  # an int, by the query above
    valid = None if any(p["unchecked"] for p in parts) else all(p["valid"] for p in parts)
    score = max(float(p["score"]) for p in parts)  # type: ignore[arg-type]  # a float, by the query above
    return _finding(lens, entity, treated, names.grounds[column], places, count, score, valid, beside=beside)


def _finding(
    lens: Lens, entity: str, treated: Treatment, ground: Ground, places: tuple[Place, ...], count: int, score: float, valid: bool | None,
    *, beside: bool,
) -> Finding:  # fmt: skip
    rule = lens.rules[entity]
    return Finding(
        code=rule.code,
        severity=severity(rule, treated, beside=beside),
        count=count,
        places=places,
        rule=rule_ref(rule, treated, ground),
        note=NOTES[treated].format(title=rule.title, count=count),
        entity=entity,
        score=score,
        valid=valid,
        remedy=remedy(treated, ground),
    )


def around_ground(*, has_contract: bool) -> Ground:
    """Texts around the cells never go out under a contract, which has its own titles; without one, headers do."""
    return OUTSIDE if has_contract else WITHOUT_CONTRACT


def around_place(hit: TextHit, names: Mapping[str, TableNames], lens: Lens) -> Place:
    """The place of a hit outside the cells, in showable names."""
    return replace(text_place(hit.place, names, lens), start=hit.span.start, end=hit.span.end)


def text_place(where: Around, names: Mapping[str, TableNames], lens: Lens) -> Place:
    """The place of a whole text outside the cells, in showable names."""
    at = names.get(where.table or "")
    return Place(
        table=at.table if at else None,
        column=at.columns[where.column] if at and where.column else None,
        locator=shown(where.locator, lens) if where.locator else None,
        source=where.source,
    )


def around_findings(hits: tuple[TextHit, ...], names: Mapping[str, TableNames], lens: Lens, *, has_contract: bool) -> Iterator[Finding]:  # fmt: skip
    ground = around_ground(has_contract=has_contract)
    groups: dict[tuple[str, Source, str | None, str | None, Treatment], list[TextHit]] = {}
    for hit in hits:
        sure = hit.span.score >= lens.rules.scores.sure
        treated = treatment(lens.rules[hit.span.entity], ground, sure=sure, official=hit.span.official)
        key = (hit.span.entity, hit.place.source, hit.place.table, hit.place.column, treated)
        groups.setdefault(key, []).append(hit)
    for (entity, _, _, _, treated), group in groups.items():
        places = tuple(around_place(h, names, lens) for h in group[:PLACES_KEPT])
        valids = {h.span.valid for h in group}
        valid = valids.pop() if len(valids) == 1 else None
        score = max(h.span.score for h in group)
        # around the cells a name is only ever found right before an identity number
        yield _finding(lens, entity, treated, ground, places, len(group), score, valid, beside=True)


def canary_lost(lens: Lens, count: int) -> Finding:
    """The scanner missed what it was given to find, so its silence elsewhere means nothing."""
    rule = RuleRef(PACK, lens.rules.version, "canary", "GB/T 35273-2020")
    note = f"扫描器漏掉 {count} 个预埋的检验值，扫描不可信，请勿发布并报告系统管理员"
    return Finding("canary-lost", Severity.BLOCK, count, (), rule, note)
