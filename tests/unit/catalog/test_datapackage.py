"""datapackage.json against Frictionless' published profiles, and our narrower constraints (tests/schemas)."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from catalog.datapackage import descriptor
from tests.catalogue_release import make_contract, prepare
from tests.schemas.published import frictionless

NARROWER = Draft7Validator(json.loads((Path(__file__).parents[2] / "schemas/data_package_1.json").read_text("utf-8")))


def faults(package: dict[str, Any]) -> list[str]:
    """What the profiles that the package and its resources name object to."""
    return [
        error.message
        for value in (package, *package.get("resources", ()))
        for error in frictionless(value["profile"]).iter_errors(value)
    ]


@pytest.fixture
def package(tmp_path: Path) -> dict[str, Any]:
    contract = make_contract(catalogue={"organization": "finance-bureau", "tags": ["债务"], "license_id": "cc-by-4.0"})
    ready = prepare(tmp_path, contract=contract)
    return descriptor(contract, period="2025", edition=1, files=ready.exports.files)


def test_descriptor_keeps_to_the_standard(package: dict[str, Any]) -> None:
    assert faults(package) == []
    assert [e.message for e in NARROWER.iter_errors(package)] == []
    assert {r["format"] for r in package["resources"]} >= {"csv", "xlsx"}


def test_published_file_is_that_descriptor(tmp_path: Path, package: dict[str, Any]) -> None:
    file = next(f for f in prepare(tmp_path / "again").exports.files if f.name == "datapackage.json")
    assert faults(json.loads(file.path.read_bytes())) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda p: p.pop("resources"),
        lambda p: p["resources"][0].pop("path"),
        lambda p: p["resources"][0].update(path="/etc/passwd"),
        lambda p: p.update(name="Not A Name"),
        lambda p: next(r for r in p["resources"] if "schema" in r)["schema"]["fields"][0].update(type="money"),
        lambda p: p["contributors"][0].pop("title"),
        lambda p: next(r for r in p["resources"] if r["profile"] == "tabular-data-resource").pop("schema"),
    ],
    ids=["no resources", "no path", "absolute path", "name", "type", "contributor", "no schema"],
)
def test_the_constraints_object_to_what_is_wrong(package: dict[str, Any], spoil: Any) -> None:
    changed = copy.deepcopy(package)
    spoil(changed)
    assert faults(changed) != []
