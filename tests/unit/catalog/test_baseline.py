"""What counts as a change of an adopted catalogue."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from catalog.baseline import FORM, Baseline, Bytes, adopted, changes, renewed, unlooked
from catalog.foreign import Listing, parsed

RAW: dict[str, Any] = {
    "id": "d1", "name": "debt", "title": "债务", "notes": "说明", "tags": [{"name": "b"}, {"name": "a"}],
    "extras": [{"key": "k", "value": "v"}],
    "resources": [{"id": "r1", "name": "a.csv", "url": "https://h/a.csv", "format": "CSV", "hash": "x"}],
}  # fmt: skip


def listing(*raws: dict[str, Any]) -> Listing:
    found = [parsed(raw) for raw in raws]
    return Listing(tuple(d for d in found if d), ())


def baseline(*raws: dict[str, Any]) -> Baseline:
    datasets = listing(*raws).datasets
    return Baseline(
        FORM,
        "https://h",
        "2026-01-01",
        tuple(adopted(d, d.title, [(r, r.name, Bytes("a" * 64, 1)) for r in d.resources]) for d in datasets),
    )


def codes(before: Baseline, now: Listing, **fetched: Bytes) -> list[tuple[str, str | None]]:
    found = changes(before, now, {("d1", ident): got for ident, got in fetched.items()})
    return [(f.code, f.places[0].column or f.places[0].locator) for f in found]


def test_nothing_changed_is_nothing() -> None:
    turned = RAW | {"tags": RAW["tags"][::-1], "metadata_modified": "later", "num_tags": 7}
    assert codes(baseline(RAW), listing(turned), r1=Bytes("a" * 64)) == []


def test_each_field_that_a_visitor_reads_counts() -> None:
    for field in ("title", "notes", "license_id", "maintainer", "maintainer_email", "author", "version", "name"):
        assert ("adopted-edited", field) in codes(baseline(RAW), listing(RAW | {field: "other"})), field
    assert codes(baseline(RAW), listing(RAW | {"tags": []})) == [("adopted-edited", "tags")]
    assert codes(baseline(RAW), listing(RAW | {"extras": [{"key": "k", "value": "w"}]})) == [
        ("adopted-edited", "extras")
    ]


def test_bytes_count_where_they_were_seen() -> None:
    before, now = baseline(RAW), listing(RAW)
    assert codes(before, now, r1=Bytes("b" * 64)) == [("adopted-bytes-differ", "a.csv")]
    assert codes(before, now, r1=Bytes(None, was_refused=True)) == [("adopted-file-refused", "a.csv")]
    assert codes(before, now, r1=Bytes(None)) == []
    assert codes(before, now) == []
    unseen = replace(before.datasets[0].files[0], sha256=None)
    never = replace(before, datasets=(replace(before.datasets[0], files=(unseen,)),))
    assert codes(never, now, r1=Bytes("b" * 64)) == []


def test_files_and_datasets_come_and_go() -> None:
    moved = RAW | {"resources": [RAW["resources"][0] | {"url": "https://h/b.csv"}, {"id": "r2", "name": "new.csv"}]}
    assert codes(baseline(RAW), listing(moved)) == [("adopted-file-edited", "url"), ("adopted-file-new", "new.csv")]
    assert codes(baseline(RAW), listing(RAW | {"resources": []})) == [("adopted-file-missing", "a.csv")]
    assert codes(baseline(RAW), listing(RAW | {"id": "d2"})) == [("adopted-missing", None), ("adopted-new", None)]


def test_what_nobody_could_look_at_is_named() -> None:
    before = baseline(RAW, RAW | {"id": "d2", "name": "land"})
    (file,) = before.datasets[0].files
    never = replace(before, datasets=(replace(before.datasets[0], files=(replace(file, sha256=None),)),))

    def told(of: Baseline, unlisted: set[str], unseen: set[tuple[str, str]]) -> list[tuple[str, str | None]]:
        return [(f.code, f.places[0].table) for f in unlooked(of, unlisted, unseen)]

    assert told(before, set(), set()) == []
    assert told(before, {"d2"}, {("d1", "r1"), ("d2", "r1")}) == [
        ("adopted-unseen", "debt"),
        ("adopted-unlisted", "land"),
    ]
    assert told(never, set(), {("d1", "r1")}) == [("adopted-unhashed", "debt")]


def test_renewing_forgets_nothing_that_merely_did_not_show() -> None:
    before, now = baseline(RAW, RAW | {"id": "d2", "resources": []}), baseline(RAW)
    unseen = replace(now, datasets=(replace(now.datasets[0], files=(replace(now.datasets[0].files[0], sha256=None),)),))

    def hashes(got: Bytes, *, is_whole: bool) -> list[list[str | None]]:
        made = renewed(before, unseen, {("d1", "r1"): got}, is_whole=is_whole)
        return [[f.sha256 for f in d.files] for d in made.datasets]

    assert hashes(Bytes(None), is_whole=True) == [["a" * 64]]
    assert hashes(Bytes(None, was_refused=True), is_whole=True) == [[None]]
    assert hashes(Bytes(None, was_refused=True), is_whole=False) == [[None], []]
    assert renewed(before, now, {("d1", "r1"): Bytes("c" * 64)}, is_whole=True).datasets == now.datasets
