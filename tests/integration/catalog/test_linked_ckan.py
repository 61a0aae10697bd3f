"""What machines read of a real CKAN: DCAT by its plugin (plugin/), held against the published shapes."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests
from rdflib import Graph, URIRef
from rdflib.namespace import DCAT, DCTERMS, RDF

from catalog.linked.dcat import ADMS, EU, SPDX
from tests.catalogue_release import Prepared, prepare
from tests.integration.catalog.acts import put, take
from tests.integration.catalog.conftest import Backend
from tests.schemas.published import dcat_objections

pytestmark = [
    pytest.mark.server,
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),  # inside rdflib's reader
]
FORMS = {"ttl": "turtle", "jsonld": "json-ld"}


def graph_of(ckan: Backend, path: str, form: str = "ttl") -> Graph:
    """A document as a stranger reads it."""
    answer = requests.get(f"{ckan.url}{path}.{form}", timeout=60)
    assert answer.status_code == 200
    return Graph().parse(data=answer.content, format=FORMS[form])


def hashes(ready: Prepared) -> set[str]:
    return {file.sha256 for file in ready.exports.files}


def told(graph: Graph) -> set[str]:
    return {str(value) for value in graph.objects(None, SPDX.checksumValue)}


@pytest.mark.parametrize("form", FORMS)
def test_a_published_dataset_conforms(ckan: Backend, tmp_path: Path, form: str) -> None:
    ready = prepare(tmp_path, contract=ckan.contract())
    put(ckan, ready)
    graph = graph_of(ckan, f"/dataset/{ready.metadata['name']}", form)
    assert dcat_objections(graph) == ""
    assert told(graph) == hashes(ready)
    here = next(graph.subjects(RDF.type, DCAT.Dataset))
    assert {str(title.language) for title in graph.objects(here, DCTERMS.title)} == {"zh", "en"}
    assert list(graph.objects(here, DCTERMS.accrualPeriodicity)) == [URIRef(f"{EU}frequency/ANNUAL")]


def test_withdrawn_editions_are_not_among_the_files(ckan: Backend, tmp_path: Path) -> None:
    contract = ckan.contract()
    old, new = prepare(tmp_path, contract=contract, period="2024"), prepare(tmp_path, contract=contract)
    put(ckan, old)
    put(ckan, new)
    path = f"/dataset/{new.metadata['name']}"
    assert told(graph_of(ckan, path)) == hashes(old) | hashes(new)
    take(ckan, new)
    standing = graph_of(ckan, path)
    assert told(standing) == hashes(old)
    take(ckan, old)
    gone = graph_of(ckan, path)
    for graph in (standing, gone):
        assert dcat_objections(graph) == ""
    assert (None, DCAT.distribution, None) not in gone
    assert [str(status).rpartition("/")[2] for status in gone.objects(None, ADMS.status)] == ["WITHDRAWN"]


def test_what_is_not_public_has_no_metadata(ckan: Backend, tmp_path: Path) -> None:
    contract = ckan.contract()
    put(ckan, prepare(tmp_path, contract=contract))
    hidden = f"hidden-{ckan.run}"
    ckan.hand(
        "package_create", name=hidden, title="未公开草案", owner_org=contract.catalogue.organization, private=True
    )
    assert requests.get(f"{ckan.url}/dataset/{hidden}.ttl", timeout=60).status_code in (403, 404)
    assert hidden not in requests.get(f"{ckan.url}/catalog.ttl", timeout=60).text


def test_the_catalogue_conforms_and_takes_in_what_others_publish(ckan: Backend, tmp_path: Path) -> None:
    contract = ckan.contract()
    put(ckan, prepare(tmp_path, contract=contract))
    bare = f"bare-{ckan.run}"
    link = {"url": "https://example.org/ a<b>", "name": "", "format": "CSV or so", "hash": "md5:0", "mimetype": "none"}
    ckan.hand("package_create", name=bare, owner_org=contract.catalogue.organization, resources=[link])
    graph = graph_of(ckan, "/catalog")
    assert dcat_objections(graph) == ""
    listed = {str(page).rpartition("/")[2] for page in graph.objects(None, DCAT.landingPage)}
    assert {bare, contract.slug} <= listed
