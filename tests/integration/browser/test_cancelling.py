"""A run that is cancelled under `mingjing serve`, from the console, over HTTP alone: here because the served town stands here."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from flows.service import runner_is_alive
from tests.review_desk import PASSWORD
from tests.served_town import SECONDS, Town

pytestmark = pytest.mark.timeout(600)  # with the town's start on a busy machine
ROWS = 200_000  # some ten seconds of work, of which the first second is enough here
DATASET = "finance.fund_stopped"


def until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@contextmanager
def signed_in(town: Town, person: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=town.console, trust_env=False, timeout=60) as client:
        client.get("/sign-in")
        said = {"username": person, "password": PASSWORD, "csrfmiddlewaretoken": client.cookies["csrftoken"]}
        assert client.post("/sign-in", data=said).status_code == 302
        yield client


def post(client: httpx.Client, path: str, file: Path | None = None, **said: str) -> None:
    files = {"file": (file.name, file.read_bytes())} if file else None
    token = {"csrfmiddlewaretoken": client.cookies["csrftoken"]}
    answer = client.post(path, data=said | token, files=files)
    assert (answer.status_code, answer.headers.get("location")) == (302, "/runs")


def newest_run(client: httpx.Client) -> tuple[int, str]:
    """Number and text of the first row of the page of runs."""
    row = client.get("/runs").text.partition("<tbody>")[2].partition("</tr>")[0]
    number = re.search(r'<td class="n">(\d+)</td>', row)
    assert number is not None
    return int(number[1]), row


def known(town: Town) -> bool:
    """Whether the desk knows of the run's release."""
    from review import queries

    return any(r["dataset"] == DATASET for r in town.do(queries.releases))


def test_cancelled_run_ends_its_process_and_leaves_nothing_half_done(town: Town) -> None:
    with signed_in(town, "op") as client, signed_in(town, "op2") as colleague:
        _walk(town, client, colleague)


def _walk(town: Town, client: httpx.Client, colleague: httpx.Client) -> None:
    large = town.file(tuple((f"A{n:06d}", "东塘镇", "12.50", "已核对") for n in range(ROWS)))
    post(client, f"/datasets/{DATASET}/upload", large, period="2026-01")
    work, _ = newest_run(client)
    until(lambda: "进行中" in (row := newest_run(client)[1]) and "<progress" in row)
    until(lambda: known(town))
    runner = (town.home.run / "runner.lock").read_text("ascii")
    assert Path(f"/proc/{runner}").exists()
    release = town.newest("fund_stopped")
    assert town.show(release)["status"] == "received", "it was over before it could be cancelled"

    post(colleague, f"/runs/{work}/cancel")
    until(lambda: "已取消" in newest_run(client)[1])
    assert "OP2 取消" in newest_run(client)[1]
    assert not Path(f"/proc/{runner}").exists(), "the process that ran the flow"
    assert town.show(release)["status"] == "cancelled"
    assert [line["event"] for line in town.show(release)["timeline"]] == ["received", "cancelled"]
    assert [p for p in town.home.work.iterdir() if p.is_dir()] == []
    assert list(town.home.run.glob(f"work-{work}.*")) == []
    assert not town.show(release)["release_hash"]

    until(lambda: runner_is_alive(town.home))
    post(client, f"/datasets/{DATASET}/upload", town.file(), period="2026-01")
    until(lambda: "完成<" in newest_run(client)[1])  # 完成 or 未完成
    assert ">完成<" in newest_run(client)[1]
    again = town.show(town.newest("fund_stopped"))
    assert (again["status"], again["revision"], again["rows"]) == ("checked", 2, 4)
