"""What a real CKAN makes of a table: typed columns with their dictionary, queried by anybody, and gone when withdrawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests

from catalog.inspect import inspect
from catalog.tables import MOST_ROWS, PAGE_ROWS, loadable
from domain.release import Receipt
from tests.catalogue_release import ROWS, Prepared, prepare
from tests.integration.catalog.acts import put, take
from tests.integration.catalog.conftest import Backend, Crash, Wire

pytestmark = pytest.mark.server


def table_of(receipt: Receipt) -> str:
    """The resource whose table can be queried."""
    return next(str(r["id"]) for r in receipt.resources if r["name"].endswith(".csv"))


def rows(backend: Backend, resource: str) -> Any:
    """What anybody gets of the table; None where refused."""
    return backend.stranger("datastore_search", resource_id=resource)


def codes(backend: Backend, ready: Prepared) -> list[str]:
    result = inspect(backend.client(), manifest=ready.manifest, metadata=ready.metadata)
    return [f.code for f in result.findings]


def test_publish_loads_tables_with_types_labels_units_and_notes(ckan: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=ckan.contract())
    found = rows(ckan, table_of(put(ckan, ready)))
    fields = {f["id"]: f for f in found["fields"] if f["id"] != "_id"}
    assert {name: f["type"] for name, f in fields.items()} == {
        "region": "text", "limit_amount": "numeric", "region_code": "text", "decided_on": "date",
    }  # fmt: skip
    assert fields["limit_amount"]["info"] == {"label": "债务限额", "notes": "年末数", "unit": "亿元"}
    assert fields["region"]["info"] == {"label": "地区", "label_en": "Region"}
    assert [r["limit_amount"] for r in found["records"]] == [12.5, 7]
    assert [r["decided_on"] for r in found["records"]] == ["2025-03-01", None]
    assert [r["region_code"] for r in found["records"]] == ["130102", "007"]
    assert codes(ckan, ready) == []


def test_publish_makes_one_preview_of_each_table(ckan: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=ckan.contract())
    table = table_of(put(ckan, ready))
    put(ckan, ready)
    assert [view["view_type"] for view in ckan.stranger("resource_view_list", id=table)] == ["datatables_view"]


def test_tables_of_a_first_edition_are_hidden_until_it_is_public(ckan: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=ckan.contract())
    with pytest.raises(Crash):
        put(ckan, ready, Wire(at=1, kind="crash-after", only="datastore_create"))
    found = ckan.hand("package_show", id=ready.contract.slug)
    resource = next(r["id"] for r in found["resources"] if r["datastore_active"])
    assert rows(ckan, resource) is None
    put(ckan, ready)
    assert rows(ckan, resource)["total"] == len(ROWS)


@pytest.mark.parametrize("kind", ["lose-answer", "status-500-after", "lose-request", "status-503"])
def test_tables_arent_doubled_by_a_lost_answer(ckan: Backend, tmp_path: Path, kind: str) -> None:
    ready, wire = prepare(tmp_path, contract=ckan.contract()), Wire(at=1, kind=kind, only="datastore_create")
    table = table_of(put(ckan, ready, wire))
    assert wire.fired == 1
    assert rows(ckan, table)["total"] == len(ROWS)


def test_publish_stands_where_a_table_cant_be_loaded_and_inspection_says_so(ckan: Backend, tmp_path: Path) -> None:
    contract = ckan.contract()
    put(ckan, prepare(tmp_path, contract=contract, period="2024"))
    ready, wire = prepare(tmp_path, contract=contract), Wire(at=1, kind="refuse", only="datastore_create")
    receipt = put(ckan, ready, wire)
    assert wire.fired == 1
    assert rows(ckan, table_of(receipt)) is None
    assert codes(ckan, ready) == ["catalogue-table-missing"]
    put(ckan, ready)
    assert codes(ckan, ready) == []


def test_inspect_finds_rows_added_by_hand(ckan: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=ckan.contract())
    table = table_of(put(ckan, ready))
    record = {"region": "丙县"}
    ckan.hand("datastore_upsert", resource_id=table, force=True, method="insert", records=[record])
    assert codes(ckan, ready) == ["catalogue-table-differs"]


def test_inspect_finds_a_row_that_was_exchanged(ckan: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=ckan.contract())
    table = table_of(put(ckan, ready))
    ckan.hand("datastore_delete", resource_id=table, filters={"_id": 1}, force=True)
    ckan.hand("datastore_upsert", resource_id=table, method="insert", records=[{"region": "别处"}], force=True)
    assert codes(ckan, ready) == ["catalogue-table-differs"]


def test_inspect_finds_a_value_that_was_changed_in_place(ckan: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=ckan.contract())
    table = table_of(put(ckan, ready))
    changed = {"_id": 1, "region": "别处"}
    ckan.hand("datastore_upsert", resource_id=table, method="update", records=[changed], force=True)
    assert "别处" in [r["region"] for r in rows(ckan, table)["records"]]
    assert codes(ckan, ready) == ["catalogue-table-differs"]


def test_inspect_finds_what_was_written_into_the_dictionary(ckan: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=ckan.contract())
    table = table_of(put(ckan, ready))
    fields = [{k: f[k] for k in ("id", "type", "info")} for f in rows(ckan, table)["fields"] if f["id"] != "_id"]
    fields[0]["info"] = {**fields[0]["info"], "notes": "见附件"}
    ckan.hand("datastore_create", resource_id=table, fields=fields, force=True)
    assert codes(ckan, ready) == ["catalogue-table-differs"]


def test_inspect_of_many_rows_and_kinds_finds_nothing(ckan: Backend, tmp_path: Path) -> None:
    """More than a page; numbers, days and empty cells come back as they went in."""
    many = [
        {"region": f"县{n}", "limit_amount": f"{n}.25" if n % 7 else str(n), "region_code": f"{n:06d}", "decided_on": "2025-03-01" if n % 3 else "—"}
        for n in range(PAGE_ROWS + 7)
    ]  # fmt: skip
    ready = prepare(tmp_path, contract=ckan.contract(), tables={"main": many})
    put(ckan, ready)
    assert codes(ckan, ready) == []


def test_withdraw_takes_tables_and_previews_away_and_proves_it(ckan: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=ckan.contract())
    receipt = put(ckan, ready)
    table = table_of(receipt)
    assert ckan.stack is not None
    kept = [
        ckan.stack.storage / "resources" / i[:3] / i[3:6] / i[6:] for i in (str(r["id"]) for r in receipt.resources)
    ]
    assert all(path.exists() for path in kept)
    proof = take(ckan, ready)
    assert not any(path.exists() for path in kept)
    assert rows(ckan, table) is None
    assert requests.get(f"{ckan.url}/datastore/dump/{table}", timeout=60).status_code == 404
    page = requests.get(f"{ckan.url}/dataset/{ready.contract.slug}/resource/{table}", timeout=60)
    assert "甲县" not in page.text
    urls = [row["url"] for row in proof]
    for part in (f"datastore_search?resource_id={table}", f"/datastore/dump/{table}", "/package_search?"):
        assert any(part in url for url in urls)
    assert all(row["gone"] for row in proof)


def test_a_table_beyond_the_limit_stays_a_file(tmp_path: Path) -> None:
    ready = prepare(tmp_path)
    files = [{"release_hash": "h", "table": "main", "file_name": "main.csv"}]
    assert loadable({"resources": files}, "h", ready.metadata) == files
    table = {**ready.metadata["tables"][0], "rows": MOST_ROWS + 1}
    assert loadable({"resources": files}, "h", {**ready.metadata, "tables": [table]}) == []
