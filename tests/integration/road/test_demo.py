"""The demo tells the whole story: each file ends where the truth says, and only what was approved is public."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sqlite3
from typing import Any

import httpx
import pytest

from domain.finding import Severity
from flows.catalogue import start_embedded
from flows.demo.story import order_of
from flows.home import open_home
from tests.cities import City

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


_seen: dict[tuple[str, ...], Any] = {}


def ask(city: City, *words: str) -> Any:
    """A command's JSON, asked once: nothing here changes the city."""
    if words not in _seen:
        _seen[words] = city.json(*words)
    return _seen[words]


def test_demo_prints_one_row_a_file_and_where_to_look_further(city: City) -> None:
    assert city.said.count("finance.procurement_contracts") >= 2
    assert "mingjing serve --home" in city.said


def test_demo_tells_every_verdict(city: City) -> None:
    found = {r["status"] for r in ask(city, "releases")}
    assert {"published", "blocked", "returned", "withheld", "escalated", "withdrawn"} <= found


def test_demo_files_end_where_truth_says(city: City) -> None:
    records = list(reversed(ask(city, "releases")))
    for sample, record in zip(order_of(city.truth), records, strict=True):
        assert (record["dataset"], record["period"]) == (sample.dataset, sample.period)
        assert (record["status"] == "blocked") == (sample.expected_status == "blocked"), sample.file


def test_demo_finds_the_planted_and_nothing_else(city: City) -> None:
    records = list(reversed(ask(city, "releases")))
    wrong = []
    for sample, record in zip(order_of(city.truth), records, strict=True):
        shown = ask(city, "show", record["release"])["findings_list"]
        found = sorted((f["code"], f["entity"] or "", f["count"]) for f in shown if f["severity"] in ("block", "hold"))
        planted = sorted((p.code, p.entity or "", p.count) for p in sample.planted)
        if found != planted:
            wrong.append((sample.file, found, planted))
    assert not wrong


def test_planted_places_are_named_as_the_sender_sees_them(city: City) -> None:
    records = list(reversed(ask(city, "releases")))
    for sample, record in zip(order_of(city.truth), records, strict=True):
        shown = ask(city, "show", record["release"])["findings_list"]
        for planted in sample.planted:
            if planted.row is None:
                continue
            rows = {p["row"] for f in shown if f["code"] == planted.code for p in f["places"]}
            assert planted.row in rows, (sample.file, planted)
            assert all(p["locator"] for f in shown if f["code"] == planted.code for p in f["places"])


def test_demo_ledger_is_whole(city: City) -> None:
    assert ask(city, "ledger", "verify")["ok"] is True


def test_public_files_are_the_approved_bytes_and_no_others(city: City) -> None:
    home = open_home(city.home)
    process = start_embedded(home)
    try:
        url = f"http://127.0.0.1:{home.catalogue_port}"
        found = httpx.get(f"{url}/api/3/action/package_search", params={"rows": 100}).json()["result"]
        approved = {
            (r["dataset"], a["sha256"])
            for r in ask(city, "releases")
            if r["status"] in ("published", "superseded")
            for a in ask(city, "show", r["release"])["receipt"]["resources"]
        }
        seen = set()
        for package in found["results"]:
            dataset = next(e["value"] for e in package["extras"] if e["key"] == "contract_id")
            for resource in package["resources"]:
                if resource["edition_state"] != "withdrawn":
                    content = httpx.get(resource["url"], follow_redirects=False).content
                    seen.add((dataset, hashlib.sha256(content).hexdigest()))
        assert seen == {(d, s.removeprefix("sha256:")) for d, s in approved}
        assert not [p for p in found["results"] if "subsidy_list" in json.dumps(p)]
        gone = [r["release"] for r in ask(city, "releases") if r["status"] == "withdrawn"]
        addresses = [a["url"] for r in gone for a in ask(city, "show", r)["receipt"]["resources"]]
        assert addresses
        assert {httpx.get(a, follow_redirects=False).status_code for a in addresses} <= {302, 303, 307, 404, 410}
    finally:
        process.terminate()
        process.wait(timeout=10)


def _markers(city: City) -> set[bytes]:
    """Every identifier-like value that the made-up files hold in cells that must not go out."""
    import re

    found: set[bytes] = set()
    source = city.home / "samples" / "civil_affairs" / "2026年惠农补贴发放明细.csv"
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = source.read_text(encoding)
            break
        except UnicodeDecodeError:
            continue
    rows = list(csv.reader(io.StringIO(text)))
    for row in rows:
        for cell in row:
            if re.fullmatch(r"\d{17}[\dXx]|1[3-9]\d{9}|62\d{14,17}", cell.strip()):
                found.add(cell.strip().encode())
    assert len(found) > 1000
    return found


def test_no_value_leaves_quarantine(city: City) -> None:
    markers = _markers(city)
    leaks = []
    for path in city.home.rglob("*"):
        inside = path.relative_to(city.home).as_posix()
        if not path.is_file() or inside.startswith(("store/quarantine", "samples/")):
            continue
        data = path.read_bytes()
        if any(m in data for m in markers):
            leaks.append(inside)
    assert not leaks
    assert not [m for m in markers if m.decode() in city.said]


def test_prefect_database_holds_no_path_and_no_value(city: City) -> None:
    with sqlite3.connect(city.home / "prefect" / "prefect.db") as base:
        names = [n for (n,) in base.execute("select name from sqlite_master where type='table'")]
        text = " ".join(str(row) for n in names for row in base.execute(f'select * from "{n}"'))
    assert "samples/" not in text
    assert not [m for m in _markers(city) if m.decode() in text]


def test_work_directories_are_gone_when_releases_are_sealed(city: City) -> None:
    assert list((city.home / "work").iterdir()) == []


def test_local_list_is_a_package_for_posting(city: City) -> None:
    packages = list((city.home / "posting").glob("*.zip"))
    assert len(packages) == 1


def test_blocked_releases_have_a_block_finding_with_rule(city: City) -> None:
    for record in ask(city, "releases", "--status", "blocked"):
        shown = ask(city, "show", record["release"])["findings_list"]
        assert any(f["severity"] == Severity.BLOCK and f["rule"] for f in shown)


def test_keys_and_home_are_private(city: City) -> None:
    assert city.home.stat().st_mode & 0o077 == 0
    for path in (city.home / "keys").iterdir():
        assert path.name == "ledger.pub" or path.stat().st_mode & 0o077 == 0, path.name


def test_demo_ran_its_flows_without_registering_blocks(city: City) -> None:
    with sqlite3.connect(f"file:{city.home / 'prefect' / 'prefect.db'}?mode=ro", uri=True) as database:
        assert database.execute("SELECT count(*) FROM flow_run WHERE state_type = 'COMPLETED'").fetchone()[0] > 0
        assert database.execute("SELECT count(*) FROM block_type").fetchone() == (0,)
