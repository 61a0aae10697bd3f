"""One table for each recogniser: text → (entity, what is found). All numbers are made up."""

import doctest
import re
from random import Random

import pytest
from stdnum import luhn
from stdnum.cn import ric, uscc

from redaction.detect import Recogniser, modules
from redaction.lens import Column
from redaction.normalise import GUARD
from redaction.shapes import credit_digit, luhn_digit, organisation_digit
from tests.looking import LENS, SURE, look, sure, weak
from tests.personal_data import card, id18, id18_with_x

ID, IDX, CARD = id18(), id18_with_x(), card()
WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
USCC = "91130100MA0XKE3T0X"


def test_run_doctests_of_every_recogniser() -> None:
    for module in modules():
        assert doctest.testmod(module).failed == 0


def test_walk_finds_every_recogniser_and_each_has_an_entry() -> None:
    facts = {f.entity for f in LENS.rules.persons.facts}
    assert {m.ENTITY for m in modules()} | facts == set(LENS.rules.rules)
    assert facts == {"DOB", "ETHNIC", "HEALTH", "MINOR"}


ID18 = {
    "bare": (f"{ID}", ID),
    "after a Chinese word": (f"身份证{ID}。", ID),
    "glued to letters": (f"授权代表ID{ID}", ID),
    "letters behind": (f"{ID}abc", ID),
    "lower-case x": (IDX.lower(), IDX.lower()),
    "an X and a telephone behind": (f"{IDX}13900000000", IDX),
    "full-width": (f"号{ID.translate(WIDE)}码", ID.translate(WIDE)),
    "full-width X": (IDX.translate(WIDE), IDX.translate(WIDE)),
    "Cyrillic x": (IDX[:-1] + "х", IDX[:-1] + "х"),
    "zero-width": ("\u200b".join(ID), "\u200b".join(ID)),
    "soft hyphen": (f"{ID[:6]}\xad{ID[6:]}", f"{ID[:6]}\xad{ID[6:]}"),
    "spaces": (f"{ID[:6]} {ID[6:14]} {ID[14:]}", f"{ID[:6]} {ID[6:14]} {ID[14:]}"),
    "every digit apart": (" ".join(ID), " ".join(ID)),
    "hyphens": (f"{ID[:6]}-{ID[6:14]}-{ID[14:]}", f"{ID[:6]}-{ID[6:14]}-{ID[14:]}"),
    "a line break": (f"{ID[:10]}\r\n{ID[10:]}", f"{ID[:10]}\r\n{ID[10:]}"),
    "ideographic space": (f"{ID[:10]}\u3000{ID[10:]}", f"{ID[:10]}\u3000{ID[10:]}"),
    "after a date": (f"2024-01-15 {ID}", ID),
    "Excel's text prefix": (f"'{ID}", ID),
    "in JSON": (f'{{"sfz":"{ID}"}}', ID),
    "in HTML": (f"<td>{ID}</td>", ID),
    "two digits behind": (f"{ID}44", f"{ID}44"),
    "Hong Kong residence permit": (id18("810000"), id18("810000")),
}


@pytest.mark.parametrize(("text", "found"), ID18.values(), ids=ID18.keys())
def test_find_id18_however_it_is_written(text: str, found: str) -> None:
    spans = [s for s in look(text) if s.entity == "CN_ID18"]
    assert [(text[s.start : s.end], s.valid) for s in spans] == [(found, True)]


def test_find_id18_with_a_wrong_check_digit_scores_less() -> None:
    wrong = ID[:-1] + str((int(ID[-1]) + 1) % 10)
    (span,) = look(wrong)
    assert (span.entity, span.valid) == ("CN_ID18", False)
    assert SURE <= span.score < 1
    assert look(wrong, "身份证号")[0].score > span.score


