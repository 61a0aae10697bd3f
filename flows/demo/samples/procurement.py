"""Procurement files of the finance bureau: intentions, award results, contracts (one file of fifty thousand rows)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

from flows.demo.samples import people
from flows.demo.samples.formats import Cell, Frame, write_csv, write_json, write_jsonl, write_xlsx
from flows.demo.samples.truth import Planted, Sample

Row = dict[str, Cell]

FORMED = {"formed_on": "2026-11-17"}
LARGE = 50_000

NEEDS = {
    "录播教室改造": "建设精品录播教室，含设备安装、调试和培训",
    "办公楼物业服务": "保洁、秩序维护、设施运行维护，服务期一年",
    "医用影像设备购置": "购置数字化摄影设备一套，含三年质保",
    "河道水位监测": "六条河道水位和流量自动监测，提供月度报告",
    "档案数字化加工": "库房档案扫描、著录、校验，约四十万页",
    "图书采购": "补充社科、文学、少儿图书约一万册",
    "绿化养护": "辖区公共绿地养护，含补植和病虫害防治",
    "网络设备更新": "更换核心交换机和接入设备，含安装调试",
    "实训室建设": "建设机电一体化实训室两间，含台套和软件",
    "检验试剂采购": "采购常规检验试剂，按月配送",
}
API_KEYS = {
    "采购单位": "cgdw", "采购项目名称": "cgxmmc", "采购需求概况": "cgxqgk", "预算金额（万元）": "ysje", "预计采购时间": "yjcgsj",
    "拟面向中小企业预留": "sfmxzxqy", "备注": "bz",
}  # fmt: skip
METHODS = ("公开招标", "公开招标", "竞争性谈判", "竞争性磋商", "询价")
REMARKS = (None, None, None, "分两期付款", "含运输和安装", "质保期三年", "按季度考核付款", "验收合格后付清")


def samples(into: Path, rng: Random) -> Iterator[Sample]:
    """All procurement files, written into `into`/finance."""
    yield from _intentions(into, rng)
    yield from _awards(into, rng)
    yield from _contracts(into, rng)


# --- 采购意向 --------------------------------------------------------------------------------------------------------


def intention_rows(rng: Random, count: int) -> list[Row]:
    """Purchase intentions; buyer and project together are unique."""
    pairs = [(b, p) for b in people.BODIES for p in NEEDS]
    return [
        {
            "采购单位": buyer, "采购项目名称": project, "采购需求概况": NEEDS[project], "预算金额（万元）": rng.randrange(800, 60_000) / 100,
            "预计采购时间": f"{rng.choice(('2026年12月', '2027年01月', '2027年3月'))}", "拟面向中小企业预留": rng.choice(("是", "否")), "备注": None,
        }
        for buyer, project in rng.sample(pairs, count)
    ]  # fmt: skip


def shift_left(row: Row) -> Row:
    """The row with the project's name lost and every later cell one column to the left, as a bad export leaves it."""
    values = list(row.values())
    return dict(zip(row, [values[0], *values[2:], None], strict=True))


def _intentions(into: Path, rng: Random) -> Iterator[Sample]:
    dataset, table = "finance.procurement_intentions", "intentions"
    dates = {**FORMED, "notice_on": "2026-12-28"}
    rows = intention_rows(rng, 60)
    clean = "finance/采购意向接口返回.json"
    listed = [{API_KEYS[k]: v for k, v in row.items()} for row in rows]
    write_json(into / clean, listed, envelope={"code": 0, "data": {"total": len(listed)}}, at=("data", "list"))
    yield Sample(clean, dataset, "2026-10", "clean", "json", len(rows), dates)
    # 每行的概况写得不同：左移后它落进“项目名称”，不能因为重名再多出一种错。
    wrong = [{**r, "采购需求概况": f"{r['采购需求概况']}（标段{n}）"} for n, r in enumerate(intention_rows(rng, 42), 1)]
    shifted = sorted(rng.sample(range(len(wrong)), 21))
    for index in shifted:
        wrong[index] = shift_left(wrong[index])
    faulty = "finance/采购意向（单元格错位）.xlsx"
    write_xlsx(into / faulty, wrong, Frame("清平市政府采购意向汇总表", notes=("注：数据由系统导出。",)))
    first, count = shifted[0] + 1, len(shifted)
    planted = (
        Planted("value-not-typed", "block", table=table, field="budget", row=first, count=count),
        Planted("value-pattern", "block", table=table, field="expected_month", row=first, count=count),
        Planted("value-missing", "block", table=table, field="sme_reserved", row=first, count=count),
    )
    yield Sample(faulty, dataset, "2026-10", "faulty", "xlsx", len(wrong), dates, planted)


