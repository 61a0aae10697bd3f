"""The console as `mingjing serve` serves it, over the demo's city: people sign in, every page is walked in both languages,
nothing that was sent in comes out, and a decision on it brings a release to the catalogue.
"""

from __future__ import annotations

import io
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from flows.home import open_home
from tests.cities import City
from tests.integration.road.test_demo import _markers

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def lived_in(city: City, tmp_path_factory: pytest.TempPathFactory) -> City:
    """A copy of the city to change things in."""
    home = tmp_path_factory.mktemp("lived") / "home"
    shutil.copytree(city.home, home)
    return replace(city, home=home)


@pytest.fixture(scope="module")
def served(lived_in: City) -> Iterator[str]:
    """Address of the console while `mingjing serve` runs; the service ends cleanly afterwards."""
    home = open_home(lived_in.home)
    url = f"http://localhost:{home.console_port}"
    command = [sys.executable, "-m", "flows.cli", "serve", "--home", str(lived_in.home)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            assert process.poll() is None, "the service ended"
            try:
                if httpx.get(f"{url}/ready").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.2)
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=120) == 0


Visitors = Callable[..., httpx.Client]


@pytest.fixture
def signed_in(served: str, lived_in: City) -> Iterator[Visitors]:
    """A browser in which a person has signed in, by user name and language; closed at the end."""
    with ExitStack() as opened:

        def visit(user: str, language: str = "zh-hans") -> httpx.Client:
            client = httpx.Client(
                base_url=served, follow_redirects=True, headers={"accept-language": language}, timeout=60
            )
            opened.enter_context(client)
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get("/sign-in").text)
            assert token is not None
            said = {"csrfmiddlewaretoken": token[1], "username": user, "password": lived_in.passwords[user]}
            assert client.post("/sign-in", data=said).url.path == "/queue"
            return client

        yield visit


def post(client: httpx.Client, page: str, act: str, **said: str | list[str]) -> httpx.Response:
    """Send a form of the page, with its own token."""
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get(page).text)
    assert token is not None
    return client.post(act, data={"csrfmiddlewaretoken": token[1], **said})


def pages_of(client: httpx.Client, releases: list[str]) -> Iterator[str]:
    """Every page that an auditor can look at."""
    yield from (
        "/queue?scope=all",
        "/releases",
        "/datasets",
        "/runs",
        "/list",
        "/ledger",
        "/overview",
        "/packs",
        "/people",
        "/people/units",
        "/me",
    )
    yield from ("/ledger?as=csv", "/ledger?as=xlsx", "/list?as=csv")
    for release in releases:
        page = client.get(f"/releases/{release}").text
        yield f"/releases/{release}"
        yield from (f"/releases/{release}/{part}" for part in ("content", "content?page=2", "contract", "note.xlsx"))
        yield from sorted(set(re.findall(rf"/releases/{release}/(?:findings/\w+|evidence\.zip)", page)))


def plain(answer: httpx.Response) -> bytes:
    """The bytes of an answer, what is packed unpacked."""
    if not answer.content.startswith(b"PK"):
        return answer.content
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def test_static_files_and_headers_are_served(served: str) -> None:
    sheet = httpx.get(f"{served}/static/console/look.css")
    assert sheet.headers["content-type"].startswith("text/css")
    assert "--accent" in sheet.text
    assert httpx.get(f"{served}/static/console/../../settings.py").status_code == 404
    assert httpx.get(f"{served}/").headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_value_of_the_quarantine_on_any_page(signed_in: Visitors, lived_in: City, language: str) -> None:
    markers = re.compile(b"|".join(re.escape(m) for m in _markers(lived_in)))
    releases = [r["release"] for r in lived_in.json("releases")]
    client, seen = signed_in("auditor", language), 0
    for page in pages_of(client, releases):
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert not markers.search(plain(answer)), page
        seen += 1
    assert seen > 100


