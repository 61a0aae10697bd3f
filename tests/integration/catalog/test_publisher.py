"""One suite for every catalogue: approved bytes come out whole, once, and can be taken back."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from catalog.ckan import Catalogue
from catalog.inspect import inspect
from catalog.mapping import package_id
from catalog.publish import plan
from domain.errors import (
    CatalogueRefused,
    ContentChanged,
    DisclosureForbidden,
    FindingBlocks,
    MingjingError,
    PublicationDiffers,
    ReleaseNotApproved,
    TransitionRefused,
)
from domain.finding import Finding, Severity
from tests.catalogue_release import ROWS, Prepared, prepare
from tests.integration.catalog.acts import assert_whole, extra, put, shown, states, take
from tests.integration.catalog.conftest import Backend, Wire


def test_publish_first_edition_is_public_and_described(backend: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=backend.contract())
    receipt = put(backend, ready)
    assert_whole(backend, ready)
    package = shown(backend, ready.contract)
    assert package["id"] == receipt.package_id == package_id(ready.contract.id)
    assert package["title"] == ready.contract.title.zh
    assert extra(package, "evidence_id") == ready.manifest.release_hash
    assert extra(package, "publishing") is None
    assert receipt.read_back
    assert {r["sha256"] for r in receipt.resources} == {a.sha256 for a in ready.manifest.exports}
    found = backend.stranger("package_search", fq=f'name:"{ready.contract.slug}"')
    assert found["count"] == 1


def test_publish_again_changes_nothing(backend: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=backend.contract())
    first = put(backend, ready)
    before = shown(backend, ready.contract)
    assert put(backend, ready, published_on="2025-05-05") == first
    assert shown(backend, ready.contract) == before


@pytest.mark.parametrize(
    "cut",
    [
        {"extras": None}, {"groups": None}, {"metadata_modified": None}, {"organization": None}, {"private": "True"},
        {"resources": None}, {"id": "another"}, {"name": "another"}, None,
    ],
    ids=lambda cut: next(iter(cut)) if cut else "nothing",
)  # fmt: skip
def test_answers_that_are_no_whole_entry_are_looked_after(
    backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: dict[str, Any] | None
) -> None:
    real, looks = Catalogue.act, 0

    def act(self: Catalogue, action: str, data: dict[str, Any], **options: Any) -> Any:
        nonlocal looks
        looks += action == "package_show"
        answer = real(self, action, data, **options)
        if action not in ("package_create", "package_revise"):
            return answer
        if cut is None:
            return None
        package = {**(answer["package"] if action == "package_revise" else answer), **cut}
        return {**answer, "package": package} if action == "package_revise" else package

    ready = prepare(tmp_path, contract=backend.contract())
    monkeypatch.setattr(Catalogue, "act", act)
    put(backend, ready)
    assert_whole(backend, ready)
    assert looks >= 2 + 1 + 1 + 1 + 1  # absent by id and by name; after each of three writes; as a stranger


def test_publish_next_period_keeps_older_edition(backend: Backend, tmp_path: Path) -> None:
    contract = backend.contract()
    old, new = prepare(tmp_path, contract=contract, period="2024"), prepare(tmp_path, contract=contract)
    put(backend, old)
    put(backend, new)
    assert_whole(backend, old)
    assert_whole(backend, new)
    package = shown(backend, contract)
    assert states(backend, contract) == [("2024", "current"), ("2025", "current")]
    assert {r["edition"] for r in package["resources"] if r["edition_newest"]} == {"2025"}
    assert (extra(package, "temporal_start"), extra(package, "temporal_end")) == ("2024-01-01", "2025-12-31")
    assert extra(package, "evidence_id") == new.manifest.release_hash


def test_publish_older_period_late_leaves_newest_in_front(backend: Backend, tmp_path: Path) -> None:
    contract = backend.contract()
    new, old = prepare(tmp_path, contract=contract), prepare(tmp_path, contract=contract, period="2023")
    put(backend, new)
    put(backend, old)
    package = shown(backend, contract)
    assert extra(package, "evidence_id") == new.manifest.release_hash
    assert extra(package, "temporal_start") == "2023-01-01"
    assert {r["edition"] for r in package["resources"] if r["edition_newest"]} == {"2025"}
    assert put(backend, old).read_back


def test_publish_beyond_the_listed_editions_archives_the_oldest(backend: Backend, tmp_path: Path) -> None:
    organization = backend.contract().catalogue.organization
    contract = backend.contract(catalogue={"organization": organization, "editions_listed": 2})
    years = {year: prepare(tmp_path, contract=contract, period=year) for year in ("2022", "2023", "2024", "2021")}
    for ready in years.values():
        put(backend, ready)
    listed = [("2021", "archived"), ("2022", "archived"), ("2023", "current"), ("2024", "current")]
    assert states(backend, contract) == listed
    for ready in years.values():
        assert_whole(backend, ready)
        assert inspect(backend.client(), manifest=ready.manifest, metadata=ready.metadata).findings == ()
    late = prepare(tmp_path, contract=contract, period="2025")
    made = plan(backend.client(), manifest=late.manifest, metadata=late.metadata, published_on="2025-04-02")
    assert [c.text for c in made.changes] == ["add 4 files as edition 2025, move edition 2023 to the archive"]
    with pytest.raises(PublicationDiffers):
        put(backend, late, Wire(at=1, kind="corrupt", only="/download"))
    assert states(backend, contract) == listed
    assert {r["edition"] for r in shown(backend, contract)["resources"] if r["edition_newest"]} == {"2024"}
    corrected = prepare(tmp_path, contract=contract, period="2022", tables={"main": ROWS[:1]}, revision=2)
    put(backend, corrected)
    assert states(backend, contract) == sorted([*listed, ("2022", "superseded")])


def test_withdraw_every_listed_edition_brings_the_newest_archived_back(backend: Backend, tmp_path: Path) -> None:
    organization = backend.contract().catalogue.organization
    contract = backend.contract(catalogue={"organization": organization, "editions_listed": 1})
    old, new = prepare(tmp_path, contract=contract, period="2024"), prepare(tmp_path, contract=contract)
    put(backend, old)
    put(backend, new)
    assert states(backend, contract) == [("2024", "archived"), ("2025", "current")]
    take(backend, new)
    assert states(backend, contract) == [("2024", "current"), ("2025", "withdrawn")]


def test_publish_correction_supersedes_same_period(backend: Backend, tmp_path: Path) -> None:
    contract = backend.contract()
    wrong = prepare(tmp_path, contract=contract)
    right = prepare(tmp_path, contract=contract, tables={"main": ROWS[:1]}, revision=2)
    put(backend, wrong)
    put(backend, right)
    by_release = {r["release_hash"]: r for r in shown(backend, contract)["resources"]}
    assert by_release[wrong.manifest.release_hash]["edition_state"] == "superseded"
    assert by_release[wrong.manifest.release_hash]["superseded_by"] == right.manifest.release_hash
    assert by_release[right.manifest.release_hash]["edition_state"] == "current"
    with pytest.raises(TransitionRefused):
        put(backend, prepare(tmp_path / "other", contract=contract, tables={"main": ROWS[1:]}))


def test_publish_under_a_later_contract_updates_fields_and_shortens_lists(backend: Backend, tmp_path: Path) -> None:
    contract = backend.contract(statutory_item="20-7", publication_days=9000)
    put(backend, prepare(tmp_path, contract=contract, period="2024"))
    title = contract.title.model_copy(update={"zh": "限额与余额"})
    catalogue = contract.catalogue.model_copy(update={"tags": ("余额",)})
    changes = {"title": title, "catalogue": catalogue, "statutory_item": None, "publication_days": None}
    ready = prepare(tmp_path, contract=contract.model_copy(update=changes))
    put(backend, ready)
    package = shown(backend, contract)
    assert package["title"] == "限额与余额"
    assert [tag["name"] for tag in package["tags"]] == ["余额"]
    assert extra(package, "statutory_item") is None
    assert extra(package, "publication_until") is None
    assert inspect(backend.client(), manifest=ready.manifest, metadata=ready.metadata).findings == ()


def test_plan_says_what_will_change_and_changes_nothing(backend: Backend, tmp_path: Path) -> None:
    contract = backend.contract()
    ready = prepare(tmp_path, contract=contract)

    def steps(release: Prepared) -> list[str]:
        made = plan(backend.client(), manifest=release.manifest, metadata=release.metadata, published_on="2025-04-02")
        return [c.step.value for c in made.changes]

    assert steps(ready) == ["create-dataset", "add-edition", "make-public"]
    assert shown(backend, contract) is None
    put(backend, ready)
    assert steps(ready) == []
    assert steps(prepare(tmp_path, contract=contract, period="2026")) == ["add-edition"]
    wire = Wire()
    plan(backend.client(wire), manifest=ready.manifest, metadata=ready.metadata, published_on="2025-04-02")
    assert len(wire.paths) == 1, "a plan costs one request, however many datasets stand there"


@pytest.mark.parametrize("words", ["预算", "市本级", "公共 预算"])
def test_search_finds_words_inside_a_chinese_title(backend: Backend, tmp_path: Path, words: str) -> None:
    contract = backend.contract(title={"zh": "2018年市本级一般公共预算", "en": "Budget 2018"})
    put(backend, prepare(tmp_path, contract=contract))
    found = backend.stranger("package_search", q=words, fq=f'name:"{contract.slug}"')
    assert found["count"] == 1
    assert backend.stranger("package_search", q="社保", fq=f'name:"{contract.slug}"')["count"] == 0


# --- refusals ---


def refusal(backend: Backend, ready: Prepared, **options: Any) -> MingjingError:
    """The refusal; nothing may have reached the catalogue."""
    wire = Wire()
    with pytest.raises(MingjingError) as refused:
        put(backend, ready, wire, **options)
    assert wire.seen == 0
    return refused.value


def test_publish_with_another_approval_is_refused(backend: Backend, tmp_path: Path) -> None:
    contract = backend.contract()
    ready, other = prepare(tmp_path, contract=contract), prepare(tmp_path, contract=contract, period="2024")
    assert isinstance(refusal(backend, ready, approval=other.approval), ReleaseNotApproved)
    foreign = replace(ready.approval, dataset="finance.else")
    assert isinstance(refusal(backend, ready, approval=foreign), ReleaseNotApproved)


def test_publish_changed_metadata_is_refused(backend: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=backend.contract())
    edited = {**ready.metadata, "title": {"zh": "别的", "en": "Else"}}
    assert isinstance(refusal(backend, ready, metadata=edited), ContentChanged)


def test_publish_tampered_artefact_is_refused(backend: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=backend.contract())
    sha = ready.manifest.exports[0].sha256
    path = tmp_path / "store" / sha[:2] / sha
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert isinstance(refusal(backend, ready), ContentChanged)


@pytest.mark.parametrize(
    "changes",
    [{"audience": "local", "publication_days": 7}, {"disclosure": "withheld"}, {"disclosure": "on_request"}],
    ids=["local", "withheld", "on-request"],
)
def test_publish_what_isnt_for_the_public_is_refused(backend: Backend, tmp_path: Path, changes: dict[str, Any]) -> None:
    ready = prepare(tmp_path, contract=backend.contract(**changes))
    assert isinstance(refusal(backend, ready), DisclosureForbidden)


def test_publish_what_stands_on_the_negative_list_is_refused(backend: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=backend.contract())
    assert isinstance(
        refusal(backend, ready, negative_check=lambda: [Finding("negative-list", Severity.BLOCK)]), FindingBlocks
    )


def test_publish_with_a_wrong_token_is_refused_without_naming_it(backend: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=backend.contract())
    impostor = replace(backend, token="not-the-token-4711")
    with pytest.raises(CatalogueRefused) as refused:
        put(impostor, ready)
    assert "4711" not in str(refused.value)
    assert shown(backend, ready.contract) is None


def test_publish_under_a_taken_name_is_refused(backend: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=backend.contract())
    neighbour = prepare(tmp_path, contract=backend.contract())
    put(backend, neighbour)  # so that the organization exists
    backend.hand("package_create", name=ready.contract.slug, owner_org=ready.contract.catalogue.organization)
    with pytest.raises(CatalogueRefused, match="taken"):
        put(backend, ready)


# --- bytes that differ ---


def test_publish_first_edition_that_reads_back_changed_stays_private(backend: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=backend.contract())
    with pytest.raises(PublicationDiffers):
        put(backend, ready, Wire(at=2, kind="corrupt", only="/download"))
    assert shown(backend, ready.contract) is None
    put(backend, ready)
    assert_whole(backend, ready)


def test_publish_later_edition_that_reads_back_changed_is_taken_off(backend: Backend, tmp_path: Path) -> None:
    contract = backend.contract()
    old = prepare(tmp_path, contract=contract)
    new = prepare(tmp_path, contract=contract, tables={"main": ROWS[:1]}, revision=2)
    put(backend, old)
    addresses: list[str] = []
    wire = Wire(at=2, kind="corrupt", only="/download")
    began = time.monotonic()
    with pytest.raises(PublicationDiffers):
        put(backend, new, wire)
    assert time.monotonic() - began < 60
    addresses += [path for path in wire.paths if "/download" in path]
    assert states(backend, contract) == [("2025", "current")]
    assert extra(shown(backend, contract), "evidence_id") == old.manifest.release_hash
    assert_whole(backend, old)
    for path in addresses:
        assert requests.get(backend.url + path, timeout=60).status_code in (403, 404, 410)
    put(backend, new)
    assert_whole(backend, new)