OTHERS = {
    "id15 under its header": ("130102900307123", ["身份证号"], ("CN_ID15", "130102900307123")),
    "id15 beside its word": ("旧身份证130102900307123", [], ("CN_ID15", "130102900307123")),
    "mobile": ("电话13900000000。", [], ("MOBILE", "13900000000")),
    "mobile alone": ("13900000000", [], ("MOBILE", "13900000000")),
    "mobile glued to letters": ("TEL13900000000x", [], ("MOBILE", "13900000000")),
    "mobile with country": ("+86 139-0000-0000", [], ("MOBILE", "+86 139-0000-0000")),
    "mobile 3-3-5": ("139 000 00000", [], ("MOBILE", "139 000 00000")),
    "mobile full-width": ("１３９００００００００", [], ("MOBILE", "１３９００００００００")),
    "mobile every digit apart": ("1 3 9 0 0 0 0 0 0 0 0", [], ("MOBILE", "1 3 9 0 0 0 0 0 0 0 0")),
    "mobile as Excel's float": ("13900000000.0", [], ("MOBILE", "13900000000")),
    "mobile after a line's list number": ("名单\n1.13900000000\n2.", [], ("MOBILE", "13900000000")),
    "mobile after a circled number": ("①13900000000", [], ("MOBILE", "13900000000")),
    "landline beside its word": ("联系0311-86000000", [], ("LANDLINE", "0311-86000000")),
    "landline in brackets": ("电话（0311）86000000转801", [], ("LANDLINE", "（0311）86000000转801")),
    "landline under its header": ("010 6600 0000", ["联系电话"], ("LANDLINE", "010 6600 0000")),
    "bank card beside its word": (f"改发卡号{CARD}", [], ("BANKCARD", CARD)),
    "bank card in fours": ("卡号6228 4800 0000 0000 018", [], ("BANKCARD", "6228 4800 0000 0000 018")),
    "account under its header": ("101000000012345678901", ["账号"], ("BANKCARD", "101000000012345678901")),
    "uscc": (f"代码{USCC}", [], ("USCC_STRICT", USCC)),
    "uscc lower case": (USCC.lower(), [], ("USCC_STRICT", USCC.lower())),
    "uscc glued to letters": (f"USCC{USCC}", [], ("USCC_STRICT", USCC)),
    "organisation code under its header": ("D2143569X", ["组织机构代码"], ("ORGCODE", "D2143569X")),
    "organisation code beside its word": ("机构代码D2143569-X", [], ("ORGCODE", "D2143569-X")),
    "passport under its header": ("E00001234", ["护照号码"], ("PASSPORT_CN", "E00001234")),
    "passport beside its word": ("护照EA0001234", [], ("PASSPORT_CN", "EA0001234")),
    "e-mail": ("邮箱a.b-c@mail.example.org）", [], ("EMAIL", "a.b-c@mail.example.org")),
    "e-mail full-width": ("ａｂ＠ｅｘａｍｐｌｅ．ｏｒｇ", [], ("EMAIL", "ａｂ＠ｅｘａｍｐｌｅ．ｏｒｇ")),
    "e-mail of an odd host": ("a@-x.com", [], ("EMAIL", "a@-x.com")),
    "plate beside its word": ("车牌冀A00000", [], ("PLATE", "冀A00000")),
    "plate of a new-energy car": ("冀AD00000", ["号牌号码"], ("PLATE", "冀AD00000")),
    "masked id": ("1301**********0000", [], ("MASKED_ID", "1301**********0000")),
    "masked mobile": ("电话139****0000", [], ("MASKED_ID", "139****0000")),
    "masked with full-width stars": ("130102＊＊＊＊＊＊＊＊0000", [], ("MASKED_ID", "130102＊＊＊＊＊＊＊＊0000")),
    "rounded by a spreadsheet": ("1.30102E+17", ["身份证号"], ("MASKED_ID", "1.30102E+17")),
}  # fmt: skip


@pytest.mark.parametrize(("text", "headers", "found"), OTHERS.values(), ids=OTHERS.keys())
def test_find_is_sure(text: str, headers: list[str], found: tuple[str, str]) -> None:
    assert sure(text, *headers) == [found]


WEAK = {
    "id15": ("130102900307123", "CN_ID15"),
    "landline": ("0311-86000000", "LANDLINE"),
    "bank card": (CARD, "BANKCARD"),
    "organisation code": ("D2143569-X", "ORGCODE"),
    "passport": ("E00001234", "PASSPORT_CN"),
    "plate": ("冀A00000", "PLATE"),
}


@pytest.mark.parametrize(("text", "entity"), WEAK.values(), ids=WEAK.keys())
def test_find_without_context_is_only_weak(text: str, entity: str) -> None:
    assert weak(text) == [(entity, text)]
    assert sure(text) == []


NAMES = {
    "glued": (f"马德顺{ID}", "马德顺"),
    "two characters": (f"杜海{ID}", "杜海"),
    "double surname": (f"欧阳甲乙{ID}", "欧阳甲乙"),
    "with a colon and a word": (f"马德顺，身份证号：{ID}", "马德顺"),
    "inside a sentence": (f"土地使用权人马德顺{ID}", "马德顺"),
}


@pytest.mark.parametrize(("text", "name"), NAMES.values(), ids=NAMES.keys())
def test_find_name_before_an_id_number(text: str, name: str) -> None:
    assert sure(text) == [("CN_NAME", name), ("CN_ID18", ID)]


@pytest.mark.parametrize("text", [f"由其子领取{ID}", f"委托代理人身份证{ID}", f"证件号码{ID}", f"法人代表证件{ID}"])
def test_find_no_name_in_ordinary_words_before_a_number(text: str) -> None:
    assert [e for e, _ in sure(text)] == ["CN_ID18"]


