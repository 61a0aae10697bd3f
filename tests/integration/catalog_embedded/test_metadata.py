"""What machines read of the catalogue: DCAT, schema.org, feeds; held against the published schemas (tests/schemas)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF

from catalog.ckan import Catalogue
from catalog.publish import publish
from catalog.withdraw import withdraw
from tests.catalogue_release import make_contract, prepare
from tests.integration.catalog_embedded.conftest import TOKEN
from tests.schemas.published import atom_objections, dcat_objections, rfc_4287_objections, schema_org_faults

pytestmark = pytest.mark.filterwarnings(
    "ignore:ConjunctiveGraph is deprecated:DeprecationWarning"
)  # inside rdflib's reader
SPDX, HYDRA = Namespace("http://spdx.org/rdf/terms#"), Namespace("http://www.w3.org/ns/hydra/core#")
EVIL = '"><script>alert(1)</script><!-- {{7*7}} \u2028 \\u003c ]]> &amp;'
ATOM = {"a": "http://www.w3.org/2005/Atom"}
FORMS = {"ttl": "turtle", "jsonld": "json-ld"}


@pytest.fixture(scope="module")
def shop(start: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Published by the publisher: three editions, one of them withdrawn, and a dataset that was withdrawn whole; beside
    them one full of markup, one with next to nothing, a private one."""
    folder = tmp_path_factory.mktemp("metadata")
    with start(folder / "root", "--title", "市公共数据目录", "--title-en", "City Data") as running:
        catalogue = Catalogue(running.url, TOKEN)
        running.hashes = {}
        for dataset, periods in (("finance.debt_limit", ("2023", "2024", "2025")), ("finance.gone", ("2025",))):
            contract = make_contract(
                id=dataset,
                catalogue={"organization": "finance-bureau", "tags": ["债务", "预算/决算"], "license_id": "cc-by-4.0"},
            )
            for period in periods:
                ready = prepare(folder / dataset, contract=contract, period=period)
                publish(
                    catalogue, manifest=ready.manifest, approval=ready.approval, metadata=ready.metadata, store=ready.store,
                    published_on=f"{period}-04-01T08:00:00+00:00",
                )  # fmt: skip
                running.hashes[dataset, period] = ready.manifest.release_hash
        for key in (("finance.debt_limit", "2023"), ("finance.gone", "2025")):
            withdraw(
                catalogue, release_hash=running.hashes[key], dataset=key[0], reason="含有个人信息", reason_code="PII",
                withdrawn_on="2026-05-06T09:00:00+08:00",
            )  # fmt: skip
        running.trusted.action.organization_create(name="finance", title=EVIL)
        running.package(
            name="evil", title=EVIL, notes=EVIL, version=EVIL, maintainer=EVIL, tags=[{"name": "标签"}],
            extras=[{"key": k, "value": EVIL} for k in ("title_en", "frequency", "contact_phone", "temporal_start", "contact_email")],
            resources=[
                {"url": "javascript:alert(1)", "name": EVIL, "format": EVIL, "mimetype": EVIL, "hash": EVIL, "edition": EVIL,
                 "published_on": "2025-01-01", "release_hash": EVIL},
                {"url": "https://example.org/ a<b>\"{}|^`\\", "name": EVIL, "size": -1, "last_modified": "soon"},
            ],
        )  # fmt: skip
        running.package(name="bare", title="")
        running.package(name="hidden", title="未公开草案", private=True)
        yield running


def graph_of(shop: Any, path: str, form: str, **headers: str) -> Graph:
    answer = shop.get(path, headers=headers)
    assert answer.status_code == 200
    assert (
        answer.headers["content-type"].partition(";")[0]
        == {"ttl": "text/turtle", "jsonld": "application/ld+json"}[form]
    )
    return Graph().parse(data=answer.content, format=FORMS[form])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "path", ["/catalog", "/dataset/finance-debt-limit", "/dataset/finance-gone", "/dataset/evil", "/dataset/bare"]
)
def test_dcat_conforms_to_the_profile(shop: Any, path: str, form: str) -> None:
    graph = graph_of(shop, f"{path}.{form}", form)
    assert (None, RDF.type, DCAT.Dataset) in graph
    assert dcat_objections(graph) == ""


