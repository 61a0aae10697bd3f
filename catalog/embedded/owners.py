"""Departments (CKAN's organizations) and themes (its groups): the same thing twice, told apart by kind."""

from __future__ import annotations

import json
import sqlite3
from typing import Literal

from catalog.embedded import index
from catalog.embedded.fields import Body, checked_id, owner_fields
from catalog.embedded.holding import Change
from catalog.embedded.refusals import Invalid, NotFound

Kind = Literal["organization", "group"]


def find(connection: sqlite3.Connection, kind: Kind, ref: str) -> sqlite3.Row:
    """The row by id or name. Raises NotFound."""
    row = connection.execute("SELECT * FROM owner WHERE kind = ? AND (id = ? OR name = ?)", (kind, ref, ref)).fetchone()
    if row is None:
        raise NotFound(f"{kind.capitalize()} was not found.")
    found: sqlite3.Row = row
    return found


def shown(connection: sqlite3.Connection, row: sqlite3.Row) -> Body:
    """The owner as organization_show and group_show give it, with the number of its public datasets."""
    body: Body = json.loads(row["body"])
    count = connection.execute(
        "SELECT count(*) FROM trait t JOIN public_package p ON p.number = t.package WHERE t.field = ? AND t.value = ?",
        ("organization" if row["kind"] == "organization" else "groups", row["name"]),
    ).fetchone()[0]
    return body | {
        "id": row["id"],
        "name": row["name"],
        "title": row["title"],
        "display_name": row["title"],
        "state": row["state"],
        "type": row["kind"],
        "is_organization": row["kind"] == "organization",
        "approval_status": "approved",
        "image_display_url": body["image_url"],
        "package_count": count,
        "num_followers": 0,
        "users": [],
        "tags": [],
        "groups": [],
    }


def listed(connection: sqlite3.Connection, kind: Kind) -> list[Body]:
    """All active owners by title."""
    rows = connection.execute("SELECT * FROM owner WHERE kind = ? AND state = 'active' ORDER BY title, name", (kind,))
    return [shown(connection, row) for row in rows.fetchall()]


def create(change: Change, kind: Kind, data: Body) -> Body:
    """A new owner. Raises Invalid."""
    clean, ident = owner_fields(data), checked_id(data)
    if change.connection.execute("SELECT 1 FROM owner WHERE id = ?", (ident,)).fetchone():
        raise Invalid({"id": [f"{kind.capitalize()} id already exists"]})
    _check_name(change, clean, ident)
    clean["created"] = change.now
    change.connection.execute(
        "INSERT INTO owner (id, kind, name, title, state, body) VALUES (?, ?, ?, ?, ?, ?)",
        (ident, kind, clean["name"], clean["title"], clean["state"], _body(clean)),
    )
    return shown(change.connection, find(change.connection, kind, ident))


def update(change: Change, row: sqlite3.Row, data: Body) -> Body:
    """The owner made to be as `data` says; its datasets are indexed under its new name. Raises Invalid."""
    clean = owner_fields({"name": row["name"], "state": row["state"]} | data)
    _check_name(change, clean, row["id"])
    if clean["state"] == "deleted":
        _refuse_if_used(change, row)
    if row["kind"] == "group" and clean["name"] != row["name"]:
        raise Invalid({"name": ["A group keeps its name"]})
    clean["created"] = json.loads(row["body"])["created"]
    change.connection.execute(
        "UPDATE owner SET name = ?, title = ?, state = ?, body = ? WHERE id = ?",
        (clean["name"], clean["title"], clean["state"], _body(clean), row["id"]),
    )
    for package in change.connection.execute("SELECT * FROM package WHERE owner = ?", (row["id"],)).fetchall():
        index.renew(change.connection, package)
    return shown(change.connection, find(change.connection, row["kind"], row["id"]))


def _check_name(change: Change, clean: Body, ident: str) -> None:
    taken = change.connection.execute("SELECT 1 FROM owner WHERE name = ? AND id != ?", (clean["name"], ident))
    if taken.fetchone():
        raise Invalid({"name": ["Group name already exists in database"]})


def _refuse_if_used(change: Change, row: sqlite3.Row) -> None:
    used = change.connection.execute(
        "SELECT 1 FROM package WHERE owner = ? AND state != 'deleted'"
        " UNION SELECT 1 FROM trait WHERE field = 'groups' AND value = ?",
        (row["id"], row["name"] if row["kind"] == "group" else ""),
    ).fetchone()
    if used:
        raise Invalid({"id": [f"{row['kind'].capitalize()} cannot be deleted while it still has datasets"]})


def _body(clean: Body) -> str:
    return json.dumps({k: clean[k] for k in ("description", "image_url", "extras", "created")}, ensure_ascii=False)
