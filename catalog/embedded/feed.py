"""What is new in the catalogue as an Atom feed (RFC 4287): editions that were published, and those that were withdrawn. Pure.

Taken from the entries themselves; a withdrawn edition is told of as withdrawn alone.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from catalog.embedded.fields import Body
from catalog.embedded.packages import Site
from catalog.embedded.wording import BEIJING
from catalog.linked.texts import text
from catalog.periods import period_label

MOST_ENTRIES = 50
LOOKED_AT = 200  # datasets, the last changed first: whatever happened to another one happened before
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "feed.catalogue.mingjing")
NEVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Entry:
    """One event. `kind`: published or withdrawn; `updated`: RFC 3339."""

    id: str
    kind: str
    title: str
    summary: str
    author: str
    link: str
    updated: str


@dataclass(frozen=True)
class Feed:
    """The feed; `updated` is that of its newest entry."""

    id: str
    address: str
    updated: str
    entries: tuple[Entry, ...]


def feed(found: Iterable[Body], site: Site, address: str) -> Feed:
    """The newest events in these datasets. `address`: the feed's own."""
    entries = sorted(
        (e for package in found for e in _events(package, site)), key=lambda e: (e.updated, e.id), reverse=True
    )
    newest = entries[0].updated if entries else _written(NEVER)
    return Feed(_urn(address), address, newest, tuple(entries[:MOST_ENTRIES]))


def _events(package: Body, site: Site) -> Iterator[Entry]:
    seen: set[tuple[str, str]] = set()
    for resource in package["resources"]:
        period, release = text(resource.get("edition")), text(resource.get("release_hash"))
        state = text(resource.get("edition_state"))
        is_gone = state == "withdrawn"
        when = _moment(text(resource.get("withdrawn_on" if is_gone else "published_on")))
        if not period or when is None or (period, release) in seen:
            continue
        seen.add((period, release))
        label = text(resource.get("edition_label")) or period_label(period)
        kind = "withdrawn" if is_gone else "published"
        words = ("撤回：" + text(resource.get("withdrawn_reason"))) if is_gone else "已公开"
        yield Entry(
            _urn(f"{package['id']}/{period}/{release}/{kind}"), kind,
            _plain(f"{package['title'] or package['name']} {label}{'（已撤回）' if is_gone else ''}"), _plain(words),
            _plain(package["organization"]["title"] or package["organization"]["name"]),
            f"{site.url}/dataset/{package['name']}", _written(when),
        )  # fmt: skip


def _moment(value: str) -> datetime | None:
    """A date is the beginning of that day in Beijing; a time without a zone is UTC."""
    try:
        if len(value) == len("2026-02-11"):
            return datetime.combine(date.fromisoformat(value), time(), BEIJING)
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _written(moment: datetime) -> str:
    """RFC 3339 in UTC, so that texts sort as times do."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def _urn(name: str) -> str:
    return f"urn:uuid:{uuid.uuid5(NAMESPACE, name)}"


def _plain(words: str) -> str:
    """Text without the signs that XML can't hold."""
    return "".join(c for c in words if c.isprintable())
