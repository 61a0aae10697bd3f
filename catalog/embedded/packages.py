"""Datasets and their files as rows: found, and shown in CKAN's form. Writing them is left to writing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from catalog.embedded.fields import Body
from catalog.embedded.refusals import NotFound
from catalog.licences import licence
from catalog.linked.texts import text

Row = sqlite3.Row


@dataclass(frozen=True)
class Site:
    """How the catalogue names itself. `url` has no slash at its end."""

    url: str
    title: str
    title_en: str


def find(connection: sqlite3.Connection, ref: str) -> Row:
    """The dataset's row by id or name. Raises NotFound."""
    row = connection.execute("SELECT * FROM package WHERE id = ? OR name = ?", (ref, ref)).fetchone()
    if row is None:
        raise NotFound("Dataset was not found.")
    found: Row = row
    return found


def find_resource(connection: sqlite3.Connection, ref: str) -> Row:
    """A file's row. Raises NotFound."""
    row = connection.execute("SELECT * FROM resource WHERE id = ?", (ref,)).fetchone()
    if row is None:
        raise NotFound("Resource was not found.")
    found: Row = row
    return found


def is_public(row: Row) -> bool:
    """Whether everybody may see the dataset."""
    return row["state"] == "active" and not row["private"]


def shown(connection: sqlite3.Connection, row: Row, site: Site) -> Body:
    """The dataset as package_show gives it."""
    body: Body = json.loads(row["body"])
    owner = connection.execute("SELECT * FROM owner WHERE id = ?", (row["owner"],)).fetchone()
    files = connection.execute("SELECT * FROM resource WHERE package = ? ORDER BY position", (row["id"],)).fetchall()
    title, url = licence(body["license_id"]) if body["license_id"] else ("", None)
    names = [group["name"] for group in body["groups"]]
    groups = connection.execute(
        f"SELECT * FROM owner WHERE kind = 'group' AND name IN ({', '.join('?' * len(names))}) ORDER BY name",  # noqa: S608 - only question marks
        names,
    )
    return body | {
        "id": row["id"],
        "name": row["name"],
        "type": "dataset",
        "private": bool(row["private"]),
        "state": row["state"],
        "owner_org": row["owner"],
        "organization": _owner_brief(owner),
        "groups": [_owner_brief(group) | {"display_name": group["title"]} for group in groups],
        "license_title": title,
        "license_url": url or "",
        "isopen": bool(body["license_id"]) and body["license_id"] not in ("notspecified", "other-closed", "other-nc"),
        "metadata_created": row["created"],
        "metadata_modified": row["modified"],
        "creator_user_id": None,
        "num_resources": len(files),
        "num_tags": len(body["tags"]),
        "tags": [_tag(tag["name"]) for tag in body["tags"]],
        "resources": [resource_shown(file, site) for file in files],
        "relationships_as_subject": [],
        "relationships_as_object": [],
    }


def resource_shown(file: Row, site: Site) -> Body:
    """One file as resource_show gives it."""
    body: Body = json.loads(file["body"])
    if body["url_type"] == "upload":
        body["url"] = f"{site.url}/dataset/{file['package']}/resource/{file['id']}/download/{body['url']}"
    return body | {
        "id": file["id"],
        "package_id": file["package"],
        "position": file["position"],
        "state": "active",
        "datastore_active": False,
    }


def _tag(name: str) -> dict[str, Any]:
    return {"name": name, "display_name": name, "id": name, "state": "active", "vocabulary_id": None}


def _owner_brief(owner: Row) -> Body:
    body = json.loads(owner["body"])
    return {
        "id": owner["id"],
        "name": owner["name"],
        "title": owner["title"],
        "type": owner["kind"],
        "description": body["description"],
        "image_url": body["image_url"],
        "created": body["created"],
        "is_organization": owner["kind"] == "organization",
        "approval_status": "approved",
        "state": owner["state"],
    }


def extras_of(package: Body) -> dict[str, str]:
    """The extras as a dictionary."""
    return {extra["key"]: text(extra["value"]) for extra in package["extras"]}


def shown_all(connection: sqlite3.Connection, numbers: Iterable[int], site: Site) -> list[Body]:
    """Datasets by their numbers, in that order."""
    rows = (connection.execute("SELECT * FROM package WHERE number = ?", (n,)).fetchone() for n in numbers)
    return [shown(connection, row, site) for row in rows]
