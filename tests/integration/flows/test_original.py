"""One raw cell from quarantine: every place that a scan names leads back to the cell, whatever the sender called it."""

from __future__ import annotations

import io
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from domain.canonical import canonical_json
from domain.contract_file import load_contract
from domain.errors import ArtefactMissing, ContentChanged, UsageInvalid
from domain.finding import Finding, Place
from domain.release import Artefact, Manifest
from flows.home import Home, create_home
from flows.library import read_packs
from flows.naming import named
from flows.original import PREFIX, is_kept, original_cell, sweep_looks
from flows.stores import open_stores

PHONE, CARD = "13800138000", "110101199003074514"  # made up: the second has a right check digit
CSV = f"地区,备注,多出的列\n城关镇,联系 {PHONE},{CARD}\n大河乡,无,\n南牛乡,,又见 {PHONE}\n".encode()
YAML = """
id: finance.made_up
title: {zh: 样例, en: Sample}
description: {zh: 样例, en: Sample}
department: finance
domain: debt
dataset_type: debt_final
disclosure: proactive
legal_basis: [{doc: 预算法}]
contact: {name: 财政局, phone: 0311-00000000}
frequency: annual
tables: [{name: main, fields: [{name: region, title: 地区}, {name: note, title: 备注}]}]
review: {tier: L1}
catalogue: {organization: finance-bureau}
"""
CONTRACT = load_contract(YAML, "made_up.yaml")


def kept(tmp_path: Path, data: bytes = CSV, name: str = "a.csv") -> tuple[Home, Manifest]:
    """An installation whose quarantine holds the file, and a manifest that names it."""
    home = create_home(tmp_path / "home")
    (home.root / "datasets/finance").mkdir()
    (home.root / "datasets/finance/made_up.yaml").write_text(YAML, "utf-8")
    stores = open_stores(home)
    source = stores.put(io.BytesIO(data), name=name, role="source")
    contract = stores.put_bytes(CONTRACT.content, name="contract.json", role="contract")
    empty = stores.put_bytes(canonical_json({}), name="x.json", role="coverage")
    manifest = Manifest(
        CONTRACT.id, "2026", 1, 1, contract, (), (source,), (), (), empty, empty, empty, empty,
    )  # fmt: skip
    return home, manifest


def scanned(home: Home, source: Artefact, into: Path) -> tuple[Finding, ...]:
    """Findings as a preparation names them."""
    from intake.fit import fit
    from intake.read import read
    from redaction.scan import scan_reading

    into.mkdir()
    path = Path(open_stores(home).local_path(source.sha256))
    reading = read(
        path, name=source.name, sha256=source.sha256, into=into, limits=CONTRACT.limits, tables=CONTRACT.tables
    )
    fitted = fit(reading, CONTRACT, into)
    packs = read_packs(home)
    scan = scan_reading(
        reading, packs, contract=CONTRACT, header_map=fitted.headers, hits_dir=into / "hits", seed="0" * 64, file_name=source.name
    )  # fmt: skip
    return named(scan.findings, CONTRACT, packs, reading, fitted.headers, fitted.source_tables)


def test_every_place_of_a_scan_leads_back_to_its_cell(tmp_path: Path) -> None:
    home, manifest = kept(tmp_path)
    packs = read_packs(home)
    places = [
        (f.entity, p) for f in scanned(home, manifest.sources[0], tmp_path / "r") for p in f.places if p.row is not None
    ]
    found = set()
    for entity, place in places:
        text = original_cell(home, packs, manifest, asdict(place))
        found.add((entity, place.row, text[place.start : place.end]))
    assert {("MOBILE", 1, PHONE), ("CN_ID18", 1, CARD), ("MOBILE", 3, PHONE)} <= found
    assert not list(home.work.glob(f"{PREFIX}*"))


def test_contract_names_lead_to_the_cell_and_an_empty_one_is_empty(tmp_path: Path) -> None:
    home, manifest = kept(tmp_path)
    packs = read_packs(home)
    assert original_cell(home, packs, manifest, asdict(Place("main", "region", 2))) == "大河乡"
    assert original_cell(home, packs, manifest, asdict(Place("main", "note", 3))) == ""


@pytest.mark.parametrize(
    "place", [Place("main", "region", 4), Place("main", "elsewhere", 1), Place("other", "region", 1), Place("main", "region")]
)  # fmt: skip
def test_place_that_isnt_there_is_refused(tmp_path: Path, place: Place) -> None:
    home, manifest = kept(tmp_path)
    with pytest.raises(ContentChanged):
        original_cell(home, read_packs(home), manifest, asdict(place))


def test_cleaned_quarantine_is_said(tmp_path: Path) -> None:
    home, manifest = kept(tmp_path)
    assert is_kept(home, manifest)
    open_stores(home).quarantine.delete(manifest.sources[0].sha256)
    assert not is_kept(home, manifest)
    with pytest.raises(ArtefactMissing):
        original_cell(home, read_packs(home), manifest, asdict(Place("main", "region", 1)))


def test_changed_contract_is_refused(tmp_path: Path) -> None:
    home, manifest = kept(tmp_path)
    path = home.root / "datasets/finance/made_up.yaml"
    path.write_text(YAML.replace("title: 备注", "title: 说明"), "utf-8")
    with pytest.raises(ContentChanged):
        original_cell(home, read_packs(home), manifest, asdict(Place("main", "region", 1)))


def test_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    home, manifest = kept(tmp_path)
    large = replace(manifest, sources=(replace(manifest.sources[0], bytes=1 << 40),))
    with pytest.raises(UsageInvalid):
        original_cell(home, read_packs(home), large, asdict(Place("main", "region", 1)))


def test_what_a_killed_console_left_is_swept(tmp_path: Path) -> None:
    import os
    import time

    home, _ = kept(tmp_path)
    old, new = home.work / f"{PREFIX}old", home.work / f"{PREFIX}new"
    for folder in (old, new):
        folder.mkdir()
    os.utime(old, (time.time() - 7200, time.time() - 7200))
    assert sweep_looks(home) == 1
    assert (old.exists(), new.exists()) == (False, True)
