"""ESTATE_CERT: text → what is found. All certificates are made up."""

import pytest

from tests.innocent import hits_in_innocent
from tests.looking import sure, weak

ENTITY = "ESTATE_CERT"
CERT = "冀（2020）某某市不动产权第0000001号"
SURE = {
    "bare under its header": (CERT, ["不动产权证号"], CERT),
    "bare": (CERT, [], CERT),
    "registration proof": ("冀(2023)某某县不动产证明第0000001号", [], "冀(2023)某某县不动产证明第0000001号"),
    "long proof": ("冀(2023)某某县不动产登记证明第0000001号", [], "冀(2023)某某县不动产登记证明第0000001号"),
    "square brackets": ("冀〔2020〕某某市不动产权第0000001号", [], "冀〔2020〕某某市不动产权第0000001号"),
    "inside a sentence": (f"持有{CERT}的房屋", [], CERT),
    "glued to Latin": (f"No{CERT}x", [], CERT),
    "full-width digits": ("冀（２０２０）某某市不动产权第０００００01号", [], "冀（２０２０）某某市不动产权第０００００01号"),
    "spaced": ("冀 (2020) 某某市不动产权第 0000001 号", [], "冀 (2020) 某某市不动产权第 0000001 号"),
    "no year": ("不动产权第0000001号", [], "不动产权第0000001号"),
    "a year before the register": ("冀(1999)某某市不动产权第0000001号", [], "不动产权第0000001号"),
    "certificate spelled out": ("不动产权证书第0000001号", [], "不动产权证书第0000001号"),
    "in HTML": (f"<td>{CERT}</td>", [], CERT),
}  # fmt: skip


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [(ENTITY, found)]


@pytest.mark.parametrize(
    "text",
    ["不动产权证书12345本", "不动产登记中心第1234号窗口", "冀自然资发〔2020〕1234号", "不动产权第12号"],
    ids=["count", "counter", "document", "too short"],
)
def test_find_none(text: str) -> None:
    assert sure(text) + weak(text) == []


def test_find_none_in_innocent_text() -> None:
    assert hits_in_innocent(ENTITY) == []
