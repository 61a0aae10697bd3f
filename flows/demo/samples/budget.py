"""Budget files of the finance bureau: revenue, expenditure, three public expenses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

from flows.demo.samples import people
from flows.demo.samples.formats import Cell, Frame, write_csv, write_xlsx
from flows.demo.samples.truth import Planted, Role, Sample

Row = dict[str, Cell]

BUDGET_DATES = {"formed_on": "2026-11-13", "approved_on": "2026-11-16"}
REPLY_DATES = {"formed_on": "2026-11-13", "replied_on": "2026-11-18"}
NOTES = ("注：本表为调整预算数。", "制表人：马欣    审核人：白雪梅")

# 科目 → 上年大致规模（万元）
REVENUE = {
    ("101", "一、税收收入"): {
        ("10101", "增值税"): 186_000, ("10104", "企业所得税"): 72_000, ("10106", "个人所得税"): 21_000, ("10107", "资源税"): 4_300,
        ("10109", "城市维护建设税"): 24_500, ("10110", "房产税"): 18_200, ("10111", "印花税"): 7_900, ("10112", "城镇土地使用税"): 15_600,
        ("10113", "土地增值税"): 38_000, ("10114", "车船税"): 9_100, ("10118", "耕地占用税"): 6_700, ("10119", "契税"): 52_000,
        ("10121", "环境保护税"): 1_250,
    },
    ("103", "二、非税收入"): {
        ("10302", "专项收入"): 33_000, ("10304", "行政事业性收费收入"): 12_400, ("10305", "罚没收入"): 9_800,
        ("10307", "国有资源（资产）有偿使用收入"): 41_000, ("10399", "其他收入"): 2_600,
    },
}  # fmt: skip
EXPENDITURE: dict[tuple[str, str], dict[tuple[str, str], tuple[str, ...]]] = {
    ("201", "一般公共服务支出"): {
        ("20101", "人大事务"): ("行政运行", "一般行政管理事务", "人大会议"),
        ("20103", "政府办公厅（室）及相关机构事务"): ("行政运行", "一般行政管理事务", "机关服务"),
        ("20106", "财政事务"): ("行政运行", "一般行政管理事务", "机关服务", "预算改革业务"),
    },
    ("204", "公共安全支出"): {("20406", "司法"): ("行政运行", "一般行政管理事务", "机关服务", "基层司法业务")},
    ("205", "教育支出"): {
        ("20501", "教育管理事务"): ("行政运行", "一般行政管理事务"),
        ("20502", "普通教育"): ("学前教育", "小学教育", "初中教育", "高中教育"),
        ("20503", "职业教育"): ("初等职业教育", "中等职业教育"),
    },
    ("208", "社会保障和就业支出"): {
        ("20802", "民政管理事务"): ("行政运行", "一般行政管理事务"),
        ("20805", "行政事业单位养老支出"): ("行政单位离退休", "事业单位离退休"),
        ("20819", "最低生活保障"): ("城市最低生活保障金支出", "农村最低生活保障金支出"),
    },
    ("210", "卫生健康支出"): {
        ("21001", "卫生健康管理事务"): ("行政运行", "一般行政管理事务"),
        ("21004", "公共卫生"): ("疾病预防控制机构", "卫生监督机构", "妇幼保健机构"),
    },
    ("211", "节能环保支出"): {("21103", "污染防治"): ("大气", "水体")},
    ("212", "城乡社区支出"): {("21205", "城乡社区环境卫生"): ("城乡社区环境卫生",)},
    ("213", "农林水支出"): {
        ("21301", "农业农村"): ("行政运行", "一般行政管理事务", "机关服务", "事业运行"),
        ("21303", "水利"): ("行政运行", "一般行政管理事务", "机关服务", "水利行业业务管理"),
    },
}  # fmt: skip


def samples(into: Path, rng: Random) -> Iterator[Sample]:
    """All budget files, written into `into`/finance."""
    yield from _revenue(into, rng)
    yield from _expenditure(into, rng)
    yield from _three_public(into, rng)


# --- 一般公共预算 ----------------------------------------------------------------------------------------------------


def _line(code: str | None, name: str, prior: int, budget: int) -> Row:
    growth = round((budget - prior) / prior * 100, 2)
    return {"科目编码": code, "项目": name, "上年执行数": prior, "本年预算数": budget, "预算数比上年增减%": growth}


def revenue_rows(rng: Random) -> list[Row]:
    """General budget revenue by type and category, with its total; every sum adds up."""
    rows: list[Row] = []
    total_prior = total_budget = 0
    for (code, name), children in REVENUE.items():
        parts = []
        for (child, child_name), size in children.items():
            prior = round(size * rng.uniform(0.93, 1.07))
            parts.append(_line(child, "　　" + child_name, prior, round(prior * rng.uniform(0.97, 1.12))))
        prior, budget = (sum(int(str(p[c])) for p in parts) for c in ("上年执行数", "本年预算数"))
        rows += [_line(code, name, prior, budget), *parts]
        total_prior, total_budget = total_prior + prior, total_budget + budget
    return [*rows, _line(None, "本年收入合计", total_prior, total_budget)]


def _in_yuan(row: Row) -> Row:
    return {k: v * 10_000 if isinstance(v, int) else v for k, v in row.items()}


def _revenue(into: Path, rng: Random) -> Iterator[Sample]:
    def write(file: str, year: int, rows: list[Row]) -> str:
        frame = Frame(f"清平市{year}年一般公共预算收入调整预算表", sheet="收入表", unit="万元", notes=NOTES)
        write_xlsx(into / file, rows, frame)
        return file

    dataset, table = "finance.budget_revenue", "revenue"
    last, rows = revenue_rows(rng), revenue_rows(rng)
    dates = {"formed_on": "2025-11-14", "approved_on": "2025-11-17"}
    before = write("finance/2025年一般公共预算收入表.xlsx", 2025, last)
    yield Sample(before, dataset, "2025", "previous", "xlsx", len(last), dates)
    # 单位行仍写万元，数却是元：只有同上年比才看得出来。
    slipped = write("finance/2026年一般公共预算收入表（单位误）.xlsx", 2026, [_in_yuan(r) for r in rows])
    slips = tuple(Planted("unit-slip", "hold", table=table, field=f) for f in ("prior", "budget"))
    yield Sample(slipped, dataset, "2026", "faulty", "xlsx", len(rows), BUDGET_DATES, slips, previous=before)
    clean = write("finance/2026年一般公共预算收入表.xlsx", 2026, rows)
    yield Sample(clean, dataset, "2026", "clean", "xlsx", len(rows), BUDGET_DATES, previous=before)


def expenditure_rows(rng: Random) -> list[Row]:
    """General budget expenditure by functional code to the item, with its total; every sum adds up."""

    def line(code: str | None, name: str, parts: list[Row]) -> Row:
        prior, budget = (sum(int(str(p[c])) for p in parts) for c in ("上年执行数", "本年预算数"))
        return {"科目编码": code, "科目名称": name, "上年执行数": prior, "本年预算数": budget, "备注": None}

    rows: list[Row] = []
    types: list[Row] = []
    for (code, name), sections in EXPENDITURE.items():
        below: list[Row] = []
        tops: list[Row] = []
        for (section, section_name), items in sections.items():
            leaves: list[Row] = []
            for number, item in enumerate(items, 1):
                prior = rng.randrange(300, 9_000)
                budget = round(prior * rng.uniform(0.92, 1.15))
                leaves.append(
                    {
                        "科目编码": f"{section}{number:02d}",
                        "科目名称": item,
                        "上年执行数": prior,
                        "本年预算数": budget,
                        "备注": None,
                    }
                )
            tops.append(line(section, section_name, leaves))
            below += [tops[-1], *leaves]
        types.append(line(code, name, tops))
        rows += [types[-1], *below]
    return [*rows, line(None, "本年支出合计", types)]


def _expenditure(into: Path, rng: Random) -> Iterator[Sample]:
    dataset, rows = "finance.budget_expenditure", expenditure_rows(rng)
    clean = "finance/2026年一般公共预算支出表.csv"
    write_csv(into / clean, rows, encoding="gb18030")
    yield Sample(clean, dataset, "2026", "clean", "csv", len(rows), BUDGET_DATES)
    faulty = "finance/2026年一般公共预算支出表（项级漏调）.csv"
    wrong = [dict(r) for r in rows]
    item = next(i for i, r in enumerate(wrong) if r["科目编码"] == "2050202")
    section = next(i for i, r in enumerate(wrong) if r["科目编码"] == "20502")
    wrong[item]["本年预算数"] = int(str(wrong[item]["本年预算数"])) + 500
    write_csv(into / faulty, wrong, encoding="gb18030")
    broken = Planted("hierarchy-broken", "block", table="expenditure", field="budget", row=section + 1, rule="FIN-C-05")
    yield Sample(faulty, dataset, "2026", "faulty", "csv", len(rows), BUDGET_DATES, (broken,))


# --- 三公经费 --------------------------------------------------------------------------------------------------------


def three_public_rows(rng: Random) -> list[Row]:
    """Three public expenses by department (cents of 万元 inside, two decimals out), with their total."""

    def line(name: str, abroad: int, purchase: int, running: int, reception: int) -> Row:
        cents = {
            "“三公”经费合计": abroad + purchase + running + reception, "因公出国（境）费": abroad,
            "公务用车购置及运行费": purchase + running, "其中：公务用车购置费": purchase, "其中：公务用车运行费": running,
            "公务接待费": reception,
        }  # fmt: skip
        return {"单位名称": name, **{k: v / 100 for k, v in cents.items()}}

    parts = [
        (d, rng.choice((0, 0, rng.randrange(200, 4_000))), rng.choice((0, 1_798)), rng.randrange(300, 4_000), rng.randrange(50, 900))
        for d in people.DEPARTMENTS
    ]  # fmt: skip
    totals = [sum(column) for column in zip(*(p[1:] for p in parts), strict=True)]
    return [*(line(*p) for p in parts), line("合计", totals[0], totals[1], totals[2], totals[3])]


def _three_public(into: Path, rng: Random) -> Iterator[Sample]:
    dataset, rows = "finance.three_public", three_public_rows(rng)
    title = "清平市2026年市本级部门“三公”经费支出预算表"

    def sample(file: str, frame: Frame, *planted: Planted) -> Sample:
        write_xlsx(into / file, rows, frame)
        role: Role = "faulty" if planted else "clean"
        return Sample(file, dataset, "2026", role, "xlsx", len(rows), REPLY_DATES, planted)

    yield sample("finance/2026年三公经费预算表.xlsx", Frame(title, sheet="三公经费", unit="万元", notes=NOTES))
    contacts: list[list[Cell]] = [["姓名", "手机"]]
    contacts += [[people.name(rng), people.mobile(rng)] for _ in range(6)]
    yield sample(
        "finance/2026年三公经费预算表（带隐藏表）.xlsx",
        Frame(title, sheet="三公经费", unit="万元", notes=NOTES, hidden={"联系方式": contacts}),
        Planted("hidden-sheet", "hold", locator="联系方式"),
        Planted("sheet-unexpected", "hold", locator="联系方式"),
        Planted("personal-data", "hold", entity="CN_NAME", locator="联系方式", count=6),
        Planted("personal-data", "hold", entity="MOBILE", locator="联系方式", count=6),
    )
    yield sample(
        "finance/2026年三公经费预算表（标题带密级）.xlsx",
        Frame(title, sheet="三公经费", unit="万元", second_title="秘密★10年", notes=NOTES),
        Planted("secrecy-mark", "block", locator="三公经费!A2", rule="SEC-M-01"),
    )
