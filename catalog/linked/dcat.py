"""Datasets as DCAT 3 (after the DCAT-AP 3 profile): rdflib's only door.

Built from what an entry of a catalogue holds, ours or another's. What doesn't parse is left out; an edition that was withdrawn or
corrected has no distribution. Which datasets, and how they are asked for, is left to the catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, RDFS, SKOS, XSD
from rdflib.term import Node

from .texts import notes_by_language, text, uri, web_address

Entry = Mapping[str, Any]
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


def empty_graph() -> Graph:
    """A graph with the prefixes."""
    graph = Graph(bind_namespaces="none")
    bind_prefixes(graph)
    return graph


def bind_prefixes(graph: Graph) -> None:
    """Give the vocabularies their usual short names."""
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)


def written(graph: Graph, form: str) -> bytes:
    """The graph as a document. `form`: ttl or jsonld."""
    name = FORMS[form][0]
    if form == "jsonld":
        context = {prefix: str(namespace) for prefix, namespace in PREFIXES.items()}
        return graph.serialize(format=name, context=context, encoding="utf-8")
    return graph.serialize(format=name, encoding="utf-8")


def add_catalogue(graph: Graph, here: URIRef, site_url: str, titles: Mapping[str, str]) -> None:
    """The catalogue itself. `titles`: what it is called, by language."""
    graph.add((here, RDF.type, DCAT.Catalog))
    for language, words in titles.items():
        _say(graph, here, DCTERMS.title, words, language)
        _say(graph, here, DCTERMS.description, words, language)
        _say(graph, _typed(graph, here, DCTERMS.publisher, FOAF.Agent), FOAF.name, words, language)
    _typed(graph, here, FOAF.homepage, FOAF.Document, f"{site_url}/")
    for code in ("ZHO", "ENG"):
        _typed(graph, here, DCTERMS.language, DCTERMS.LinguisticSystem, f"{EU}language/{code}")


def add_dataset(graph: Graph, here: URIRef, package: Entry, site_url: str) -> None:
    """A dataset as CKAN's package_show gives it. `site_url` has no slash at its end."""
    extras = {extra["key"]: text(extra["value"]) for extra in package.get("extras") or ()}
    page, name = f"{site_url}/dataset/{package['name']}", text(package.get("title")) or package["name"]
    graph.add((here, RDF.type, DCAT.Dataset))
    _say(graph, here, DCTERMS.title, name, "zh")
    _say(graph, here, DCTERMS.title, extras.get("title_en", ""), "en")
    notes = notes_by_language(text(package.get("notes")))
    for language, words in notes.items():
        _say(graph, here, DCTERMS.description, words, language)
    if not any(notes.values()):
        _say(graph, here, DCTERMS.description, name, "zh")
    graph.add((here, DCTERMS.identifier, Literal(package["id"])))
    for tag in package.get("tags") or ():
        _say(graph, here, DCAT.keyword, tag["name"], "zh")
    if organization := package.get("organization"):
        _publisher(graph, here, organization, site_url)
    _contact(graph, here, package, extras)
    _typed(graph, here, DCAT.landingPage, FOAF.Document, page)
    _typed(graph, here, DCTERMS.accessRights, DCTERMS.RightsStatement, f"{EU}access-right/PUBLIC")
    if frequency := FREQUENCIES.get(extras.get("frequency", "")):
        _typed(graph, here, DCTERMS.accrualPeriodicity, DCTERMS.Frequency, f"{EU}frequency/{frequency}")
    _time(graph, here, DCTERMS.issued, text(package.get("metadata_created")))
    _time(graph, here, DCTERMS.modified, text(package.get("metadata_modified")))
    _period(graph, here, extras.get("temporal_start", ""), extras.get("temporal_end", ""))
    _distributions(graph, here, package, page)


