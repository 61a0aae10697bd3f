"""A catalogue that somebody else wrote, read as any visitor may: is it a CKAN, which datasets, which files.

Nothing here is believed: every field is a text of bounded length without control characters, or it is left out. Where
the bytes come from and what is in them is left to flows.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from catalog.ckan import Catalogue, Uncertain
from catalog.wary import AnswerTooLong, Gate, Pace, WarySession
from domain.canonical import canonical_json, sha256_hex
from domain.errors import CatalogueRefused, CatalogueUnreachable, UsageInvalid

PAGE = 50
MOST_DATASETS = 200_000
MOST_RESOURCES = 5_000  # of one dataset
MOST_TEXT = 300  # characters of a name or title
MOST_URL = 2_000
TABULAR = {
    "csv": ".csv", "tsv": ".tsv", "tab": ".tsv", "txt": ".txt", "xls": ".xls", "xlsx": ".xlsx", "xlsm": ".xlsm", "excel": "",
    "json": ".json", "geojson": ".geojson", "jsonl": ".jsonl", "ndjson": ".ndjson", "parquet": ".parquet", "zip": ".zip",
}  # fmt: skip
FIELDS = (
    "name",
    "title",
    "notes",
    "license_id",
    "author",
    "author_email",
    "maintainer",
    "maintainer_email",
    "version",
    "state",
)


Heard = Callable[["ForeignDataset", Iterator[tuple[str, str]]], None]


class PageTooLong(Exception):
    """One answer of package_search is more than is read at once."""


@dataclass(frozen=True, slots=True)
class ForeignResource:
    """One file or link of a dataset, as its entry says."""

    id: str
    name: str
    format: str  # small letters
    url: str
    is_upload: bool
    stamp: str  # what the entry says of the bytes' identity: hash, last_modified, size; "" where it says nothing

    @property
    def kind(self) -> str | None:
        """File ending of a tabular file; "" where the entry doesn't say what it is; None for everything else."""
        said = self.format.strip(". ").rpartition("/")[2]
        if said in TABULAR:
            return TABULAR[said]
        ending = urlsplit(self.url).path.rpartition("/")[2].rpartition(".")[2].lower()
        if ending in TABULAR:
            return TABULAR[ending]
        return None if said else ""


@dataclass(frozen=True, slots=True)
class ForeignDataset:
    """One dataset. `fields`: SHA-256 of each field that a visitor reads, so that a change is seen and no text is kept."""

    id: str
    name: str
    title: str
    organization: str
    resources: tuple[ForeignResource, ...]
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """All datasets that a visitor sees. `gaps`: what the listing itself couldn't show, in words for people."""

    datasets: tuple[ForeignDataset, ...]
    gaps: tuple[str, ...]


def visit(url: str, gate: Gate, pace: Pace, *, ca_file: str | None = None) -> Catalogue:
    """A client without a token that goes where the gate lets it. `ca_file`: of an authority that is trusted too.

    Raises CatalogueRefused where no CKAN answers, CatalogueUnreachable, UsageInvalid for a file without certificates.
    """
    sessions: list[WarySession] = []

    def session() -> WarySession:
        try:
            sessions.append(WarySession(gate, pace, ca_file))
        except OSError:
            raise UsageInvalid("the file that SSL_CERT_FILE names holds no readable certificates") from None
        return sessions[-1]

    catalogue = Catalogue(url, session=session, timeout_seconds=60, deadline_seconds=24 * 3600, attempts=5)
    try:
        found = catalogue.look("package_search", {"rows": 0}, anonymous=True)
    except Uncertain as fault:
        raise CatalogueUnreachable(
            f"{fault}; check that {catalogue.url} is the address of a CKAN (where /api/3/action/package_search answers), "
            "or try again later: what was read so far is kept"
        ) from None
    except CatalogueRefused as refused:
        if led := next((plain(s.led_to) for s in sessions if s.led_to), ""):
            raise CatalogueRefused(
                f"{catalogue.url} leads on to {led}; audit that address if it is the catalogue's"
            ) from None
        raise refused from None
    if not isinstance(found, dict) or not isinstance(found.get("count"), int):
        raise CatalogueRefused(f"{catalogue.url} answers, but not as a CKAN does; give the address of the CKAN itself")
    return catalogue


