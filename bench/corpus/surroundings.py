"""What stands around a number in a cell: brackets, glued words, rows, lists, mark-up, other numbers.

`SURROUNDINGS` is the table: name → function(draw, item, written) giving the pieces of the text, the planted ones as
`Planted`; None where it doesn't fit the item. Nothing here changes the number; nested.py does, where a format asks for it.

Not here: Latin letters glued to a number that itself begins or ends with one (VINLSV…), for no reader could tell where
it starts, nor to a short one, which they would make another code; a list number or a leading mark glued to a mailbox, of
whose name they may be part; a row number before a telephone number that could be its beginning (86, 130 and on).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from bench.corpus.numbers import Item, bankcard, cn_id18, mobile
from bench.corpus.others import CALLED, MAKERS

SHORTEST_GLUED = 11
HAN = "关于做好全市农村低收入群体危房改造和抗震改造工作的通知经研究现将有关事项说明如下请各乡镇办事处认真组织实施"


@dataclass(frozen=True, slots=True)
class Planted:
    """A number as it's written in the text."""

    item: Item
    written: str


Pieces = list["str | Planted"]
Surrounding = Callable[[Random, Item, str], "Pieces | None"]


def han(draw: Random, length: int) -> str:
    """Chinese text without sense, digits or punctuation."""
    start = draw.randrange(len(HAN))
    return (HAN * (length // len(HAN) + 2))[start : start + length]


def _around(*pairs: tuple[str, str]) -> Surrounding:
    def stand(draw: Random, item: Item, written: str) -> Pieces:
        before, after = draw.choice(pairs)
        return [before, Planted(item, written), after]

    return stand


def _but(entities: set[str], surrounding: Surrounding) -> Surrounding:
    return lambda draw, item, written: None if item.entity in entities else surrounding(draw, item, written)


def _digits_only(surrounding: Surrounding) -> Surrounding:
    """For long numbers of digits alone: beside anything else these neighbours would be part of a longer code."""

    def stand(draw: Random, item: Item, written: str) -> Pieces | None:
        if not item.text.isdigit() or len(item.text) < SHORTEST_GLUED:
            return None
        return surrounding(draw, item, written)

    return stand


def _glued_han(before: bool, after: bool) -> Surrounding:
    def stand(draw: Random, item: Item, written: str) -> Pieces:
        # The number's own word first, as people write; after it words that belong to no identifier.
        return [CALLED[item.entity][1] if before else "", Planted(item, written), draw.choice(["已核对", "的材料", "同意发放"]) if after else ""]  # fmt: skip

    return stand


def _far(length: int) -> Surrounding:
    return lambda draw, item, written: [han(draw, length - len(written)), "：", Planted(item, written)]


def _json(draw: Random, item: Item, written: str) -> Pieces | None:
    if json.dumps(written, ensure_ascii=False) != f'"{written}"':
        return None
    return ['{"编号": 7, "内容": "', Planted(item, written), '", "状态": true}']


def _json_in_json(draw: Random, item: Item, written: str) -> Pieces | None:
    if json.dumps(written, ensure_ascii=False) != f'"{written}"':
        return None
    return ['{"外层": "{\\"内层\\": \\"', Planted(item, written), '\\"}"}']


def _twice(*marks: str) -> Surrounding:
    """Two numbers of one kind side by side."""

    def stand(draw: Random, item: Item, written: str) -> Pieces:
        other = MAKERS[item.entity](draw)
        return [Planted(item, written), draw.choice(marks), Planted(other, other.text)]

    return stand


def _with_two_others(draw: Random, item: Item, written: str) -> Pieces:
    person, phone = cn_id18(draw), mobile(draw)
    word = CALLED[item.entity][1]
    return ["经核实，", word, Planted(item, written), "，本人身份证", Planted(person, person.text), "，手机", Planted(phone, phone.text), "。"]  # fmt: skip


def _among_others(draw: Random, item: Item, written: str) -> Pieces:
    phone, card = mobile(draw), bankcard(draw)
    word = CALLED[item.entity][1]
    return ["手机：", Planted(phone, phone.text), "；", word, "：", Planted(item, written), "；银行卡号：", Planted(card, card.text)]  # fmt: skip


def _row(mark: str) -> Surrounding:
    """A row of a table pasted into one cell: small numbers on both sides."""

    def stand(draw: Random, item: Item, written: str) -> Pieces:
        number = str(draw.choice([n for n in range(1, 130) if n != 86]))  # 86 and 13x begin a telephone number
        amount = f"{draw.randrange(100, 99999) / 100:.2f}"
        return [number, mark, Planted(item, written), mark, amount]

    return stand


def _lines(draw: Random, item: Item, written: str) -> Pieces:
    return [f"序号{draw.randrange(1, 90)}\n", Planted(item, written), f"\n{draw.randrange(2000, 2026)}年"]


SURROUNDINGS: dict[str, Surrounding] = {
    "alone": _around(("", "")),
    "blanks around": _around((" ", " "), ("\u3000", ""), ("\xa0", "\xa0"), ("\t", "\n"), ("", "\r\n")),
    "byte order mark before": _around(("\ufeff", "")),
    "bidi marks around": _around(
        ("\u202d", "\u202c"), ("\u2066", "\u2069"), ("\u200e", "\u200e"), ("\u202b", "\u202c")
    ),
    "excel text prefix": _around(("'", ""), ("\u2019", ""), ("`", "")),
    "excel formula text": _around(('="', '"')),
    "quotes": _around(('"', '"'), ("“", "”"), ("「", "」"), ("'", "'")),
    "brackets": _around(
        ("【", "】"), ("（", "）"), ("(", ")"), ("[", "]"), ("〔", "〕"), ("《", "》"), ("<", ">"), ("{", "}")
    ),
    "punctuation behind": _around(
        ("", "。"), ("", "；"), ("", "，"), ("", "、"), ("", "."), ("", ","), ("", ";"), ("", "！")
    ),
    "colon before": _around((":", ""), ("：", ""), ("=", ""), ("编码：", "")),
    "glued to chinese before": _glued_han(True, False),
    "glued to chinese behind": _glued_han(False, True),
    "glued to chinese on both sides": _glued_han(True, True),
    "glued to latin before": _digits_only(_around(("No", ""), ("ID", ""), ("sfz", ""), ("NUM", ""), ("code", ""))),
    "glued to latin behind": _digits_only(_around(("", "abc"), ("", "ok"), ("", "Tel"), ("", "end"))),
    "glued to latin on both sides": _digits_only(_around(("ID", "abc"), ("No", "ok"))),
    "number sign before": _but({"EMAIL"}, _around(("No.", ""), ("№", ""), ("#", ""), ("NO：", ""), ("号：", ""))),
    "circled number before": _but(
        {"EMAIL"}, _around(("①", ""), ("⑫", ""), ("⑴", ""), ("⒈", ""), ("❶", ""), ("㈠", ""))
    ),
    "list number before": _but(
        {"EMAIL", "IPV4"}, _around(("1.", ""), ("1、", ""), ("12）", ""), ("(3)", ""), ("2) ", ""), ("3. ", ""))
    ),
    "list number and line feed": _but({"EMAIL", "IPV4"}, _around(("名单\n1.", "\n2."), ("一、", "\n二、"))),
    "url parameter": _around(("https://example.com/q?id=", "&page=2"), ("http://example.com/?a=1&v=", "#top")),
    "path of a url": _digits_only(_around(("https://example.com/users/", "/view"))),
    "markdown": _around(("**", "**"), ("`", "`"), ("~~", "~~"), ("- ", ""), ("| ", " |"), ("> ", "")),
    "markdown underscores": _digits_only(_around(("_", "_"), ("__", "__"))),
    "html text": _around(("<td>", "</td>"), ("<p><b>", "</b></p>"), ("<br>", "<br/>")),
    "html attribute": _around(('<a data-id="', '">查看</a>'), ("<input value='", "'>")),
    "json string": _json,
    "json in json": _json_in_json,
    "far behind chinese text": _far(2_000),
    "at the end of ten thousand signs": _far(10_000),
    "with two other identifiers": _with_two_others,
    "among other identifiers": _among_others,
    "two, listed": _twice("、", "；", "，"),
    "two, comma or semicolon": _twice(",", ";"),
    "two, slash": _twice("/"),
    "two, blank": _twice(" "),
    "two, line feed": _twice("\n", "\r\n"),
    "row with commas": _row(","),
    "row with tabs": _row("\t"),
    "row with blanks": _row(" "),
    "row with bars": _row("|"),
    "lines before and behind": _lines,
}
LONG = frozenset({"far behind chinese text", "at the end of ten thousand signs"})
CALM = ("alone", "quotes", "brackets", "punctuation behind", "glued to chinese on both sides", "html text", "with two other identifiers")  # fmt: skip
