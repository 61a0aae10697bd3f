"""Invented numbers of each entity with a right check digit, and what a table or a sentence calls them.

`MAKERS` is the whole table; how a number is disguised is left to disguises.py. No real person's data: what looks like
someone's number is chance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from bench.corpus import checkdigits as check

# County codes of GB/T 2260, some of them retired since (崇文, 卢湾, 桥东 …): people keep the number they were given.
DIVISIONS = [
    "110101",
    "110102",
    "110103",
    "110105",
    "110108",
    "120101",
    "120103",
    "130102",
    "130103",
    "130104",
    "130185",
    "130202",
    "140105",
    "150102",
    "210102",
    "220102",
    "230102",
    "310101",
    "310103",
    "310104",
    "320102",
    "330102",
    "340102",
    "350102",
    "360102",
    "370102",
    "371002",
    "410102",
    "420102",
    "430102",
    "440103",
    "440104",
    "450102",
    "460105",
    "500101",
    "510104",
    "520102",
    "530102",
    "540102",
    "610102",
    "620102",
    "630102",
    "640104",
    "650102",
]
PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
PLATE_SIGNS = PLATE_LETTERS + "0123456789"
CARDS = (  # issuer prefix and length as the card networks give them
    ("622848", 19), ("622202", 19), ("621700", 19), ("621661", 19), ("622588", 16), ("625912", 16), ("603367", 18),
    ("623668", 17), ("439225", 16), ("518710", 16), ("370246", 15), ("356889", 16),
)  # fmt: skip
AREAS = (
    ("010", 8),
    ("021", 8),
    ("022", 8),
    ("0311", 8),
    ("0310", 7),
    ("0532", 8),
    ("0571", 8),
    ("0755", 8),
    ("0871", 8),
)
IBANS = (("DE", 0, 18), ("GB", 4, 14), ("NL", 4, 10), ("CH", 0, 17), ("SE", 0, 20))  # letters, digits behind them


@dataclass(frozen=True, slots=True)
class Item:
    """One identifier as it's printed; `groups`: how people break its digits, empty where nobody does."""

    entity: str
    text: str
    valid: bool | None
    groups: tuple[int, ...] = ()

    @property
    def is_digits(self) -> bool:
        """Digits alone, but for an X at the end."""
        return self.text[:-1].isdigit() and (self.text[-1].isdigit() or self.text[-1] == "X")


def digits(draw: Random, count: int) -> str:
    return f"{draw.randrange(10**count):0{count}}"


def signs(draw: Random, alphabet: str, count: int) -> str:
    return "".join(draw.choices(alphabet, k=count))


def birthday(draw: Random, first: int = 1925, last: int = 2025) -> date:
    start = date(first, 1, 1)
    return start + timedelta(days=draw.randrange((date(last, 12, 31) - start).days + 1))


def _resident_text(draw: Random) -> str:
    head = f"{draw.choice(DIVISIONS)}{birthday(draw):%Y%m%d}{digits(draw, 3)}"
    return head + check.resident(head)


def cn_id18(draw: Random) -> Item:
    return Item("CN_ID18", _resident_text(draw), True, draw.choice([(6, 8, 4), (6, 4, 4, 4), (3, 3, 4, 4, 4)]))


def cn_id15(draw: Random) -> Item:
    text = f"{draw.choice(DIVISIONS)}{birthday(draw, last=1984):%y%m%d}{digits(draw, 3)}"
    if text[:2] in ("34", "37") and check.luhn_mod10(text[:-1]) == text[-1]:
        return cn_id15(draw)  # of Anhui or Shandong and a right Amex card as well: nobody could tell which
    return Item("CN_ID15", text, None, (6, 6, 3))


def cn_frp18(draw: Random) -> Item:
    country = draw.choice(["840", "392", "410", "826", "276", "250", "124", "036", "643"])
    head = f"9{draw.choice(DIVISIONS)[:2]}{country}{birthday(draw, last=2020):%Y%m%d}{digits(draw, 3)}"
    return Item("CN_FRP18", head + check.resident(head), True, (6, 8, 4))


def hkid(draw: Random) -> Item:
    letters, number = signs(draw, PLATE_LETTERS, draw.choice([1, 1, 1, 2])), digits(draw, 6)
    return Item("HKID", f"{letters}{number}({check.hong_kong(letters, number)})", True)


def twid(draw: Random) -> Item:
    letter, number = draw.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), draw.choice("12") + digits(draw, 7)
    return Item("TWID", letter + number + check.taiwan(letter, number), True)


