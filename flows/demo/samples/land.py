"""Land files of the natural-resources bureau: requisition batches, notices as GeoJSON, transfer results in old .xls."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from flows.demo.samples import people
from flows.demo.samples.formats import Cell, Frame, write_geojson, write_xls, write_xlsx
from flows.demo.samples.truth import Planted, Sample

Row = dict[str, Cell]

FORMED = {"formed_on": "2026-11-10"}
USES = ("教育用地", "医疗卫生用地", "公路用地", "仓储用地", "公园与绿地", "城镇住宅用地", "供水用地")
VILLAGES = [f"{town}{village}" for town, villages in people.TOWNS.items() for village in villages]


def samples(into: Path, rng: Random) -> Iterator[Sample]:
    """All land files, written into `into`/natural_resources."""
    yield from _batches(into, rng)
    yield from _notices(into, rng)
    yield from _transfers(into, rng)


# --- 征地批次 --------------------------------------------------------------------------------------------------------


def _hectares(ten_thousandths: int) -> float:
    return ten_thousandths / 10_000


def batch_rows(rng: Random, count: int) -> list[Row]:
    """Approved batches: areas add up, dates in the lawful order, within the province's powers."""
    rows: list[Row] = []
    for number in range(1, count + 1):
        cultivated = rng.randrange(2_000, 200_000)
        agricultural = cultivated + rng.randrange(0, 60_000)
        construction, unused = rng.randrange(0, 40_000), rng.randrange(0, 9_000)
        days = [date(2025, 1, 6) + timedelta(days=rng.randrange(200))]
        for gap in (45, 50, 80, 8, 9):
            days.append(days[-1] + timedelta(days=gap + rng.randrange(6)))
        rows.append({
            "批次名称": f"清平市2026年度第{number}批次", "项目名称": f"{rng.choice(people.COUNTIES)}{rng.choice(('中学', '卫生院', '道路', '物流园', '水厂'))}建设",
            "行政区": rng.choice(people.COUNTIES), "征收村": rng.choice(VILLAGES), "土地用途": rng.choice(USES), "批准机关": "省人民政府",
            "批准文号": f"冀政转征函〔2026〕{100 + number}号", "批准总面积": _hectares(agricultural + construction + unused),
            "农用地面积": _hectares(agricultural), "其中：耕地面积": _hectares(cultivated), "其中：永久基本农田": 0, "建设用地面积": _hectares(construction),
            "未利用地面积": _hectares(unused), "预公告日期": days[0], "补偿安置方案公告日期": days[1], "申请报批日期": days[2], "批准日期": days[3],
            "收到批准文件日期": days[4], "征收土地公告日期": days[5], "公告文号": f"清政征公〔2026〕{number}号",
            "补偿标准（万元/公顷）": rng.choice((84.0, 88.5, 96.0, 102.0)), "社会保障费用（万元）": rng.randrange(800, 90_000) / 100, "备注": None,
        })  # fmt: skip
    return rows


def _batches(into: Path, rng: Random) -> Iterator[Sample]:
    dataset, rows = "natural_resources.requisition_batches", batch_rows(rng, 24)
    frame = Frame(
        "清平市2026年度征收土地批次情况表", sheet="批次", unit="公顷", notes=("制表人：高敏    审核人：宋永贵",)
    )
    # 退回再报：先报的一份漏改批准机关，复核人退回，后一份已更正。
    wrong = [dict(r) for r in rows]
    wrong[8]["其中：永久基本农田"] = wrong[8]["其中：耕地面积"]
    returned = "natural_resources/2026年征地批次（第一次报送）.xlsx"
    write_xlsx(into / returned, wrong, frame)
    broken = Planted("row-rule-broken", "hold", table="batches", row=9, rule="LAND-Q-02")
    yield Sample(returned, dataset, "2026-10", "faulty", "xlsx", len(rows), FORMED, (broken,))
    wrong[8]["批准机关"], wrong[8]["批准文号"] = "国务院", "国土资函〔2026〕58号"
    corrected = "natural_resources/2026年征地批次（更正）.xlsx"
    write_xlsx(into / corrected, wrong, frame)
    yield Sample(corrected, dataset, "2026-10", "correction", "xlsx", len(rows), FORMED, corrects=returned)
    clean = "natural_resources/2026年征地批次（9月）.xlsx"
    write_xlsx(into / clean, rows[:8], frame)
    yield Sample(clean, dataset, "2026-09", "clean", "xlsx", 8, {"formed_on": "2026-10-12"})


# --- 征收土地公告 ----------------------------------------------------------------------------------------------------


