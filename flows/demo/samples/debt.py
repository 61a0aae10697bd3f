"""Debt files of the finance bureau: limits and balances, issuance and repayment, bonds in their term."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

from flows.demo.samples import people
from flows.demo.samples.formats import Cell, Frame, write_csv, write_xls, write_xlsx
from flows.demo.samples.truth import Planted, Sample

Row = dict[str, Cell]

BUDGET_DATES = {"formed_on": "2026-11-13", "approved_on": "2026-11-16"}


def samples(into: Path, rng: Random) -> Iterator[Sample]:
    """All debt files, written into `into`/finance."""
    yield from _limits(into, rng)
    yield from _issuance(into, rng)
    yield from _bonds(into, rng)


LIMIT_COLUMNS = ("债务限额", "一般债务限额", "专项债务限额", "债务余额（预计执行数）", "一般债务余额", "专项债务余额")
DEBT_NOTES = ("注：1.本表反映上年地方政府债务限额及余额预计执行数。", "2.本表由本级财政部门随预算公开。")


def limit_rows(rng: Random) -> list[Row]:
    """Debt limits and balances by region in 亿元 (hundredths inside), the city's total first as in the ministry's form."""
    parts = []
    for region in ("市本级", *people.COUNTIES):
        general, special = rng.randrange(2_000, 9_000), rng.randrange(1_500, 12_000)
        used, used_special = round(general * rng.uniform(0.8, 0.99)), round(special * rng.uniform(0.8, 0.99))
        values = (general + special, general, special, used + used_special, used, used_special)
        parts.append((region, values))
    total = tuple(sum(p[1][i] for p in parts) for i in range(6))
    return [
        {"地区": region, **dict(zip(LIMIT_COLUMNS, (v / 100 for v in values), strict=True))}
        for region, values in (("全市", total), *parts)
    ]


def _limits(into: Path, rng: Random) -> Iterator[Sample]:
    dataset, table, rows = "finance.debt_limit_balance", "limit_balance", limit_rows(rng)
    frame = Frame("表1-1 清平市2026年地方政府债务限额及余额预算情况表", sheet="表1-1", unit="亿元", notes=DEBT_NOTES)
    clean = "finance/表1-1债务限额及余额.xls"
    write_xls(into / clean, rows, frame)
    yield Sample(clean, dataset, "2026", "clean", "xls", len(rows), BUDGET_DATES)
    wrong = [dict(r) for r in rows]
    wrong[3]["债务限额"] = round(float(str(wrong[3]["债务限额"])) + 3.6, 2)
    faulty = "finance/表1-1债务限额及余额（勾稽不符）.xls"
    write_xls(into / faulty, wrong, frame)
    broken = (
        Planted("identity-broken", "block", table=table, row=4, rule="DEBT-C-01a"),
        Planted("sum-broken", "block", table=table, field="limit_total", row=1, rule="DEBT-C-01c"),
    )
    yield Sample(faulty, dataset, "2026", "faulty", "xls", len(rows), BUDGET_DATES, broken)


ISSUANCE_COLUMNS = (
    "上年发行执行数", "一般债券发行", "其中：再融资一般债券", "专项债券发行", "其中：再融资专项债券", "上年还本执行数", "一般债务还本", "专项债务还本",
    "上年付息执行数", "一般债务付息", "专项债务付息", "本年还本预算数", "一般债务还本预算", "专项债务还本预算", "本年付息预算数", "一般债务付息预算", "专项债务付息预算",
)  # fmt: skip


def issuance_rows(rng: Random) -> list[Row]:
    """表1-4 by region: issuance, repayment and interest in 亿元 with four decimals."""
    rows: list[Row] = []
    for region in ("市本级", *people.COUNTIES):
        general, special = rng.randrange(20_000, 90_000), rng.randrange(20_000, 150_000)
        pairs = [(rng.randrange(5_000, 40_000), rng.randrange(3_000, 40_000)) for _ in range(4)]
        values = [general + special, general, rng.randrange(general), special, rng.randrange(special)]
        values += [v for a, b in pairs for v in (a + b, a, b)]
        rows.append({"地区": region, **{c: f"{v / 10_000:.4f}" for c, v in zip(ISSUANCE_COLUMNS, values, strict=True)}})
    return rows


def _issuance(into: Path, rng: Random) -> Iterator[Sample]:
    file, rows = "finance/表1-4发行及还本付息.csv", issuance_rows(rng)
    write_csv(into / file, rows, encoding="utf-8-sig")
    yield Sample(file, "finance.debt_issuance_repayment", "2026", "clean", "csv", len(rows), BUDGET_DATES)


def bond_rows(rng: Random, count: int) -> list[Row]:
    """Bonds in their term, one project a row; amounts in 亿元."""
    rows: list[Row] = []
    for number in range(1, count + 1):
        special, year = rng.random() < 0.6, rng.randrange(2019, 2026)
        planned = rng.randrange(40, 900)
        total = planned + rng.randrange(0, 800)
        done = rng.randrange(planned // 2, total + 1)
        rows.append({
            "公开年度": 2026, "债券名称": f"{year}年某省政府{'专项' if special else '一般'}债券（{rng.randrange(1, 40)}期）",
            "债券编码": f"{year % 100:02d}{'7' if special else '5'}{number:04d}", "债券类型": "专项债券" if special else "一般债券",
            "债券规模": round((planned + rng.randrange(0, 500)) / 100, 2), "发行时间": f"{year}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}",
            "债券利率（%）": round(rng.uniform(2.1, 4.0), 2), "债券期限（年）": rng.choice((3, 5, 7, 10, 15, 20, 30)),
            "项目编号": f"P{year % 100:02d}130102-{number:04d}", "项目名称": f"{rng.choice(people.COUNTIES)}{rng.choice(('污水处理厂', '中医院住院楼', '供水管网改造', '职教园区', '老旧小区改造'))}{number}期",
            "项目总投资": total / 100, "其中：债券资金安排": planned / 100, "已实现投资": done / 100,
            "其中：已使用债券资金": rng.randrange(0, min(done, planned) + 1) / 100,
            "已取得收益": round(rng.uniform(0, 0.5), 2) if special else "-", "备注": None,
        })  # fmt: skip
    return rows


def _bonds(into: Path, rng: Random) -> Iterator[Sample]:
    dataset, rows = "finance.bonds_in_term", bond_rows(rng, 60)
    dates = {"formed_on": "2026-05-29", "year_end": "2025-12-31"}
    frame = Frame(
        "清平市新增地方政府债券存续期公开表（截至2025年末）",
        sheet="存续期",
        unit="亿元",
        notes=("制表人：马欣    审核人：白雪梅",),
    )
    clean = "finance/债券存续期公开表.xlsx"
    write_xlsx(into / clean, rows, frame)
    yield Sample(clean, dataset, "2025", "clean", "xlsx", len(rows), dates)
    wrong = [dict(r) for r in rows]
    for index in (11, 40):
        wrong[index]["其中：已使用债券资金"] = round(float(str(wrong[index]["已实现投资"])) + 0.27, 2)
    faulty = "finance/债券存续期公开表（债券资金大于投资）.xlsx"
    write_xlsx(into / faulty, wrong, frame)
    broken = Planted("row-rule-broken", "hold", table="bonds", row=12, count=2, rule="DEBT-C-07b")
    yield Sample(faulty, dataset, "2025", "faulty", "xlsx", len(rows), dates, (broken,))