def bankcard(draw: Random) -> Item:
    prefix, length = draw.choice(CARDS)
    head = prefix + digits(draw, length - len(prefix) - 1)
    groups = (4, 6, 5) if length == 15 else (4,) * (length // 4) + ((length % 4,) if length % 4 else ())
    return Item("BANKCARD", head + check.luhn_mod10(head), True, groups)


def uscc(draw: Random) -> Item:
    body = digits(draw, 8) if draw.random() < 0.5 else "MA" + signs(draw, check.CREDIT_SIGNS, 6)
    kind = draw.choice(["91", "91", "91", "92", "93", "51", "52", "11", "12", "13"])
    head = kind + draw.choice(DIVISIONS) + body + check.organisation(body)
    text = head + check.credit(head)
    return Item("USCC_STRICT", text, True, (8, 9, 1) if text.isdigit() else ())


def orgcode(draw: Random) -> Item:
    body = digits(draw, 8) if draw.random() < 0.8 else "MA" + signs(draw, check.CREDIT_SIGNS, 6)
    return Item("ORGCODE", body + draw.choice(["-", ""]) + check.organisation(body), True)


def bizreg15(draw: Random) -> Item:
    head = draw.choice(DIVISIONS) + digits(draw, 8)
    return Item("BIZREG15", head + check.registration(head), True, (6, 9))


def vin(draw: Random) -> Item:
    maker = draw.choice(["LSV", "LFV", "LBE", "LVS", "LGW", "LDC", "LSG", "LHG"])
    number = maker + signs(draw, "".join(check.VIN_VALUES), 8) + "A" + digits(draw, 5)
    number = number[:8] + "0" + number[9:]
    return Item("VIN", number[:8] + check.vehicle(number) + number[9:], True)


def student_no(draw: Random) -> Item:
    return Item("STUDENT_NO", draw.choice("GJL") + _resident_text(draw), True)


def disability_no(draw: Random) -> Item:
    text = _resident_text(draw) + draw.choice("1234567") + draw.choice("1234") + draw.choice(["", "", "", "B1"])
    return Item("DISABILITY_NO", text, True, (6, 8, 4, len(text) - 18) if text.isdigit() else ())


def imei(draw: Random) -> Item:
    head = draw.choice(["35", "86"]) + digits(draw, 12)
    return Item("IMEI", head + check.luhn_mod10(head), True, (6, 2, 6, 1))


def iban(draw: Random) -> Item:
    country, letters, numbers = draw.choice(IBANS)
    account = signs(draw, PLATE_LETTERS, letters) + digits(draw, numbers)
    return Item("IBAN", country + check.international_account(country, account) + account, True)


def mobile(draw: Random) -> Item:
    return Item("MOBILE", f"1{draw.choice('3456789')}{digits(draw, 9)}", None, (3, 4, 4))


def landline(draw: Random) -> Item:
    area, length = draw.choice(AREAS)
    number = draw.choice("2345678") + digits(draw, length - 1)
    shape = draw.choice(["{a}-{n}", "{a}-{n}", "({a}){n}", "{a} {n}", "{a}{n}", "{a}-{n}-{x}"])
    return Item("LANDLINE", shape.format(a=area, n=number, x=digits(draw, 3)), None)


def email(draw: Random) -> Item:
    local = draw.choice(["zhang.san", "wang_wu", "li-lei", "office", "zhao6"]) + digits(draw, draw.choice([1, 4]))
    if draw.random() < 0.2:
        local = mobile(draw).text
    domain = draw.choice(["163.com", "qq.com", "example.com", "mail.example.com.cn", "bureau.example.gov.cn"])
    return Item("EMAIL", f"{local}@{domain}", None)


def plate(draw: Random) -> Item:
    kinds: tuple[Callable[[], str], ...] = (
        lambda: signs(draw, PLATE_SIGNS, 4) + draw.choice("0123456789"),
        lambda: draw.choice("DF") + draw.choice(PLATE_SIGNS) + digits(draw, 4),
        lambda: digits(draw, 5) + draw.choice("DF"),
        lambda: digits(draw, 4) + draw.choice("挂学警"),
    )
    gap = draw.choice(["", "", "·", " "])
    return Item("PLATE", draw.choice(PROVINCES) + draw.choice(PLATE_LETTERS) + gap + draw.choice(kinds)(), None)


def passport_cn(draw: Random) -> Item:
    head = draw.choice(["E", "G", "E" + draw.choice("ABCDEFGH"), "D", "SE", "PE", "MA"])
    return Item("PASSPORT_CN", head + digits(draw, 9 - len(head)), None)


def estate_cert(draw: Random) -> Item:
    place, year = draw.choice(["石家庄市", "正定县", "长安区", "高邑县"]), draw.randrange(2015, 2026)
    opens, closes = draw.choice([("（", "）"), ("(", ")"), ("〔", "〕")])
    text = (
        f"{draw.choice(PROVINCES)}{opens}{year}{closes}{place}不动产{draw.choice(['权', '证明'])}第{digits(draw, 7)}号"
    )
    return Item("ESTATE_CERT", text, None)
