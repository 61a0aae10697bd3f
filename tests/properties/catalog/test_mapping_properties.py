"""Mapping loses nothing that the contract has to say to the public."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.mapping import package_for, tag_names
from domain.canonical import canonical_json
from domain.contract import Contract
from tests.catalogue_release import make_contract, prepare

words = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=12)
maybe = st.none() | words
fields = st.lists(
    st.fixed_dictionaries(
        {"title": words, "title_en": maybe, "unit": maybe, "note": maybe, "type": st.sampled_from(["string", "number"])}
    ),
    min_size=1,
    max_size=4,
)


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    columns = [{"name": f"f{i}", **field} for i, field in enumerate(draw(fields))]
    return make_contract(
        title={"zh": draw(words), "en": draw(words)},
        description={"zh": draw(words), "en": draw(words)},
        domain=draw(words),
        dataset_type=draw(words),
        statutory_item=draw(maybe),
        legal_basis=[{"doc": draw(words), "article": draw(maybe), "note": draw(maybe)}],
        contact={"name": draw(words), "phone": draw(maybe), "email": draw(st.none() | st.just("a@example.cn"))},
        frequency=draw(st.sampled_from(["once", "annual", "monthly"])),
        publication_days=draw(st.none() | st.integers(1, 400)),
        tables=[{"name": "main", "title": {"zh": draw(words), "en": draw(words)}, "key": ["f0"], "fields": columns}],
        catalogue={"organization": "finance", "tags": draw(st.lists(words, max_size=3)), "license_id": "cc-by"},
    )


def texts(value: Any) -> set[str]:
    """Every text in a JSON value, texts inside JSON texts too."""
    if isinstance(value, dict):
        return set().union(*(texts(v) for v in value.values()))
    if isinstance(value, list):
        return set().union(*(texts(v) for v in value))
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return {value} | texts(json.loads(value))
        except ValueError:
            return {value}
    return {str(value)}


@given(contracts())
@settings(max_examples=40, deadline=None)
def test_package_carries_all_that_the_contract_tells_the_public(contract: Contract) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ready = prepare(Path(folder), contract=contract, tables={"main": [{"f0": "1"}]})
    canonical_json(ready.metadata)
    package, resources = package_for(ready.metadata, release_hash="a" * 64, published_on="2025-04-02")
    said = texts(package) | texts(resources)
    joined = "\n".join(sorted(said))
    told = contract.model_dump(
        mode="json",
        include={"id", "title", "department", "domain", "dataset_type", "statutory_item", "disclosure", "legal_basis",
                 "contact", "frequency"},
    )  # fmt: skip
    told["table"] = contract.tables[0].title.model_dump() if contract.tables[0].title else {}
    told["fields"] = [
        f.model_dump(include={"name", "title", "title_en", "unit", "note", "type"}) for f in contract.tables[0].fields
    ]
    told["tags"] = list(contract.catalogue.tags)
    told["catalogue"] = [contract.catalogue.organization, contract.catalogue.license_id, str(contract.version)]
    assert texts(told) - {"None"} <= said
    assert contract.description.zh in joined
    assert contract.description.en in joined
    assert ("publication_until" in {e["key"] for e in package["extras"]}) is (contract.publication_days is not None)
    keys = [e["key"] for e in package["extras"]]
    assert len(keys) == len(set(keys))


@given(st.lists(st.text(max_size=120), max_size=6))
def test_tag_names_always_fit_ckans_rule(tags: list[str]) -> None:
    for tag in tag_names(tags):
        assert re.fullmatch(r"[\w \-.]{2,100}", tag)
        assert tag == tag.strip()
