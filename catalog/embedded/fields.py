"""What a dataset, a file and an owner may consist of, checked as CKAN checks it. Pure: a dictionary in, the clean one out.

Uniqueness and the existence of what is named are left to those who have the database.
"""

from __future__ import annotations

import re
import uuid
from typing import Any

from catalog.embedded.refusals import Invalid
from catalog.embedded.strict_json import loads
from catalog.linked.texts import text

Body = dict[str, Any]
NAME = re.compile(r"[a-z0-9_-]{2,100}")
RESERVED_NAMES = frozenset({"new", "edit", "search"})
ID = re.compile(r"[A-Za-z0-9_-]{7,100}")
TAG = re.compile(r"[\w .-]{2,100}")
EMAIL = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+")
STATES = frozenset({"active", "draft", "deleted"})
MISSING = ["Missing value"]

PACKAGE_TEXTS = (
    "title", "notes", "url", "version", "author", "author_email", "maintainer", "maintainer_email", "license_id",
)  # fmt: skip
PACKAGE_KEYS = frozenset(PACKAGE_TEXTS) | {
    "id", "name", "owner_org", "private", "state", "type", "tags", "tag_string", "extras", "resources", "groups",
    "creator_user_id", "plugin_data", "save", "return_to", "relationships_as_object", "relationships_as_subject",
    "log_message", "metadata_created", "metadata_modified",
}  # fmt: skip
RESOURCE_TEXTS = (
    "name", "description", "format", "hash", "mimetype", "mimetype_inner", "resource_type", "url_type", "cache_url",
    "url", "created", "last_modified", "cache_last_updated",
)  # fmt: skip
RESOURCE_OURS = frozenset(
    {
        "package_id",
        "state",
        "position",
        "upload",
        "clear_upload",
        "metadata_modified",
        "datastore_active",
        "revision_id",
    }
)
FORMATS = {
    "csv": "CSV", "tsv": "TSV", "xlsx": "XLSX", "xls": "XLS", "json": "JSON", "jsonl": "JSONL", "geojson": "GeoJSON",
    "parquet": "Parquet", "xml": "XML", "pdf": "PDF", "zip": "ZIP", "txt": "TXT", "html": "HTML",
}  # fmt: skip
TRUE, FALSE = frozenset({"true", "yes", "t", "y", "1", "on"}), frozenset({"false", "no", "f", "n", "0", "off", ""})


def package_fields(data: Body) -> Body:
    """The dataset's own fields, complete and clean, its resources among them. Raises Invalid naming every bad field."""
    errors: Body = {}
    name = text(data.get("name"))
    if not name:
        errors["name"] = MISSING
    elif not NAME.fullmatch(name) or name in RESERVED_NAMES:
        errors["name"] = ["Must be 2 to 100 lowercase alphanumeric (ascii) characters and these symbols: -_"]
    if data.get("type") not in (None, "", "dataset"):
        errors["type"] = ["Only datasets are kept here"]
    if not text(data.get("owner_org")):
        errors["owner_org"] = ["An organization must be provided"]
    state = data.get("state") or "active"
    if state not in STATES:
        errors["state"] = ["Must be active, draft or deleted"]
    body: Body = {key: text(data.get(key)) for key in PACKAGE_TEXTS}
    body["title"] = body["title"] or name
    for key in ("author_email", "maintainer_email"):
        if body[key] and not EMAIL.fullmatch(body[key]):
            errors[key] = ["Not a valid email address"]
    body |= {"name": name, "owner_org": text(data.get("owner_org")), "state": state}
    body["private"] = _flag(data.get("private"), "private", errors)
    body["tags"] = _tags(data, errors)
    body["extras"] = _extras(data.get("extras"), errors)
    body["groups"] = _named(data.get("groups"), "groups", errors)
    body["resources"] = _resources(data.get("resources"), errors)
    if errors:
        raise Invalid(errors)
    return body


def resource_fields(data: Body, errors: Body) -> Body:
    """One file's fields: CKAN's own as text, all others as JSON values, as they came."""
    ident = text(data.get("id"))
    if ident and not ID.fullmatch(ident):
        errors["id"] = ["Must be 7 to 100 letters, digits and these symbols: -_"]
    body: Body = {"id": ident or str(uuid.uuid4())}
    body |= {key: text(data.get(key)) for key in RESOURCE_TEXTS}
    body["url"] = body["url"].strip()
    kind = body["format"] or body["url"].rpartition("/")[2].rpartition(".")[2]
    body["format"] = FORMATS.get(kind.strip().lower().lstrip("."), body["format"].strip())
    body["size"] = _whole_number(data.get("size"), errors)
    own = {"id", "size", *RESOURCE_TEXTS}
    return body | {k: v for k, v in data.items() if k not in own and k not in RESOURCE_OURS}


