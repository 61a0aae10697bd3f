"""身份证号 in residence permits of Hong Kong, Macau, Taiwan. All numbers are made up."""

import pytest

from tests.disguises import wide
from tests.looking import look, sure
from tests.personal_data import id18

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
