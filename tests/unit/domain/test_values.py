"""Findings, manifests and coverage: equal in, equal out."""

import pytest

from domain.canonical import canonical_json
from domain.errors import PackInvalid, ReviewerIsSubmitter
from domain.finding import Finding, Place, RuleRef, Severity, Source, count_by_severity
from domain.pack import load_pack
from domain.release import Artefact, Manifest, PackRef
from domain.table import Coverage, TableCoverage, TableInfo


def _artefact(role: str, digit: str = "0") -> Artefact:
    return Artefact(digit * 64, 3, f"{role}.bin", role)


def _manifest(**changes: object) -> Manifest:
    values: dict[str, object] = {
        "dataset": "finance.x", "period": "2025", "edition": 1, "revision": 1,
        "contract": _artefact("contract"), "packs": (PackRef("personal", "1", "1" * 64),), "sources": (_artefact("source"),),
        "redacted": (_artefact("redacted"),), "exports": (), "redaction_map": _artefact("map"), "findings": _artefact("findings"),
        "coverage": _artefact("coverage"), "metadata": _artefact("metadata"), "dates": {"formed_on": "2026-01-02"}, "rows": 3,
    }  # fmt: skip
    return Manifest(**(values | changes))  # type: ignore[arg-type]


def test_finding_round_trip_and_id_is_stable() -> None:
    place = Place("t", "备注", 7, 2, 20, "10月!F8", Source.CELL)
    finding = Finding(
        "personal-data",
        Severity.HOLD,
        3,
        (place,),
        RuleRef("personal", "1", "cn_id18", "条例第十五条"),
        "n",
        "CN_ID18",
        0.9,
        True,
    )
    assert Finding.from_dict(finding.to_dict()) == finding
    assert (
        finding.id
        == Finding("personal-data", Severity.INFO, 1, (Place("t", "备注", 9),), finding.rule, entity="CN_ID18").id
    )


def test_count_by_severity_names_all_four() -> None:
    assert count_by_severity([Finding("x", Severity.HOLD)]) == {"block": 0, "hold": 1, "warn": 0, "info": 0}


def test_manifest_round_trip_keeps_release_hash() -> None:
    manifest = _manifest()
    assert Manifest.from_dict(manifest.to_dict()) == manifest
    assert Manifest.from_dict(manifest.to_dict()).release_hash == manifest.release_hash


@pytest.mark.parametrize(
    "change",
    [
        {"rows": 4},
        {"period": "2024"},
        {"contract": _artefact("contract", "1")},
        {"packs": ()},
        {"revision": 2},
        {"dates": {}},
    ],
    ids=["rows", "period", "contract", "packs", "revision", "dates"],
)
def test_manifest_any_change_changes_release_hash(change: dict[str, object]) -> None:
    assert _manifest(**change).release_hash != _manifest().release_hash


@pytest.mark.parametrize(
    ("change", "complete"),
    [
        ({}, True),
        ({"unread": (("sheet 2", "encrypted"),)}, False),
        ({"parts_scanned": 1}, False),
        ({"canaries_found": 0}, False),
        ({"canaries_planted": 0, "canaries_found": 0}, False),
        ({"tables": (TableCoverage("t", 2, 2, 4, 3),)}, False),
    ],
    ids=["all", "unread", "part", "canary", "no-canary", "cell"],
)
def test_coverage_is_complete_only_if_everything_was_seen(change: dict[str, object], complete: bool) -> None:
    values: dict[str, object] = {
        "file_sha256": "0" * 64, "bytes": 1, "tables": (TableCoverage("t", 2, 2, 4, 4),), "parts": 2, "parts_scanned": 2,
        "canaries_planted": 1, "canaries_found": 1,
    }  # fmt: skip
    assert Coverage(**(values | change)).complete is complete  # type: ignore[arg-type]


def test_locator_speaks_the_senders_language() -> None:
    table = TableInfo("t", "x.parquet", ("a", "b"), 1, sheet="10月", letters=("A", "F"))
    assert table.locator(962, "b") == "10月!F962"
    assert TableInfo("t", "x", ("a",), 1).locator(812, "a") == "line 812"


def test_canonical_json_orders_keys() -> None:
    assert canonical_json({"b": 1, "a": "中"}) == '{"a":"中","b":1}'.encode()


def test_error_name_is_kebab() -> None:
    assert ReviewerIsSubmitter.name() == "reviewer-is-submitter"


@pytest.mark.parametrize(
    "text", ["a: [", "pack: x", "pack: x\nversion: 1", "[]", "pack: x\nversion: '1'\nd: 2026-01-01"]
)
def test_load_pack_refuses(text: str) -> None:
    with pytest.raises(PackInvalid):
        load_pack(text, "rules/x.yaml")