def _distributions(graph: Graph, here: URIRef, package: Entry, page: str) -> None:
    standing = [r for r in package.get("resources") or () if text(r.get("edition_state")) in STANDING]
    for resource in standing:
        address = web_address(text(resource.get("url"))) or page
        file = URIRef(f"{here}/resource/{resource['id']}")
        graph.add((here, DCAT.distribution, file))
        graph.add((file, RDF.type, DCAT.Distribution))
        _typed(graph, file, DCAT.accessURL, RDFS.Resource, address)
        if resource.get("url_type") == "upload":
            _typed(graph, file, DCAT.downloadURL, RDFS.Resource, address)
        _say(graph, file, DCTERMS.title, text(resource.get("name")), "zh")
        _say(graph, file, DCTERMS.description, text(resource.get("description")), "zh")
        _time(graph, file, DCTERMS.issued, text(resource.get("published_on")))
        _time(graph, file, DCTERMS.modified, text(resource.get("last_modified")))
        _format(graph, file, resource)
        _checksum(graph, file, resource)
        _licence(graph, file, package)
    if not standing and any(text(r.get("edition_state")) == "withdrawn" for r in package.get("resources") or ()):
        status = _typed(graph, here, ADMS.status, SKOS.Concept, f"{EU}dataset-status/WITHDRAWN")
        for words, language in (("已撤回", "zh"), ("withdrawn", "en")):
            _say(graph, status, SKOS.prefLabel, words, language)


def _format(graph: Graph, file: URIRef, resource: Entry) -> None:
    if kind := FILE_TYPES.get(text(resource.get("format"))):
        _typed(graph, file, DCTERMS.format, DCTERMS.MediaTypeOrExtent, f"{EU}file-type/{kind}")
    media = text(resource.get("mimetype"))
    if media.count("/") == 1 and " " not in media:
        _typed(graph, file, DCAT.mediaType, DCTERMS.MediaType, IANA + media)
    size = resource.get("size")
    if isinstance(size, int) and size >= 0:
        graph.add((file, DCAT.byteSize, Literal(size, datatype=XSD.nonNegativeInteger)))


def _checksum(graph: Graph, file: URIRef, resource: Entry) -> None:
    value = text(resource.get("hash")).removeprefix("sha256:")
    if len(value) == 64 and not set(value) - set("0123456789abcdef"):
        node = _typed(graph, file, SPDX.checksum, SPDX.Checksum)
        graph.add((node, SPDX.algorithm, SPDX.checksumAlgorithm_sha256))
        graph.add((SPDX.checksumAlgorithm_sha256, RDF.type, SPDX.ChecksumAlgorithm))
        graph.add((node, SPDX.checksumValue, Literal(value, datatype=XSD.hexBinary)))


def _licence(graph: Graph, file: URIRef, package: Entry) -> None:
    words = text(package.get("license_title")) or text(package.get("license_id"))
    if address := web_address(text(package.get("license_url"))):
        node = _typed(graph, file, DCTERMS.license, DCTERMS.LicenseDocument, address)
    elif words:
        node = _typed(graph, file, DCTERMS.license, DCTERMS.LicenseDocument)
    else:
        return
    _say(graph, node, DCTERMS.title, words, "zh")


def _publisher(graph: Graph, here: URIRef, organization: Entry, site_url: str) -> None:
    agent = _typed(graph, here, DCTERMS.publisher, FOAF.Agent, f"{site_url}/organization/{organization['name']}")
    _say(graph, agent, FOAF.name, text(organization.get("title")) or organization["name"], "zh")


def _contact(graph: Graph, here: URIRef, package: Entry, extras: dict[str, str]) -> None:
    name = extras.get("contact_name") or text(package.get("maintainer"))
    if not name:
        return
    card = _typed(graph, here, DCAT.contactPoint, VCARD.Kind)
    graph.add((card, RDF.type, VCARD.Organization))
    _say(graph, card, VCARD.fn, name, "zh")
    email = extras.get("contact_email") or text(package.get("maintainer_email"))
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
