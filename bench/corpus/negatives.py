"""Innocent texts that look like identifiers: numbers of the right length with random digits, amounts, codes, dates, prose.

`negatives(seed, count)` streams them. None is filtered by check digit, so a few are right by chance: that is the
false-positive rate that a city's real tables would have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

NEUTRAL = ("备注", "编号", "内容", None, None)
PLACES = ("石家庄市长安区", "正定县", "保定市清苑区", "高邑县万城镇", "唐山市路北区", "赵县")
BODIES = ("财政局", "教育局", "住房和城乡建设局", "农业农村局", "第二中学", "中心卫生院", "水利工程管理处")
FIRMS = (
    "华北建设工程有限公司",
    "恒泰路桥股份有限公司",
    "绿源环保科技有限责任公司",
    "鑫达商贸行",
    "国信项目管理有限公司",
)
VILLAGES = ("张家村", "李庄", "东王庄", "西柏坡村", "南石桥村", "马头镇", "赵村铺", "高家营")
GOODS = ("复印纸A4 70克", "台式计算机i5-12400", "LED灯具T8-18W", "柴油发电机组50GF", "水泥P.O42.5", "热轧钢筋HRB400E")
DEEDS = ("做好防汛工作", "开展安全检查", "推进项目建设", "落实补贴政策", "组织专家评审", "公开招标采购")

Maker = Callable[[Random], str]


def _n(draw: Random, digits: int) -> str:
    return f"{draw.randrange(10**digits):0{digits}}"


def _day(draw: Random) -> tuple[int, int, int]:
    return draw.randrange(1950, 2031), draw.randrange(1, 13), draw.randrange(1, 29)


def _date(draw: Random) -> str:
    y, m, d = _day(draw)
    form = draw.choice(["{y}-{m:02}-{d:02}", "{y}/{m}/{d}", "{y}年{m}月{d}日", "{y}.{m:02}.{d:02}", "{y}{m:02}{d:02}", "{m:02}/{d:02}/{y}"])  # fmt: skip
    return form.format(y=y, m=m, d=d)


def _moment(draw: Random) -> str:
    y, m, d = _day(draw)
    h, s = draw.randrange(24), draw.randrange(60)
    form = draw.choice(["{y}{m:02}{d:02}{h:02}{s:02}45", "{y}-{m:02}-{d:02} {h:02}:{s:02}:07", "{y}-{m:02}-{d:02}T{h:02}:{s:02}:30.123+08:00", "{y}{m:02}{d:02}{h:02}{s:02}45123"])  # fmt: skip
    return form.format(y=y, m=m, d=d, h=h, s=s)


def _amount(draw: Random) -> str:
    fen = draw.randrange(10 ** draw.randrange(4, 13))
    return draw.choice(["{:.2f}", "{:,.2f}", "{:,.2f}元", "{:.4f}", "{:,.0f}", "¥{:,.2f}"]).format(fen / 100)


def _span(draw: Random) -> str:
    y, m, d = _day(draw)
    return draw.choice(["{y}-{z}年", "{y}年{m}月至{z}年{m}月", "{y}.{m:02}.{d:02}-{z}.{m:02}.{d:02}", "{y}/{m:02}/{d:02}-{z}/{m:02}/{d:02}"]).format(
        y=y, z=y + 3, m=m, d=d
    )  # fmt: skip


def _sentence(draw: Random) -> str:
    return f"{draw.choice(PLACES)}{draw.choice(BODIES)}关于{draw.choice(DEEDS)}的通知，涉及{draw.randrange(2, 400)}户{draw.randrange(5, 2000)}人"


def _isbn(draw: Random) -> str:
    head = "978" + draw.choice("789") + _n(draw, 8)
    check = -sum(int(c) * (3 if n % 2 else 1) for n, c in enumerate(head)) % 10
    return f"ISBN {head[:3]}-{head[3]}-{head[4:8]}-{head[8:12]}-{check}" if draw.random() < 0.6 else f"{head}{check}"


def _random(digits: int) -> Maker:
    return lambda draw: _n(draw, digits)


# (name, headers to choose from, maker, weight)
KINDS: tuple[tuple[str, tuple[str | None, ...], Maker, int], ...] = (
    ("18 random digits", NEUTRAL, _random(18), 6),
    ("19 random digits", NEUTRAL, _random(19), 4),
    ("17 random digits", NEUTRAL, _random(17), 3),
    ("16 random digits", NEUTRAL, _random(16), 4),
    ("15 random digits", NEUTRAL, _random(15), 4),
    ("11 random digits", NEUTRAL, _random(11), 3),
    ("9 random digits", NEUTRAL, _random(9), 3),
    ("20 random digits", NEUTRAL, _random(20), 1),
    ("random digits in a sentence", NEUTRAL, lambda d: f"批次{_n(d, d.choice([9, 15, 16, 18]))}已入库", 3),
    ("order number", ("订单号", "采购订单", None), lambda d: d.choice(["DD", "PO", "", "XS-"]) + f"{d.randrange(2018, 2027)}{d.randrange(1, 13):02}{d.randrange(1, 29):02}{_n(d, d.choice([4, 6, 10]))}", 4),
    ("serial beginning with a date", ("流水号", "受理编号", None), lambda d: f"{d.randrange(2018, 2027)}{d.randrange(1, 13):02}{d.randrange(1, 29):02}{_n(d, d.choice([7, 8, 10]))}", 4),
    # With eight digits behind the year it's a child's identity number in all but meaning, one time in three hundred.
    ("serial beginning with a division", ("项目代码", "登记编号", None), lambda d: f"{d.choice(['130102', '130185', '410102', '370102'])}{d.randrange(2015, 2027)}{_n(d, d.choice([4, 5, 6, 7, 8]))}", 1),
    ("amount", ("金额（元）", "合同金额", "预算数", None), _amount, 6),
    ("amount like a telephone number", ("金额（元）", "中标金额"), lambda d: f"1{d.randrange(3, 10)}{_n(d, 9)}.{_n(d, 2)}", 2),
    ("moment", ("时间", "更新时间", None), _moment, 4),
    ("epoch milliseconds", ("时间戳", None), lambda d: str(d.randrange(1_500_000_000_000, 1_800_000_000_000)), 2),
    ("date", ("日期", "成交时间", None), _date, 4),
    ("span of dates", ("合同期限", None), _span, 2),
    ("division code", ("行政区划代码", None), lambda d: d.choice(["130102", "130000", "130185", "410102"]) + d.choice(["", "000", "001000", "001200"]), 3),
    ("industry code", ("行业代码", None), lambda d: d.choice("ABCDEFGHIJKLMNOPQRST") + _n(d, d.choice([2, 3, 4])), 2),
    ("budget code", ("功能科目", "科目编码", None), lambda d: f"{d.randrange(201, 234)}{d.randrange(1, 60):02}{d.choice(['', '01', '02', '99'])}", 3),
    ("contract number", ("合同编号", None), lambda d: d.choice(["HT-{y}-{n}", "SJZ-CG{y}{n}", "冀采合字{y}第{n}号", "HBCT-{y}1{n}-001", "{y}-HT-0{n}"]).format(y=d.randrange(2015, 2027), n=_n(d, 4)), 3),
    ("case number", ("案号", "处罚决定书文号", None), lambda d: d.choice(["（{y}）冀01民初{n}号", "(2023)冀0102执{n}号", "冀石市监罚〔{y}〕{n}号", "石环罚字[{y}]第{n}号"]).format(y=d.randrange(2015, 2027), n=d.randrange(1, 99999)), 3),
    ("document number", ("文号", None), lambda d: f"{d.choice(['石政发', '冀财预', '国办发', '发改投资'])}〔{d.randrange(2010, 2027)}〕{d.randrange(1, 400)}号", 2),
    ("invoice number", ("发票号码", "发票代码", None), lambda d: _n(d, d.choice([8, 10, 12, 20])), 3),
    ("project code", ("项目编号", None), lambda d: d.choice(["{y}-130102-50-01-{n}", "HB{y}{n}0101", "SZCG{y}-{n}", "ZC-{y}0{n}", "XM{n}{y}"]).format(y=d.randrange(2015, 2027), n=_n(d, 6)), 4),
    ("version number", ("版本", None), lambda d: f"V{d.randrange(1, 20)}.{d.randrange(40)}.{d.randrange(999)}", 1),
    ("standard", ("执行标准", None), lambda d: f"{d.choice(['GB/T', 'GB', 'DB13/T', 'JGJ'])} {d.randrange(100, 99999)}-{d.randrange(1990, 2026)}", 2),
    ("isbn", ("ISBN", "书号", None), _isbn, 2),
    ("bar code", ("商品条码", None), lambda d: "69" + _n(d, 11), 2),
    ("coordinates of two decimals", ("经纬度", None), lambda d: f"{d.uniform(73, 135):.2f},{d.uniform(18, 53):.2f}", 1),
    ("percentage", ("完成率", None), lambda d: f"{d.uniform(0, 130):.{d.randrange(1, 5)}f}%", 2),
    ("area", ("面积（平方米）", None), lambda d: f"{d.uniform(10, 9e6):.{d.randrange(1, 5)}f}", 2),
    ("sentence", NEUTRAL, _sentence, 5),
    ("organisation", ("单位名称", "供应商", None), lambda d: d.choice(PLACES) + d.choice(BODIES + FIRMS), 3),
    ("village", ("村名", "项目地点", None), lambda d: d.choice(PLACES) + d.choice(VILLAGES), 3),
    ("goods", ("货物名称", "规格型号", None), lambda d: f"{d.choice(GOODS)}×{d.randrange(1, 900)}", 3),
    ("hash", ("校验值", None), lambda d: f"{d.getrandbits(128):032x}", 1),
    ("uuid", ("记录标识", None), lambda d: f"{d.getrandbits(32):08x}-{d.getrandbits(16):04x}-4{d.getrandbits(12):03x}-a{d.getrandbits(12):03x}-{d.getrandbits(48):012x}", 1),
    ("row of amounts", ("备注", None), lambda d: " ".join(f"{d.uniform(1, 99999):.2f}" for _ in range(4)), 2),
    ("row of numbers", ("备注", None), lambda d: d.choice([" ", ",", "\t", "\n", "、"]).join(str(d.randrange(1, 99999)) for _ in range(5)), 2),
    ("parcel number", ("宗地编号", None), lambda d: f"{d.choice(['130102', '130123'])}{_n(d, 6)}G{d.choice('AB')}{_n(d, 5)}", 2),
    ("model with letters", ("型号", None), lambda d: "".join(d.choices("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", k=d.choice([9, 10, 17]))), 2),
)  # fmt: skip


def negatives(seed: int, count: int) -> Iterator[tuple[str, str | None, str]]:
    """`count` of (text, header or None, kind); the same for the same seed."""
    draw = Random(seed)
    weights = [weight for *_, weight in KINDS]
    for name, headers, make, _ in draw.choices(KINDS, weights=weights, k=count):
        yield make(draw), draw.choice(headers), name