@pytest.mark.parametrize(
    ("subject", "term"),
    [(DCAT.Dataset, DCTERMS.title), (DCAT.Dataset, DCTERMS.publisher), (DCAT.Distribution, DCAT.accessURL), (FOAF.Agent, FOAF.name),
     (SPDX.Checksum, SPDX.checksumValue)],
    ids=str,
)  # fmt: skip
def test_the_profile_objects_to_what_is_missing(shop: Any, subject: URIRef, term: URIRef) -> None:
    graph = graph_of(shop, "/dataset/finance-debt-limit.ttl", "ttl")
    for node in list(graph.subjects(RDF.type, subject)):
        graph.remove((node, term, None))
    assert dcat_objections(graph) != ""


def test_both_forms_say_the_same(shop: Any) -> None:
    from rdflib.compare import isomorphic

    for path in ("/dataset/evil", "/dataset/finance-debt-limit"):
        assert isomorphic(graph_of(shop, f"{path}.ttl", "ttl"), graph_of(shop, f"{path}.jsonld", "jsonld"))


def test_dcat_lists_standing_editions_with_their_hashes(shop: Any) -> None:
    graph = graph_of(shop, "/dataset/finance-debt-limit.ttl", "ttl")
    package = shop.anonymous.action.package_show(id="finance-debt-limit")
    here = URIRef(f"{shop.url}/dataset/{package['id']}")
    standing = {r["hash"].removeprefix("sha256:") for r in package["resources"] if r["edition"] != "2023"}
    assert {str(v) for v in graph.objects(None, SPDX.checksumValue)} == standing
    assert {str(u) for u in graph.objects(None, DCAT.downloadURL)} == {
        r["url"] for r in package["resources"] if r["edition"] != "2023"
    }
    assert set(graph.objects(here, DCTERMS.title)) == {
        Literal("政府债务限额", lang="zh"),
        Literal("Government debt limit", lang="en"),
    }
    assert [str(o) for o in graph.objects(here, DCTERMS.accrualPeriodicity)] == [
        "http://publications.europa.eu/resource/authority/frequency/ANNUAL"
    ]
    gone = graph_of(shop, "/dataset/finance-gone.ttl", "ttl")
    assert (None, DCAT.distribution, None) not in gone
    assert any(str(o).endswith("/WITHDRAWN") for o in gone.objects())


def test_catalogue_is_paged_and_complete(shop: Any, start: Any, tmp_path: Path) -> None:
    seen: set[Any] = set()
    with start(tmp_path / "root") as many:
        many.trusted.action.organization_create(name="finance", title="财政局")
        for _ in range(53):
            many.package()
        path: str | None = "/catalog.ttl"
        while path:
            graph = graph_of(many, path, "ttl")
            seen |= set(graph.subjects(RDF.type, DCAT.Dataset))
            assert [int(n) for n in graph.objects(None, HYDRA.totalItems)] == [53]
            turn = next(graph.objects(None, HYDRA.next), None)
            path = str(turn).removeprefix(many.url) if turn else None
        assert len(seen) == 53
        for page in ("3", "0", "-1", "x", "9" * 30, ""):
            assert many.get(f"/catalog.ttl?page={page}").status_code == 404
    everything = graph_of(shop, "/catalog.jsonld", "jsonld").serialize()
    assert "未公开草案" not in everything
    assert "hidden" not in everything


