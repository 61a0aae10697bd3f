"""Whole or not at all: kills, restarts, writers at once, readers meanwhile, memory."""

from __future__ import annotations

import json
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from ckanapi.errors import ValidationError

MEGABYTE = 1 << 20


@pytest.fixture
def fresh(start: Callable[..., Any], tmp_path: Path) -> Iterator[Any]:
    """A clean catalogue that a test may kill."""
    with start(tmp_path / "root") as running:
        running.trusted.action.organization_create(name="finance", title="财政局")
        yield running


def _half_upload(served: Any, package: dict[str, Any], whole: int) -> socket.socket:
    """Begin an edition of two files and stop in the middle of the second one."""
    from tests.integration.catalog_embedded.conftest import TOKEN

    entries = json.dumps([{"name": "a"}, {"name": "b"}])
    fields = {"match__id": package["id"], "update__resources__extend": entries}
    head = "".join(f'--b\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items())
    part = '--b\r\nContent-Disposition: form-data; name="update__resources__-{n}__upload"; filename="{n}.csv"\r\n\r\n'
    body = (head + part.format(n=2)).encode() + b"first" * 1000 + b"\r\n" + part.format(n=1).encode()
    host, port = served.url.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)))
    connection.sendall(
        f"POST /api/3/action/package_revise HTTP/1.1\r\nHost: {host}\r\nAuthorization: {TOKEN}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {whole}\r\n\r\n".encode() + body + b"x" * MEGABYTE
    )  # fmt: skip
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and sum(p.stat().st_size for p in served.arriving()) < MEGABYTE // 2:
        time.sleep(0.02)
    assert len(served.arriving()) == 2
    return connection


def test_a_kill_in_the_middle_of_an_upload_leaves_nothing(fresh: Any, start: Callable[..., Any]) -> None:
    made = fresh.add(fresh.package(), {"old.csv": b"old\n"})
    connection = _half_upload(fresh, made, 8 * MEGABYTE)
    fresh.process.send_signal(signal.SIGKILL)
    fresh.process.wait()
    connection.close()
    assert len(fresh.arriving()) == 2  # what the kill left …
    with start(fresh.root) as again:
        assert again.arriving() == []  # … and the next start swept away
        assert len(again.kept()) == 1
        shown = again.anonymous.action.package_show(id=made["id"])
        assert shown["metadata_modified"] == made["metadata_modified"]
        assert [r["name"] for r in shown["resources"]] == ["old.csv"]
        done = again.add(shown, {"a.csv": b"1", "b.csv": b"2"})
        assert len(done["resources"]) == 3


def test_a_client_that_goes_away_leaves_nothing(fresh: Any) -> None:
    made = fresh.package()
    _half_upload(fresh, made, 8 * MEGABYTE).close()
    deadline = time.monotonic() + 10
    while fresh.arriving() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (fresh.arriving(), fresh.kept()) == ([], [])
    assert fresh.anonymous.action.package_show(id=made["id"]) == made


@pytest.mark.parametrize("delay_ms", [0, 3, 6, 10, 20, 40])
def test_a_kill_at_any_moment_shows_an_edition_whole_or_not_at_all(
    fresh: Any, start: Callable[..., Any], delay_ms: int
) -> None:
    made = fresh.package()
    files = {f"{i}.csv": bytes([65 + i]) * 300_000 for i in range(4)}

    def send() -> None:
        try:
            fresh.add(made, files)
        except requests.RequestException:
            return

    sender = threading.Thread(target=send)
    sender.start()
    time.sleep(delay_ms / 1000)
    fresh.process.send_signal(signal.SIGKILL)
    fresh.process.wait()
    sender.join()
    with start(fresh.root) as again:
        shown = again.anonymous.action.package_show(id=made["id"])["resources"]
        assert len(shown) in (0, 4)
        assert len(again.kept()) == len(shown)
        for entry in shown:
            assert (
                again.get(entry["url"].partition("/dataset")[1] + entry["url"].partition("/dataset")[2]).content
                == (files[entry["name"]])
            )


def test_a_refused_revise_takes_its_files_back(fresh: Any) -> None:
    made = fresh.package()
    stale = made | {"metadata_modified": "2020-01-01T00:00:00.000000"}
    with pytest.raises(AssertionError):
        fresh.add(stale, {"a.csv": b"1"})
    assert (fresh.kept(), fresh.arriving()) == ([], [])


