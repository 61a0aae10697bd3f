"""What has to change is told from the entry alone; edits by hand show up in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from catalog.entry import PUBLISHING, as_extras, edited_by_hand, extras_of, reprinted
from catalog.plan import Step, Target, addition, creation, next_step, plan_changes, removal, revelation
from domain.errors import CatalogueEdited, CatalogueRefused, TransitionRefused
from tests.catalogue_release import Prepared, make_contract, prepare


def target_of(ready: Prepared) -> Target:
    return Target(ready.manifest, ready.metadata, "2025-04-02")


def standing(target: Target, **changes: Any) -> dict[str, Any]:
    """The entry as a catalogue shows it once the edition is public."""
    package, resources = target.wanted(None)
    shown = {k: v for k, v in package.items() if k != "owner_org"}
    times = {"metadata_modified": "2025-04-02T00:00:00", "state": "active"}
    files = [
        {**r, "url": f"http://h/{r['file_name']}", "url_type": "upload", "edition_newest": True} for r in resources
    ]
    organization = {"name": package["owner_org"]}
    return {**shown, **times, "organization": organization, "owner_org": "some-id", "resources": files} | changes


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return target_of(prepare(tmp_path))


def test_next_step_of_absent_dataset_creates_it_private(target: Target) -> None:
    assert next_step(None, target) is Step.CREATE
    call = creation(target)
    assert call["private"] is True
    assert extras_of(call)[PUBLISHING] == target.release_hash


def test_next_step_of_draft_adds_then_reveals(target: Target) -> None:
    draft = {**creation(target), "resources": [], "metadata_modified": "t", "state": "active"}
    assert next_step(draft, target) is Step.ADD
    whole = {**draft, "resources": standing(target)["resources"]}
    assert next_step(whole, target) is Step.REVEAL
    call = revelation(whole)
    assert PUBLISHING not in extras_of({"extras": call["update"]["extras"]})
    assert call["match__private"] is True


def test_next_step_of_standing_edition_is_nothing(target: Target) -> None:
    assert next_step(standing(target), target) is Step.DONE
    assert plan_changes(standing(target), target).changes == ()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "x"}, "title"),
        ({"private": True}, "private"),
        ({"state": "deleted"}, "state"),
        ({"tags": []}, "tags"),
        ({"organization": {"name": "else"}}, "owner_org"),
    ],
    ids=["title", "hidden", "deleted", "tags", "organization"],
)
def test_next_step_of_entry_edited_by_hand_is_refused(target: Target, change: dict[str, Any], field: str) -> None:
    found = standing(target, **change)
    assert edited_by_hand(found) == (field,)
    with pytest.raises(CatalogueEdited, match=field):
        next_step(found, target)
    assert plan_changes(found, target).edited == (field,) if field != "state" else True


def test_next_step_of_foreign_extra_is_refused(target: Target) -> None:
    found = standing(target)
    found["extras"] = [*found["extras"], {"key": "note", "value": "x"}]
    assert edited_by_hand(found) == ("extras.note",)


def test_next_step_of_neighbours_name_is_refused(target: Target) -> None:
    with pytest.raises(CatalogueRefused, match="taken"):
        next_step({"extras": [], "resources": []}, target)


def test_next_step_of_withdrawn_release_is_refused(target: Target) -> None:
    found = standing(target)
    for resource in found["resources"]:
        resource["edition_state"] = "withdrawn"
    with pytest.raises(TransitionRefused):
        next_step(found, target)


def test_next_step_of_edition_with_a_file_missing_is_refused(target: Target) -> None:
    found = standing(target)
    found["resources"].pop()
    with pytest.raises(CatalogueEdited, match="removed"):
        next_step(found, target)


def test_addition_locks_marks_and_extends_in_one_call(target: Target, tmp_path: Path) -> None:
    correction = target_of(prepare(tmp_path, revision=2, tables={"main": [{"region": "甲县"}]}))
    found = standing(target)
    call, resources = addition(found, correction)
    assert call["match__metadata_modified"] == found["metadata_modified"]
    assert [r["id"] for r in call["update__resources__extend"]] == [r["id"] for r in resources]
    for old in found["resources"]:
        mark = call[f"update__resources__{old['id']}"]
        assert mark["edition_state"] == "superseded"
        assert mark["superseded_by"] == correction.release_hash


def test_removal_undoes_what_the_release_superseded(target: Target, tmp_path: Path) -> None:
    correction = target_of(prepare(tmp_path, revision=2, tables={"main": [{"region": "甲县"}]}))
    found = standing(correction)
    old = [
        {**r, "edition_state": "superseded", "superseded_by": correction.release_hash}
        for r in standing(target)["resources"]
    ]
    ids = {r["id"] for r in found["resources"]}
    found["resources"] += old
    call = removal(found, ids, correction.release_hash)
    assert set(call["filter"]) == {"-extras", *(f"-resources__{i}" for i in ids)}
    assert extras_of({"extras": call["update"]["extras"]})["evidence_id"] == target.release_hash
    assert {call[f"update__resources__{r['id']}"]["edition_state"] for r in old} == {"current"}


def test_reprinted_keeps_an_edit_made_by_hand_visible(target: Target) -> None:
    found = standing(target, title="手工改动")
    extras = reprinted(found, extras_of(found) | {"evidence_id": "e" * 64})
    assert edited_by_hand({**found, "extras": extras}) == ("title",)


def test_edited_by_hand_without_fingerprints_says_so(target: Target) -> None:
    extras = {k: v for k, v in extras_of(standing(target)).items() if k != "platform_fields"}
    assert edited_by_hand(standing(target, extras=as_extras(extras))) == ("extras.platform_fields",)


def test_plan_names_files_and_what_they_supersede(target: Target, tmp_path: Path) -> None:
    correction = target_of(
        prepare(tmp_path, contract=make_contract(), revision=2, tables={"main": [{"region": "甲县"}]})
    )
    made = plan_changes(standing(target), correction)
    assert [c.step for c in made.changes] == [Step.ADD]
    assert "datapackage.json" in made.changes[0].names
    assert made.to_dict()["changes"][0]["step"] == "add-edition"


@pytest.mark.parametrize("state", ["withdrawn", "current"])
def test_removal_revives_nothing_but_what_its_release_pushed_aside(target: Target, state: str) -> None:
    entry = standing(target)
    first, second, *rest = entry["resources"]
    first |= {"superseded_by": "h" * 64, "edition_state": "superseded", "edition_newest": False}
    second |= {"superseded_by": "h" * 64, "archived_by": "", "edition_state": state}
    ids = {r["id"] for r in rest}
    call = removal(entry, ids, "h" * 64)
    revived = {"edition_state": "current", "superseded_by": "", "archived_by": "", "edition_newest": True}
    assert call[f"update__resources__{first['id']}"] == revived
    assert f"update__resources__{second['id']}" not in call


def test_addition_archives_what_falls_out_of_the_list(tmp_path: Path) -> None:
    contract = make_contract(catalogue={"organization": "finance-bureau", "editions_listed": 1})
    old = target_of(prepare(tmp_path, contract=contract, period="2024"))
    new = target_of(prepare(tmp_path, contract=contract))
    call, _ = addition(standing(old), new)
    for resource in old.wanted(None)[1]:
        change = call[f"update__resources__{resource['id']}"]
        assert change == {"edition_state": "archived", "archived_by": new.release_hash, "edition_newest": False}
    late, _ = addition(standing(new), old)
    assert {r["edition_state"] for r in late["update__resources__extend"]} == {"archived"}
    assert not any(key.startswith("update__resources__") for key in late.keys() - {"update__resources__extend"})
