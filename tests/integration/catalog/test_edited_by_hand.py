"""Inspection, and what people change by hand in a catalogue; on both catalogues."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from catalog.inspect import inspect
from catalog.upload import Upload
from domain.errors import (
    CatalogueEdited,
)
from tests.catalogue_release import Prepared, prepare
from tests.integration.catalog.acts import put, shown, take
from tests.integration.catalog.conftest import Backend, Wire


def edited(backend: Backend, ready: Prepared) -> set[tuple[str, str | None]]:
    result = inspect(backend.client(), manifest=ready.manifest, metadata=ready.metadata)
    return {(f.code, f.places[0].column if f.places else None) for f in result.findings}


def test_inspect_untouched_edition_finds_nothing(backend: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=backend.contract())
    put(backend, ready)
    result = inspect(backend.client(), manifest=ready.manifest, metadata=ready.metadata)
    assert result.findings == ()
    assert result.ok
    assert len(result.addresses) == len(ready.manifest.exports)


@pytest.mark.parametrize("field", ["title", "notes", "license_id", "author", "author_email", "url"])
def test_inspect_names_a_dataset_field_edited_by_hand(backend: Backend, tmp_path: Path, field: str) -> None:
    contract = backend.contract()
    ready = prepare(tmp_path, contract=contract)
    put(backend, ready)
    value = {"license_id": "cc-by", "author_email": "hand@example.org"}.get(field, "手工改动")
    backend.hand("package_patch", id=contract.slug, **{field: value})
    assert edited(backend, ready) == {("catalogue-edited", field)}
    later = prepare(tmp_path, contract=contract, period="2026")
    with pytest.raises(CatalogueEdited, match=field):
        put(backend, later)
    assert shown(backend, contract)[field] == value
    put(backend, later, accept_edits=True)
    assert shown(backend, contract)[field] != value


def test_inspect_names_a_file_field_edited_by_hand(backend: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=backend.contract())
    receipt = put(backend, ready)
    backend.hand("resource_patch", id=receipt.resources[0]["id"], description="手工改动")
    assert edited(backend, ready) == {("catalogue-edited", "description")}


@pytest.mark.parametrize(
    ("field", "value"), [("edition_newest", False), ("edition_state", "archived"), ("superseded_by", "f" * 64)]
)
def test_inspect_names_a_mark_changed_by_hand(backend: Backend, tmp_path: Path, field: str, value: object) -> None:
    contract = backend.contract()
    old, ready = prepare(tmp_path, contract=contract, period="2024"), prepare(tmp_path, contract=contract)
    put(backend, old)
    receipt = put(backend, ready)
    assert edited(backend, old) == edited(backend, ready) == set()
    backend.hand("resource_patch", id=receipt.resources[0]["id"], **{field: value})
    assert edited(backend, ready) == {("catalogue-edited", field)}
    assert edited(backend, old) == set()


def test_inspect_finds_a_hidden_dataset_and_publishing_never_reveals_it(backend: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=backend.contract())
    put(backend, ready)
    backend.hand("package_patch", id=ready.contract.slug, private=True)
    assert edited(backend, ready) == {("catalogue-missing", None)}
    with pytest.raises(CatalogueEdited, match="private"):
        put(backend, ready)
    assert shown(backend, ready.contract) is None


def test_inspect_finds_changed_bytes(backend: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=backend.contract())
    put(backend, ready)
    wire = Wire(at=1, kind="corrupt", only="/download")
    result = inspect(backend.client(wire), manifest=ready.manifest, metadata=ready.metadata)
    assert [f.code for f in result.findings] == ["catalogue-bytes-differ"]
    assert not result.ok


def test_inspect_finds_a_file_replaced_by_hand_and_publishing_never_covers_it_up(
    backend: Backend, tmp_path: Path
) -> None:
    ready = prepare(tmp_path, contract=backend.contract())
    receipt = put(backend, ready)
    other = b"region,limit_amount\nelsewhere,1\n"
    upload = Upload("other.csv", "text/csv", len(other), lambda: iter([other]))
    backend.client().act("resource_patch", {"id": receipt.resources[0]["id"]}, uploads={"upload": upload})
    found = inspect(backend.client(), manifest=ready.manifest, metadata=ready.metadata)
    assert not found.ok
    differing = [f for f in found.findings if f.code == "catalogue-bytes-differ"]
    assert [f.places[0].locator for f in differing] == [receipt.resources[0]["name"]]
    package = shown(backend, ready.contract)
    assert package is not None
    url = next(r["url"] for r in package["resources"] if r["id"] == receipt.resources[0]["id"])
    take(backend, ready)
    assert requests.get(url, timeout=30, allow_redirects=False).status_code != 200
    assert other not in requests.get(url, timeout=30).content


def test_inspect_finds_a_file_added_by_hand(backend: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=backend.contract())
    put(backend, ready)
    package = shown(backend, ready.contract)
    assert package is not None
    backend.hand("resource_create", package_id=package["id"], name="手工添加", url="https://example.org/a.csv")
    found = inspect(backend.client(), manifest=ready.manifest, metadata=ready.metadata)
    assert "catalogue-foreign-file" in {f.code for f in found.findings}
    assert not found.ok


def test_withdraw_edited_entry_keeps_the_edit_visible(backend: Backend, tmp_path: Path) -> None:
    contract = backend.contract()
    old, new = prepare(tmp_path, contract=contract, period="2024"), prepare(tmp_path, contract=contract)
    put(backend, old)
    put(backend, new)
    backend.hand("package_patch", id=contract.slug, title="手工改动")
    take(backend, new)
    assert ("catalogue-edited", "title") in edited(backend, old)


@pytest.mark.parametrize(
    ("change", "told"),
    [({"table": "other"}, "table"), ({"dates_json": "见附件"}, "dates_json"), ({"note_by_hand": "见附件"}, "note_by_hand"), ({"姓名": "某人"}, "(?)"), ({"mimetype_inner": "见附件"}, "mimetype_inner")],
    ids=["the table", "the days", "a field", "a name of a field", "an unused field"],
)  # fmt: skip
def test_inspect_finds_what_was_written_beside_a_file(
    backend: Backend, tmp_path: Path, change: dict[str, str], told: str
) -> None:
    ready = prepare(tmp_path, contract=backend.contract())
    receipt = put(backend, ready)
    backend.hand("resource_patch", id=receipt.resources[0]["id"], **change)
    assert ("catalogue-edited", told) in edited(backend, ready)


def test_inspect_finds_a_file_that_became_a_link_elsewhere(backend: Backend, tmp_path: Path) -> None:
    """The same path at another host: the bytes there may be the approved ones whenever we look."""
    ready = prepare(tmp_path, contract=backend.contract())
    receipt = put(backend, ready)
    first = receipt.resources[0]
    elsewhere = first["url"].replace(backend.url, "http://files.example.org")
    backend.hand("resource_patch", id=first["id"], url=elsewhere, url_type="")
    assert {("catalogue-edited", "url_type"), ("catalogue-bytes-differ", None)} <= edited(backend, ready)


def test_inspect_finds_another_name_of_a_file(backend: Backend, tmp_path: Path) -> None:
    """The last part of a file's address is shown to people, too."""
    ready = prepare(tmp_path, contract=backend.contract())
    first = put(backend, ready).resources[0]
    backend.hand("resource_patch", id=first["id"], url=first["url"].rpartition("/")[0] + "/someone.csv")
    assert ("catalogue-edited", "url") in edited(backend, ready)


