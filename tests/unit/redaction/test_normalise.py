"""Disguised characters become plain ones, and every span finds its way back."""

import sys
import unicodedata

import polars as pl
import pytest

from redaction.normalise import GUARD, normalise, plain

CASES = {
    "ascii": ("abc 1", "abc 1"),
    "full-width": ("１３９Ｘ＠．", "139X@."),
    "brackets": ("（0311）", "(0311)"),
    "zero-width": ("1\u200b3\ufeff9\u2060", "139"),
    "soft hyphen": ("1\xad39", "139"),
    "struck through": ("1\u03363\u0336", "13"),
    "control characters": ("1\x003\x7f", "13"),
    "fillers": ("1\u31643\u115f9\uffa0", "139"),
    "empty Braille": ("1\u28003", "13"),
    "lost signs": ("1\ufffd3\ufffc9", "139"),
    "signs of one's own": ("1\ue0003", "13"),
    "mathematical digits": ("𝟏𝟑𝟗", "139"),
    "Arabic digits": ("١٣٩", "139"),
    "circled stays": ("①139", "①139"),
    "superscript stays": ("5㎡²", "5㎡²"),
    "Han stays": ("姓名，电话：", "姓名,电话:"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES.keys())
def test_normalise_makes_plain(text: str, expected: str) -> None:
    assert normalise(text).text == expected


@pytest.mark.parametrize(
    ("text", "needle", "found"),
    [("电话１３８x", "138", "１３８"), ("a\u200b1\u200b2\u200bb", "12", "1\u200b2"), ("\u200b12", "12", "12"), ("12\u200b", "12", "12")],
)  # fmt: skip
def test_original_gives_the_span_in_the_original(text: str, needle: str, found: str) -> None:
    content = normalise(text)
    start = content.text.index(needle)
    begin, end = content.original(start, start + len(needle))
    assert text[begin:end] == found


def test_guard_catches_every_character_that_could_hide_an_identifier() -> None:
    telling = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz@.*+-_")
    chars = [
        chr(c)
        for c in range(128, sys.maxunicode + 1)
        if not 0xD800 <= c <= 0xDFFF and unicodedata.category(chr(c)) != "Cn"
    ]
    chars += [chr(c) for c in range(128) if plain(chr(c)) == ""]
    hiding = [c for c in chars if plain(c) == "" or plain(c) in telling]
    assert len(hiding) > 1000
    missed = [
        hex(ord(c)) for c, ok in zip(hiding, pl.Series(hiding).str.contains(GUARD).to_list(), strict=True) if not ok
    ]
    assert missed == []
