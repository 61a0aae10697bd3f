"""What search looks into: the words of each dataset, and its traits (department, tags, format, every extra …).

Renewed in the transaction that changes the dataset. Asking is left to query and search.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from catalog.embedded.terms import index_text

LONGEST_TRAIT = 200  # longer extras are found by their words, not by their whole value
# whose words would bring up what nobody looks for: the budget law in every dataset's basis, the budget section as contact
UNSEARCHED = frozenset(
    {"legal_basis", "contact_name", "contact_phone", "contact_email", "license_title", "platform_fields"}
)


def renew(connection: sqlite3.Connection, row: sqlite3.Row) -> None:
    """Index the dataset anew, as its rows now stand."""
    forget(connection, row["number"])
    body = json.loads(row["body"])
    files = connection.execute("SELECT body FROM resource WHERE package = ? ORDER BY position", (row["id"],))
    resources = [json.loads(file["body"]) for file in files]
    owner = connection.execute("SELECT * FROM owner WHERE id = ?", (row["owner"],)).fetchone()
    extras = {extra["key"]: extra["value"] for extra in body["extras"]}
    columns = [index_text("\n".join(column)) for column in _words(row, body, resources, owner, extras)]
    connection.execute(
        "INSERT INTO words (rowid, title, keywords, body) VALUES (?, ?, ?, ?)", (row["number"], *columns)
    )
    traits = {(field, value, row["number"]) for field, value in _traits(row, body, resources, owner, extras) if value}
    connection.executemany("INSERT INTO trait (field, value, package) VALUES (?, ?, ?)", sorted(traits))


def forget(connection: sqlite3.Connection, number: int) -> None:
    """Take the dataset out of the index."""
    connection.execute("DELETE FROM words WHERE rowid = ?", (number,))
    connection.execute("DELETE FROM trait WHERE package = ?", (number,))


def _words(row: Any, body: Any, resources: Any, owner: Any, extras: dict[str, str]) -> tuple[list[str], ...]:
    title = [body["title"], extras.get("title_en", "")]
    keywords = [row["name"], owner["title"], owner["name"], *(t["name"] for t in body["tags"]), *_column_titles(extras)]
    text = [body["notes"]]
    text += [part for r in resources for part in (r["name"], r["description"])]
    text += [value for key, value in extras.items() if not key.endswith("_json") and key not in UNSEARCHED]
    return title, keywords, text


def _column_titles(extras: dict[str, str]) -> list[str]:
    try:
        columns = json.loads(extras.get("fields_json") or "[]")
        return [str(c.get(k) or "") for c in columns for k in ("title", "title_en", "name")]
    except (ValueError, AttributeError, TypeError):
        return []


def _traits(row: Any, body: Any, resources: Any, owner: Any, extras: dict[str, str]) -> list[tuple[str, str]]:
    traits = [
        ("id", row["id"]),
        ("name", row["name"]),
        ("title_string", body["title"]),
        ("owner_org", row["owner"]),
        ("organization", owner["name"]),
        ("license_id", body["license_id"]),
        ("state", row["state"]),
        ("private", "true" if row["private"] else "false"),
        ("capacity", "private" if row["private"] else "public"),
        ("type", "dataset"),
        ("dataset_type", "dataset"),
        ("metadata_created", row["created"] + "Z"),
        ("metadata_modified", row["modified"] + "Z"),
    ]
    traits += [("tags", tag["name"]) for tag in body["tags"]]
    traits += [("groups", group["name"]) for group in body["groups"]]
    traits += [("res_format", r["format"]) for r in resources if r.get("edition_state") != "withdrawn"]
    known = {field for field, _ in traits} | {"tags", "groups", "res_format"}
    short = {key: value for key, value in extras.items() if len(value) <= LONGEST_TRAIT}
    traits += [(key, value) for key, value in short.items() if key not in known]
    traits += [(f"extras_{key}", value) for key, value in short.items()]
    return traits