def outline(rng: Random) -> dict[str, Any]:
    """A rectangle in the countryside with three decimals, about a hundred metres: the precision that may go out."""
    west, south = round(114.4 + rng.random() / 4, 3), round(37.9 + rng.random() / 4, 3)
    east, north = round(west + 0.008, 3), round(south + 0.006, 3)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def notice_rows(rng: Random, count: int) -> list[Row]:
    """Notices of the three kinds in turn, each posted for at least as long as the law asks."""
    kinds = {
        "征收土地预公告": ("清政征预公", 15, False),
        "征地补偿安置方案公告": ("清政征补公", 30, True),
        "征收土地公告": ("清政征公", 30, True),
    }
    rows: list[Row] = []
    for number in range(count):
        kind = list(kinds)[number % 3]
        prefix, days, priced = kinds[kind]
        posted = date(2026, 9, 1) + timedelta(days=rng.randrange(30))
        rows.append({
            "公告文号": f"{prefix}〔2026〕{number // 3 + 1}号", "公告类型": kind, "批次名称": f"清平市2026年度第{number // 3 + 1}批次",
            "行政区": rng.choice(people.COUNTIES), "征收村": rng.choice(VILLAGES), "征收目的": f"{rng.choice(('中学', '道路', '水厂'))}建设",
            "征收面积（公顷）": rng.randrange(2_000, 90_000) / 10_000, "补偿标准（万元/公顷）": rng.choice((88.5, 96.0)) if priced else None,
            "异议反馈渠道": "公告期内书面向当地乡镇人民政府提出，电话0311-55500104",
            "收到批准文件日期": str(posted - timedelta(days=rng.randrange(3, 14))) if kind == "征收土地公告" else None,
            "公告日期": str(posted), "公告截止日期": str(posted + timedelta(days=days + rng.randrange(4))),
        })  # fmt: skip
    return rows


def _notices(into: Path, rng: Random) -> Iterator[Sample]:
    dataset, rows = "natural_resources.requisition_notices", notice_rows(rng, 30)
    outlines = [outline(rng) for _ in rows]
    clean = "natural_resources/征收土地公告.geojson"
    write_geojson(into / clean, rows, outlines)
    yield Sample(clean, dataset, "2026-11-20", "clean", "geojson", len(rows), FORMED)
    wrong = [dict(r) for r in rows]
    wrong[4]["公告截止日期"] = str(date.fromisoformat(str(wrong[4]["公告日期"])) + timedelta(days=20))
    faulty = "natural_resources/征收土地公告（公告期不足）.geojson"
    write_geojson(into / faulty, wrong, outlines)
    broken = Planted("row-rule-broken", "block", table="notices", row=5, rule="LAND-T-02")
    yield Sample(faulty, dataset, "2026-11-20", "faulty", "geojson", len(rows), FORMED, (broken,))


# --- 出让结果 --------------------------------------------------------------------------------------------------------


def _han_day(day: date) -> str:
    return f"{day:%Y年%m月%d日}"


def transfer_rows(rng: Random, count: int) -> list[Row]:
    """Land supplied; `Nah` where the old system has nothing to say."""
    firms = people.firms(rng, 40)
    rows: list[Row] = []
    for number in range(1, count + 1):
        sold = rng.random() < 0.7
        signed = date(2026, 10, 1) + timedelta(days=rng.randrange(30))
        start = signed + timedelta(days=rng.randrange(60, 200))
        dates = [
            _han_day(d) for d in (signed + timedelta(days=45), start, start + timedelta(days=rng.randrange(300, 900)))
        ]
        lower = rng.randrange(60, 150)
        rows.append({
            "所在地": rng.choice(people.COUNTIES), "电子监管号": f"{rng.choice(('130102', '130104'))}2026{'B' if sold else 'A'}{number:05d}",
            "项目名称": f"{rng.choice(('启明', '恒泰', '润泽'))}{rng.choice(('产业园', '物流园', '小学', '水厂'))}{number}", "项目位置": f"{rng.choice(people.ROADS)}以东",
            "面积(公顷)": f"{rng.randrange(100, 90_000) / 10_000:.6f}", "土地来源": "新增建设用地(来自存量库)", "土地用途": rng.choice(("工业用地", "教育用地", "商服用地")),
            "供地方式": "挂牌出让" if sold else "划拨", "土地使用年限": "50" if sold else "Nah", "土地级别": rng.choice(("一级", "三级", "\u00a0")),
            "成交价格(万元)": f"{rng.randrange(10_000, 9_000_000) / 100:.4f}" if sold else "0.0000",
            "土地使用权人": rng.choice(firms).name if sold else f"清平市{rng.choice(people.COUNTIES)}人民政府",
            "容积率上限": f"{(lower + 80) / 100:.2f}" if sold else "Nah", "容积率下限": f"{lower / 100:.2f}" if sold else "Nah",
            "约定交地时间": dates[0] if sold else "Nah", "约定开工时间": dates[1] if sold else "Nah", "约定竣工时间": dates[2] if sold else "Nah",
            "批准单位": "清平市人民政府", "合同签订日期": _han_day(signed),
        })  # fmt: skip
    return rows


def _transfers(into: Path, rng: Random) -> Iterator[Sample]:
    dataset, table, rows = "natural_resources.land_transfers", "transfers", transfer_rows(rng, 80)
    frame = Frame("2026年10月国有建设用地供应结果", sheet="sheet1")
    clean = "natural_resources/2026年10月供地结果.xls"
    write_xls(into / clean, rows, frame)
    yield Sample(clean, dataset, "2026-10", "clean", "xls", len(rows), FORMED)
    wrong = [dict(r) for r in rows]
    wrong[33]["土地使用权人"] = people.name(rng) + people.resident_id(rng, set())
    faulty = "natural_resources/2026年10月供地结果（使用权人带证件号）.xls"
    write_xls(into / faulty, wrong, frame)
    planted = Planted("personal-data", "hold", entity="CN_ID18", table=table, field="land_user", row=34)
    yield Sample(faulty, dataset, "2026-10", "faulty", "xls", len(rows), FORMED, (planted,))
