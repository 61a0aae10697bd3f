"""身份证号 in residence permits of Hong Kong, Macau, Taiwan, and with two more digits behind it. All numbers are made up."""

import pytest

from redaction.recognisers import cn_id18_longer
from tests.disguises import wide
from tests.looking import look, sure, weak
from tests.personal_data import id18, id18_with_x

PERMITS = {"Hong Kong": id18("810000"), "Macau": id18("820000"), "Taiwan": id18("830000")}
WRITTEN = {
    "alone": ("{}", []),
    "under its header": ("{}", ["港澳台居民居住证号码"]),
    "glued to Chinese": ("居住证{}，", []),
    "glued to letters": ("ID{}", []),
}


@pytest.mark.parametrize("number", PERMITS.values(), ids=PERMITS.keys())
@pytest.mark.parametrize(("form", "headers"), WRITTEN.values(), ids=WRITTEN.keys())
def test_find_number_of_a_residence_permit(number: str, form: str, headers: list[str]) -> None:
    assert sure(form.format(number), *headers) == [("CN_ID18", number)]
    assert sure(form.format(wide(number)), *headers) == [("CN_ID18", wide(number))]
    assert look(form.format(number), *headers)[0].valid is True


@pytest.mark.parametrize("number", PERMITS.values(), ids=PERMITS.keys())
def test_find_number_of_a_residence_permit_with_a_wrong_check_digit(number: str) -> None:
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    (span,) = look(f"居住证{wrong}")
    assert (span.entity, span.valid) == ("CN_ID18", False)


ID, IDX = id18(), id18_with_x()
LONGER = {
    "alone": (f"{ID}44", f"{ID}44"),
    "an X within": (f"{IDX}01", f"{IDX}01"),
    "glued": (f"编号ID{ID}44号", f"{ID}44"),
    "full-width": (wide(f"{ID}44"), wide(f"{ID}44")),
    "spaced": (f"{ID[:6]}-{ID[6:14]}-{ID[14:]}44", f"{ID[:6]}-{ID[6:14]}-{ID[14:]}44"),
    "full-width slashes": (f"{ID[:6]}／{ID[6:14]}／{ID[14:]}44", f"{ID[:6]}／{ID[6:14]}／{ID[14:]}44"),
}


@pytest.mark.parametrize(("text", "found"), LONGER.values(), ids=LONGER.keys())
def test_find_identity_number_with_two_digits_behind(text: str, found: str) -> None:
    assert sure(text) == [("CN_ID18", found)]
    assert cn_id18_longer.is_valid(text[text.index(found) :][: len(found)]) or not found.isascii()


@pytest.mark.parametrize(
    "text", [f"{ID}444", f"1{ID}44", "13010220240315001244"], ids=["a digit more", "a digit before", "an order number"]
)
def test_find_nothing_in_other_long_numbers(text: str) -> None:
    assert "CN_ID18" not in [e for e, _ in sure(text) + weak(text)]
