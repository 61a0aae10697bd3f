"""A credit code of a division that no edition of GB/T 2260 lists is only hinted at without context; nothing is dropped."""

import pytest

from domain.errors import PackInvalid
from domain.pack import Packs, load_pack
from redaction.lens import Column, open_lens
from redaction.personal import DIVISIONS, personal_rules
from redaction.shapes import credit_digit, organisation_digit
from tests.personal_data import PACKS, RULES, id18

BUNDLED = load_pack((RULES / "divisions.yaml").read_text("utf-8"), "divisions.yaml")
WITH_DIVISIONS = Packs({**PACKS.by_id, DIVISIONS: BUNDLED})


def credit_code(division: str) -> str:
    body = "MA000001"
    head = f"91{division}{body}{organisation_digit(body)}"
    return head + credit_digit(head)


def score(packs: Packs, text: str, column: Column | None = None) -> float:
    lens = open_lens(packs)
    (spans,) = lens.find([text], column or Column())
    assert spans is not None
    return max(span.score for span in spans)


@pytest.mark.parametrize(
    ("text", "header", "sure"),
    [
        (credit_code("130102"), None, True),
        (credit_code("110103"), None, True),
        (credit_code("130199"), None, False),
        (f"代码 {credit_code('130199')} 已核对", None, False),
        ("-".join(credit_code("130199")), None, False),
        (credit_code("130199"), "统一社会信用代码", True),
        (f"信用代码：{credit_code('130199')}", None, True),
        (id18("130199"), None, True),
    ],
    ids=["listed", "retired", "unlisted", "unlisted in a text", "unlisted apart", "header", "word", "a person's"],
)
def test_find_weighs_the_division_code(text: str, header: str | None, sure: bool) -> None:
    lens = open_lens(WITH_DIVISIONS)
    column = lens.column(header) if header else Column()
    scores = lens.rules.scores
    found = score(WITH_DIVISIONS, text, column)
    assert scores.reported <= found
    assert (found >= scores.sure) is sure


def test_find_without_the_pack_lowers_nothing() -> None:
    assert score(PACKS, credit_code("130199")) == score(PACKS, credit_code("130102"))


def test_pack_lists_codes_of_every_province_and_retired_ones() -> None:
    codes = personal_rules(WITH_DIVISIONS).divisions
    assert 6_500 < len(codes) < 9_000
    provinces = " ".join(sorted({code[:2] for code in codes} - {"10"}))
    assert (
        provinces
        == "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83"
    )
    assert {"130102", "110103", "310103", "130103", "510202", "100000"} <= codes  # 510202 was Chongqing's until 1997


@pytest.mark.parametrize("codes", [None, "1301xx", "130102-", 130102], ids=["none", "no digits", "no end", "a number"])
def test_pack_of_another_form_is_refused(codes: object) -> None:
    data = {"pack": DIVISIONS, "version": "1"} | ({} if codes is None else {"codes": codes})
    text = "\n".join(
        f"{key}: '{value}'" if isinstance(value, str) else f"{key}: {value}" for key, value in data.items()
    )
    packs = Packs({**PACKS.by_id, DIVISIONS: load_pack(text, "divisions.yaml")})
    with pytest.raises(PackInvalid, match="divisions"):
        personal_rules(packs)
