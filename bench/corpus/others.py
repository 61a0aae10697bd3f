"""The entities without a check digit that count beside their word only, and the words that speak for every entity.

`MAKERS`, `CALLED` and the sets below are what cases.py draws from. Where a span can't be told from the spec (an address
to the door, a WeChat or QQ account with its lead-in, an old land certificate whose name may start anywhere) the entity
is left to its own tests.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from bench.corpus import numbers
from bench.corpus.numbers import DIVISIONS, Item, birthday, digits, signs


def _plain(entity: str, write: Callable[[Random], str]) -> Callable[[Random], Item]:
    return lambda draw: Item(entity, write(draw), None)


def _unit(draw: Random) -> str:
    return f"{draw.choice(DIVISIONS)}{digits(draw, 6)}G{draw.choice('ABC')}{digits(draw, 5)}{draw.choice('FLQW')}{digits(draw, 8)}"


def _hkmo(draw: Random) -> str:
    return draw.choice("HM") + digits(draw, draw.choice([8, 10]))


def _mac(draw: Random) -> str:
    return draw.choice(":-").join(signs(draw, "0123456789ABCDEF", 2) for _ in range(6))


def _ipv4(draw: Random) -> str:
    return ".".join(str(draw.randrange(low, 255)) for low in (11, 1, 1, 1))


MAKERS: dict[str, Callable[[Random], Item]] = {
    "CN_ID18": numbers.cn_id18,
    "CN_ID15": numbers.cn_id15,
    "CN_FRP18": numbers.cn_frp18,
    "HKID": numbers.hkid,
    "TWID": numbers.twid,
    "BANKCARD": numbers.bankcard,
    "USCC_STRICT": numbers.uscc,
    "ORGCODE": numbers.orgcode,
    "BIZREG15": numbers.bizreg15,
    "VIN": numbers.vin,
    "STUDENT_NO": numbers.student_no,
    "DISABILITY_NO": numbers.disability_no,
    "IMEI": numbers.imei,
    "IBAN": numbers.iban,
    "MOBILE": numbers.mobile,
    "LANDLINE": numbers.landline,
    "EMAIL": numbers.email,
    "PLATE": numbers.plate,
    "PASSPORT_CN": numbers.passport_cn,
    "ESTATE_CERT": numbers.estate_cert,
    "CN_FRP15": _plain("CN_FRP15", lambda d: signs(d, numbers.PLATE_LETTERS, 3) + digits(d, 12)),
    "HKMO_PERMIT": _plain("HKMO_PERMIT", _hkmo),
    "TW_PERMIT": _plain("TW_PERMIT", lambda d: digits(d, 8)),
    "MOID": _plain("MOID", lambda d: f"{d.choice('1257')}{digits(d, 6)}({digits(d, 1)})"),
    "HK_EXIT_ENDORSE": _plain("HK_EXIT_ENDORSE", lambda d: d.choice("CWLT") + digits(d, 8)),
    "ESTATE_UNIT": _plain("ESTATE_UNIT", _unit),
    "BIRTH_CERT": _plain("BIRTH_CERT", lambda d: d.choice("NOPQRSTU") + f"{birthday(d):%y}" + digits(d, 7)),
    "MAC": _plain("MAC", _mac),
    "IPV4": _plain("IPV4", _ipv4),
}

# What a header calls it, what stands right before it in a sentence.
CALLED: dict[str, tuple[str, str]] = {
    "CN_ID18": ("身份证号码", "身份证号"),
    "CN_ID15": ("身份证号码", "身份证号"),
    "CN_FRP18": ("外国人永久居留证件号", "永久居留"),
    "HKID": ("香港身份证号", "香港身份证"),
    "TWID": ("台湾身份证号", "台湾身份证"),
    "BANKCARD": ("银行卡号", "银行卡号"),
    "USCC_STRICT": ("统一社会信用代码", "统一社会信用代码"),
    "ORGCODE": ("组织机构代码", "组织机构代码"),
    "BIZREG15": ("工商注册号", "注册号"),
    "VIN": ("车辆识别代号（车架号）", "车架号"),
    "STUDENT_NO": ("学籍号", "学籍号"),
    "DISABILITY_NO": ("残疾证号", "残疾证"),
    "IMEI": ("手机串号（IMEI）", "IMEI"),
    "IBAN": ("IBAN", "IBAN"),
    "MOBILE": ("手机号码", "手机"),
    "LANDLINE": ("联系电话", "电话"),
    "EMAIL": ("电子邮箱", "邮箱"),
    "PLATE": ("车牌号码", "车牌"),
    "PASSPORT_CN": ("护照号码", "护照"),
    "ESTATE_CERT": ("不动产权证号", "不动产权证"),
    "CN_FRP15": ("外国人永久居留证件号", "永久居留"),
    "HKMO_PERMIT": ("回乡证号", "回乡证"),
    "TW_PERMIT": ("台胞证号", "台胞证"),
    "MOID": ("澳门身份证号", "澳门身份证"),
    "HK_EXIT_ENDORSE": ("往来港澳通行证", "通行证"),
    "ESTATE_UNIT": ("不动产单元号", "不动产单元号"),
    "BIRTH_CERT": ("出生医学证明编号", "出生医学证明"),
    "MAC": ("MAC地址", "MAC"),
    "IPV4": ("IP地址", "IP"),
}

# Recall must be 1.0 (fifteen digits have no check digit, but a calendar).
CHECKED = frozenset({
    "CN_ID18", "CN_ID15", "CN_FRP18", "HKID", "TWID", "BANKCARD", "USCC_STRICT", "ORGCODE", "BIZREG15", "VIN", "STUDENT_NO",
    "DISABILITY_NO", "IMEI", "IBAN",
})  # fmt: skip
# Sure without any word beside them.
STRONG = frozenset({"CN_ID18", "CN_FRP18", "USCC_STRICT", "STUDENT_NO", "IBAN", "MOBILE", "EMAIL", "ESTATE_CERT"})
# Without their word these say nothing: a year and a serial, any nine digits, any letter with digits; an identity number
# with two digits behind it is a sole trader's tax number or a disability certificate's.
IN_CONTEXT_ONLY = frozenset({
    "CN_ID15", "ORGCODE", "BIZREG15", "DISABILITY_NO", "PASSPORT_CN", "CN_FRP15", "HKMO_PERMIT", "TW_PERMIT", "MOID",
    "HK_EXIT_ENDORSE", "BIRTH_CERT", "ESTATE_UNIT", "LANDLINE", "PLATE", "MAC", "IPV4",
})  # fmt: skip