INNOCENT = [
    "12345678.90", "1,234,567,890.12", "13812345678.56", "2024-01-15", "2024年1月15日10时30分", "20240115103000123",
    "（2024）冀0102民初12345号", "冀建房〔2024〕123号", "QP-HT-2026-00113", "P23130102-0007", "1301022026B00113", "2050202",
    "130102", "A0101", "GB/T 35273-2020", "第130102001号", "1:2000", "1.2.3.4", "版本10.0.100.3", "项目编号 20260315-0017", "0.13900000000",
    "12,345 户 67,890 人", "面积120㎡，3层", "118.5万元", "***", "待定****", "2026-10-12至2026-10-20", "1990-03-07 12:30:45",
    "三公经费", "a@b", "1.5E+06", "使用面积123456", "云A计划", "新B类",
]  # fmt: skip


@pytest.mark.parametrize("text", INNOCENT)
def test_find_nothing_in_innocent_text(text: str) -> None:
    assert look(text) == []


def test_amounts_of_eleven_digits_are_weak_under_a_header_of_amounts() -> None:
    assert weak("13812345678", "预算金额") == [("MOBILE", "13812345678")]
    assert sure("13812345678", "联系电话及金额") == [("MOBILE", "13812345678")]


def test_random_digits_of_the_right_length_are_hardly_ever_sure() -> None:
    draw = Random(5)
    texts = ["".join(draw.choices("0123456789", k=draw.choice((16, 17, 18, 19, 20)))) for _ in range(20_000)]
    found = LENS.find(texts, Column())
    hits = [s for spans in found for s in spans or () if s.score >= SURE]
    assert sum(s.valid is True and s.entity != "USCC_STRICT" for s in hits) <= 1
    assert sum(s.entity == "USCC_STRICT" for s in hits) <= 5
    assert len(hits) <= 20


def test_id_number_that_is_also_a_credit_code_is_an_id_number() -> None:
    both = next(
        n for s in range(1000) for day in range(1, 29) if uscc_like(n := id18(birthday=f"198003{day:02}", serial=f"{s:03}"))
    )  # fmt: skip
    assert sure(both) == [("CN_ID18", both)]


def uscc_like(number: str) -> bool:
    return (
        number[17].isdigit()
        and credit_digit(number[:17]) == number[17]
        and organisation_digit(number[8:16]) == number[16]
    )


# --- oracle ----------------------------------------------------------------------------------------------------------


def test_check_digits_agree_with_stdnum() -> None:
    draw = Random(11)
    by_name = {m.__name__.rpartition(".")[2]: m for m in modules()}
    for _ in range(2_000):
        number = id18(
            serial=f"{draw.randrange(1000):03}", birthday=f"19{draw.randrange(100):02}0{draw.randrange(1, 9)}15"
        )
        changed = number[:-1] + draw.choice("0123456789X")
        assert (
            by_name["cn_id18"].is_valid(changed)
            == (changed == number)
            == (ric.calc_check_digit(changed) == changed[-1])
        )
        digits = "62" + "".join(draw.choices("0123456789", k=17))
        assert by_name["bankcard"].is_valid(digits) == luhn.is_valid(digits)
        code = by_name["uscc"].made_up(draw)
        assert uscc.is_valid(code)
        if by_name["uscc"].is_valid(other := code[:-1] + draw.choice("0123456789X")):
            assert uscc.is_valid(other)
    assert ric.is_valid(id18("110105", "19491231", "002"))
    assert luhn.is_valid("7992739871" + luhn_digit("7992739871"))


# --- prefilters ------------------------------------------------------------------------------------------------------


def example(recogniser: Recogniser, draw: Random) -> str:
    """An invented identifier with what must stand around it."""
    parts = (recogniser.made_up_head, recogniser.made_up, recogniser.made_up_tail)
    return "".join(part(draw) for part in parts if part)


CORPUS = [t for t, _ in ID18.values()] + [t for t, _, _ in OTHERS.values()] + [t for t, _ in NAMES.values()]


@pytest.mark.parametrize("module", modules(), ids=lambda m: m.__name__.rpartition(".")[2])
def test_prefilter_passes_whatever_the_patterns_find(module: object) -> None:
    recogniser = next(r for r in LENS.recognisers if r.name == module.__name__.rpartition(".")[2])  # type: ignore[attr-defined]
    draw = Random(3)
    made = [example(recogniser, draw) for _ in range(50)]
    import polars as pl

    shapes = (recogniser.prefilter, recogniser.prefilter_in_context, GUARD)
    everything = "|".join(s for s in shapes if s)
    texts = [*CORPUS, *made, *(t.lower() for t in made)]
    passed = pl.Series(texts).str.contains(everything).to_list()
    from redaction.normalise import normalise

    for text, ok in zip(texts, passed, strict=True):
        assert ok or not recogniser.find(normalise(text).text)
    assert all(recogniser.find(m) for m in made)


@pytest.mark.parametrize("module", modules(), ids=lambda m: m.__name__.rpartition(".")[2])
def test_patterns_use_no_word_class_and_no_unicode_digits(module: object) -> None:
    for _, regex, _ in module.PATTERNS:  # type: ignore[attr-defined]
        assert not re.search(r"\\[bwWdB]", regex)