# --- 中标结果 --------------------------------------------------------------------------------------------------------


def award_rows(rng: Random, count: int) -> list[Row]:
    """Award results: amount = price × quantity, within the budget."""
    suppliers = people.firms(rng, 30)
    rows: list[Row] = []
    for number in range(1, count + 1):
        firm, project = rng.choice(suppliers), rng.choice(list(NEEDS))
        quantity, price = rng.randrange(1, 12), rng.randrange(20_000, 900_000) * 100
        rows.append({
            "项目编号": f"QPZC-2026-{number:04d}", "项目名称": project, "采购方式": rng.choice(METHODS), "采购人": rng.choice(people.BODIES),
            "采购人地址": f"清平市{rng.choice(people.ROADS)}{rng.randrange(2, 200)}号", "项目联系人": people.name(rng),
            "联系电话": f"0311-555{rng.randrange(1_000, 10_000):04d}0", "代理机构": "清平诚信招标代理有限公司",
            "预算金额（元）": people.money(round(quantity * price * 1.05)), "供应商名称": firm.name, "统一社会信用代码": firm.code,
            "供应商地址": firm.address, "中标金额（元）": people.money(quantity * price), "主要标的名称": project, "规格型号": f"QP-{rng.randrange(100, 999)}",
            "数量": quantity, "单价（元）": people.money(price), "服务要求": "质保三年，24小时响应",
            "评审专家名单": "、".join(people.name(rng) for _ in range(5)),
            "中标（成交）日期": date(2026, 10, 20) + timedelta(days=rng.randrange(24)), "备注": None,
        })  # fmt: skip
    return rows


def _awards(into: Path, rng: Random) -> Iterator[Sample]:
    dataset, rows = "finance.procurement_awards", award_rows(rng, 40)
    clean = "finance/中标成交结果.jsonl"
    write_jsonl(into / clean, rows)
    yield Sample(clean, dataset, "2026-W46", "clean", "jsonl", len(rows), FORMED)
    wrong = [dict(r) for r in rows]
    wrong[16]["备注"] = f"授权代表ID{people.resident_id(rng, set())}"
    faulty = "finance/中标成交结果（备注带证件号）.jsonl"
    write_jsonl(into / faulty, wrong)
    planted = Planted("personal-data", "hold", entity="CN_ID18", table="awards", field="remarks", row=17)
    yield Sample(faulty, dataset, "2026-W46", "faulty", "jsonl", len(rows), FORMED, (planted,))


# --- 采购合同 --------------------------------------------------------------------------------------------------------


def contract_rows(rng: Random, count: int) -> list[Row]:
    """Contracts; the amount is the award."""
    suppliers = people.firms(rng, min(count, 100))
    days = [date(2026, 1, 5) + timedelta(days=n) for n in range(300)]
    projects = list(NEEDS)
    rows: list[Row] = []
    for number in range(1, count + 1):
        firm, project, sent = rng.choice(suppliers), rng.choice(projects), rng.choice(days)
        amount = people.money(rng.randrange(100_000, 500_000_000))
        rows.append({
            "合同编号": f"QP-HT-2026-{number:05d}", "合同名称": project + "合同", "项目编号": f"QPZC-2026-{number:05d}",
            "采购人": rng.choice(people.BODIES), "供应商名称": firm.name, "统一社会信用代码": firm.code, "供应商法定代表人": firm.representative,
            "收款账号": firm.account, "中标金额（元）": amount, "合同金额（元）": amount, "中标通知书发出日期": sent.isoformat(),
            "合同签订日期": (sent + timedelta(days=rng.randrange(1, 30))).isoformat(), "备注": rng.choice(REMARKS),
        })  # fmt: skip
    return rows


def _contracts(into: Path, rng: Random) -> Iterator[Sample]:
    dataset, rows = "finance.procurement_contracts", contract_rows(rng, 200)
    clean = "finance/政府采购合同公告.csv"
    write_csv(into / clean, rows, encoding="gb18030")
    yield Sample(clean, dataset, "2026-W46", "clean", "csv", len(rows), FORMED)
    many = contract_rows(rng, LARGE)
    index = rng.randrange(LARGE // 2, LARGE)
    many[index]["备注"] = f"委托代理人马欣，身份证号{people.resident_id(rng, set())}，代为签字"
    faulty = "finance/政府采购合同公告（全量导出）.csv"
    write_csv(into / faulty, many, encoding="gb18030")
    planted = Planted("personal-data", "hold", entity="CN_ID18", table="contracts", field="remarks", row=index + 1)
    yield Sample(faulty, dataset, "2026-W47", "faulty", "csv", len(many), FORMED, (planted,))