@pytest.mark.parametrize(
    ("accept", "kind"),
    [("text/turtle", "text/turtle"), ("application/ld+json", "application/ld+json"), ("*/*", "text/html"), ("", "text/html"),
     ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"), ("text/turtle;q=0.3, application/ld+json;q=0.7", "application/ld+json")],
)  # fmt: skip
def test_the_dataset_address_gives_what_is_asked_for(shop: Any, accept: str, kind: str) -> None:
    answer = shop.get("/dataset/finance-debt-limit", headers={"Accept": accept})
    assert answer.headers["content-type"].partition(";")[0] == kind
    assert answer.headers["vary"] == "Accept"


def test_catalogue_follows_every_change(start: Any, tmp_path: Path) -> None:
    with start(tmp_path / "root") as running:
        running.trusted.action.organization_create(name="finance", title="财政局")
        for title in ("甲", "乙"):
            running.package(title=title)
            graph = graph_of(running, "/catalog.ttl", "ttl")
            assert Literal(title, lang="zh") in set(graph.objects(None, DCTERMS.title))
        assert running.get("/catalog.ttl").content == running.get("/catalog.ttl").content
        running.trusted.action.package_patch(id=running.package()["name"], private=True)
        assert len(set(graph_of(running, "/catalog.ttl", "ttl").subjects(RDF.type, DCAT.Dataset))) == 2


def test_catalogue_address_leads_on(shop: Any) -> None:
    led = shop.get("/catalog", headers={"Accept": "text/turtle"}, allow_redirects=False)
    assert (led.status_code, led.headers["location"]) == (303, "/catalog.ttl")
    assert shop.get("/catalog", allow_redirects=False).headers["location"] == "/"


@pytest.mark.parametrize("ref", ["hidden", "never-there"])
@pytest.mark.parametrize("form", ["ttl", "jsonld", "xml"])
def test_what_is_not_public_has_no_metadata(shop: Any, ref: str, form: str) -> None:
    answer = shop.get(f"/dataset/{ref}.{form}")
    assert answer.status_code == 404
    assert "未公开草案" not in answer.text


def test_a_deleted_dataset_is_gone(start: Any, tmp_path: Path) -> None:
    with start(tmp_path / "root") as running:
        running.trusted.action.organization_create(name="finance", title="财政局")
        name = running.package()["name"]
        running.trusted.action.package_delete(id=name)
        assert running.get(f"/dataset/{name}.ttl").status_code == 410
        assert running.get(f"/dataset/{name}", headers={"Accept": "text/turtle"}).status_code == 410


# --- schema.org ---

REQUIRED = ("name", "description", "url", "publisher")  # by those who read it: search engines


@pytest.mark.parametrize("language", ["", "/en"], ids=["zh", "en"])
@pytest.mark.parametrize("name", ["finance-debt-limit", "finance-gone", "evil", "bare"])
def test_pages_carry_a_schema_org_dataset(shop: Any, name: str, language: str) -> None:
    answer = shop.get(f"{language}/dataset/{name}")
    blocks = re.findall(r"<script[^>]*>(.*?)</script>", answer.text, re.DOTALL)
    assert len(blocks) == 1
    value = json.loads(blocks[0])
    assert value["@context"] == "https://schema.org/"
    assert value["@type"] == "Dataset"
    assert schema_org_faults(value) == []
    assert all(value.get(name) for name in REQUIRED)
    assert all(file["contentUrl"] for file in value.get("distribution", ()))
    if name == "evil":
        assert value["description"] == EVIL.strip()
    if name == "finance-debt-limit":
        assert value["name"] == ("Government debt limit" if language else "政府债务限额")
        package = shop.anonymous.action.package_show(id=name)
        assert {d["contentUrl"] for d in value["distribution"]} == {
            r["url"] for r in package["resources"] if r["edition"] != "2023"
        }


@pytest.mark.parametrize(
    "spoiled",
    [{"@type": "Table of data"}, {"name": " "}, {"colour": "red"}, {"sha256": "00"}, {"publisher": {"@type": "ContactPoint"}},
     {"dateCreated": "soon"}, {"isAccessibleForFree": "yes"}, {"url": "here"}, {"distribution": [{"@type": "DataDownload", "url": 7}]}],
    ids=lambda spoiled: next(iter(spoiled)),
)  # fmt: skip
def test_the_vocabulary_objects_to_what_is_wrong(spoiled: dict[str, Any]) -> None:
    assert schema_org_faults({"@type": "Dataset", "name": "n"}) == []
    assert schema_org_faults({"@type": "Dataset", "name": "n", **spoiled}) != []


# --- Atom ---


def feed_of(shop: Any, path: str) -> Any:
    answer = shop.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/atom+xml; charset=utf-8")
    return etree.fromstring(answer.content)


@pytest.mark.parametrize(
    "path", ["/feeds/dataset.atom", "/feeds/organization/finance.atom", "/feeds/organization/finance-bureau.atom"]
)
def test_feeds_are_valid_atom(shop: Any, path: str) -> None:
    feed = feed_of(shop, path)
    assert atom_objections(feed) == []
    entries = feed.findall("a:entry", ATOM)
    ids = [e.findtext("a:id", namespaces=ATOM) for e in entries]
    assert len(ids) == len(set(ids)) >= 1
    assert feed.findtext("a:updated", namespaces=ATOM) == entries[0].findtext("a:updated", namespaces=ATOM)
    assert [x.get("href") for x in feed.findall("a:link[@rel='self']", ATOM)] == [shop.url + path]


@pytest.mark.parametrize(
    "path",
    ["a:updated", "a:entry/a:title", "a:author", "a:entry/a:link[@rel='alternate']"],
    ids=["no-time", "no-title", "nobody-wrote-it", "leads-nowhere"],
)
def test_the_grammar_objects_to_what_is_missing(shop: Any, path: str) -> None:
    feed = feed_of(shop, "/feeds/dataset.atom")
    for missed in feed.findall(path, ATOM) + (feed.findall("a:entry/a:author", ATOM) if path == "a:author" else []):
        missed.getparent().remove(missed)
    assert rfc_4287_objections(feed) != []


@pytest.mark.parametrize("spoiled", ["extension", "relative-id", "time-without-zone"])
def test_our_own_grammar_objects_to_what_the_standard_lets_pass(shop: Any, spoiled: str) -> None:
    feed = feed_of(shop, "/feeds/dataset.atom")
    if spoiled == "extension":
        etree.SubElement(feed.find("a:entry", ATOM), "{urn:x}more").text = "1"
    elif spoiled == "relative-id":
        feed.find("a:id", ATOM).text = "feed"
    else:
        feed.find("a:updated", ATOM).text = "2026-05-06T01:00:00"
    assert rfc_4287_objections(feed) == []
    assert atom_objections(feed) != []


def test_feed_tells_editions_and_withdrawals_the_newest_first(shop: Any) -> None:
    entries = feed_of(shop, "/feeds/organization/finance-bureau.atom").findall("a:entry", ATOM)
    told = [
        (
            e.find("a:category", ATOM).get("term"),
            e.findtext("a:title", namespaces=ATOM),
            e.findtext("a:updated", namespaces=ATOM),
        )
        for e in entries
    ]
    assert [(kind, title) for kind, title, _ in told[:2]] == [
        ("withdrawn", title)
        for title in sorted((t for k, t, _ in told if k == "withdrawn"), key=[t for _, t, _ in told].index)
    ]
    assert sorted(kind for kind, _, _ in told) == ["published", "published", "withdrawn", "withdrawn"]
    assert [title for kind, title, _ in told if kind == "published"] == ["政府债务限额 2025年", "政府债务限额 2024年"]
    times = [datetime.fromisoformat(when) for _, _, when in told]
    assert times == sorted(times, reverse=True)
    assert told[0][2] == "2026-05-06T01:00:00Z"


def test_feed_stays_the_same_while_nothing_happens(shop: Any) -> None:
    assert shop.get("/feeds/dataset.atom").content == shop.get("/feeds/dataset.atom").content


def test_feed_of_an_empty_or_unknown_department(shop: Any, start: Any, tmp_path: Path) -> None:
    assert shop.get("/feeds/organization/nobody.atom").status_code == 404
    with start(tmp_path / "root") as empty:
        assert atom_objections(feed_of(empty, "/feeds/dataset.atom")) == []
        assert dcat_objections(graph_of(empty, "/catalog.ttl", "ttl")) == ""


def test_pages_lead_to_what_machines_read(shop: Any) -> None:
    page = shop.get("/en/dataset/finance-debt-limit").text
    links = dict(re.findall(r'<link rel="alternate" type="([^"]+)"[^>]* href="([^"]+)"', page))
    assert set(links) >= {"text/turtle", "application/ld+json", "application/atom+xml", "application/json"}
    for kind, href in links.items():
        answer = shop.get(href.replace("&amp;", "&"))
        assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, kind)
