"""An audit of the catalogues that the publisher is tested against: what it tells of a real CKAN and of the embedded one."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import requests

from catalog.foreign import Listing, listing
from flows.audit import adopted, run
from flows.audit.run import Asked, audit, compare
from flows.home import create_home
from tests.integration.catalog.conftest import Backend
from tests.personal_data import id18

ID = id18()
FILES = {"clean.csv": "类别,金额\n一般公共预算,12\n", "leak.csv": f"类别,备注\n第一类,证件{ID}\n"}


def put(backend: Backend) -> str:
    """A dataset with two uploads and a link elsewhere, put there by hand; its name."""
    owner = backend.hand(
        "organization_create", name=f"audited-{backend.run}-{next(backend.numbers)}", title="被查的单位"
    )
    name = f"audited-{backend.run}-{next(backend.numbers)}"
    made = backend.hand("package_create", name=name, title="村级公示", owner_org=owner["id"], private=False)
    for file, text in FILES.items():
        answer = requests.post(
            f"{backend.url}/api/3/action/resource_create",
            data={"package_id": made["id"], "name": file, "format": "CSV"}, files={"upload": (file, text.encode())},
            headers={"Authorization": backend.token}, timeout=60,
        )  # fmt: skip
        assert answer.status_code == 200
    backend.hand(
        "resource_create", package_id=made["id"], name="far", format="CSV", url="https://elsewhere.example/a.csv"
    )
    return name


@pytest.mark.slow
def test_audit_finds_what_a_catalogue_shows(backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = put(backend)
    monkeypatch.setattr(  # the catalogue is shared by tests: of all that it lists, ours is read
        run,
        "listing",
        lambda c, told, heard: dataclasses.replace(
            (found := listing(c, told, heard)), datasets=tuple(d for d in found.datasets if d.name == name)
        ),
    )
    asked = Asked(backend.url, home=tmp_path / "none", out=tmp_path / "out", rate=50)
    done = audit(asked, {})
    assert (done.summary["datasets"], done.summary["read"], done.summary["elsewhere"]) == (1, 2, 1)
    assert not done.summary["gaps"]
    (found,) = [f for f in done.files if f.get("findings")]
    assert (found["title"], found["name"]) == ("村级公示", "leak.csv")
    assert [(g["entity"], g["count"], g["places"]) for g in found["findings"]] == [("CN_ID18", 1, ["line 2"])]
    assert ID not in (tmp_path / "out/report.html").read_text("utf-8")

    fetched: list[str] = []
    pull = run.Trip._pull
    monkeypatch.setattr(run.Trip, "_pull", lambda trip, url: fetched.append(url) or pull(trip, url))
    assert audit(asked, {}).files == done.files
    assert fetched == []  # nothing changed there, so nothing is read again


@pytest.mark.slow
def test_an_adopted_catalogue_is_watched(backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [put(backend), put(backend)]

    def ours(catalogue: Any, told: Any = None, heard: Any = None) -> Listing:
        found = listing(catalogue, told, heard)
        return dataclasses.replace(found, datasets=tuple(d for d in found.datasets if d.name in names))

    monkeypatch.setattr(run, "listing", ours)
    monkeypatch.setattr(adopted, "listing", ours)
    asked = Asked(backend.url, home=create_home(tmp_path / "home").root, out=tmp_path / "out", rate=50)
    taken = audit(asked, {}, adopt=True).summary["adopted"]
    assert (taken["datasets"], taken["files"], taken["unseen"], taken["drafts"]) == (2, 4, 2, 2)
    assert compare(asked, {})[0]["changes"] == []

    backend.hand("package_patch", id=names[0], private=True)
    file = backend.hand("package_show", id=names[1])["resources"][0]
    answer = requests.post(
        f"{backend.url}/api/3/action/resource_patch", data={"id": file["id"]}, files={"upload": (file["name"], b"a,b\n1,2\n")},
        headers={"Authorization": backend.token}, timeout=60,
    )  # fmt: skip
    assert answer.status_code == 200
    backend.hand("package_patch", id=names[1], title="改了名")
    (found,) = compare(asked, {})
    assert {(c["code"], c["dataset"], c["field"] or c["file"]) for c in found["changes"]} == {
        ("adopted-missing", names[0], None), ("adopted-bytes-differ", names[1], "clean.csv"), ("adopted-edited", names[1], "title"),
    }  # fmt: skip
    assert found["unseen"] == []
