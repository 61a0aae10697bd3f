"""外国人永久居留身份证 of 2023: eighteen characters that begin with 9. All numbers are made up."""

import re
from collections.abc import Iterator
from random import Random

import pytest
from stdnum.iso7064 import mod_11_2

from redaction.recognisers import cn_frp18
from redaction.shapes import credit_digit, organisation_digit
from tests.disguises import wide
from tests.looking import look, sure, weak


def frp(head: str = "911840", birthday: str = "19800101", serial: str = "123") -> str:
    number = head + birthday + serial
    return number + mod_11_2.calc_check_digit(number)


FRP = frp()
FRPX = next(n for n in (frp(serial=f"{s:03}") for s in range(1000)) if n.endswith("X"))
WRONG = FRP[:-1] + str((int(FRP[-1]) + 1) % 10)
SURE = {
    "alone": (FRP, [], FRP),
    "with an X": (FRPX, [], FRPX),
    "under its header": (FRP, ["永久居留身份证号"], FRP),
    "glued to Chinese": (f"永居证{FRP}，", [], FRP),
    "glued to letters": (f"ID{FRP}abc", [], FRP),
    "lower-case x": (FRPX.lower(), [], FRPX.lower()),
    "full-width": (wide(FRP), [], wide(FRP)),
    "spaced": (f"{FRP[:6]} {FRP[6:14]} {FRP[14:]}", [], f"{FRP[:6]} {FRP[6:14]} {FRP[14:]}"),
    "full-width slashes": (f"{FRP[:6]}／{FRP[6:14]}／{FRP[14:]}", [], f"{FRP[:6]}／{FRP[6:14]}／{FRP[14:]}"),
    "every digit apart": ("-".join(FRP), [], "-".join(FRP)),
    "zero-width": ("\u200b".join(FRP), [], "\u200b".join(FRP)),
    "under the header of credit codes": (FRP, ["统一社会信用代码"], FRP),
    "wrong check digit under its header": (WRONG, ["永久居留证"], WRONG),
    "wrong check digit among other documents": (WRONG, ["证件号码"], WRONG),
}
WEAK = {
    "wrong check digit": WRONG,
}
NONE = {
    "no province": (frp("999999"), ["永久居留"]),
    "no month": (frp(birthday="19801307"), ["永久居留"]),
    "a digit more": (FRP + "1", ["永久居留"]),
    "a digit before": ("1" + FRP, ["永久居留"]),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_cn_frp18_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [("CN_FRP18", found)]


@pytest.mark.parametrize("text", WEAK.values(), ids=WEAK.keys())
def test_find_cn_frp18_without_context_is_only_weak(text: str) -> None:
    assert weak(text) == [("CN_FRP18", text)]
    assert sure(text) == []


@pytest.mark.parametrize(("text", "headers"), NONE.values(), ids=NONE.keys())
def test_find_no_cn_frp18(text: str, headers: list[str]) -> None:
    assert "CN_FRP18" not in [s.entity for s in look(text, *headers)]


def test_check_digit_agrees_with_stdnum() -> None:
    draw = Random(10)
    for _ in range(2_000):
        number = frp(
            f"913{draw.randrange(1000):03}",
            f"19{draw.randrange(100):02}0{draw.randrange(1, 10)}15",
            f"{draw.randrange(1000):03}",
        )
        changed = number[:-1] + draw.choice("0123456789X")
        assert cn_frp18.is_valid(changed) == mod_11_2.is_valid(changed) == (changed == number)


def test_day_that_never_was_is_not_valid() -> None:
    assert not cn_frp18.is_valid(frp(birthday="19800230"))


def credit_codes() -> Iterator[str]:
    """Credit codes of digits alone in the shape of a permanent resident's number: office, firm, division of 2019."""
    for serial in range(100_000):
        inner = f"800115{serial % 100:02}"
        head = f"9111{serial // 100 % 100:02}19" + inner
        code = head + organisation_digit(inner)
        code += credit_digit(code)
        if code.isdigit():
            yield code


def test_credit_code_that_is_no_permanent_residents_number_is_a_credit_code() -> None:
    code = next(c for c in credit_codes() if not cn_frp18.is_valid(c))
    assert re.fullmatch(cn_frp18.PATTERNS[0][1], code)
    assert sure(code) == [("USCC_STRICT", code)]


def test_number_that_is_both_is_a_person_unless_its_header_says_otherwise() -> None:
    both = next(c for c in credit_codes() if cn_frp18.is_valid(c))
    assert sure(both) == [("CN_FRP18", both)]
    assert sure(both, "永久居留证号") == [("CN_FRP18", both)]
    assert sure(both, "统一社会信用代码") == [("USCC_STRICT", both)]
    assert sure(both, "证件号码") == [("CN_FRP18", both)]
