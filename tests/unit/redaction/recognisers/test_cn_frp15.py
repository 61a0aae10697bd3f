"""外国人永久居留证 before 2023, in context only. All numbers are made up."""

import pytest

from tests.disguises import apart
from tests.looking import look, sure

SURE = {
    "under its header": ("ZZZ000000012345", ["永久居留证号"], "ZZZ000000012345"),
    "among other documents": ("ZZZ000000012345", ["证件号码"], "ZZZ000000012345"),
    "beside its word": ("永久居留身份证ZZZ000000012345。", [], "ZZZ000000012345"),
    "lower case": ("永居证zzz000000012345", [], "zzz000000012345"),
    "full-width": ("五星卡ＺＺＺ０００000012345", [], "ＺＺＺ０００000012345"),
    "in groups": ("永居证ZZZ 0000 0001 2345", [], "ZZZ 0000 0001 2345"),
}
NONE = {
    "an order number": ("DDH202403150001", []),
    "eleven digits": ("永居证ZZZ00000001234", []),
    "four letters": ("永居证ZZZZ000000012345", []),
    "a suffix": ("永居证ZZZ000000012345-1", []),
    "another header": ("ZZZ000000012345", ["订单号"]),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_cn_frp15_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [("CN_FRP15", found)]


@pytest.mark.parametrize(("text", "headers"), NONE.values(), ids=NONE.keys())
def test_find_no_cn_frp15(text: str, headers: list[str]) -> None:
    assert "CN_FRP15" not in [s.entity for s in look(text, *headers)]


def test_find_cn_frp15_in_context_alone() -> None:
    assert look("ZZZ000000012345") == []
    assert sure(apart("永久居留", "ZZZ000000012345", 26)) == [("CN_FRP15", "ZZZ000000012345")]
    assert "CN_FRP15" not in [s.entity for s in look(apart("永久居留", "ZZZ000000012345", 31))]
    assert sure("ZZZ000000012345", "永久居留证号") == [("CN_FRP15", "ZZZ000000012345")]