def test_a_restart_keeps_everything(fresh: Any, start: Callable[..., Any]) -> None:
    made = fresh.add(fresh.package(title="重启之后"), {"a.csv": b"1\n"})
    fresh.process.send_signal(signal.SIGTERM)
    assert fresh.process.wait(timeout=15) == 0
    with start(fresh.root) as again:
        shown = again.anonymous.action.package_show(id=made["id"])
        shown["resources"][0].pop("url")  # it names the new port
        made["resources"][0].pop("url")
        assert shown == made
        assert again.anonymous.action.package_search(q="重启")["count"] == 1


def test_two_processes_never_serve_one_folder(fresh: Any) -> None:
    import subprocess
    import sys

    from tests.integration.catalog_embedded.conftest import REPO

    command = [sys.executable, "-m", "catalog.embedded", "--root", str(fresh.root), "--port", "0"]
    second = subprocess.run(command, cwd=REPO, capture_output=True, text=True, timeout=60)
    assert second.returncode == 2
    assert "another catalogue process" in second.stderr


def test_six_creates_at_once_make_one_dataset(fresh: Any) -> None:
    statuses: list[int] = []
    call = {"name": "one", "title": "x", "owner_org": "finance"}
    threads = [
        threading.Thread(target=lambda: statuses.append(fresh.call("package_create", call).status_code))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 409, 409, 409, 409, 409]


def test_of_writers_with_the_same_lock_one_wins(fresh: Any) -> None:
    made = fresh.package()
    call = {"match__id": made["id"], "match__metadata_modified": made["metadata_modified"]}
    statuses: list[int] = []

    def write(number: int) -> None:
        statuses.append(fresh.call("package_revise", call | {"update__title": f"t{number}"}).status_code)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [409] * 7


def test_readers_never_see_part_of_an_edition(fresh: Any) -> None:
    made = fresh.package()
    seen: set[int] = set()
    faults: list[str] = []
    done = threading.Event()

    def look() -> None:
        with requests.Session() as session:
            while not done.is_set():
                answer = session.get(f"{fresh.url}/api/3/action/package_show?id={made['id']}", timeout=30).json()
                resources = answer["result"]["resources"]
                seen.add(len(resources))
                if resources:
                    last = session.get(resources[-1]["url"], timeout=30)
                    if last.content != b"x" * 50_000:
                        faults.append(f"{last.status_code}")

    readers = [threading.Thread(target=look) for _ in range(3)]
    for reader in readers:
        reader.start()
    current = made
    for edition in range(6):
        current = fresh.add(current, {f"{edition}-{i}.csv": b"x" * 50_000 for i in range(3)})
    done.set()
    for reader in readers:
        reader.join()
    assert (faults, {n % 3 for n in seen}) == ([], {0})


def test_memory_stays_flat_with_a_file_of_200_megabytes(fresh: Any) -> None:
    made = fresh.package()
    before = _peak_kilobytes(fresh)
    big = b"0123456789abcdef" * (200 * MEGABYTE // 16)
    revised = fresh.add(made, {"big.csv": big})
    with fresh.get(revised["resources"][0]["url"].removeprefix(fresh.url), stream=True) as answer:
        assert sum(len(chunk) for chunk in answer.iter_content(MEGABYTE)) == len(big)
    assert _peak_kilobytes(fresh) - before < 40 * 1024


def test_a_download_under_way_survives_the_withdrawal(fresh: Any) -> None:
    body = b"y" * (8 * MEGABYTE)
    made = fresh.add(fresh.package(), {"a.csv": body})
    file = made["resources"][0]
    with fresh.get(file["url"].removeprefix(fresh.url), stream=True) as answer:
        pieces = answer.iter_content(64 * 1024)
        got = len(next(pieces))
        fresh.trusted.action.resource_patch(id=file["id"], clear_upload=True, url=fresh.url)
        assert fresh.kept() == []
        assert got + sum(len(piece) for piece in pieces) == len(body)


def test_the_same_resource_id_in_two_datasets_is_refused(fresh: Any) -> None:
    made = fresh.add(fresh.package(), {"a.csv": b"1"}, id="resource-one")
    with pytest.raises(ValidationError):
        fresh.package(resources=[{"id": "resource-one", "url": "http://example.org/"}])
    assert fresh.anonymous.action.package_show(id=made["id"])["resources"][0]["id"] == "resource-one"


def _peak_kilobytes(served: Any) -> int:
    status = Path(f"/proc/{served.process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])
