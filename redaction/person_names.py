"""Which texts of a column are persons' names: by a header that says so, or by what all of its distinct texts look like.

Pure: distinct texts in, spans out. How often a text stands and where is left to people.py, the law to policy.py. A column is
judged by all of its distinct texts, never by a sample; single names elsewhere are left to the tagger of free text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from redaction.added_hits import SPANS
from redaction.name_model import NameModel
from redaction.normalise import normalise

SHARE = 0.5  # of the distinct texts that look like names, in a column that is one of names
EVIDENCE = 6.0  # … and the least sum of their log-odds: two plain names, or more doubtful ones
TELLING = 4.0  # as much as one text can add to it
LOOKS = 0.0  # log-odds above which a text looks like a name

# Rust syntax. `\s` holds the full-width space, by which forms pad names of two characters.
_DOTS = "·•・‧"
_H = r"[〇㐀-鿿豈-\x{FAFF}\x{20000}-\x{3FFFF}]"  # a range compiles to a far smaller automaton than \p{Han}
_PIECE = rf"(?:{_H}+(?:[{_DOTS}]{_H}+)+|{_H}\s+{_H}|{_H}{_H}{_H}?{_H}?)"
_NOTE = r"(?:\s*[（(][^（）()]+[)）])"
_BETWEEN = r"[\s、,，;；/／|｜+＋&＆]"
ONE = rf"^{_H}{_H}{_H}?{_H}?$"
MANY = rf"^\s*{_PIECE}{_NOTE}?(?:{_BETWEEN}+{_PIECE}{_NOTE}?)*{_BETWEEN}*$"
INVISIBLE = r"[\p{Cf}\p{Mn}]"
# Every candidate begins so; a sentence is told from it by its first nine characters.
BEGINNING = (
    rf"^[\s\p{{Cf}}]*{_H}{_H}?{_H}?{_H}?{_H}?{_H}?{_H}?{_H}?(?:$|[\s\p{{Cf}}\p{{Mn}}、,，;；/／|｜+＋&＆（({_DOTS}])"
)

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇"
_LATIN = "A-Za-z\u00c0-\u024f\u0400-\u04ff\u0600-\u06ff\u0f00-\u0fff\u1800-\u18af"
_NAMED = re.compile(
    rf"[{_HAN}]{{1,12}}(?:[{_DOTS}][{_HAN}]{{1,12}})+|(?<![{_HAN}])[{_HAN}][ \u3000\t]{{1,4}}[{_HAN}](?![{_HAN}])|[{_HAN}]+"
    rf"|[{_LATIN}][{_LATIN}'’.\-]*(?:[ \t]+[{_LATIN}][{_LATIN}'’.\-]*)*"
)
_BRACKETS = re.compile(r"[（(【\[〔][^（）()【】\[\]〔〕]*[)）】\]〕]|^[\s\d]+[.、．)]|[\s*＊:：]")
_JOINED = re.compile("[/／、,，;；及和与]|以及")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, eq=False)
class NameWords:
    """The persons pack's words about names, as patterns, and the character model."""

    headers: re.Pattern[str]
    mixed: re.Pattern[str]
    organisation: re.Pattern[str]
    organisation_rust: str
    blanks: frozenset[str]
    roles_before: re.Pattern[str]
    roles_after: re.Pattern[str]
    labels: re.Pattern[str]
    model: NameModel


def name_words(data: Mapping[str, Any], model: NameModel, labels: Iterable[str]) -> NameWords:
    """From the persons pack's `names`. Raises KeyError where a list is missing."""
    tails = f"(?:{any_of(data['tails'])})?$"
    exact = f"^(?:{any_of(data['exact'])})$"
    roles, endings = any_of(data["roles"]), any_of(data["endings"])
    return NameWords(
        headers=re.compile(f"(?:{any_of(data['headers'])}){tails}|{exact}"),
        mixed=re.compile(f"(?:{any_of(data['mixed'])}){tails}|^name$"),
        organisation=re.compile(f"(?:{endings})$"),
        organisation_rust=f"(?:{endings})$",
        blanks=frozenset(data["blanks"]) | frozenset(data["roles"]),
        roles_before=re.compile(f"^(?:{roles})(?=[{_HAN}]{{2}})"),
        roles_after=re.compile(f"(?<=[{_HAN}]{{2}})(?:{roles})$"),
        labels=re.compile(any_of(labels)),
        model=model,
    )


def any_of(words: Iterable[str]) -> str:
    """A pattern of these words, the longest first."""
    return "|".join(re.escape(w) for w in sorted(words, key=lambda w: (-len(w), w)))


def header_parts(header: str) -> Iterator[str]:
    """What a header names: brackets, numbering and blanks taken off, joined words apart.

    >>> list(header_parts("2. 联系人及电话（必填）"))
    ['联系人', '电话', '联系人及电话']
    """
    text = _BRACKETS.sub("", normalise(header).text.lower())
    yield from (p for p in _JOINED.split(text) if p)
    yield text


def said_by(header: str, words: NameWords) -> str | None:
    """`names` where every text under the header is a name, `mixed` where organisations stand there too."""
    parts = list(header_parts(header))
    if any(words.headers.search(p) for p in parts):
        return "names"
    return "mixed" if any(words.mixed.search(p) for p in parts) else None


