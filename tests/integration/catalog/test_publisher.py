"""One suite for every catalogue: approved bytes come out whole, once, and can be taken back."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from catalog.entry import extras_of
from catalog.inspect import inspect
from catalog.mapping import package_id
from catalog.plan import Change, Target, plan_changes
from catalog.publish import plan, publish
from catalog.upload import Upload
from catalog.withdraw import withdraw
from domain.contract import Contract
from domain.errors import (
    CatalogueEdited,
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
from domain.release import Receipt
from tests.catalogue_release import ROWS, Prepared, prepare
from tests.integration.catalog.conftest import Backend, Crash, Wire, kinds


def put(backend: Backend, ready: Prepared, wire: Wire | None = None, **options: Any) -> Receipt:
    arguments: dict[str, Any] = {
        "approval": ready.approval,
        "manifest": ready.manifest,
        "metadata": ready.metadata,
        "store": ready.store,
        "published_on": "2025-04-02",
    }
    return publish(backend.client(wire), **arguments | options)


def shown(backend: Backend, contract: Contract) -> Any:
    """The dataset as a stranger sees it, or None."""
    return backend.stranger("package_show", id=contract.slug)


def states(backend: Backend, contract: Contract) -> list[tuple[str, str]]:
    return sorted({(r["edition"], r["edition_state"]) for r in shown(backend, contract)["resources"]})


def extra(package: Any, key: str) -> str | None:
    return next((e["value"] for e in package["extras"] if e["key"] == key), None)


def assert_whole(backend: Backend, ready: Prepared) -> None:
    """Every byte of the edition is public, once, and equal."""
    ours = [r for r in shown(backend, ready.contract)["resources"] if r["release_hash"] == ready.manifest.release_hash]
    assert sorted(r["file_name"] for r in ours) == sorted(a.name for a in ready.manifest.exports)
    by_name = {a.name: a for a in ready.manifest.exports}
    for resource in ours:
        body = requests.get(resource["url"], timeout=60).content
        assert body == ready.store.read(by_name[resource["file_name"]].sha256)


# --- the road ---


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


# --- faults on the wire ---


KINDS = ["lose-request", "lose-answer", "status-503", "status-500-after", "truncate"]
CRASHES = ["crash-before", "crash-after"]


def first_editions(backend: Backend, folder: Path) -> Iterator[Prepared]:
    """First editions of ever new datasets of new organizations."""
    while True:
        yield prepare(folder, contract=backend.contract(catalogue=backend.new_owner()))


def later_editions(backend: Backend, folder: Path) -> Iterator[Prepared]:
    """Editions of one dataset, year after year; the first is public already."""
    contract = backend.contract()
    put(backend, prepare(folder, contract=contract, period="1949"))
    for year in itertools.count(1950):
        yield prepare(folder, contract=contract, period=str(year))


EDITIONS = pytest.mark.parametrize("editions", [first_editions, later_editions], ids=["first", "later"])
Editions = Callable[[Backend, Path], Iterator[Prepared]]


def requests_of(backend: Backend, editions: Editions, releases: Iterator[Prepared]) -> list[str]:
    """The requests of an undisturbed publication."""
    return backend.requests_of(editions.__name__, lambda wire: put(backend, next(releases), wire))


@EDITIONS
@pytest.mark.parametrize("kind", KINDS)
def test_publish_survives_a_fault_at_every_request(
    backend: Backend, tmp_path: Path, kind: str, editions: Editions
) -> None:
    releases, fired = editions(backend, tmp_path), 0
    points = backend.points(requests_of(backend, editions, releases), KINDS.index(kind), len(KINDS))
    for at, ready in zip(points, releases, strict=False):
        wire = Wire(at=at, kind=kind)
        put(backend, ready, wire)
        assert_whole(backend, ready)
        fired += wire.fired
    assert fired == len(points) >= 1


@EDITIONS
@pytest.mark.parametrize("kind", CRASHES)
def test_publish_run_again_after_a_crash_at_every_request(
    backend: Backend, tmp_path: Path, kind: str, editions: Editions
) -> None:
    releases = editions(backend, tmp_path)
    points = backend.points(requests_of(backend, editions, releases), 2 * CRASHES.index(kind), 4)
    for at, ready in zip(points, releases, strict=False):
        with pytest.raises(Crash):
            put(backend, ready, Wire(at=at, kind=kind))
        partial = shown(backend, ready.contract)
        ours = [r for r in partial["resources"] if r["release_hash"] == ready.manifest.release_hash] if partial else []
        assert len(ours) in (0, len(ready.manifest.exports))
        put(backend, ready)
        assert_whole(backend, ready)
    assert points


def test_publish_another_revision_after_a_crash_drops_the_unpublished_one(backend: Backend, tmp_path: Path) -> None:
    contract = backend.contract()
    stale = prepare(tmp_path, contract=contract)
    right = prepare(tmp_path, contract=contract, tables={"main": ROWS[:1]}, revision=2)
    with pytest.raises(Crash):
        put(backend, stale, Wire(at=1, kind="crash-after", only="/download"))
    assert shown(backend, contract) is None
    put(backend, right)
    assert_whole(backend, right)
    assert {r["release_hash"] for r in shown(backend, contract)["resources"]} == {right.manifest.release_hash}


def test_publish_two_publishers_at_once_leave_one_edition(backend: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=backend.contract())
    faults: list[BaseException] = []

    def run() -> None:
        try:
            put(backend, ready)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert_whole(backend, ready)
    assert len(shown(backend, ready.contract)["resources"]) == len(ready.manifest.exports)


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


# --- withdrawal ---


def take(backend: Backend, ready: Prepared, wire: Wire | None = None) -> tuple[dict[str, Any], ...]:
    return withdraw(
        backend.client(wire),
        release_hash=ready.manifest.release_hash,
        dataset=ready.contract.id,
        reason="发布后发现错误",
        reason_code="W01",
        withdrawn_on="2025-06-01",
    )


def test_reversed_withdrawal_puts_the_same_bytes_back(backend: Backend, tmp_path: Path) -> None:
    contract = backend.contract()
    old, new = prepare(tmp_path, contract=contract, period="2024"), prepare(tmp_path, contract=contract)
    put(backend, old)
    put(backend, new)
    take(backend, new)
    with pytest.raises(TransitionRefused):
        put(backend, new)
    steps = [c.step.value for c in planned(backend, new)]
    assert steps == ["drop-tombstone", "add-edition"]
    put(backend, new, reinstates=True)
    assert_whole(backend, new)
    assert_whole(backend, old)
    assert states(backend, contract) == [("2024", "current"), ("2025", "current")]
    assert not [k for k in extras_of(shown(backend, contract)) if k.startswith("withdrawn_")]
    put(backend, new, reinstates=True)  # safe to run again
    assert states(backend, contract) == [("2024", "current"), ("2025", "current")]


def test_reversed_withdrawal_of_the_only_edition(backend: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=backend.contract())
    put(backend, ready)
    take(backend, ready)
    put(backend, ready, reinstates=True)
    assert_whole(backend, ready)
    assert not [k for k in extras_of(shown(backend, ready.contract)) if k.startswith("withdrawn_")]


def planned(backend: Backend, ready: Prepared) -> tuple[Change, ...]:
    found = shown(backend, ready.contract)
    target = Target(ready.manifest, ready.metadata, "2025-06-01", reinstates=True)
    return plan_changes(found, target).changes


def test_withdraw_only_edition_leaves_a_tombstone_and_no_bytes(backend: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=backend.contract())
    receipt = put(backend, ready)
    proof = take(backend, ready)
    assert len(proof) >= 2 * len(receipt.resources)
    assert all(row["gone"] for row in proof)
    contents = {ready.store.read(a.sha256) for a in ready.manifest.exports}
    for resource in receipt.resources:
        assert requests.get(resource["url"], timeout=60).content not in contents
    package = shown(backend, ready.contract)
    assert extra(package, "withdrawn_reason") == "发布后发现错误"
    assert {r["edition_state"] for r in package["resources"]} == {"withdrawn"}
    assert all(r["withdrawn_on"] == "2025-06-01" and r["withdrawn_code"] == "W01" for r in package["resources"])
    assert "财政局债务科" in package["resources"][0]["withdrawn_contact"]
    assert all(row["gone"] for row in take(backend, ready))
    with pytest.raises(TransitionRefused):
        put(backend, ready)


def test_withdraw_newest_edition_leaves_the_older_in_front(backend: Backend, tmp_path: Path) -> None:
    contract = backend.contract()
    old, new = prepare(tmp_path, contract=contract, period="2024"), prepare(tmp_path, contract=contract)
    put(backend, old)
    put(backend, new)
    take(backend, new)
    assert states(backend, contract) == [("2024", "current"), ("2025", "withdrawn")]
    package = shown(backend, contract)
    assert extra(package, "evidence_id") == old.manifest.release_hash
    assert extra(package, "withdrawn_on") is None
    assert {r["edition"] for r in package["resources"] if r.get("edition_newest")} == {"2024"}
    assert inspect(backend.client(), manifest=old.manifest, metadata=old.metadata).ok
    right = prepare(tmp_path, contract=contract, tables={"main": ROWS[:1]}, revision=2)
    put(backend, right)
    assert_whole(backend, right)


WITHDRAWAL_FAULTS = ["lose-request", "lose-answer", "status-503", "crash-after"]


@pytest.mark.parametrize("kind", WITHDRAWAL_FAULTS)
def test_withdraw_survives_a_fault_at_every_kind_of_request(backend: Backend, tmp_path: Path, kind: str) -> None:
    releases = later_editions(backend, tmp_path)

    def undisturbed(wire: Wire) -> None:
        put(backend, first := next(releases))
        take(backend, first, wire)

    points, turn = kinds(backend.requests_of("withdrawal", undisturbed)), WITHDRAWAL_FAULTS.index(kind)
    if backend.kind == "ckan":
        dealt = enumerate(points, start=turn + int(backend.run, 16))
        points = [point for number, point in dealt if number % len(WITHDRAWAL_FAULTS) == 0]
    for at, ready in zip(points, releases, strict=False):
        put(backend, ready)
        wire = Wire(at=at, kind=kind)
        try:
            proof = take(backend, ready, wire)
        except Crash:
            proof = take(backend, ready)
        assert wire.fired
        assert all(row["gone"] for row in proof)
        assert len(proof) >= 2 * len(ready.manifest.exports)
    assert points


# --- inspection and foreign edits ---


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


@pytest.mark.parametrize("field", ["title", "notes", "license_id"])
def test_inspect_names_a_dataset_field_edited_by_hand(backend: Backend, tmp_path: Path, field: str) -> None:
    contract = backend.contract()
    ready = prepare(tmp_path, contract=contract)
    put(backend, ready)
    value = "cc-by" if field == "license_id" else "手工改动"
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


# --- what a stranger sees meanwhile ---


class Watcher(threading.Thread):
    """A stranger who looks all the time; `partial` counts the looks that showed a part of an edition."""

    def __init__(self, backend: Backend, contract: Contract, sizes: dict[str, int]) -> None:
        super().__init__()
        self.backend, self.contract, self.sizes = backend, contract, sizes
        self.looks = self.partial = 0
        self.stop = threading.Event()

    def run(self) -> None:
        while not self.stop.is_set():
            package = shown(self.backend, self.contract)
            self.looks += 1
            hashes = [r["release_hash"] for r in package["resources"]] if package else []
            whole = all(hashes.count(h) == self.sizes[h] for h in set(hashes))
            states_of = {(r["release_hash"], r["edition_state"]) for r in package["resources"]} if package else set()
            self.partial += package is not None and (not hashes or not whole or len(states_of) != len(set(hashes)))
            time.sleep(0.002 if self.backend.kind == "embedded" else 0.05)  # a CKAN has two workers in all


def test_publish_never_shows_part_of_an_edition(backend: Backend, tmp_path: Path) -> None:
    contract = backend.contract()
    releases = [
        prepare(tmp_path, contract=contract, period="2023"),
        prepare(tmp_path, contract=contract, period="2024"),
        prepare(tmp_path, contract=contract, period="2024", tables={"main": ROWS[:1]}, revision=2),
        prepare(tmp_path, contract=contract, period="2025"),
    ]
    watcher = Watcher(backend, contract, {r.manifest.release_hash: len(r.manifest.exports) for r in releases})
    watcher.start()
    try:
        for number, ready in enumerate(releases):
            wire = Wire(at=3 + 2 * number, kind="lose-answer")
            put(backend, ready, wire)
        late = prepare(tmp_path, contract=contract, period="2026")
        watcher.sizes[late.manifest.release_hash] = len(late.manifest.exports)
        with pytest.raises(PublicationDiffers):
            put(backend, late, Wire(at=1, kind="corrupt", only="/download"))
        take(backend, releases[0])
    finally:
        watcher.stop.set()
        watcher.join()
    assert watcher.partial == 0
    assert watcher.looks > 20
