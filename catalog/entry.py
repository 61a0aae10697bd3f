"""Reading a catalogue entry as it stands: what the platform wrote there, and what somebody changed since by hand. Pure.

The entry carries a fingerprint of each field as it was written (extra `platform_fields`), so that a foreign edit is
seen without any memory of ours; the truth that inspection compares with is the approved metadata.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from catalog.mapping import UNUSED, WITHDRAWN
from domain.canonical import canonical_json, sha256_hex

FINGERPRINTS = "platform_fields"
PUBLISHING = "publishing"  # the release hash whose first publication is under way; the dataset is private meanwhile
ADDRESS = re.compile("https?://[^/]+/")
PLAIN = ("title", "notes", "license_id", "maintainer", "maintainer_email", "version")
Entry = Mapping[str, Any]


def extras_of(package: Entry) -> dict[str, str]:
    """The package's extras as a dictionary."""
    return {e["key"]: e["value"] for e in package.get("extras") or []}


def as_extras(values: Mapping[str, str]) -> list[dict[str, str]]:
    """The dictionary as CKAN's list."""
    return [{"key": key, "value": value} for key, value in sorted(values.items())]


def comparable(package: Entry) -> dict[str, Any]:
    """The fields that the platform answers for, in one form whether written by us or shown by a catalogue."""
    organization = package.get("organization")
    fields: dict[str, Any] = {name: str(package.get(name) or "").strip() for name in (*PLAIN, *UNUSED)}
    fields["tags"] = sorted(t["name"] for t in package.get("tags") or [])
    fields["groups"] = sorted(g["name"] for g in package.get("groups") or [])
    fields["owner_org"] = organization["name"] if isinstance(organization, dict) else package.get("owner_org")
    extras = {k: v for k, v in extras_of(package).items() if k not in (FINGERPRINTS, PUBLISHING)}
    return fields | {f"extras.{key}": value.strip() for key, value in extras.items()}


def fingerprinted(package: Entry) -> dict[str, Any]:
    """The package with the fingerprint of each of its fields as an extra."""
    prints = {name: _print(value) for name, value in comparable(package).items()}
    values = extras_of(package) | {FINGERPRINTS: _prints_text(prints)}
    return {**package, "extras": as_extras(values)}


def reprinted(found: Entry, extras: Mapping[str, str], fields: Mapping[str, Any] | None = None) -> list[dict[str, str]]:
    """New extras for an entry of which only these and `fields` are written: what changes here gets a fresh fingerprint, so
    that an edit made by hand elsewhere stays visible as one."""
    before = extras_of(found)
    prints = json.loads(before.get(FINGERPRINTS) or "{}")
    for key in (before.keys() | extras.keys()) - {FINGERPRINTS, PUBLISHING}:
        if key not in extras:
            prints.pop(f"extras.{key}", None)
        elif extras[key] != before.get(key):
            prints[f"extras.{key}"] = _print(extras[key].strip())
    after = comparable({**found, **(fields or {})})
    prints |= {name: _print(after[name]) for name in fields or ()}
    return as_extras({**extras, FINGERPRINTS: _prints_text(prints)})


def differing(wanted: Entry, found: Entry) -> tuple[str, ...]:
    """Names of the fields in which the two packages differ; visibility counts as a field."""
    want, have = comparable(wanted), comparable(found)
    names = {n for n in want.keys() | have.keys() if want.get(n) != have.get(n)}
    return tuple(
        sorted({told(n) for n in names} | ({"private"} if wanted.get("private") != found.get("private") else set()))
    )


def edited_by_hand(found: Entry) -> tuple[str, ...]:
    """Names of the fields that no longer are as the platform wrote them."""
    try:
        prints = json.loads(extras_of(found)[FINGERPRINTS])
    except (KeyError, ValueError):
        return (f"extras.{FINGERPRINTS}",)
    prints = {name: _print("") for name in UNUSED} | prints  # entries of before carry no fingerprint of them
    have = {name: _print(value) for name, value in comparable(found).items()}
    names = {n for n in prints.keys() | have.keys() if prints.get(n) != have.get(n)}
    hidden = {"private"} if found.get("private") and not extras_of(found).get(PUBLISHING) else set()
    removed = {"state"} if found.get("state", "active") != "active" else set()
    return tuple(sorted({told(n) for n in names} | hidden | removed))


def told(field: str) -> str:
    """The name of a field as people are told it; a name that somebody made up may hold anything, too.

    >>> [told(name) for name in ("title", "extras.contact_name", "extras.p13800000000", "姓名")]
    ['title', 'extras.contact_name', 'extras.(?)', '(?)']
    """
    extra, _, name = field.rpartition(".")
    shown = name if re.fullmatch("[a-z][a-z_]{0,39}", name) else "(?)"
    return f"extras.{shown}" if extra else shown


def resources_of(found: Entry, release_hash: str) -> list[dict[str, Any]]:
    """The resources of one release."""
    return [r for r in found.get("resources") or [] if r.get("release_hash") == release_hash]


def stands(resource: Mapping[str, Any]) -> bool:
    """Whether the file is anything but a tombstone without a byte."""
    return resource.get("edition_state") != WITHDRAWN or resource.get("url_type") == "upload"


def is_whole(package: Any) -> bool:
    """Whether that is an entry as a look at it shows one, with everything that is read of it here and addresses that can be fetched."""
    if not isinstance(package, dict):
        return False
    texts = all(isinstance(package.get(key), str) for key in ("id", "name", "metadata_modified", "state"))
    lists = all(
        isinstance(package.get(key), list) and all(isinstance(one, dict) for one in package[key])
        for key in ("resources", "extras", "tags", "groups")
    )
    rest = isinstance(package.get("private"), bool) and isinstance(package.get("organization"), dict)
    return texts and lists and rest and all(ADDRESS.match(str(r.get("url"))) for r in package["resources"])


def _prints_text(prints: Mapping[str, str]) -> str:
    return json.dumps(prints, sort_keys=True, separators=(",", ":"))


def _print(value: Any) -> str:
    return sha256_hex(canonical_json(value))[:12]