# --- by content ------------------------------------------------------------------------------------------------------


def candidates(distinct: pl.Series) -> pl.Series:
    """Mask of the texts that are names by their shape alone: two to four Han characters, or several such, divided."""
    one = distinct.str.contains(ONE)
    if one.all():
        return one
    rest = distinct.filter(~one)
    fitting = rest.str.replace_all(INVISIBLE, "").str.contains(MANY)
    return one.scatter((~one).arg_true(), fitting)


def looks_named(distinct: pl.Series, words: NameWords) -> tuple[int, float]:
    """How many of these candidates look like names, and the sum of their log-odds, each at most TELLING.

    A text of several looks like names where half of its parts do.
    """
    one = distinct.str.contains(ONE)
    several = distinct.filter(~one).str.replace_all(INVISIBLE, "").str.replace_all(_NOTE, " ")
    pieces = pl.concat(
        [distinct.filter(one).reshape((-1, 1)).cast(pl.List(pl.String)), several.str.extract_all(_PIECE)]
    )
    parts = pl.DataFrame({"of": pl.int_range(len(distinct), eager=True), "piece": pieces}).explode("piece").drop_nulls()
    known = parts["piece"].unique()
    scored = pl.DataFrame({"piece": known, "score": words.model.scores(_plain(known))})
    best = parts.join(scored, on="piece", how="left").group_by("of").agg(
        pl.col("score").max(), (pl.col("score") > LOOKS).mean().alias("share")
    ).filter((pl.col("score") > LOOKS) & (pl.col("share") >= SHARE))  # fmt: skip
    return best.height, float(best["score"].clip(upper_bound=TELLING).sum())


def _plain(pieces: pl.Series) -> pl.Series:
    return pieces.str.replace_all(r"\s", "").str.replace_all(f"[{_DOTS}]", "·")


def is_name_column(looking: int, evidence: float, distinct: int) -> bool:
    """The verdict on a column of so many distinct, non-empty texts."""
    return looking >= SHARE * distinct and evidence >= EVIDENCE


# --- spans -----------------------------------------------------------------------------------------------------------


def name_spans(distinct: pl.Series, words: NameWords, *, said: str) -> pl.DataFrame:
    """Where names stand in each text, of schema SPANS. `said`: names, mixed, or looks (a column judged by content).

    Under `names` every text is one but organisations and blanks; under `looks` every text of a name's shape is; under
    `mixed` only what looks like one.
    """
    simple = distinct.str.contains(ONE)
    ones = distinct.filter(simple)
    plain = _plain(ones)
    taken = (
        ~plain.str.contains(words.organisation_rust) & ~plain.is_in(sorted(words.blanks)) & ~plain.str.contains("某")
    )
    if said == "mixed":
        taken = taken & pl.Series(words.model.scores(plain, words=False) > LOOKS)
    whole = ones.filter(taken)
    swift = pl.DataFrame(
        {"text": whole, "start": pl.repeat(0, len(whole), dtype=pl.Int64, eager=True), "end": whole.str.len_chars().cast(pl.Int64)}
    ).with_columns(entity=pl.lit("CN_NAME"), whole=pl.lit(True))  # fmt: skip
    slow = [row for text in distinct.filter(~simple).to_list() for row in _spans_in(text, words, said)]
    return pl.concat([swift.select(list(SPANS)), pl.DataFrame(slow, schema=SPANS, orient="row")])


def _spans_in(text: str, words: NameWords, said: str) -> Iterator[tuple[str, int, int, str, bool]]:
    """Names in one text that isn't simply a name."""
    content = normalise(text)
    quiet = words.labels.sub(lambda m: "\x00" * len(m.group()), content.text)
    found = [m for piece in _NAMED.finditer(quiet) if (m := _person(piece, quiet, words, said))]
    for start, end in found:
        begin, stop = content.original(start, end)
        rest = content.text[:start] + content.text[end:]
        yield text, begin, stop, "CN_NAME", not rest.strip(" \t\r\n'\"`\xa0\u3000")


def _person(piece: re.Match[str], text: str, words: NameWords, said: str) -> tuple[int, int] | None:
    """The part of a run of characters that is a name, without the roles around it; None where none is."""
    start, end = piece.span()
    if text[end : end + 1] in ("*", "＊") or text[start - 1 : start] in ("*", "＊"):
        return None  # masked already
    run = piece.group()
    head = words.roles_before.match(run)
    tail = words.roles_after.search(run)
    start, end = start + (head.end() if head else 0), end - (len(tail.group()) if tail else 0)
    name = _SPACE.sub("", text[start:end])
    if name.lower() in words.blanks or "某" in name or words.organisation.search(name):
        return None
    latin = re.fullmatch(f"[{_LATIN}'’. \\t\\-]+", text[start:end]) is not None
    if said != "names" and (latin or not _passes(name, words, said)):
        return None
    return (start, end) if not latin or len(name) > 1 else None


def _passes(name: str, words: NameWords, said: str) -> bool:
    dotted = re.sub(f"[{_DOTS}]", "·", name)
    if not 2 <= len(name) <= 4 and "·" not in dotted:
        return False
    return said != "mixed" or bool(words.model.scores(pl.Series([dotted]), words=False)[0] > LOOKS)
