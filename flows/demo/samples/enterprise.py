"""Files of the industry bureau: arrears owed to small and medium firms, as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

from flows.demo.samples import people
from flows.demo.samples.formats import Cell, write_json
from flows.demo.samples.truth import Planted, Sample

Row = dict[str, Cell]

DATES = {"formed_on": "2026-03-20", "year_end": "2025-12-31"}
ENVELOPE = {"表名": "逾期尚未支付中小企业款项情况表", "填报单位": "清平市工业和信息化局"}


def arrears_rows(rng: Random) -> list[Row]:
    """Arrears of every public body in the city; most owe nothing and say so with zeros."""
    bodies = [("清平" + d, "机关") for d in people.DEPARTMENTS] + [(b, "事业单位") for b in people.BODIES]
    rows: list[Row] = []
    for body, kind in bodies:
        count = rng.choice((0, 0, 0, rng.randrange(1, 9)))
        amount = rng.randrange(500, 80_000) * count / 100
        rows.append(
            {
                "单位名称": body,
                "单位性质": kind,
                "年度": 2025,
                "逾期未支付合同数量": count,
                "逾期未支付金额（万元）": amount,
                "统计截止日": "2025-12-31",
                "备注": None if count else "无拖欠",
            }
        )
    return rows


def samples(into: Path, rng: Random) -> Iterator[Sample]:
    """All files of the bureau, written into `into`/industry."""
    dataset, rows = "industry.sme_arrears", arrears_rows(rng)
    clean = "industry/逾期未支付中小企业款项.json"
    write_json(into / clean, rows, envelope=ENVELOPE, at=("rows",))
    yield Sample(clean, dataset, "2025", "clean", "json", len(rows), DATES)
    again = [*rows, dict(rows[5])]
    faulty = "industry/逾期未支付中小企业款项（重复填报）.json"
    write_json(into / faulty, again, envelope=ENVELOPE, at=("rows",))
    planted = Planted("duplicate-key", "block", table="arrears", row=6, count=2)
    yield Sample(faulty, dataset, "2025", "faulty", "json", len(again), DATES, (planted,))
