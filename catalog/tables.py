"""Tables into CKAN's DataStore, so that people can query and preview them; with the data dictionary from the contract.

A table comes whole in one call or not at all, after its file was read back; the file remains the record. What can't be
loaded is left to inspection to report: it never holds up a publication.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import Any, BinaryIO

from catalog.ckan import Catalogue, NotThere
from catalog.entry import resources_of
from catalog.mapping import WITHDRAWN
from catalog.previews import make_preview
from domain.errors import MingjingError
from domain.ports import ArtefactStore

MOST_ROWS = 100_000  # one call, one transaction; a larger table is offered as a file alone
MOST_CELLS = 2_000_000
PAGE_ROWS = 5_000  # CKAN gives 32,000 at most
TYPES = {"int64": "int8", "int32": "int4", "double": "numeric", "date32[day]": "date", "timestamp[s]": "timestamp", "bool": "bool"}  # fmt: skip


def load_tables(
    catalogue: Catalogue,
    found: dict[str, Any],
    release_hash: str,
    metadata: Mapping[str, Any],
    store: ArtefactStore,
) -> bool:
    """Load what isn't loaded yet of the release's tables; whether anything was done. Safe to run again."""
    left = [r for r in loadable(found, release_hash, metadata) if not r.get("datastore_active")]
    if not left or "datastore" not in catalogue.extensions:
        return False
    for resource in left:
        with suppress(MingjingError):  # seen by inspection: table-missing
            _load(catalogue, resource["id"], metadata, str(resource["table"]), store)
    return True


def loadable(found: Mapping[str, Any], release_hash: str, metadata: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The CSV resources of the release whose table the DataStore can hold."""
    tables = {t["name"]: t for t in metadata["tables"]}
    typed = {f["table"] for f in metadata["files"] if f["format"] == "parquet"}
    return [
        r
        for r in resources_of(found, release_hash)
        if r.get("table") in typed
        and str(r.get("file_name")).endswith(".csv")
        and r.get("edition_state") != WITHDRAWN
        and _fits(tables[str(r["table"])])
    ]


def is_as_loaded(
    catalogue: Catalogue, resource: Mapping[str, Any], metadata: Mapping[str, Any], parquet_file: BinaryIO
) -> bool:
    """Whether anybody who queries the table gets the rows of the Parquet file, all of them in their order, under the contract's
    dictionary. Row by row, in memory bound by a page. Raises NotThere, CatalogueRefused, Uncertain."""
    import pyarrow.parquet as pq

    table = next(t for t in metadata["tables"] if t["name"] == resource["table"])
    with pq.ParquetFile(parquet_file) as parquet:
        types = {f.name: str(f.type) for f in parquet.schema_arrow}
        approved = (row for batch in parquet.iter_batches(batch_size=PAGE_ROWS) for row in _rows(batch))
        offset = 0
        while True:
            query = {"resource_id": resource["id"], "sort": "_id", "limit": PAGE_ROWS, "offset": offset}
            page = catalogue.look("datastore_search", query, anonymous=True)
            told = [
                {"id": f["id"], "type": f["type"], "info": f.get("info") or {}}
                for f in page["fields"]
                if f["id"] != "_id"
            ]
            if told != dictionary(table, types):
                return False
            records = [{k: v for k, v in record.items() if k != "_id"} for record in page["records"]]
            if not records:
                return next(approved, None) is None
            if records != list(
                islice(approved, len(records))
            ):  # a catalogue may give shorter pages than were asked for
                return False
            offset += len(records)


def has_table(catalogue: Catalogue, resource: str) -> bool:
    """Whether anybody can query a table under that id. Raises CatalogueRefused, Uncertain."""
    try:
        catalogue.look("datastore_search", {"resource_id": resource, "limit": 0}, anonymous=True)
    except NotThere:
        return False
    return True


def drop_tables(catalogue: Catalogue, resources: list[dict[str, Any]]) -> None:
    """Take the resources' tables off; silent where there are none. Raises Uncertain, CatalogueRefused."""
    if "datastore" not in catalogue.extensions:
        return
    for resource in resources:
        order = {"resource_id": resource["id"], "force": True}
        with suppress(NotThere):
            catalogue.patiently(partial(catalogue.act, "datastore_delete", order))


def dictionary(table: Mapping[str, Any], types: Mapping[str, str]) -> list[dict[str, Any]]:
    """The DataStore's fields: names and types, with label, notes and unit as the contract has them."""
    by_name = {f["name"]: f for f in table["fields"]}
    fields = []
    for name, kind in types.items():
        field = by_name[name]
        info = {
            "label": field["title"],
            "label_en": field.get("title_en"),
            "notes": field.get("description"),
            "unit": field.get("unit"),
        }
        fields.append({"id": name, "type": TYPES.get(kind, "text"), "info": {k: v for k, v in info.items() if v}})
    return fields


def _fits(table: Mapping[str, Any]) -> bool:
    rows = int(table["rows"])
    return rows <= MOST_ROWS and rows * len(table["fields"]) <= MOST_CELLS


def _load(catalogue: Catalogue, resource: str, metadata: Mapping[str, Any], name: str, store: ArtefactStore) -> None:
    """View first, then the table: CKAN marks the resource as loaded at the very end of that call."""
    import pyarrow.parquet as pq

    table = next(t for t in metadata["tables"] if t["name"] == name)
    file = next(f for f in metadata["files"] if f["table"] == name and f["format"] == "parquet")
    make_preview(catalogue, resource)
    with pq.ParquetFile(store.local_path(file["sha256"])) as parquet:
        types = {f.name: str(f.type) for f in parquet.schema_arrow}
        records = [row for batch in parquet.iter_batches() for row in _rows(batch)]
    order = {
        "resource_id": resource,
        "force": True,
        "fields": dictionary(table, types),
        "records": records,
        "calculate_record_count": True,
    }

    def load() -> None:
        drop_tables(catalogue, [{"id": resource}])  # a lost answer may have left one: rows would double
        catalogue.act("datastore_create", order)

    catalogue.patiently(load)


def _rows(batch: Any) -> Iterator[dict[str, Any]]:
    for row in batch.to_pylist():
        yield {k: v.isoformat() if isinstance(v, datetime.date) else v for k, v in row.items()}
