"""Files of the civil-affairs bureau: the list of farm subsidies by household, and the totals computed from that list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from random import Random

from flows.demo.samples import people
from flows.demo.samples.formats import Cell, write_csv, write_parquet
from flows.demo.samples.truth import Planted, Sample

Row = dict[str, Cell]

DATES = {"formed_on": "2026-11-16"}
RATES = {"耕地地力保护补贴": 9_600, "种粮农民一次性补贴": 1_250}  # 分/亩
REMARKS = (None, None, None, None, "流转土地已扣除", "新增承包地", "户主变更")


def household_rows(rng: Random) -> list[Row]:
    """Households with their subsidies, village by village; amount = area × rate to the cent."""
    taken: set[str] = set()
    rows: list[Row] = []
    for town, villages in people.TOWNS.items():
        for village in villages:
            for _ in range(rng.randrange(30, 60)):
                rows += _household(rng, town, village, taken)
    rows.sort(key=_where)
    return [{"序号": number, **row} for number, row in enumerate(rows, 1)]


def _household(rng: Random, town: str, village: str, taken: set[str]) -> Iterator[Row]:
    holder = {
        "乡镇": town, "村": village, "村民小组": rng.choice(("一组", "二组", "三组")), "姓名": people.name(rng),
        "身份证号": people.resident_id(rng, taken), "联系电话": people.mobile(rng), "一卡通账号": people.bank_card(rng),
    }  # fmt: skip
    for item, rate in list(RATES.items())[: rng.choice((1, 2, 2))]:
        tenths = rng.randrange(8, 180)  # 0.1 亩
        yield {
            **holder, "补贴项目": item, "补贴面积（亩）": f"{tenths / 10:.1f}", "补贴标准（元/亩）": people.money(rate),
            "补贴金额（元）": people.money(tenths * rate // 10), "备注": rng.choice(REMARKS),
        }  # fmt: skip


def _where(row: Row) -> tuple[str, str, str]:
    return str(row["乡镇"]), str(row["村"]), str(row["补贴项目"])


def total_rows(households: Sequence[Row]) -> list[Row]:
    """Totals by village and subsidy, added up from the list."""
    rows: list[Row] = []
    for (town, village, item), group in groupby(sorted(households, key=_where), key=_where):
        members = list(group)
        tenths = sum(round(float(str(m["补贴面积（亩）"])) * 10) for m in members)
        cents = sum(int(str(m["补贴金额（元）"]).replace(".", "")) for m in members)
        rows.append({
            "年度": 2026, "乡镇": town, "村": village, "补贴项目": item, "户数": len({m["身份证号"] for m in members}),
            "补贴面积（亩）": tenths / 10, "补贴标准（元/亩）": RATES[item] / 100, "补贴金额（元）": cents / 100,
        })  # fmt: skip
    return rows


def samples(into: Path, rng: Random) -> Iterator[Sample]:
    """All files of the bureau, written into `into`/civil_affairs."""
    households = household_rows(rng)
    listed = "civil_affairs/2026年惠农补贴发放明细.csv"
    write_csv(into / listed, households, encoding="utf-8-sig")
    yield Sample(listed, "civil_affairs.subsidy_list", "2026", "clean", "csv", len(households), DATES)
    card = [dict(r) for r in households]
    card[20]["备注"] = f"改发本人卡号{people.bank_card(rng)}"
    leaking = "civil_affairs/2026年惠农补贴发放明细（备注带卡号）.csv"
    write_csv(into / leaking, card, encoding="utf-8-sig")
    leak = Planted("personal-data", "hold", entity="BANKCARD", table="households", field="remarks", row=21)
    yield Sample(leaking, "civil_affairs.subsidy_list", "2026", "faulty", "csv", len(card), DATES, (leak,))
    totals = total_rows(households)
    clean = "civil_affairs/2026年惠农补贴分村汇总.parquet"
    write_parquet(into / clean, totals)
    yield Sample(clean, "civil_affairs.subsidy_totals", "2026", "clean", "parquet", len(totals), DATES)
    again = [*totals, dict(totals[2])]
    faulty = "civil_affairs/2026年惠农补贴分村汇总（重复）.csv"
    write_csv(into / faulty, again, encoding="utf-8-sig")
    twice = Planted("duplicate-key", "block", table="totals", row=3, count=2)
    yield Sample(faulty, "civil_affairs.subsidy_totals", "2026", "faulty", "csv", len(again), DATES, (twice,))
