"""A dataset as a page shows it: editions, files, columns and facts out of CKAN's dictionary. Pure; wording is left to words.

Everything comes from whoever holds the token and is still not trusted: what doesn't parse is left out, addresses that
aren't web addresses are no links.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from catalog.embedded.fields import Body
from catalog.embedded.packages import extras_of
from catalog.embedded.strict_json import loads
from catalog.embedded.wording import bytes_in_words, day, whole
from catalog.embedded.words import (
    FORMAT_HINTS,
    FREQUENCIES,
    LICENCES_EN,
    TREATMENTS,
    TYPES,
    pick,
)
from catalog.linked.texts import Language, paragraphs, spoken, text, web_address
from catalog.periods import period_label, period_order


@dataclass(frozen=True)
class File:
    """One file or link. `href` is None where there is nothing to lead to."""

    id: str
    name: str
    table: str
    format: str
    size: str
    rows: str
    checksum: str
    href: str | None
    is_upload: bool
    hint: str


@dataclass
class Edition:
    """The files of one release."""

    label: str
    state: str
    period: str
    published: str
    published_sort: str
    revision: int
    files: list[File] = field(default_factory=list)
    withdrawn_on: str = ""
    reason: str = ""
    code: str = ""
    contact: str = ""

    @property
    def rows(self) -> str:
        return next((f.rows for f in self.files if f.rows), "")


@dataclass
class Table:
    """The columns of one table."""

    title: str
    columns: list[dict[str, str]] = field(default_factory=list)


@dataclass
class Dataset:
    """All that a page or a line in a list says."""

    name: str
    title: str
    summary: str
    own: list[str]  # paragraphs of the description in the reader's language
    other: list[str]  # and in another
    department: str
    department_name: str
    frequency: str
    newest: Edition | None
    earlier: list[Edition]
    withdrawn: list[Edition]
    loose: list[File]
    tables: list[Table]
    tags: list[str]
    facts: dict[str, str]
    published: str
    updated: str
    licence_url: str | None

    @property
    def formats(self) -> list[File]:
        """One file per format of the newest edition, where a format has only one."""
        files = [f for f in (self.newest.files if self.newest else self.loose) if f.href and f.format]
        return [f for f in files if sum(g.format == f.format for g in files) == 1]

    @property
    def has_more_files(self) -> bool:
        return len(self.newest.files if self.newest else self.loose) > len(self.formats)


def dataset(package: Body, language: Language) -> Dataset:
    """What the pages need of a package dictionary."""
    extras = extras_of(package)
    editions, loose = _editions(package["resources"], language)
    standing = [e for e in editions if e.state not in ("withdrawn", "superseded")]
    newest = standing[0] if standing else None
    own, other = _paragraphs(package["notes"], language)
    title_en = extras.get("title_en", "")
    organization = package["organization"]
    return Dataset(
        name=package["name"],
        title=(title_en if language == "en" else "") or package["title"],
        summary=(own or other or [""])[0],
        own=own or other,
        other=other if own else [],
        department=organization["title"],
        department_name=organization["name"],
        frequency=pick(language, FREQUENCIES.get(extras.get("frequency", ""), ("", ""))),
        newest=newest,
        earlier=[e for e in editions if e is not newest and e.state != "withdrawn"],
        withdrawn=[e for e in editions if e.state == "withdrawn"],
        loose=loose,
        tables=_tables(extras, language),
        tags=[tag["name"] for tag in package["tags"]],
        facts=defaultdict(str, {**extras, **_facts(package, extras, language)}),
        published=newest.published if newest and newest.published else day(package["metadata_created"], language),
        updated=day(package["metadata_modified"], language),
        licence_url=web_address(package["license_url"]),
    )


def _editions(resources: Iterable[Body], language: Language) -> tuple[list[Edition], list[File]]:
    editions: dict[tuple[str, str], Edition] = {}
    loose: list[File] = []
    for resource in resources:
        period = text(resource.get("edition"))
        if not period:
            loose.append(_file(resource, "", language))
            continue
        key = (period, text(resource.get("release_hash")))
        if key not in editions:
            editions[key] = _edition(resource, period, language)
        edition = editions[key]
        edition.files.append(_file(resource, _label(resource, period, "zh"), language))
    ordered = sorted(
        editions.values(), key=lambda e: (period_order(e.period), e.revision, e.published_sort), reverse=True
    )
    return ordered, loose


def _edition(resource: Body, period: str, language: Language) -> Edition:
    published = text(resource.get("published_on"))
    revision = text(resource.get("edition_revision"))
    return Edition(
        label=_label(resource, period, language),
        state=text(resource.get("edition_state")) or "current",
        period=period,
        published=day(published, language),
        published_sort=published,
        revision=int(revision) if revision.isdecimal() and len(revision) < 9 else 1,
        withdrawn_on=day(text(resource.get("withdrawn_on")), language),
        reason=text(resource.get("withdrawn_reason")),
        code=text(resource.get("withdrawn_code")),
        contact=text(resource.get("withdrawn_contact")),
    )


def _label(resource: Body, period: str, language: Language) -> str:
    if language == "en":
        revision = text(resource.get("edition_revision"))
        corrected = revision.isdecimal() and revision not in ("0", "1")
        return period + (f" (correction {int(revision) - 1})" if corrected else "")
    return text(resource.get("edition_label")) or period_label(period)


def _file(resource: Body, edition_label: str, language: Language) -> File:
    is_upload = resource["url_type"] == "upload"
    href = urlsplit(resource["url"]).path if is_upload else web_address(resource["url"])
    checksum = text(resource.get("hash")).removeprefix("sha256:")
    name = resource["name"] or resource["url"].rpartition("/")[2]
    return File(
        id=resource["id"],
        name=name.removeprefix(edition_label).removesuffix(resource["format"]).strip() or name,
        table=text(resource.get("table")),
        format=resource["format"],
        size=bytes_in_words(resource["size"]),
        rows=whole(resource.get("rows")),
        checksum=checksum if re.fullmatch("[0-9a-f]{64}", checksum) else "",
        href=href or None,
        is_upload=is_upload,
        hint=pick(language, FORMAT_HINTS.get(resource["format"], ("", ""))),
    )


def _tables(extras: dict[str, str], language: Language) -> list[Table]:
    titles: dict[str, str] = {}
    for spec in _list_in(extras.get("tables_json")):
        title = spec.get("title")
        titles[text(spec.get("name"))] = text(title.get(language)) if isinstance(title, dict) else text(title)
    tables: dict[str, Table] = {}
    for column in _list_in(extras.get("fields_json")):
        name = text(column.get("table"))
        table = tables.setdefault(name, Table(titles.get(name) or name))
        table.columns.append(_column(column, language))
    return list(tables.values())


def _column(column: Body, language: Language) -> dict[str, str]:
    kind, treatment = text(column.get("type")), text(column.get("treatment"))
    titles = {"zh": text(column.get("title")), "en": text(column.get("title_en"))}
    return {
        "title": titles[language] or titles["zh"] or text(column.get("name")),
        "other": titles["zh"] if language == "en" and titles["en"] else "",
        "name": text(column.get("name")),
        "type": pick(language, TYPES.get(kind, (kind, kind))),
        "unit": text(column.get("unit")),
        "description": text(column.get("description")),
        "treatment": pick(language, TREATMENTS.get(treatment, (treatment, treatment))),
    }


def _list_in(value: str | None) -> list[Body]:
    try:
        items = loads(value or "[]")
    except ValueError:
        return []
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _paragraphs(notes: str, language: Language) -> tuple[list[str], list[str]]:
    """The description's paragraphs in the reader's language, and the others."""
    parts = paragraphs(notes)
    return [p for p in parts if spoken(p) == language], [p for p in parts if spoken(p) != language]


def _facts(package: Body, extras: dict[str, str], language: Language) -> dict[str, str]:
    licence = LICENCES_EN.get(package["license_id"], "") if language == "en" else ""
    ends = [day(extras[key], language) for key in ("temporal_start", "temporal_end") if extras.get(key)]
    return {
        "covers": (" 至 " if language == "zh" else " to ").join(ends),
        "licence": licence or extras.get("license_title", "") or package["license_title"] or package["license_id"],
        "contact_name": extras.get("contact_name") or package["maintainer"],
        "contact_email": extras.get("contact_email") or package["maintainer_email"],
        "until": day(extras.get("publication_until", ""), language),
    }
