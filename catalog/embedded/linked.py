"""Datasets as DCAT 3 (after the DCAT-AP 3 profile), in Turtle and JSON-LD: rdflib's only door.

Built from what the catalogue's own entries hold. What doesn't parse is left out; an edition that was withdrawn has no
distribution. Which datasets, and how they are asked for, is left to metadata.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, RDFS, SKOS, XSD
from rdflib.term import Node

from catalog.embedded.fields import Body, text
from catalog.embedded.packages import Site, extras_of
from catalog.embedded.shown import notes_by_language
from catalog.embedded.wording import uri, web_address

EU = "http://publications.europa.eu/resource/authority/"
IANA = "https://www.iana.org/assignments/media-types/"
ADMS, HYDRA = Namespace("http://www.w3.org/ns/adms#"), Namespace("http://www.w3.org/ns/hydra/core#")
SPDX, VCARD = Namespace("http://spdx.org/rdf/terms#"), Namespace("http://www.w3.org/2006/vcard/ns#")
PREFIXES = {
    "dcat": DCAT, "dct": DCTERMS, "foaf": FOAF, "skos": SKOS, "xsd": XSD, "adms": ADMS, "hydra": HYDRA, "spdx": SPDX,
    "vcard": VCARD,
}  # fmt: skip
FREQUENCIES = {
    "annual": "ANNUAL",
    "quarterly": "QUARTERLY",
    "monthly": "MONTHLY",
    "weekly": "WEEKLY",
    "irregular": "IRREG",
}
FILE_TYPES = {"CSV": "CSV", "XLSX": "XLSX", "JSON": "JSON", "GeoJSON": "GEOJSON"}
STANDING = ("current", "archived", "")
FORMS = {"ttl": ("turtle", "text/turtle"), "jsonld": ("json-ld", "application/ld+json")}


@dataclass(frozen=True)
class Page:
    """Which part of the catalogue a document holds. `number` from 1; `pages`: how many there are; `count`: of datasets."""

    number: int
    pages: int
    count: int


def one(package: Body, site: Site, form: str) -> bytes:
    """One dataset. `form`: ttl or jsonld."""
    graph = _graph()
    _dataset(graph, package, site)
    return _written(graph, form)


def catalogue(found: Iterable[Body], site: Site, page: Page, form: str) -> bytes:
    """The catalogue with the datasets of one page, and where the other pages are (Hydra)."""
    graph = _graph()
    here = URIRef(f"{site.url}/catalog")
    graph.add((here, RDF.type, DCAT.Catalog))
    for words, language in ((site.title, "zh"), (site.title_en, "en")):
        _say(graph, here, DCTERMS.title, words, language)
        _say(graph, here, DCTERMS.description, words, language)
        _say(graph, _typed(graph, here, DCTERMS.publisher, FOAF.Agent), FOAF.name, words, language)
    _typed(graph, here, FOAF.homepage, FOAF.Document, f"{site.url}/")
    for code in ("ZHO", "ENG"):
        _typed(graph, here, DCTERMS.language, DCTERMS.LinguisticSystem, f"{EU}language/{code}")
    for package in found:
        graph.add((here, DCAT.dataset, _dataset(graph, package, site)))
    _pages(graph, here, page, f"{site.url}/catalog.{form}")
    return _written(graph, form)


def _pages(graph: Graph, here: URIRef, page: Page, address: str) -> None:
    view = URIRef(f"{address}?page={page.number}")
    graph.add((view, RDF.type, HYDRA.PartialCollectionView))
    graph.add((here, HYDRA.view, view))
    graph.add((here, HYDRA.totalItems, Literal(page.count, datatype=XSD.integer)))
    turns = {"first": 1, "last": page.pages, "previous": page.number - 1, "next": page.number + 1}
    for name, number in turns.items():
        if 1 <= number <= page.pages:
            graph.add((view, HYDRA[name], URIRef(f"{address}?page={number}")))


def _graph() -> Graph:
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    return graph


def _written(graph: Graph, form: str) -> bytes:
    name = FORMS[form][0]
    if form == "jsonld":
        context = {prefix: str(namespace) for prefix, namespace in PREFIXES.items()}
        return graph.serialize(format=name, context=context, encoding="utf-8")
    return graph.serialize(format=name, encoding="utf-8")


def _dataset(graph: Graph, package: Body, site: Site) -> URIRef:
    extras, page = extras_of(package), f"{site.url}/dataset/{package['name']}"
    here = URIRef(f"{site.url}/dataset/{package['id']}")
    graph.add((here, RDF.type, DCAT.Dataset))
    _say(graph, here, DCTERMS.title, package["title"] or package["name"], "zh")
    _say(graph, here, DCTERMS.title, extras.get("title_en", ""), "en")
    notes = notes_by_language(package["notes"])
    for language, words in notes.items():
        _say(graph, here, DCTERMS.description, words, language)
    if not any(notes.values()):
        _say(graph, here, DCTERMS.description, package["title"] or package["name"], "zh")
    graph.add((here, DCTERMS.identifier, Literal(package["id"])))
    for tag in package["tags"]:
        _say(graph, here, DCAT.keyword, tag["name"], "zh")
    _publisher(graph, here, package["organization"], site)
    _contact(graph, here, package, extras)
    _typed(graph, here, DCAT.landingPage, FOAF.Document, page)
    _typed(graph, here, DCTERMS.accessRights, DCTERMS.RightsStatement, f"{EU}access-right/PUBLIC")
    if frequency := FREQUENCIES.get(extras.get("frequency", "")):
        _typed(graph, here, DCTERMS.accrualPeriodicity, DCTERMS.Frequency, f"{EU}frequency/{frequency}")
    _time(graph, here, DCTERMS.issued, package["metadata_created"])
    _time(graph, here, DCTERMS.modified, package["metadata_modified"])
    _period(graph, here, extras.get("temporal_start", ""), extras.get("temporal_end", ""))
    _distributions(graph, here, package, page)
    return here


def _distributions(graph: Graph, here: URIRef, package: Body, page: str) -> None:
    standing = [r for r in package["resources"] if text(r.get("edition_state")) in STANDING]
    for resource in standing:
        address = web_address(resource["url"]) or page
        file = URIRef(f"{here}/resource/{resource['id']}")
        graph.add((here, DCAT.distribution, file))
        graph.add((file, RDF.type, DCAT.Distribution))
        _typed(graph, file, DCAT.accessURL, RDFS.Resource, address)
        if resource["url_type"] == "upload":
            _typed(graph, file, DCAT.downloadURL, RDFS.Resource, address)
        _say(graph, file, DCTERMS.title, resource["name"], "zh")
        _say(graph, file, DCTERMS.description, resource["description"], "zh")
        _time(graph, file, DCTERMS.issued, text(resource.get("published_on")))
        _time(graph, file, DCTERMS.modified, text(resource.get("last_modified")))
        _format(graph, file, resource)
        _checksum(graph, file, resource)
        _licence(graph, file, package)
    if not standing and any(text(r.get("edition_state")) == "withdrawn" for r in package["resources"]):
        status = _typed(graph, here, ADMS.status, SKOS.Concept, f"{EU}dataset-status/WITHDRAWN")
        for words, language in (("已撤回", "zh"), ("withdrawn", "en")):
            _say(graph, status, SKOS.prefLabel, words, language)


def _format(graph: Graph, file: URIRef, resource: Body) -> None:
    if kind := FILE_TYPES.get(resource["format"]):
        _typed(graph, file, DCTERMS.format, DCTERMS.MediaTypeOrExtent, f"{EU}file-type/{kind}")
    media = text(resource.get("mimetype"))
    if media.count("/") == 1 and " " not in media:
        _typed(graph, file, DCAT.mediaType, DCTERMS.MediaType, IANA + media)
    size = resource["size"]
    if isinstance(size, int) and size >= 0:
        graph.add((file, DCAT.byteSize, Literal(size, datatype=XSD.nonNegativeInteger)))


def _checksum(graph: Graph, file: URIRef, resource: Body) -> None:
    value = text(resource.get("hash")).removeprefix("sha256:")
    if len(value) == 64 and not set(value) - set("0123456789abcdef"):
        node = _typed(graph, file, SPDX.checksum, SPDX.Checksum)
        graph.add((node, SPDX.algorithm, SPDX.checksumAlgorithm_sha256))
        graph.add((SPDX.checksumAlgorithm_sha256, RDF.type, SPDX.ChecksumAlgorithm))
        graph.add((node, SPDX.checksumValue, Literal(value, datatype=XSD.hexBinary)))


def _licence(graph: Graph, file: URIRef, package: Body) -> None:
    words = package["license_title"] or package["license_id"]
    if address := web_address(package["license_url"]):
        node = _typed(graph, file, DCTERMS.license, DCTERMS.LicenseDocument, address)
    elif words:
        node = _typed(graph, file, DCTERMS.license, DCTERMS.LicenseDocument)
    else:
        return
    _say(graph, node, DCTERMS.title, words, "zh")


def _publisher(graph: Graph, here: URIRef, organization: Body, site: Site) -> None:
    agent = _typed(graph, here, DCTERMS.publisher, FOAF.Agent, f"{site.url}/organization/{organization['name']}")
    _say(graph, agent, FOAF.name, organization["title"] or organization["name"], "zh")


def _contact(graph: Graph, here: URIRef, package: Body, extras: dict[str, str]) -> None:
    name = extras.get("contact_name") or package["maintainer"]
    if not name:
        return
    card = _typed(graph, here, DCAT.contactPoint, VCARD.Kind)
    graph.add((card, RDF.type, VCARD.Organization))
    _say(graph, card, VCARD.fn, name, "zh")
    email = extras.get("contact_email") or package["maintainer_email"]
    for scheme, value, term in (
        ("mailto", email, VCARD.hasEmail),
        ("tel", extras.get("contact_phone"), VCARD.hasTelephone),
    ):
        if value and "".join(value.split()):
            graph.add((card, term, URIRef(f"{scheme}:{quote(''.join(value.split()), safe='@+-._;')}")))


def _period(graph: Graph, here: URIRef, start: str, end: str) -> None:
    if _day(start) is None and _day(end) is None:
        return
    node = _typed(graph, here, DCTERMS.temporal, DCTERMS.PeriodOfTime)
    _time(graph, node, DCAT.startDate, start)
    _time(graph, node, DCAT.endDate, end)


def _typed(graph: Graph, here: Node, term: URIRef, kind: URIRef, address: str | None = None) -> Node:
    """The object of `term`, of class `kind`: at its address, else one of its own for each subject."""
    node: Node = _iri(address) if address else next(iter(graph.objects(here, term)), None) or BNode()
    graph.add((here, term, node))
    graph.add((node, RDF.type, kind))
    return node


def _say(graph: Graph, here: Node, term: URIRef, words: str, language: str) -> None:
    plain = "".join(c for c in words if c.isprintable() or c in "\n\t").strip()
    if plain:
        graph.add((here, term, Literal(plain, lang=language)))


def _time(graph: Graph, here: Node, term: URIRef, value: str) -> None:
    """A date or date-time; the catalogue's own times are UTC."""
    if _day(value) is not None:
        graph.add((here, term, Literal(value, datatype=XSD.date)))
        return
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return
    written = moment.isoformat() + ("" if moment.tzinfo else "Z")
    graph.add((here, term, Literal(written, datatype=XSD.dateTime)))


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if len(value) == len("2026-02-11") else None
    except ValueError:
        return None


def _iri(address: str) -> URIRef:
    return URIRef(uri(address))
