"""match, filter and update as CKAN documents them."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.embedded.refusals import Invalid
from catalog.embedded.revise import included, revise, wanted_dataset


def make_package() -> dict[str, Any]:
    """Two files with ids that differ in their first five characters."""
    return {
        "id": "0f3a1111",
        "name": "debt",
        "title": "Debt",
        "notes": "old",
        "private": True,
        "extras": [{"key": "a", "value": "1"}],
        "resources": [{"id": "aaaaa111", "name": "one", "url": "u1"}, {"id": "bbbbb222", "name": "two", "url": "u2"}],
    }


@pytest.mark.parametrize(
    ("call", "path", "value"),
    [
        ({"update": {"notes": "new"}}, ["notes"], "new"),
        ({"update": '{"notes": "new"}'}, ["notes"], "new"),
        ({"update__notes": "new"}, ["notes"], "new"),
        ({"update__private": "false"}, ["private"], False),
        ({"update__resources__1__name": "new"}, ["resources", 1, "name"], "new"),
        ({"update__resources__-1__name": "new"}, ["resources", 1, "name"], "new"),
        ({"update__resources__bbbbb__name": "new"}, ["resources", 1, "name"], "new"),
        ({"update__resources__0": '{"name": "new"}'}, ["resources", 0, "name"], "new"),
        ({"update__resources__extend": [{"name": "new"}]}, ["resources", 2, "name"], "new"),
        ({"update": {"resources": [{}, {"name": "new"}]}}, ["resources", 1], {"id": "bbbbb222", "name": "new", "url": "u2"}),
        ({"update__resources__-1__x": "f", "update__resources__extend": '[{"name": "n"}]'}, ["resources", 2], {"name": "n", "x": "f"}),
        ({"filter": "-notes"}, ["notes"], None),
        ({"filter": ["-extras"], "update": {"extras": [{"key": "b", "value": "2"}]}}, ["extras"], [{"key": "b", "value": "2"}]),
        ({"filter": ["-resources__aaaaa"]}, ["resources"], [{"id": "bbbbb222", "name": "two", "url": "u2"}]),
        ({"filter": ["+resources__1__id", "-resources__1__*"]}, ["resources", 1], {"id": "bbbbb222"}),
        ({"filter": ["-resources__0", "+resources__0"]}, ["resources", 0, "id"], "bbbbb222"),
        ({"filter": "+resources,-*"}, ["title"], None),
        ({"filter": ["-*"]}, ["id"], "0f3a1111"),
    ],
)  # fmt: skip
def test_revise_changes(call: dict[str, Any], path: list[Any], value: Any) -> None:
    before = make_package()
    revised: Any = revise(before, call)
    for part in path[:-1]:
        revised = revised[part]
    found = revised.get(path[-1]) if isinstance(revised, dict) else revised[path[-1]]
    assert found == value
    assert before == make_package()


@pytest.mark.parametrize(
    ("call", "unmatched"),
    [
        ({"match__notes": "new"}, ["notes"]),
        ({"match__private": "true"}, []),
        ({"match__private": False}, ["private"]),
        ({"match": {"notes": "old", "resources": [{"name": "one"}]}}, []),
        ({"match": {"resources": [{"name": "two"}]}}, ["resources__0__name"]),
        ({"match": {"absent": 1}}, ["absent"]),
        ({"match__resources__bbbbb__name": "two"}, []),
        ({"match__resources__5__name": "two"}, ["resources__5__name"]),
    ],
)
def test_revise_matches(call: dict[str, Any], unmatched: list[str]) -> None:
    if not unmatched:
        assert revise(make_package(), call) == make_package()
        return
    with pytest.raises(Invalid) as refused:
        revise(make_package(), call)
    assert refused.value.error["match"] == unmatched


@pytest.mark.parametrize(
    "call",
    [{"update": []}, {"update": {"resources": 1}}, {"update__title__x": 1}, {"update__resources__7": {}}, {"update__no__x": 1},
     {"update__resources__aaaa": {}}, {"filter": 3}],
)  # fmt: skip
def test_revise_refuses_what_does_not_fit(call: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        revise(make_package(), call)


def test_wanted_dataset_by_either_form() -> None:
    assert wanted_dataset({"match__id": "a"}) == wanted_dataset({"match": '{"name": "a"}'}) == "a"
    with pytest.raises(Invalid):
        wanted_dataset({"match__title": "a"})


def test_included_cuts_the_answer_down() -> None:
    answer = {"package": make_package()}
    assert included(answer, {"include": ["+package__id", "-package__*"]}) == {"package": {"id": "0f3a1111"}}
