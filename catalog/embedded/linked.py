"""The catalogue's datasets as documents of DCAT: one, or a page of all. How a dataset is written is left to catalog/linked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCAT, RDF, XSD

from catalog.embedded.fields import Body
from catalog.embedded.packages import Site
from catalog.linked.dcat import HYDRA, add_catalogue, add_dataset, empty_graph, written


@dataclass(frozen=True)
class Page:
    """Which part of the catalogue a document holds. `number` from 1; `pages`: how many there are; `count`: of datasets."""

    number: int
    pages: int
    count: int


def one(package: Body, site: Site, form: str) -> bytes:
    """One dataset. `form`: ttl or jsonld."""
    graph = empty_graph()
    add_dataset(graph, _address(package, site), package, site.url)
    return written(graph, form)


def catalogue(found: Iterable[Body], site: Site, page: Page, form: str) -> bytes:
    """The catalogue with the datasets of one page, and where the other pages are (Hydra)."""
    graph, here = empty_graph(), URIRef(f"{site.url}/catalog")
    add_catalogue(graph, here, site.url, {"zh": site.title, "en": site.title_en})
    for package in found:
        dataset = _address(package, site)
        add_dataset(graph, dataset, package, site.url)
        graph.add((here, DCAT.dataset, dataset))
    _pages(graph, here, page, f"{site.url}/catalog.{form}")
    return written(graph, form)


def _address(package: Body, site: Site) -> URIRef:
    return URIRef(f"{site.url}/dataset/{package['id']}")


def _pages(graph: Graph, here: URIRef, page: Page, address: str) -> None:
    view = URIRef(f"{address}?page={page.number}")
    graph.add((view, RDF.type, HYDRA.PartialCollectionView))
    graph.add((here, HYDRA.view, view))
    graph.add((here, HYDRA.totalItems, Literal(page.count, datatype=XSD.integer)))
    turns = {"first": 1, "last": page.pages, "previous": page.number - 1, "next": page.number + 1}
    for name, number in turns.items():
        if 1 <= number <= page.pages:
            graph.add((view, HYDRA[name], URIRef(f"{address}?page={number}")))
