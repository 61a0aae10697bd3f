"""CN_NAME before an identity number: text → what is found. All names and numbers are made up."""

import pytest

from tests.looking import sure
from tests.personal_data import id18

ID, OLD = id18(), "130102900307123"
NAMES = {
    "glued": (f"马德顺{ID}", "马德顺"),
    "two characters": (f"杜海{ID}", "杜海"),
    "double surname": (f"欧阳甲乙{ID}", "欧阳甲乙"),
    "a comma": (f"马德顺，{ID}", "马德顺"),
    "brackets": (f"马德顺（{ID}）", "马德顺"),
    "a word between": (f"马德顺，身份证号：{ID}", "马德顺"),
    "after a sentence": (f"土地使用权人马德顺{ID}", "马德顺"),
    "before the old number": (f"马德顺身份证{OLD}", "马德顺"),
    "number in full width": (f"马德顺{ID.translate(str.maketrans('0123456789', '０１２３４５６７８９'))}", "马德顺"),
}


@pytest.mark.parametrize(("text", "name"), NAMES.values(), ids=NAMES.keys())
def test_find_is_sure(text: str, name: str) -> None:
    assert [found for entity, found in sure(text) if entity == "CN_NAME"] == [name]


@pytest.mark.parametrize(
    "text",
    [
        f"证件号码{ID}",
        f"由其子领取{ID}",
        f"法人代表证件{ID}",
        "马德顺13900000000",
        f"马德顺的项目编号及其说明材料共三份{ID}",
    ],
)
def test_find_none(text: str) -> None:
    assert [found for entity, found in sure(text) if entity == "CN_NAME"] == []
