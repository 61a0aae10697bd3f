"""Made-up people, firms, places and their numbers, each with a check digit computed here and not by the scanner.

Numbers are of a city that doesn't exist; a person of that number may, by chance: nothing else here fits them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

COUNTIES = ("东城区", "西城区", "南山县", "北河县", "临泉县")
TOWNS = {
    "柳林镇": ("大柳村", "小柳村", "河湾村", "前屯村"),
    "河口镇": ("南河村", "北河村", "渡口村", "后屯村"),
    "石桥乡": ("上桥村", "下桥村", "石门村", "杨树村"),
}
DEPARTMENTS = (
    "市教育局", "市水利局", "市卫生健康委员会", "市交通运输局", "市农业农村局", "市文化广电和旅游局", "市生态环境局", "市住房和城乡建设局",
    "市自然资源和规划局", "市民政局", "市商务局", "市统计局", "市审计局", "市市场监督管理局", "市应急管理局", "市科学技术局",
    "市工业和信息化局", "市人力资源和社会保障局", "市司法局", "市财政局", "市林业和草原局", "市体育局", "市医疗保障局", "市城市管理局",
)  # fmt: skip
BODIES = (
    "清平市第二中学", "清平市第一实验小学", "清平市中心医院", "清平市图书馆", "清平市博物馆", "清平市水文站", "清平市疾病预防控制中心",
    "清平市职业技术学院", "清平市公共资源服务中心", "清平市农业技术推广站",
)  # fmt: skip
ROADS = ("文苑路", "建设大街", "和平路", "滨河路", "中山路", "学府街")

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗郑梁宋谢唐韩曹许邓冯"
_GIVEN = (
    "建国", "秀英", "志强", "桂兰", "海涛", "玉梅", "文斌", "丽华", "德顺", "春燕", "国庆", "淑珍", "永贵", "雪梅", "振华", "凤霞", "明", "芳",
    "军", "静", "伟", "敏", "磊", "红",
)  # fmt: skip
_FIRM_WORDS = (
    "启明",
    "恒泰",
    "润泽",
    "同创",
    "金桥",
    "华硕",
    "远景",
    "瑞丰",
    "安达",
    "宏图",
    "新源",
    "博雅",
    "中科",
    "天成",
    "盛世",
)
_FIRM_KINDS = (
    "教学设备",
    "建筑工程",
    "信息技术",
    "医疗器械",
    "环境科技",
    "物业服务",
    "园林绿化",
    "测绘",
    "办公用品",
    "机电设备",
)
_REGIONS = ("130102", "130104", "130105", "130107", "130108")

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORG = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def id_check(first: str) -> str:
    """The 18th character of a resident ID (GB 11643, ISO 7064 MOD 11-2) for its first 17 digits."""
    return "10X98765432"[sum(int(c) * w for c, w in zip(first, _ID_WEIGHTS, strict=True)) % 11]


def luhn_check(first: str) -> str:
    """The last digit of a bank card number (ISO/IEC 7812-1) for the digits before it."""
    total = 0
    for position, char in enumerate(reversed(first)):
        digit = int(char) * (2 if position % 2 == 0 else 1)
        total += digit - 9 if digit > 9 else digit
    return str(-total % 10)


def org_check(first: str) -> str:
    """The 9th character of an organisation code (GB 11714) for its first eight."""
    remainder = 11 - sum(_ORG.index(c) * w for c, w in zip(first, _ORG_WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(remainder, str(remainder))


def credit_check(first: str) -> str:
    """The 18th character of a unified social credit code (GB 32100) for its first 17."""
    return _CODE[-sum(_CODE.index(c) * pow(3, i, 31) for i, c in enumerate(first)) % 31]


def resident_id(rng: Random, taken: set[str]) -> str:
    """A resident ID of an adult that isn't in `taken`; it is added there."""
    while True:
        born = date(1945, 1, 1) + timedelta(days=rng.randrange(20_000))
        first = f"{rng.choice(_REGIONS)}{born:%Y%m%d}{rng.randrange(1, 1000):03d}"
        number = first + id_check(first)
        if number not in taken:
            taken.add(number)
            return number


def bank_card(rng: Random) -> str:
    """A 19-digit debit card number."""
    first = f"622848{rng.randrange(10**12):012d}"
    return first + luhn_check(first)


def mobile(rng: Random) -> str:
    """An 11-digit mobile number."""
    return f"1{rng.choice(('39', '38', '37', '58', '86'))}{rng.randrange(10**8):08d}"


def credit_code(rng: Random) -> str:
    """The unified social credit code of a firm."""
    body = "MA0" + "".join(rng.choice(_CODE) for _ in range(5))
    first = "91130100" + body + org_check(body)
    return first + credit_check(first)


def name(rng: Random) -> str:
    """A Chinese name of two or three characters."""
    return rng.choice(_SURNAMES) + rng.choice(_GIVEN)


@dataclass(frozen=True, slots=True)
class Firm:
    """A supplier."""

    name: str
    code: str
    address: str
    representative: str
    account: str


def firms(rng: Random, count: int) -> list[Firm]:
    """`count` firms with different names."""
    names = [f"清平{w}{k}有限公司" for w in _FIRM_WORDS for k in _FIRM_KINDS]
    return [
        Firm(n, credit_code(rng), f"清平市{rng.choice(ROADS)}{rng.randrange(2, 200)}号", name(rng), bank_card(rng))
        for n in rng.sample(names, count)
    ]


def money(cents: int) -> str:
    """Cents as yuan with two decimals."""
    return f"{cents // 100}.{cents % 100:02d}"
