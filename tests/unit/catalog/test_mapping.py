"""The catalogue entry follows CKAN's rules and says what was agreed with the embedded catalogue."""

from __future__ import annotations

import json
from pathlib import Path

from catalog.mapping import describe, package_for, package_name, resource_id
from domain.canonical import canonical_json
from tests.catalogue_release import make_contract, prepare

HASH = "a" * 64


def test_package_for_gives_the_agreed_extras_and_keys(tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=make_contract(publication_days=30))
    package, resources = package_for(ready.metadata, release_hash=HASH, published_on="2025-04-02")
    extras = {e["key"]: e["value"] for e in package["extras"]}
    assert extras["evidence_id"] == HASH
    assert extras["contract_id"] == "finance.debt_limit"
    assert extras["legal_basis"] == "预算法第十四条"
    assert (extras["temporal_start"], extras["temporal_end"]) == ("2025-01-01", "2025-12-31")
    assert extras["publication_until"] == "2025-05-02"
    assert extras["contact_phone"] == "0311-00000000"
    assert json.loads(extras["fields_json"])[1] == {
        "description": "年末数",
        "name": "limit_amount",
        "table": "main",
        "title": "债务限额",
        "type": "number",
        "unit": "亿元",
    }
    csv = resources[0]
    assert csv["id"] == resource_id(HASH, csv["file_name"], csv["hash"].removeprefix("sha256:"))
    wanted = {"edition": "2025", "edition_label": "2025年", "edition_state": "current", "release_hash": HASH}
    assert wanted.items() <= csv.items()
    assert (csv["rows"], csv["table"], csv["mimetype"], csv["format"]) == (2, "main", "text/csv", "CSV")
    assert package["tags"] == [{"name": "债务"}, {"name": "预算-决算"}]


def test_place_to_report_errors_is_an_extra_where_the_settings_name_one(tmp_path: Path) -> None:
    ready = prepare(tmp_path)
    wanted = "https://city.example/report"
    said = describe(ready.contract, period="2025", edition=1, dates={}, exports=ready.exports, report_url=wanted)
    for metadata, expected in ((said, wanted), (ready.metadata, None)):
        package, _ = package_for(metadata, release_hash=HASH, published_on="2025-04-02")
        assert {e["key"]: e["value"] for e in package["extras"]}.get("report_url") == expected
    assert "report_url" not in ready.metadata


def test_package_for_correction_is_labelled(tmp_path: Path) -> None:
    ready = prepare(tmp_path)
    _, resources = package_for(
        ready.metadata, release_hash=HASH, published_on="2025-04-02", revision=2, is_correction=True
    )
    assert resources[0]["edition_label"] == "2025年（更正）"


def test_package_for_second_revision_of_nothing_public_is_no_correction(tmp_path: Path) -> None:
    ready = prepare(tmp_path)
    _, resources = package_for(ready.metadata, release_hash=HASH, published_on="2025-04-02", revision=2)
    assert resources[0]["edition_label"] == "2025年"


def test_describe_leaves_out_dropped_columns(tmp_path: Path) -> None:
    fields = [
        {"name": "region", "title": "地区"},
        {"name": "clerk", "title": "经办人", "sensitivity": "identifier", "redaction": {"operator": "drop"}},
    ]
    contract = make_contract(tables=[{"name": "main", "fields": fields}])
    kept = contract.model_copy(
        update={"tables": (contract.tables[0].model_copy(update={"fields": contract.tables[0].fields[:1]}),)}
    )
    ready = prepare(tmp_path, contract=kept, tables={"main": [{"region": "甲县"}]})
    assert "clerk" not in canonical_json(ready.metadata).decode()


def test_package_name_stays_within_ckans_limit() -> None:
    assert len(package_name("d" * 150)) == 100
    assert package_name("d" * 150) != package_name("d" * 151)