def owner_fields(data: Body) -> Body:
    """An organization's or group's fields. Raises Invalid."""
    errors: Body = {}
    name = text(data.get("name"))
    if not name:
        errors["name"] = MISSING
    elif not NAME.fullmatch(name) or name in RESERVED_NAMES:
        errors["name"] = ["Must be 2 to 100 lowercase alphanumeric (ascii) characters and these symbols: -_"]
    body: Body = {"name": name, "title": text(data.get("title")) or name}
    body |= {key: text(data.get(key)) for key in ("description", "image_url")}
    body["state"] = data.get("state") or "active"
    if body["state"] not in STATES:
        errors["state"] = ["Must be active or deleted"]
    body["extras"] = _extras(data.get("extras"), errors)
    if errors:
        raise Invalid(errors)
    return body


def checked_id(data: Body) -> str:
    """The id given, or a new one. Raises Invalid."""
    ident = text(data.get("id"))
    if ident and not ID.fullmatch(ident):
        raise Invalid({"id": ["Must be 7 to 100 letters, digits and these symbols: -_"]})
    return ident or str(uuid.uuid4())


def required(data: Body, key: str) -> str:
    """A parameter that can't be missing. Raises Invalid."""
    value = text(data.get(key))
    if not value:
        raise Invalid({key: MISSING})
    return value


def flag(data: Body, key: str, *, default: bool = False) -> bool:
    """A yes-or-no parameter. Raises Invalid for anything else."""
    errors: Body = {}
    value = _flag(data[key], key, errors) if key in data else default
    if errors:
        raise Invalid(errors)
    return value


def number(data: Body, key: str, default: int, *, most: int) -> int:
    """A whole-number parameter from 0 to `most`; more is cut. Raises Invalid."""
    errors: Body = {}
    value = _whole_number(data.get(key), errors, key)
    if errors or (value is not None and value < 0):
        raise Invalid({key: ["Must be a natural number"]})
    return default if value is None else min(value, most)


def names(data: Body, key: str) -> list[str]:
    """A parameter that is a list of texts, or JSON or a comma-separated text of one."""
    value = data.get(key)
    if isinstance(value, str):
        try:
            value = loads(value)
        except ValueError:
            value = [part.strip() for part in value.split(",") if part.strip()]
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise Invalid({key: ["Not a list of strings"]})
    return value


def _flag(value: Any, key: str, errors: Body) -> bool:
    said = str(value).strip().lower() if isinstance(value, (str, bool, int)) else ("" if value is None else "?")
    if said not in TRUE | FALSE:
        errors[key] = ["Must be true or false"]
    return said in TRUE


def _whole_number(value: Any, errors: Body, key: str = "size") -> int | None:
    if value is None or value == "":
        return None
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        errors[key] = ["Invalid integer"]
        return None


def _tags(data: Body, errors: Body) -> list[Body]:
    found = _named(data.get("tags"), "tags", errors)
    found += [{"name": part.strip()} for part in text(data.get("tag_string")).split(",") if part.strip()]
    if not all(TAG.fullmatch(tag["name"]) for tag in found):
        errors["tags"] = ["Tags are 2 to 100 letters, digits and these symbols: -_. and space"]
    return [{"name": name} for name in sorted({tag["name"] for tag in found})]


def _named(value: Any, key: str, errors: Body) -> list[Body]:
    """A list of {name} or {id}; both keys name the thing."""
    items = value or []
    if not isinstance(items, list) or not all(isinstance(i, dict) and (i.get("name") or i.get("id")) for i in items):
        errors[key] = ["Must be a list of dictionaries with a name"]
        return []
    return [{"name": text(item.get("name")) or text(item.get("id"))} for item in items]


def _extras(value: Any, errors: Body) -> list[Body]:
    items = value or []
    if not isinstance(items, list) or not all(isinstance(i, dict) and isinstance(i.get("key"), str) for i in items):
        errors["extras"] = ["Must be a list of dictionaries with key and value"]
        return []
    extras = [{"key": item["key"].strip(), "value": item.get("value")} for item in items if not item.get("deleted")]
    keys = [extra["key"] for extra in extras]
    if not all(keys) or any(extra["value"] is None for extra in extras):
        errors["extras"] = MISSING
    elif any(isinstance(extra["value"], (dict, list)) for extra in extras):
        errors["extras"] = ["Values are texts; put JSON into a text"]
    elif taken := sorted(set(keys) & PACKAGE_KEYS):
        errors["extras"] = [f'There is a schema field with the same name: "{key}"' for key in taken]
    if len(set(keys)) != len(keys):
        errors["extras_validation"] = [
            f'Duplicate key "{key}"' for key in sorted({k for k in keys if keys.count(k) > 1})
        ]
    return sorted(({"key": e["key"], "value": text(e["value"])} for e in extras), key=lambda e: e["key"])


def _resources(value: Any, errors: Body) -> list[Body]:
    items = value or []
    if not isinstance(items, list) or not all(isinstance(i, dict) for i in items):
        errors["resources"] = ["Must be a list of dictionaries"]
        return []
    faults: list[Body] = [{} for _ in items]
    bodies = [
        resource_fields(item, fault) | {k: item[k] for k in ("upload", "clear_upload") if k in item}
        for item, fault in zip(items, faults, strict=True)
    ]
    seen: set[str] = set()
    for body, fault in zip(bodies, faults, strict=True):
        if body["id"] in seen:
            fault["id"] = ["Resource id already exists."]
        seen.add(body["id"])
    if any(faults):
        errors["resources"] = faults
    return bodies