def test_inspect_finds_another_name_of_the_dataset(backend: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=backend.contract())
    put(backend, ready)
    backend.hand("package_patch", id=ready.contract.slug, name=f"renamed-{ready.contract.slug}")
    assert ("catalogue-edited", "name") in edited(backend, ready)


@pytest.mark.parametrize(
    "planted",
    [{"title": "手工"}, {"description": "手工写的说明"}, {"view_type": "datatables_view", "date_format": "[手工]"}],
    ids=["a title", "words", "a format"],
)
def test_inspect_finds_a_view_made_by_hand(ckan: Backend, tmp_path: Path, planted: dict[str, str]) -> None:
    ready = prepare(tmp_path, contract=ckan.contract())
    xlsx = put(ckan, ready).resources[1]
    order = {"view_type": "text_view", "title": "数据预览", "resource_id": xlsx["id"]} | planted
    ckan.hand("resource_view_create", **order)
    assert edited(ckan, ready) == {("catalogue-edited", "resource_views")}


def test_inspect_finds_a_table_on_a_file_that_has_none(ckan: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=ckan.contract())
    xlsx = next(r for r in put(ckan, ready).resources if r["name"].endswith(".xlsx"))
    ckan.hand("datastore_create", resource_id=xlsx["id"], force=True, records=[{"region": "手工"}])
    assert ("catalogue-table-differs", None) in edited(ckan, ready)
