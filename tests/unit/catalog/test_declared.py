"""What a contract makes public is told whole: nothing of it reaches entry, data package or field sheet unsaid."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catalog.datapackage import descriptor
from catalog.declared import declared_texts, key_text
from catalog.mapping import package_for
from tests.catalogue_release import FIELDS, make_contract, prepare

MARK = "某词"  # every text of the contract below holds it, with a number of its own
WORDS: dict[str, Any] = {
    "title": {"zh": f"{MARK}a", "en": f"{MARK}b"},
    "description": {"zh": f"{MARK}c", "en": f"{MARK}d"},
    "domain": f"{MARK}e",
    "statutory_item": f"{MARK}f",
    "legal_basis": [{"doc": f"{MARK}g", "article": f"{MARK}h", "note": f"{MARK}i"}],
    "contact": {"name": f"{MARK}j", "phone": f"{MARK}k", "email": f"{MARK}l"},
    "official_contacts": [f"{MARK}inside-a"],
    "source": {"location": f"{MARK}inside-b"},
    "catalogue": {"organization": "finance-bureau", "groups": [f"{MARK}m"], "tags": [f"{MARK}n", f"{MARK}/o"]},
    "tables": [
        {
            "name": "main", "title": {"zh": f"{MARK}p", "en": f"{MARK}q"}, "unit": f"{MARK}r", "sheet": f"{MARK}inside-c",
            "fields": [
                {
                    "name": "region", "title": f"{MARK}s", "title_en": f"{MARK}t", "unit": f"{MARK}u", "note": f"{MARK}v",
                    "missing": [f"{MARK}w"], "constraints": {"enum": [f"{MARK}x"], "pattern": f"{MARK}y"},
                    "aliases": [f"{MARK}inside-d"],
                },
                *FIELDS[1:],
            ],
        }
    ],
    "examples": [{"name": f"{MARK}inside-e", "rows": [{"region": f"{MARK}inside-f"}]}],
}  # fmt: skip


def marked(value: Any) -> Iterator[str]:
    """Every text in it that holds the mark."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from marked(key)
            yield from marked(below)
    elif isinstance(value, list | tuple):
        for below in value:
            yield from marked(below)
    elif isinstance(value, str) and MARK in value:
        yield value


def test_everything_that_is_published_of_a_contract_is_told(tmp_path: Path) -> None:
    contract = make_contract(**WORDS)
    ready = prepare(tmp_path, contract=contract)
    package, resources = package_for(ready.metadata, release_hash="a" * 64, published_on="2025-04-01")
    files = ready.exports.files
    public = json.dumps([package, resources, ready.metadata], ensure_ascii=False)
    public += json.dumps(descriptor(contract, period="2025", edition=1, files=files), ensure_ascii=False)
    (book,) = [Path(f.path) for f in files if f.format == "xlsx"]
    with zipfile.ZipFile(book) as sheets:
        public += "".join(sheets.read(name).decode("utf-8", "replace") for name in sheets.namelist())
    told = [text for _, text in declared_texts(contract)]
    every = [text for text in marked(contract.model_dump(mode="json")) if text.replace("/", "-") in public]
    every += [text for text in marked(contract.model_dump(mode="json")) if text in public]
    assert len(set(every)) > 20
    assert set(every) - set(told) == set()
    assert [text for text in told if "inside" in text] == []
    assert "inside" not in public


def test_key_names_the_place_in_the_contract() -> None:
    told = {key_text(key): text for key, text in declared_texts(make_contract(**WORDS))}
    assert told["tables[0].fields[0].note"] == f"{MARK}v"
    assert told["catalogue.tags[1]"] == f"{MARK}/o"
    assert told["title.zh"] == f"{MARK}a"
