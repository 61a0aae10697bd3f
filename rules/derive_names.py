"""Write rules/names.yaml: how name-like a Han character is at each place of a Chinese name.

Source: dict.txt of jieba 0.42.1 (MIT licence, Sun Junyi) and the surnames of the personal pack. Counts the words marked as
persons' names (nr) that begin with a listed surname against all other words of that length that begin with one, place by
place; the log-odds are rounded to halves. Words that would still pass for names are listed, so that they never do.
Equal dictionary, equal bytes: `python -m rules.derive_names DICT > rules/names.yaml`.
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from ruamel.yaml import YAML

HAN = re.compile("[㐀-鿿]+")
COMMON = 150  # surnames frequent enough that a two-character word behind them is a name and no noise of the dictionary
SMOOTH = 0.5
LEAST = 0.0  # a word scoring above this is listed …
KNOWN = 10  # … where the dictionary counted it so often: rare ones are often names that are marked wrongly
NOT_WORDS = {"nr", "nrt", "nrfg"}

Odds = dict[str, float]


def read(path: Path, surnames: set[str]) -> tuple[list[str], dict[str, int]]:
    """Names, and other words with their counts, of two and three characters that begin with a one-character surname."""
    names, words = [], {}
    for line in path.read_text("utf-8").splitlines():
        word, count, kind = line.split(" ")
        if HAN.fullmatch(word) and len(word) in (2, 3) and word[0] in surnames:
            if kind == "nr":
                names.append(word)
            elif kind not in NOT_WORDS:
                words[word] = int(count)
    return names, words


def odds(here: Sequence[str], there: Sequence[str]) -> Odds:
    """Log-odds of each character between two lists; the key "" is for a character seen in neither."""
    one, two = Counter(here), Counter(there)
    seen = set(one) | set(two)

    def share(count: int, of: Sequence[str]) -> float:
        return (count + SMOOTH) / (len(of) + SMOOTH * (len(seen) + 1))

    found = {c: math.log(share(one[c], here) / share(two[c], there)) for c in seen}
    return {**found, "": math.log(share(0, here) / share(0, there))}


def model(names: Iterable[str], words: Iterable[str]) -> dict[str, Odds]:
    """The five tables: surname and given character of two-character names, surname and both given ones of three."""
    three, three_words = [n for n in names if len(n) == 3], [w for w in words if len(w) == 3]
    common = {c for c, _ in Counter(n[0] for n in three).most_common(COMMON)}
    two, two_words = [n for n in names if len(n) == 2 and n[0] in common], [w for w in words if len(w) == 2]
    given = [n[1] for n in two] + [n[2] for n in three]  # a single given name is drawn from the same characters
    return {
        "first_of_two": odds([n[0] for n in three], [w[0] for w in two_words]),
        "given_of_two": odds(given, [w[1] for w in two_words]),
        "first_of_three": odds([n[0] for n in three], [w[0] for w in three_words]),
        "second_of_three": odds([n[1] for n in three], [w[1] for w in three_words]),
        "third_of_three": odds([n[2] for n in three], [w[2] for w in three_words]),
    }


def halves(table: Odds) -> dict[str, int]:
    """The log-odds in halves, unseen characters apart."""
    return {c: round(2 * v) for c, v in table.items()}


def score(word: str, tables: dict[str, dict[str, int]]) -> float:
    """The sum over the word's places, as redaction.name_model computes it."""
    places = ("first_of_two", "given_of_two") if len(word) == 2 else ("first_of_three", "second_of_three", "third_of_three")  # fmt: skip
    return sum(tables[p].get(c, tables[p][""]) for p, c in zip(places, word, strict=True)) / 2


def listed_words(words: dict[str, int], tables: dict[str, dict[str, int]]) -> list[str]:
    """The words that look like names and are known well enough."""
    return sorted(w for w, count in words.items() if count >= KNOWN and score(w, tables) > LEAST)


def written(tables: dict[str, dict[str, int]], listed: Sequence[str]) -> str:
    """The pack. Characters at the level of unseen ones aren't written."""
    lines = [
        "# 姓名用字表。由 rules/derive_names.py 生成，请勿手改。来源：jieba 0.42.1 dict.txt（MIT 许可，Copyright (c) 2013 Sun Junyi）与 personal.yaml 的姓氏表。",
        "# 每行：对数几率（以 0.5 为单位）与字；unseen 为表外字。words：用字像姓名、其实是词语的，一律不作姓名。",
        "pack: names",
        "version: '2026.1'",
        "source: jieba 0.42.1 dict.txt (MIT)",
    ]
    for name, table in tables.items():
        levels: dict[int, list[str]] = {}
        for char, level in table.items():
            if char and level != table[""]:
                levels.setdefault(level, []).append(char)
        lines += [f"{name}: |", f"  unseen {table['']}"]
        lines += [f"  {level} {''.join(sorted(levels[level]))}" for level in sorted(levels)]
    lines.append("words: |")
    lines += ["  " + " ".join(listed[i : i + 40]) for i in range(0, len(listed), 40)]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Read the dictionary named on the command line and print the pack."""
    personal = YAML(typ="safe").load(Path(__file__).with_name("personal.yaml").read_text("utf-8"))
    names, words = read(Path(sys.argv[1]), {s for s in personal["surnames"].split() if len(s) == 1})
    tables = {k: halves(t) for k, t in model(names, words).items()}
    sys.stdout.write(written(tables, listed_words(words, tables)))


if __name__ == "__main__":
    main()
