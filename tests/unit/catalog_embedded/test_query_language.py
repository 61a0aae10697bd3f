"""From what is typed to what is asked of the index."""

from __future__ import annotations

import pytest

from catalog.embedded.query import Both, Everything, Not, Trait, Words, parse, parse_plain, sql
from catalog.embedded.refusals import QueryInvalid
from catalog.embedded.terms import index_text, match


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("", Everything()),
        ("*:*", Everything()),
        ("预算", Words('"预算"')),
        ("a:b", Trait("a", "b")),
        ('tags:"x y"', Trait("tags", "x y")),
        ("name:a*", Trait("name", "a", beginning=True)),
        ("t:[1 TO *]", Trait("t", "1", upto="*")),
        ("-a:b", Not(Trait("a", "b"))),
        ("a:b c:d", Both("AND", (Trait("a", "b"), Trait("c", "d")))),
        ("a:b OR c:d e:f", Both("OR", (Trait("a", "b"), Both("AND", (Trait("c", "d"), Trait("e", "f")))))),
        ("a:(b OR c)", Both("OR", (Trait("a", "b"), Trait("a", "c")))),
        ("title:x", Words('{title} : "x"')),
        ("预算:2025", Words('"预算 算 2025"')),
    ],
)
def test_parse_gives(text: str, node: object) -> None:
    assert parse(text) == node


@pytest.mark.parametrize("text", ["(", ")", "a)", "(a", "(" * 50 + "a" + ")" * 50, "x " * 200])
def test_parse_refuses(text: str) -> None:
    with pytest.raises(QueryInvalid):
        parse(text)


@pytest.mark.parametrize("text", ["(", "a OR -b:c", ")(", "name:x", '"'])
def test_parse_plain_takes_anything(text: str) -> None:
    sql(parse_plain(text))


def test_values_never_reach_the_statement() -> None:
    statement, values = sql(parse('a:x\' OR name:("y" OR z*)'))
    assert not {"x'", "y", "z"} & set(statement.split())
    assert "x'" in values


@pytest.mark.parametrize(
    ("text", "word", "found"),
    [
        ("一般公共预算", "公共", True),
        ("一般公共预算", "共预", True),
        ("一般公共预算", "算", True),
        ("一般公共预算", "预公", False),
        ("预算（支出）", "算支", False),
        ("Budget 2025年", "2025年", True),
        ("12025年", "2025年", False),
    ],
)
def test_terms_of_a_word_stand_in_the_text(text: str, word: str, found: bool) -> None:
    expression = match(word)
    assert expression is not None
    phrase = expression.partition('"')[2].partition('"')[0]
    follows = "" if expression.endswith("*") else " "
    assert (f" {phrase}{follows}" in f" {index_text(text)} ") is found
