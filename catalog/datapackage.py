"""The Frictionless Data Package (v1) descriptor of one release: resources, schemas, hashes, licence, contributors. Pure.

It carries no time and no evidence id: both are born after the manifest that binds it, and stand in the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from catalog.licences import licence
from domain.contract import Constraints, Contract, FieldSpec, TableSpec
from domain.finding import Severity

if TYPE_CHECKING:
    from catalog.exported import ExportFile


def descriptor(contract: Contract, *, period: str, edition: int, files: Iterable[ExportFile]) -> dict[str, Any]:
    """The content of datapackage.json. `files`: the export files, each with its sha256, size and columns."""
    title, path = licence(contract.catalogue.license_id)
    return _filled(
        {
            "profile": "data-package",
            "name": contract.slug,
            "id": contract.id,
            "title": contract.title.zh,
            "title_en": contract.title.en,
            "description": f"{contract.description.zh}\n\n{contract.description.en}",
            "version": f"{period}-{edition}",
            "keywords": list(contract.catalogue.tags),
            "licenses": [_filled({"name": contract.catalogue.license_id, "title": title, "path": path})],
            "contributors": [
                _filled(
                    {
                        "title": contract.contact.name,
                        "role": "publisher",
                        "email": contract.contact.email,
                        "phone": contract.contact.phone,
                        "organization": contract.catalogue.organization,
                    }
                )
            ],
            "sources": [{"title": str(c)} for c in contract.legal_basis],
            "resources": [_resource(contract, file) for file in files if file.table is not None],
        }
    )


def table_schema(spec: TableSpec, file: ExportFile) -> dict[str, Any]:
    """The Table Schema of the file's columns. In CSV a field is named by its header, as the standard asks."""
    by_name = {f.name: f for f in spec.fields}
    header = {c.name: c.title if file.format == "csv" else c.name for c in file.columns}
    fields = [_field(by_name[c.name], header[c.name], c.type) for c in file.columns]
    missing = sorted({"", *(m for c in file.columns for m in by_name[c.name].missing)})
    schema: dict[str, Any] = {"fields": fields, "missingValues": missing}
    if spec.key and set(spec.key) <= set(header):
        schema["primaryKey"] = [header[k] for k in spec.key]
    return schema


def _resource(contract: Contract, file: ExportFile) -> dict[str, Any]:
    spec = contract.table(file.table)
    title = (spec.title or contract.title).zh
    entry: dict[str, Any] = {
        "name": file.name,
        "path": file.name,
        "title": title,
        "profile": "tabular-data-resource" if file.format == "csv" else "data-resource",
        "format": file.format,
        "mediatype": file.media_type,
        "bytes": file.bytes,
        "hash": f"sha256:{file.sha256}",
        "rows": file.rows,
    }
    if file.format == "csv":
        entry |= {"encoding": "utf-8", "dialect": {"delimiter": ",", "doubleQuote": True, "header": True}}
    if file.format in ("csv", "parquet"):
        entry["schema"] = table_schema(spec, file)
    return _filled(entry)


def _field(spec: FieldSpec, name: str, kind: str) -> dict[str, Any]:
    """One field; what the standard has no word for (unit, English title, field name) stands beside it."""
    entry = {
        "name": name,
        "title": spec.title,
        "title_en": spec.title_en,
        "field": spec.name,
        "type": kind,
        "format": "any" if kind == "datetime" else None,
        "unit": spec.unit,
        "description": spec.note,
        "constraints": _constraints(spec.constraints, typed=kind == spec.type)
        if spec.redaction.operator == "keep"
        else {},
    }
    return _filled(entry)


def _constraints(rules: Constraints, *, typed: bool) -> dict[str, Any]:
    """Constraints that hold for what is published: those that block, and bounds only where the column kept its type."""
    if rules.severity is not Severity.BLOCK:
        return {}
    dump = rules.model_dump(mode="json", by_alias=True, exclude={"severity"}, exclude_defaults=True)
    bounds: Sequence[str] = () if typed else ("minimum", "maximum")
    return {k: v for k, v in dump.items() if k not in bounds}


def _filled(entry: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in entry.items() if v not in (None, [], {}, "")}