def listing(
    catalogue: Catalogue, told: Callable[[int, int], None] | None = None, heard: Heard | None = None
) -> Listing:
    """Every public dataset, by pages in the order of their ids. `told`: how many of how many are known; `heard`: is given
    each dataset once with the texts of its entry, which aren't kept here.

    Raises CatalogueRefused, CatalogueUnreachable. A page that is too long to read is asked for in smaller ones; what
    changes while it is read, or lies, becomes a gap and never a silence.
    """
    found: dict[str, ForeignDataset] = {}
    gaps: list[str] = []
    start, rows, count = 0, PAGE, 1
    while start < count and len(found) < MOST_DATASETS:
        try:
            page = _page(catalogue, start, rows)
        except Uncertain as fault:
            raise CatalogueUnreachable(f"{fault}; run the audit again, what was read so far is kept") from None
        except PageTooLong:
            if rows == 1:
                gaps.append(f"第 {start + 1} 个数据集的条目过大，没有读到")
                start += 1
                rows = PAGE
                continue
            rows = max(1, rows // 5)
            continue
        count, results = page
        if not results:
            break
        for raw in results[:rows]:
            dataset = parsed(raw)
            if dataset is None:
                gaps.append(f"第 {start + 1} 至 {start + len(results)} 个数据集中有一个条目无法理解")
            elif dataset.id not in found:
                found[dataset.id] = dataset
                if heard:
                    heard(dataset, texts_of(raw))
        start += len(results)
        if told:
            told(min(start, count), count)
    if len(found) + len(gaps) < count:
        gaps.append(f"目录称有 {min(count, 10**9)} 个数据集，只列出 {len(found)} 个；请稍后再查一次")
    return Listing(tuple(found.values()), tuple(gaps))


def _page(catalogue: Catalogue, start: int, rows: int) -> tuple[int, list[Any]]:
    asked = {"rows": rows, "start": start, "sort": "id asc", "q": "*:*"}

    def once() -> Any:
        try:
            return catalogue.act("package_search", asked, anonymous=True)
        except Uncertain as fault:
            if AnswerTooLong.__name__ in str(fault):
                raise PageTooLong from None  # the same page again would be no shorter
            raise

    answer = catalogue.patiently(once)
    count, results = (answer.get("count"), answer.get("results")) if isinstance(answer, dict) else (None, None)
    if not isinstance(count, int) or not isinstance(results, list):
        raise CatalogueRefused(f"{catalogue.url} answers package_search, but not as a CKAN does; it can't be audited")
    return count, results


def parsed(raw: Any) -> ForeignDataset | None:
    """A dataset out of package_search's dictionary; None where it has no id."""
    if not isinstance(raw, dict) or not (ident := plain(raw.get("id"), 100)):
        return None
    organization = raw.get("organization")
    listed = raw.get("resources")
    resources = [r for r in listed if isinstance(r, dict)] if isinstance(listed, list) else []
    return ForeignDataset(
        ident, plain(raw.get("name")) or ident, plain(raw.get("title")),
        plain(organization.get("name") if isinstance(organization, dict) else None),
        tuple(_resource(r, n) for n, r in enumerate(resources[:MOST_RESOURCES])), tuple(_prints(raw)),
    )  # fmt: skip


def texts_of(raw: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What a visitor reads in an entry beside its files, whole: (place, text), such as `notes` or `resources[2].description`.

    Who is in charge (author, maintainer, organization) isn't among it: a name and a number to call belong there.
    """
    for name in ("title", "notes", "title_translated", "notes_translated", "description"):
        yield from _texts(name, raw.get(name))
    for number, tag in enumerate(_listed(raw, "tags")):
        yield from _texts(f"tags[{number}]", tag.get("display_name") or tag.get("name"))
    for number, extra in enumerate(_listed(raw, "extras")):
        yield from _texts(f"extras[{number}].key", extra.get("key"))
        yield from _texts(f"extras[{number}].value", extra.get("value"))
    for number, resource in enumerate(_listed(raw, "resources")):
        for name in ("name", "description", "name_translated", "description_translated"):
            yield from _texts(f"resources[{number}].{name}", resource.get(name))


def _listed(raw: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = raw.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _texts(place: str, value: Any) -> Iterator[tuple[str, str]]:
    """The text there, or the texts in a structure: its own names are a stranger's, so a place in it is told by number."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        for number, each in enumerate(inner):
            yield from _texts(f"{place}[{number}]", each)
    elif value is not None and not isinstance(value, bool) and (text := str(value)).strip():
        yield place, text


def _resource(raw: dict[str, Any], number: int) -> ForeignResource:
    stamps = [plain(raw.get(key)) for key in ("hash", "last_modified", "size")]
    url = raw.get("url")
    return ForeignResource(
        plain(raw.get("id"), 100) or f"#{number}", plain(raw.get("name")), plain(raw.get("format"), 60).lower(),
        url.strip()[:MOST_URL] if isinstance(url, str) else "", raw.get("url_type") == "upload",
        "|".join(stamps) if any(stamps[:2]) else "",
    )  # fmt: skip


def _prints(raw: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name in FIELDS:
        yield name, _print(raw.get(name))
    tags, extras = raw.get("tags"), raw.get("extras")
    yield (
        "tags",
        _print(sorted(str(t.get("name")) for t in tags if isinstance(t, dict)) if isinstance(tags, list) else []),
    )
    named = [e for e in extras if isinstance(e, dict)] if isinstance(extras, list) else []
    yield "extras", _print(sorted(f"{e.get('key')}={e.get('value')}" for e in named))


def _print(value: Any) -> str:
    try:
        return sha256_hex(canonical_json(value if isinstance(value, str | list) else str(value or "")))[:16]
    except (ValueError, UnicodeError):
        return sha256_hex(repr(value).encode("utf-8", "backslashreplace"))[:16]


def plain(value: Any, most: int = MOST_TEXT) -> str:
    """A stranger's text as it may be printed on a terminal or a page: one line, nothing that steers either.

    >>> plain("a\\x1b[31mred\\u202e\\nb  c"), plain(None), plain(7)
    ('a�[31mred� b c', '', '7')
    """
    if value is None or isinstance(value, dict | list | bool):
        return ""
    kept = (
        " " if c.isspace() else "\ufffd" if unicodedata.category(c)[0] == "C" else c for c in str(value)[: most * 4]
    )
    return " ".join("".join(kept).split())[:most]
