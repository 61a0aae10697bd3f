"""Strings that lie near identifiers: made-up numbers, context words and junk, torn, glued and disguised at random.

`mutated(seed, count)` gives the same list for the same seed. What a scanner should say about them is left to whoever
feeds them to two scanners; nothing here knows.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from random import Random

from bench.corpus.others import CALLED, MAKERS
from redaction.detect import modules

POOL = 4_000  # seeds drawn beforehand; the mutations make the difference
JUNK = (
    "", "", " ", "-", ".", ",", "，", "：", "x", "X", "9", "0", "1.", "①", "No.", "ID", "（", ")", "\n", "\t", "'", '"', "**", "/", "=", "@",
    "a@-x.com", "123 ", "2026-01-31", "13,900.00", "(2023)冀01民初12号", "第12号", "元", "１２", "\u200b", "\ufeff", "\ue000", "\U0001f600", "\x00", "e+17", "86", "+86",
    "张家村", "王某某", "公司", "&nbsp;", "\\u0031", "%31", "[手机号]", "****", "＊＊＊＊", "ﬁ", "İ", "ß", "ſ", "K", "٣", "²", "Ⅻ",
)  # fmt: skip
MARKS = (" ", "-", ".", ",", "，", "_", "/", "·", "—", "\u3000", "\xa0", "\n", "\r\n", "\t", " - ", "  ")
UNSEEN = ("\u200b", "\u200d", "\u2060", "\ufeff", "\xad", "\u200e", "\u202e", "\u0336", "\ufe0f", "\x00")
DIGITS = "0123456789"
NUMERALS = ("〇一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖", "⓪①②③④⑤⑥⑦⑧⑨", "⁰¹²³⁴⁵⁶⁷⁸⁹")

Mutation = Callable[[Random, str], str]


def _place(draw: Random, text: str) -> int:
    return draw.randrange(len(text) + 1)


def _insert(draw: Random, text: str) -> str:
    at = _place(draw, text)
    return text[:at] + draw.choice("0123456789xXABCGE.-*@ ") + text[at:]


def _delete(draw: Random, text: str) -> str:
    at = _place(draw, text)
    return text[:at] + text[at + draw.choice((1, 1, 1, 2, 5)) :]


def _replace(draw: Random, text: str) -> str:
    at = _place(draw, text)
    return text[:at] + draw.choice("0123456789xXKk*.-") + text[at + 1 :]


def _repeat(draw: Random, text: str) -> str:
    start = _place(draw, text)
    end = start + draw.choice((1, 2, 4, 20))
    return text[:end] + text[start:end] + text[end:]


def _swap(draw: Random, text: str) -> str:
    at = _place(draw, text)
    return text[:at] + text[at : at + 2][::-1] + text[at + 2 :]


def _case(draw: Random, text: str) -> str:
    return draw.choice((str.lower, str.upper, str.swapcase, str.title))(text)


def _widen(draw: Random, text: str) -> str:
    chance = draw.choice((0.1, 0.5, 1.0))
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" and draw.random() < chance else c for c in text)


def _other_digits(draw: Random, text: str) -> str:
    if draw.random() < 0.3:
        numerals = draw.choice(NUMERALS)
        return "".join(numerals[int(c)] if c in DIGITS and draw.random() < 0.9 else c for c in text)
    zero = draw.choice((0x0660, 0x06F0, 0x0966, 0xFF10, 0x1D7CE, 0x1D7F6))
    return "".join(chr(zero + int(c)) if c in DIGITS and draw.random() < 0.7 else c for c in text)


def _unseen(draw: Random, text: str) -> str:
    mark, chance = draw.choice(UNSEEN), draw.choice((0.05, 0.3, 1.0))
    return "".join(c + mark if draw.random() < chance else c for c in text)


def _separate(draw: Random, text: str) -> str:
    mark, step = draw.choice(MARKS), draw.choice((1, 3, 4, 4, 6))
    return mark.join(text[n : n + step] for n in range(0, len(text), step))


def _gap(draw: Random, text: str) -> str:
    at = _place(draw, text)
    return text[:at] + draw.choice(MARKS) + text[at:]


def _glue(draw: Random, text: str) -> str:
    return draw.choice(JUNK) + text + draw.choice(JUNK)


def _truncate(draw: Random, text: str) -> str:
    at = _place(draw, text)
    return text[:at] if draw.random() < 0.5 else text[at:]


def _encode(draw: Random, text: str) -> str:
    """In base64; not so often that what other mutations make of it could pass for a file's content."""
    return b64encode(text.encode("utf-8", "replace")).decode() if len(text) < 40 else text


MUTATIONS: tuple[Mutation, ...] = (
    _insert, _delete, _replace, _repeat, _swap, _case, _widen, _other_digits, _unseen, _separate, _gap, _glue, _glue, _truncate, _encode,
)  # fmt: skip


def _pool(draw: Random) -> list[str]:
    """Whole and innocent numbers of every entity, the recognisers' own made-up ones among them."""
    own = [module.made_up for module in modules()]
    pool = [make(draw).text for make in MAKERS.values() for _ in range(POOL // len(MAKERS) // 2)]
    pool += [make(draw) for make in own for _ in range(POOL // len(own) // 2)]
    return pool + [
        "".join(draw.choices(DIGITS, k=length)) for length in (9, 11, 15, 16, 17, 18, 19, 20) for _ in range(25)
    ]


def mutated(seed: int, count: int) -> list[str]:
    """`count` strings, the same for the same seed and recognisers; 50,000 take a second or two."""
    draw = Random(seed)
    pool, words = _pool(draw), [word for pair in CALLED.values() for word in pair]
    texts = []
    for _ in range(count):
        text = draw.choice(pool)
        for _ in range(draw.choice((0, 1, 1, 2, 2, 3, 5))):
            text = draw.choice(MUTATIONS)(draw, text)
        if draw.random() < 0.35:
            text += draw.choice(JUNK) + draw.choice(pool)
        if draw.random() < 0.4:
            text = draw.choice(words) + draw.choice(("", "：", ":", " ")) + text
        if draw.random() < 0.1:
            text = draw.choice(MUTATIONS)(draw, text)
        texts.append(text)
    return texts
