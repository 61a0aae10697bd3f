"""What crashes leave is found and told, nothing is touched without being told to, and what stands is never touched."""

from __future__ import annotations

import json
import os
import uuid
from pathlib import Path
from typing import Any

import pytest
import requests

from catalog.sweep import Kind, Trace, sweep
from domain.errors import UsageInvalid
from tests.catalogue_release import Prepared, prepare
from tests.integration.catalog.acts import assert_whole, put, shown
from tests.integration.catalog.conftest import Backend, Crash, Wire


def of(traces: tuple[Trace, ...], *names: str) -> list[Trace]:
    """The traces of this test's own things; the catalogue is shared."""
    return [t for t in traces if any(name in t.name for name in names)]


def unfinished(backend: Backend, folder: Path) -> Prepared:
    """A release whose publication died before its first read-back."""
    ready = prepare(folder, contract=backend.contract())
    with pytest.raises(Crash):
        put(backend, ready, Wire(at=1, kind="crash-before", only="/download"))
    return ready


def test_sweep_finds_a_draft_and_removes_its_files_only_when_told(backend: Backend, tmp_path: Path) -> None:
    ready = unfinished(backend, tmp_path)
    slug, ours = ready.contract.slug, ready.contract.catalogue.organization

    def look(**options: Any) -> list[Trace]:
        return of(sweep(backend.client(), organization=ours, **options), slug)

    assert look() == []  # it may be under way
    seen = look(settled_seconds=-60)
    assert [(t.kind, t.done) for t in seen] == [(Kind.DRAFT, False)]
    assert len(backend.hand("package_show", id=slug)["resources"]) == len(ready.manifest.exports)
    address = backend.hand("package_show", id=slug)["resources"][0]["url"]
    swept = look(apply=True, settled_seconds=-60)
    assert [(t.kind, t.done) for t in swept] == [(Kind.DRAFT, True)]
    assert backend.hand("package_show", id=slug)["resources"] == []
    head = {"Authorization": backend.token}
    assert requests.get(address, headers=head, timeout=60).status_code == 404
    assert look(settled_seconds=-60) == []
    put(backend, ready)
    assert_whole(backend, ready)


def test_sweep_leaves_what_stands_alone(backend: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=backend.contract())
    put(backend, ready)
    before = shown(backend, ready.contract)
    ours, ids = ready.contract.catalogue.organization, [r["id"] for r in before["resources"]]
    assert of(sweep(backend.client(), apply=True, organization=ours, settled_seconds=-60), ready.contract.slug) == []
    if backend.stack:
        files = sweep(backend.client(), files=backend.stack.storage, organization=ours, settled_seconds=-60)
        assert of(files, *ids, *(i[6:] for i in ids)) == []
    assert shown(backend, ready.contract) == before
    assert_whole(backend, ready)


@pytest.mark.server
def test_sweep_names_what_the_index_alone_knows_and_what_it_lacks(ckan: Backend, tmp_path: Path) -> None:
    assert ckan.stack is not None
    ready = prepare(tmp_path, contract=ckan.contract())
    put(ckan, ready)
    update, form = f"{ckan.stack.solr_url}/update?commit=true", {"Content-Type": "application/json"}

    def index(order: str) -> None:
        assert requests.post(update, data=order.encode(), headers=form, timeout=60).status_code == 200

    index(f'{{"delete": {{"query": "name:{ready.contract.slug}"}}}}')
    other = ckan.hand("package_create", name=f"phantom-{ckan.run}", owner_org=ready.contract.catalogue.organization)
    select = f"{ckan.stack.solr_url}/select?q=id:{other['id']}&fl=*&wt=json"
    document = requests.get(select, timeout=60).json()["response"]["docs"][0]
    ckan.hand("dataset_purge", id=other["id"])
    index(json.dumps([{k: v for k, v in document.items() if k != "_version_"}]))
    traces = sweep(ckan.client())
    assert [(t.kind, t.remedy) for t in of(traces, ready.contract.slug)] == [
        (Kind.UNLISTED, f"ckan search-index rebuild {ready.contract.slug}")
    ]
    assert [(t.kind, t.remedy) for t in of(traces, other["name"])] == [
        (Kind.PHANTOM, f"ckan search-index clear {other['id']}")
    ]
    index(f'{{"delete": {{"query": "id:{other["id"]}"}}}}')


@pytest.mark.server
def test_sweep_removes_files_without_a_resource_and_names_tables_without_one(ckan: Backend, tmp_path: Path) -> None:
    assert ckan.stack is not None
    contract = ckan.contract()
    organization = contract.catalogue.organization
    put(ckan, prepare(tmp_path, contract=contract))
    other = ckan.hand("package_create", name=f"purged-{ckan.run}", owner_org=organization)["id"]
    extra = ckan.hand("resource_create", package_id=other, url="link.csv", format="CSV")["id"]
    ckan.hand("datastore_create", resource_id=extra, force=True, fields=[{"id": "a", "type": "text"}], records=[])
    ckan.hand("dataset_purge", id=other)
    orphan, cut = str(uuid.uuid4()), f"{uuid.uuid4()}~"
    paths = [ckan.stack.storage / "resources" / i[:3] / i[3:6] / i[6:] for i in (orphan, cut)]
    for path in paths:
        path.parent.mkdir(parents=True)
        path.write_bytes(b"left behind")
    names = (extra, orphan[6:], cut[6:])
    assert of(sweep(ckan.client(), apply=True, files=ckan.stack.storage), *names) == [
        Trace(Kind.TABLE, extra, "ckan datastore purge")
    ]
    for path in paths:
        os.utime(path, (0, 0))
    seen = of(sweep(ckan.client(), files=ckan.stack.storage, organization=organization), *names)
    assert [t.kind for t in seen] == [Kind.FILE, Kind.FILE]
    assert all(path.exists() for path in paths)
    sweep(ckan.client(), apply=True, files=ckan.stack.storage, organization=organization)
    assert not any(path.exists() for path in paths)


def test_sweep_of_a_folder_that_isnt_a_storage_is_refused(embedded: Backend, tmp_path: Path) -> None:
    with pytest.raises(UsageInvalid, match="storage_path"):
        sweep(embedded.client(), files=tmp_path)
