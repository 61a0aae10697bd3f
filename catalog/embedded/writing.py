"""Datasets and their files written: made, changed to be as given, taken away. What they may consist of is left to fields."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from catalog.embedded import index
from catalog.embedded.fields import Body, checked_id, flag, package_fields, resource_fields
from catalog.embedded.files import Upload, tidy_file_name
from catalog.embedded.holding import Change
from catalog.embedded.packages import Row, Site, find, shown
from catalog.embedded.refusals import Invalid


def create(change: Change, data: Body, site: Site) -> Body:
    """A new dataset, with its files. Raises Invalid."""
    clean = package_fields(data)
    ident = checked_id(data)
    if change.connection.execute("SELECT 1 FROM package WHERE id = ?", (ident,)).fetchone():
        raise Invalid({"id": ["Dataset id already exists"]})
    _check_references(change.connection, ident, clean)
    change.connection.execute(
        "INSERT INTO package (id, name, title, owner, private, state, created, modified, body)"
        " VALUES (?, ?, '', ?, 1, 'draft', ?, ?, '{}')",
        (ident, clean["name"], clean["owner_org"], change.now, change.now),
    )
    _write(change, ident, clean, {})
    return shown(change.connection, find(change.connection, ident), site)


def update(change: Change, row: Row, data: Body, site: Site) -> Body:
    """The dataset made to be as `data` says, its list of files too. Nothing is touched where nothing differs.

    Visibility and state stay where `data` doesn't name them. Raises Invalid.
    """
    before = shown(change.connection, row, site)
    kept = {key: before[key] for key in ("private", "state", "name", "owner_org")}
    clean = package_fields(kept | {k: v for k, v in data.items() if v is not None or k not in kept})
    _check_references(change.connection, row["id"], clean)
    old = change.connection.execute("SELECT * FROM resource WHERE package = ?", (row["id"],)).fetchall()
    if _is_same(row, old, clean):
        return before
    _write(change, row["id"], clean, {file["id"]: file for file in old})
    return shown(change.connection, find(change.connection, row["id"]), site)


def purge(change: Change, row: Row) -> None:
    """The dataset away for good, bytes too. What was public leaves a note that it once was there."""
    for file in change.connection.execute("SELECT * FROM resource WHERE package = ?", (row["id"],)).fetchall():
        _remove_file(change, file, was_public=row["public_since"] is not None)
    index.forget(change.connection, row["number"])
    change.connection.execute("DELETE FROM package WHERE id = ?", (row["id"],))
    if row["public_since"]:
        _leave_note(change, row["id"], row["name"])


def _is_same(row: Row, old: list[Row], clean: Body) -> bool:
    if any("upload" in r or r.get("clear_upload") for r in clean["resources"]):
        return False
    now = {k: v for k, v in clean.items() if k not in ("resources", "name", "owner_org", "private", "state")}
    placed = (clean["name"], clean["owner_org"], int(clean["private"]), clean["state"])
    if json.loads(row["body"]) != now or placed != (row["name"], row["owner"], row["private"], row["state"]):
        return False
    if [file["id"] for file in sorted(old, key=lambda f: f["position"])] != [r["id"] for r in clean["resources"]]:
        return False
    bodies = {file["id"]: _comparable(json.loads(file["body"])) for file in old}
    return all(bodies[r["id"]] == _comparable(_settled(r)) for r in clean["resources"])


def _comparable(body: Body) -> Body:
    return {k: v for k, v in body.items() if k not in ("created", "metadata_modified", "last_modified")}


def _check_references(connection: sqlite3.Connection, ident: str, clean: Body) -> None:
    """Turn the owner's name into its id; refuse what is taken and what isn't there."""
    errors: Body = {}
    if connection.execute("SELECT 1 FROM package WHERE name = ? AND id != ?", (clean["name"], ident)).fetchone():
        errors["name"] = ["That URL is already in use."]
    owner = connection.execute(
        "SELECT id FROM owner WHERE kind = 'organization' AND state = 'active' AND (id = ? OR name = ?)",
        (clean["owner_org"], clean["owner_org"]),
    ).fetchone()
    if owner is None:
        errors["owner_org"] = ["Organization does not exist"]
    else:
        clean["owner_org"] = owner["id"]
    groups = {}
    for group in clean["groups"]:
        found = connection.execute(
            "SELECT name FROM owner WHERE kind = 'group' AND state = 'active' AND (id = ? OR name = ?)",
            (group["name"], group["name"]),
        ).fetchone()
        if found is None:
            errors["groups"] = ["Group does not exist"]
        else:
            groups[found["name"]] = {"name": found["name"]}
    clean["groups"] = [groups[name] for name in sorted(groups)]
    taken = [
        {"id": ["Resource id already exists."]} if _is_elsewhere(connection, resource["id"], ident) else {}
        for resource in clean["resources"]
    ]
    if any(taken):
        errors["resources"] = taken
    if errors:
        raise Invalid(errors)


def _is_elsewhere(connection: sqlite3.Connection, resource: str, package: str) -> bool:
    row = connection.execute("SELECT package FROM resource WHERE id = ?", (resource,)).fetchone()
    return row is not None and row["package"] != package


def _write(change: Change, ident: str, clean: Body, old: dict[str, Row]) -> None:
    resources = clean.pop("resources")
    row = find(change.connection, ident)
    now_public = clean["state"] == "active" and not clean["private"]
    since = row["public_since"] or (change.now if now_public else None)
    body = {k: v for k, v in clean.items() if k not in ("name", "owner_org", "private", "state")}
    change.connection.execute(
        "UPDATE package SET name = ?, title = ?, owner = ?, private = ?, state = ?, modified = ?, public_since = ?, body = ?"
        " WHERE id = ?",
        (clean["name"], clean["title"], clean["owner_org"], clean["private"], clean["state"], change.now, since,
         _json(body), ident),
    )  # fmt: skip
    for gone in old.keys() - {resource["id"] for resource in resources}:
        _remove_file(change, old[gone], was_public=row["public_since"] is not None)
    for position, resource in enumerate(resources):
        _write_resource(change, ident, position, resource, old.get(resource["id"]))
    index.renew(change.connection, find(change.connection, ident))


def _write_resource(change: Change, package: str, position: int, resource: Body, old: Row | None) -> None:
    upload, body = resource.get("upload"), _settled(resource)
    before = json.loads(old["body"]) if old else {}
    blob, size, sha256 = (old["blob"], old["bytes"], old["sha256"]) if old else (None, None, None)
    if isinstance(upload, Upload):
        change.drop(blob)
        blob, size, sha256 = change.keep(upload), upload.bytes, upload.sha256
        body |= {"size": body["size"] if _says_size(body, before) else upload.bytes, "last_modified": change.now}
        body["hash"] = body["hash"] if body["hash"] != before.get("hash") else ""
        body["hash"] = body["hash"] or f"sha256:{upload.sha256}"
    elif body["url_type"] != "upload":
        change.drop(blob)
        blob = size = sha256 = None
    body["created"] = before.get("created") or body["created"] or change.now
    same = bool(before) and not isinstance(upload, Upload) and _comparable(before) == _comparable(body)
    body["metadata_modified"] = before["metadata_modified"] if same else change.now
    values = (package, position, blob, size, sha256, body["url"] if blob else None, _json(body))
    change.connection.execute(
        "INSERT INTO resource (id, package, position, blob, bytes, sha256, file_name, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET package = excluded.package, position = excluded.position, blob = excluded.blob,"
        " bytes = excluded.bytes, sha256 = excluded.sha256, file_name = excluded.file_name, body = excluded.body",
        (resource["id"], *values),
    )
    change.connection.execute("DELETE FROM gone WHERE id = ?", (resource["id"],))


def _says_size(body: Body, before: Body) -> bool:
    return body["size"] is not None and body["size"] != before.get("size")


def _settled(resource: Body) -> Body:
    """The resource's body as it is stored: an upload's address is its file name, a cleared one is a plain link."""
    body = {k: v for k, v in resource.items() if k not in ("upload", "clear_upload", "id")}
    upload = resource.get("upload")
    if isinstance(upload, Upload):
        body |= {"url_type": "upload", "url": tidy_file_name(upload.name)}
        ending = body["url"].rpartition(".")[2]
        body["format"] = body["format"] or resource_fields({"url": f"/{body['url']}"}, {})["format"] or ending.upper()
    elif flag(resource, "clear_upload"):
        body["url_type"] = ""
    if body["url_type"] == "upload":
        body["url"] = tidy_file_name(body["url"])
    return body


def _remove_file(change: Change, file: Row, *, was_public: bool) -> None:
    change.drop(file["blob"])
    change.connection.execute("DELETE FROM resource WHERE id = ?", (file["id"],))
    if was_public:
        _leave_note(change, file["id"], None)


def _leave_note(change: Change, ident: str, name: str | None) -> None:
    change.connection.execute("INSERT OR REPLACE INTO gone VALUES (?, ?, ?)", (ident, name, change.now))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