def test_escalated_release_is_decided_from_the_queue_to_the_catalogue(signed_in: Visitors, lived_in: City) -> None:
    """An escalated release is answered, then goes through every stage in the browser's way, and the runner publishes it."""
    release = next(r["release"] for r in lived_in.json("releases", "--status", "escalated"))
    page, password = f"/releases/{release}", lived_in.passwords
    keeper = signed_in("confidentiality")
    said = {
        "authority": "市国家保密局",
        "document": "演示",
        "answer": "经研究，不涉密",
        "password": password["confidentiality"],
    }
    assert "答复已登记" in post(keeper, page, f"{page}/answer", **said).text
    record = lived_in.json("show", release)
    for stage in record["stages"]:
        user = {"section": f"{record['department']}_section", "chief": f"{record['department']}_chief"}.get(
            stage["name"], stage["name"]
        )
        client = signed_in(user)
        assert release in client.get("/queue").text
        holds = [f["id"] for f in record["findings_list"] if f["severity"] == "hold"]
        for finding in holds:
            post(client, page, f"{page}/open", finding=finding)
            post(client, page, f"{page}/dispose", finding=finding, kind="redact_as_proposed", reason="已核对")
        sign = {
            "verdict": "approve",
            "stage": stage["name"],
            "release_hash": record["release_hash"],
            "password": password[user],
        }
        assert "已签字" in post(client, page, f"{page}/decide", **sign).text
    deadline = time.monotonic() + 120
    while lived_in.json("show", release)["status"] != "published":
        assert time.monotonic() < deadline, "the runner didn't publish it"
        time.sleep(1)
    assert "看目录" in client.get(page).text


def test_edition_is_hidden_at_once_and_put_back(signed_in: Visitors, lived_in: City) -> None:
    """While a preparation keeps the runner busy, an order to hide is carried out; a second person reverses it."""
    busy = lived_in.home / "samples" / "civil_affairs" / "2026年惠农补贴发放明细.csv"
    operator, password = signed_in("civil_affairs_operator"), lived_in.passwords
    token = re.search(
        r'name="csrfmiddlewaretoken" value="([^"]+)"', operator.get("/datasets/civil_affairs.subsidy_list").text
    )
    assert token is not None
    said = {"csrfmiddlewaretoken": token[1], "period": "2029"}
    operator.post(
        "/datasets/civil_affairs.subsidy_list/upload", data=said, files={"file": (busy.name, busy.read_bytes())}
    )

    record = next(r for r in lived_in.json("releases") if r["status"] == "published" and r["public_url"])
    release, where = record["release"], f"/releases/{record['release']}/hide"
    receipt = lived_in.json("show", release)["receipt"]["resources"]
    bytes_of = lambda: [httpx.get(r["url"], follow_redirects=False).status_code for r in receipt]  # noqa: E731 - asked twice
    assert set(bytes_of()) == {200}
    keeper, chief = signed_in("confidentiality"), signed_in(f"{record['dataset'].partition('.')[0]}_chief")
    sign = {
        "release_hash": record["release_hash"],
        "reason": "内容需要核实，暂停公开",
        "password": password["confidentiality"],
    }
    began = time.monotonic()
    post(keeper, where, f"/releases/{release}/withdraw", **sign)
    while "已确认撤下" not in keeper.get(where).text:
        assert time.monotonic() - began < 60, "the order wasn't carried out"
        time.sleep(0.2)
    assert 200 not in bytes_of()
    sign = {
        "release_hash": record["release_hash"],
        "why": "核实无误",
        "password": password[f"{record['dataset'].partition('.')[0]}_chief"],
    }
    assert "重新发布" in post(chief, where, f"/releases/{release}/reverse", **sign).text
    deadline = time.monotonic() + 240
    while lived_in.json("show", release)["status"] != "published":
        assert time.monotonic() < deadline, "the runner didn't put it back"
        time.sleep(1)
    again = lived_in.json("show", release)["receipt"]["resources"]
    assert {(r["name"], r["sha256"]) for r in again} == {(r["name"], r["sha256"]) for r in receipt}
    assert {httpx.get(r["url"], follow_redirects=False).status_code for r in again} == {200}


def test_file_that_is_handed_in_is_prepared_and_forgotten(signed_in: Visitors, lived_in: City) -> None:
    """Through the browser's form into quarantine; nothing of it stays beside."""
    sent = lived_in.home / "samples" / "civil_affairs" / "2026年惠农补贴发放明细.csv"
    client = signed_in("civil_affairs_operator")
    page = "/datasets/civil_affairs.subsidy_list"
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get(page).text)
    assert token is not None
    said = {"csrfmiddlewaretoken": token[1], "period": "2028"}
    answer = client.post(f"{page}/upload", data=said, files={"file": (f"../../{sent.name}", sent.read_bytes())})
    assert answer.url.path == "/runs"
    deadline = time.monotonic() + 240
    while 'http-equiv="refresh"' in client.get("/runs").text:
        assert time.monotonic() < deadline, "the run didn't end"
        time.sleep(1)
    made = [
        r for r in lived_in.json("releases") if (r["dataset"], r["period"]) == ("civil_affairs.subsidy_list", "2028")
    ]
    assert [r["status"] for r in made] == ["checked"]
    assert not list((lived_in.home / "run" / "uploads").glob("*"))
    assert f"/releases/{made[0]['release']}" in client.get("/runs").text
