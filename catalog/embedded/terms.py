"""Text into search terms, so that a Chinese word of any length is found inside a longer one. Pure.

A run of Han characters gives one term per character: it and its follower. `公共预算` is 公共 共预 预算 算, and the words
共预 or 预算 are phrases of consecutive terms in it; a single character is a prefix. Other letters and digits form words.
"""

from __future__ import annotations

import re
import unicodedata

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3005\u3007\U00020000-\U0003ffff"
RUN = re.compile(f"[{_HAN}]+|[^\\W_{_HAN}]+")
HAN = re.compile(f"[{_HAN}]")
QUOTES = re.compile("[“”‘’\"'《》〈〉「」『』]")  # they cut a name in two: “三公”经费 is looked for as 三公经费
SHORTEST_BEGINNING = 3


def plain(text: str) -> str:
    """One spelling: compatibility forms, upper case and quotation marks are gone."""
    return QUOTES.sub("", unicodedata.normalize("NFKC", text)).casefold()


def index_text(text: str) -> str:
    """The text as terms in their order, for the index.

    >>> index_text("2018年“三公”经费 Budget")
    '2018 年三 三公 公经 经费 费 budget'
    """
    return " ".join(term for run in RUN.findall(plain(text)) for term in _terms(run))


def match(word: str, *, beginning: bool = False) -> str | None:
    """An FTS5 expression that finds the word; None where it holds nothing to look for.

    `beginning`: whatever follows the word. A last word of three Latin letters or more is always taken so.

    >>> match("预算"), match("年"), match("2018年"), match("Budget"), match("（）")
    ('"预算"', '"年" *', '"2018 年" *', '"budget" *', None)
    """
    runs = RUN.findall(plain(word))
    if not runs:
        return None
    *before, last = runs
    terms = [term for run in before for term in _terms(run)]
    if HAN.match(last):
        beginning = len(last) == 1
        terms += _terms(last)[:-1] or [last]
    else:
        beginning = beginning or (last.isalpha() and len(last) >= SHORTEST_BEGINNING)
        terms.append(last)
    return '"' + " ".join(terms) + '"' + (" *" if beginning else "")


def _terms(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run))] if HAN.match(run) else [run]
