"""Contract and release become a catalogue entry: first the metadata artefact that the approval binds, then, once it is
approved, CKAN's package and resource dictionaries. Pure; what changes in a catalogue is worked out in catalog/plan.py.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from catalog.columns import ExportColumn
from catalog.exported import Exported, ExportFile
from catalog.licences import licence
from catalog.periods import period_label, period_span
from domain.contract import Contract, TableSpec
from domain.release import publication_until

FORM = "mingjing-metadata/1"
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "catalogue.mingjing")
FORMAT_NAMES = {"csv": "CSV", "xlsx": "XLSX", "parquet": "Parquet", "geojson": "GeoJSON", "json": "JSON"}
CURRENT, SUPERSEDED, WITHDRAWN = "current", "superseded", "withdrawn"
ARCHIVED = "archived"  # stands in the dataset, beyond the editions that the contract lists
PUBLIC_STATES = (CURRENT, ARCHIVED)
UNUSED = ("author", "author_email", "url")  # of CKAN's fields; written empty, so that what a person put there goes
NAME_LIMIT = 100  # CKAN's, of a dataset's name


def describe(
    contract: Contract,
    *,
    period: str,
    edition: int,
    dates: Mapping[str, str],
    exports: Exported,
    organization_title: str | None = None,
    report_url: str = "",
) -> dict[str, Any]:
    """The metadata artefact: all that the catalogue will say of this release, except evidence id and times.

    JSON-ready and canonical (no float, no number beyond 2^53). `dates`: the release dates that the manifest holds too.
    `report_url`: where the public reports an error or a leak, where the catalogue has no form of its own.
    """
    span = period_span(period)
    return {
        "form": FORM,
        "dataset": contract.id,
        "name": package_name(contract.slug),
        "contract": {"id": contract.id, "version": contract.version, "sha256": contract.sha256},
        "title": contract.title.model_dump(),
        "description": contract.description.model_dump(),
        "department": contract.department,
        "domain": contract.domain,
        "dataset_type": contract.dataset_type,
        "statutory_item": contract.statutory_item,
        "disclosure": contract.disclosure.value,
        "audience": contract.audience.value,
        "legal_basis": [c.model_dump() | {"text": str(c)} for c in contract.legal_basis],
        "contact": contract.contact.model_dump(),
        "frequency": contract.frequency,
        "publication_days": contract.publication_days,
        "organization": contract.catalogue.organization,
        "organization_title": organization_title,
        "groups": list(contract.catalogue.groups),
        "tags": list(contract.catalogue.tags),
        "license_id": contract.catalogue.license_id,
        "editions_listed": contract.catalogue.editions_listed,
        "period": period,
        "edition": edition,
        "temporal": {"start": span[0], "end": span[1]} if span else None,
        "dates": dict(dates),
        "tables": [_table(contract, spec, exports) for spec in contract.tables if _first(exports, spec.name)],
        "files": [_file(contract, file) for file in exports.files],
        "left_out": [{"format": kind, "reason": reason} for kind, reason in exports.left_out],
        **({"report_url": report_url} if report_url else {}),
    }


def package_for(
    metadata: Mapping[str, Any],
    *,
    release_hash: str,
    published_on: str,
    revision: int = 1,
    is_correction: bool = False,
    spans: Iterable[tuple[str, str]] = (),
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """CKAN's package dictionary (without resources) and the edition's resource dictionaries.

    `metadata`: what `describe` gave. `published_on`: ISO date or date-time. `revision`: the manifest's. `spans`: the times that the dataset's other listed
    editions cover, so that its temporal coverage is that of all. Ids are derived, so that a second run can't double.
    """
    package = {
        "id": package_id(metadata["dataset"]),
        "name": metadata["name"],
        "title": metadata["title"]["zh"],
        "notes": f"{metadata['description']['zh']}\n\n{metadata['description']['en']}".strip(),
        "owner_org": metadata["organization"],
        "license_id": metadata["license_id"],
        "maintainer": metadata["contact"]["name"],
        "maintainer_email": metadata["contact"]["email"] or "",
        **dict.fromkeys(UNUSED, ""),
        "private": False,
        "tags": [{"name": name} for name in tag_names(metadata["tags"])],
        "extras": _extras(metadata, release_hash, published_on, list(spans)),
    }
    if metadata["groups"]:
        package["groups"] = [{"name": name} for name in sorted(set(metadata["groups"]))]
    return package, [
        _resource(metadata, file, release_hash, published_on, revision, is_correction) for file in metadata["files"]
    ]


def package_id(dataset: str) -> str:
    """The dataset's id in every catalogue."""
    return str(uuid.uuid5(NAMESPACE, dataset))


def resource_id(release_hash: str, name: str, sha256: str) -> str:
    """The id of one file of one release: new bytes or a new approval never reuse an address."""
    return str(uuid.uuid5(NAMESPACE, f"{release_hash}/{name}/{sha256}"))


def package_name(slug: str) -> str:
    """The dataset's name in addresses, at most 100 characters as CKAN wants it."""
    if len(slug) <= NAME_LIMIT:
        return slug
    return f"{slug[: NAME_LIMIT - 13]}-{hashlib.sha256(slug.encode()).hexdigest()[:12]}"


def edition_label(period: str, *, is_correction: bool = False) -> str:
    """`2025年`, and `2025年（更正）` where it takes the place of one that was public.

    Revisions that ended before the public saw them (blocked, returned) are no corrections to the public.
    """
    return period_label(period) + ("（更正）" if is_correction else "")


