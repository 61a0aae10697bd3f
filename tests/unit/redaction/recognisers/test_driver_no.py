"""驾驶证号: the holder's identity number, told by the licence's own words too. All numbers are made up."""

import pytest

from tests.looking import sure, weak
from tests.personal_data import id18

ID = id18()
WRONG = ID[:-1] + ("0" if ID[-1] != "0" else "1")
APART = f"{WRONG[:6]} {WRONG[6:14]} {WRONG[14:]}"
FIFTEEN = ID[:6] + ID[8:17]
HEADERS = ("驾驶证号", "机动车驾驶证号码", "驾照号", "准驾证号")


@pytest.mark.parametrize("header", HEADERS)
@pytest.mark.parametrize(
    ("number", "entity"), [(ID, "CN_ID18"), (WRONG, "CN_ID18"), (APART, "CN_ID18"), (FIFTEEN, "CN_ID15")],
    ids=["right", "wrong check digit", "wrong and in groups", "fifteen digits"],
)  # fmt: skip
def test_find_licence_number_under_its_header(number: str, entity: str, header: str) -> None:
    assert sure(number, header) == [(entity, number)]


@pytest.mark.parametrize("word", ["驾驶证号", "持驾照"])
def test_find_licence_number_beside_its_word(word: str) -> None:
    assert sure(f"{word}{WRONG}，") == [("CN_ID18", WRONG)]
    assert weak(f"{word}{APART}，") == [("CN_ID18", APART)]
    assert sure(f"{word}：{FIFTEEN}，") == [("CN_ID15", FIFTEEN)]


def test_wrong_number_in_groups_is_nothing_under_another_header() -> None:
    assert "CN_ID18" not in [e for e, _ in sure(APART, "批次") + weak(APART, "批次")]
