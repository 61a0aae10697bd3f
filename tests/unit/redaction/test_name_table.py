"""The names pack is what its script writes from the dictionary of the installed jieba, and holds no more than it may."""

import importlib.util
from pathlib import Path

import pytest

from rules.derive_names import halves, listed_words, model, odds, read, score, written
from tests.personal_data import PACKS, RULES

SURNAMES = {s for s in PACKS["personal"].data["surnames"].split() if len(s) == 1}


def dictionary() -> Path:
    spec = importlib.util.find_spec("jieba")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).with_name("dict.txt")


@pytest.mark.slow
def test_names_pack_is_what_the_script_writes() -> None:
    names, words = read(dictionary(), SURNAMES)
    tables = {k: halves(t) for k, t in model(names, words).items()}
    assert written(tables, listed_words(words, tables)) == (RULES / "names.yaml").read_text("utf-8")


def test_names_pack_is_small_and_says_where_it_comes_from() -> None:
    assert (RULES / "names.yaml").stat().st_size < 300_000
    assert PACKS["names"].data["source"] == "jieba 0.42.1 dict.txt (MIT)"


def test_odds_are_for_names_where_a_character_stands_in_names_alone() -> None:
    found = odds(["英", "英", "华"], ["货", "华", "务"])
    assert found["英"] > 0 > found["货"]
    assert found["华"] == pytest.approx(0)


def test_score_adds_the_places() -> None:
    tables = {
        "first_of_two": {"王": 2, "": -3},
        "given_of_two": {"英": 3, "": -1},
        "first_of_three": {"王": 4, "": -3},
        "second_of_three": {"秀": 1, "": -2},
        "third_of_three": {"英": 5, "": -2},
    }
    assert [score(w, tables) for w in ("王英", "王货", "王秀英", "货秀务")] == [2.5, 0.5, 5.0, -2.0]