def tag_names(tags: Iterable[str]) -> list[str]:
    """Tags as CKAN takes them: letters of any script, digits, space, `-_.`, 2 to 100 characters, sorted, once each.

    >>> tag_names(["预算/决算", " 债 ", "“三公”经费", "预算/决算"])
    ['三公-经费', '预算-决算']
    """
    cleaned = (re.sub(r"-{2,}", "-", re.sub(r"[^\w .-]", "-", tag)).strip(" -")[:100].strip(" -") for tag in tags)
    return sorted({tag for tag in cleaned if len(tag) >= 2})


def _extras(
    metadata: Mapping[str, Any], release_hash: str, published_on: str, spans: list[tuple[str, str]]
) -> list[dict[str, str]]:
    if metadata["temporal"]:
        spans = [*spans, (metadata["temporal"]["start"], metadata["temporal"]["end"])]
    contact = metadata["contact"]
    lost_tags = sorted(set(metadata["tags"]) - set(tag_names(metadata["tags"])))
    values = {
        "evidence_id": release_hash,
        "described_by": release_hash,  # stays when the newest edition is withdrawn and evidence_id goes back to an older
        "contract_id": metadata["contract"]["id"],
        "contract_version": str(metadata["contract"]["version"]),
        "contract_sha256": metadata["contract"]["sha256"],
        "title_en": metadata["title"]["en"],
        "department": metadata["department"],
        "domain": metadata["domain"],
        "dataset_type": metadata["dataset_type"],
        "statutory_item": metadata["statutory_item"],
        "disclosure": metadata["disclosure"],
        "legal_basis": "；".join(c["text"] for c in metadata["legal_basis"]),
        "legal_basis_json": _json(metadata["legal_basis"]),
        "frequency": metadata["frequency"],
        "temporal_start": min((s for s, _ in spans), default=None),
        "temporal_end": max((e for _, e in spans), default=None),
        "contact_name": contact["name"],
        "contact_phone": contact["phone"],
        "contact_email": contact["email"],
        "publication_until": publication_until(published_on, metadata["publication_days"]),
        "report_url": metadata.get("report_url"),
        "editions_listed": str(metadata["editions_listed"]),
        "license_title": licence(metadata["license_id"])[0],
        "keywords_json": _json(metadata["tags"]) if lost_tags else None,  # tags that CKAN can't hold as written
        "fields_json": _json([f for table in metadata["tables"] for f in table["fields"]]),
        "tables_json": _json([{k: v for k, v in table.items() if k != "fields"} for table in metadata["tables"]]),
        "left_out_json": _json(metadata["left_out"]) if metadata["left_out"] else None,
    }
    return [{"key": key, "value": value} for key, value in sorted(values.items()) if value]


def _resource(
    metadata: Mapping[str, Any],
    file: Mapping[str, Any],
    release_hash: str,
    published_on: str,
    revision: int,
    is_correction: bool,
) -> dict[str, Any]:
    label = edition_label(metadata["period"], is_correction=is_correction)
    what = file["title"] or "数据包说明（字段、校验码、许可）"
    rows = f"，{file['rows']} 行" if file["rows"] is not None else ""
    resource = {
        "id": resource_id(release_hash, file["name"], file["sha256"]),
        "name": f"{label} {what} {FORMAT_NAMES[file['format']]}",
        "description": f"{metadata['title']['zh']}，{label}{rows}。",
        "format": FORMAT_NAMES[file["format"]],
        "mimetype": file["media_type"],
        "size": file["bytes"],
        "hash": f"sha256:{file['sha256']}",
        "file_name": file["name"],
        "edition": metadata["period"],
        "edition_number": metadata["edition"],
        "edition_revision": revision,
        "edition_label": label,
        "edition_state": CURRENT,
        "release_hash": release_hash,
        "published_on": published_on,
        "publication_until": publication_until(published_on, metadata["publication_days"]),
        "dates_json": _json(metadata["dates"]) if metadata["dates"] else None,
        "rows": file["rows"],
        "table": file["table"],
    }
    return {key: value for key, value in resource.items() if value is not None}


def _table(contract: Contract, spec: TableSpec, exports: Exported) -> dict[str, Any]:
    first = _first(exports, spec.name)
    assert first is not None
    return {
        "name": spec.name,
        "title": spec.title.model_dump() if spec.title else contract.title.model_dump(),
        "unit": spec.unit,
        "key": list(spec.key),
        "rows": first.rows,
        "fields": [_field(spec, column) for column in first.columns],
    }


def _field(spec: TableSpec, column: ExportColumn) -> dict[str, Any]:
    field = spec.field(column.name)
    entry = {
        "table": spec.name,
        "name": field.name,
        "title": field.title,
        "title_en": field.title_en,
        "type": field.type,
        "unit": field.unit or (spec.unit if field.type in ("integer", "number") else None),
        "description": field.note,
        "missing": list(field.missing) or None,
        "treatment": field.redaction.operator if field.redaction.operator != "keep" else None,
    }
    return {k: v for k, v in entry.items() if v is not None}


def _file(contract: Contract, file: ExportFile) -> dict[str, Any]:
    title = (contract.table(file.table).title or contract.title).zh if file.table else None
    return {
        "name": file.name,
        "table": file.table,
        "format": file.format,
        "media_type": file.media_type,
        "rows": file.rows,
        "bytes": file.bytes,
        "sha256": file.sha256,
        "title": title,
    }


def _first(exports: Exported, table: str) -> ExportFile | None:
    return next((f for f in exports.files if f.table == table), None)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
