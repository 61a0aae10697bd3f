"""Reporting an error or a leak: a form without script, short, throttled, text alone, fetched with the token and then gone."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from catalog.embedded.holding import Holding
from catalog.embedded.reports import EACH, LONGEST, MOST_OF_ALL, MOST_WAITING, PAGE, WINDOW_SECONDS, Throttle, keep
from tests.integration.catalog_embedded.conftest import Served, serving

SAID = "第3行第2列的号码 13912345678 不该公开"


@pytest.fixture
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("reports") / "root") as served:
        served.trusted.action.organization_create(name="finance", title="财政局")
        yield served


def send(served: Served, name: str, prefix: str = "", **fields: str) -> requests.Response:
    return served.http.post(f"{served.url}{prefix}/dataset/{name}/report", data=fields, timeout=30)


def test_report_waits_for_the_token_and_is_gone_once_fetched(catalogue: Served) -> None:
    package = catalogue.package()
    page = catalogue.get(f"/dataset/{package['name']}").text
    assert f'href="/dataset/{package["name"]}/report"' in page
    form = catalogue.get(f"/dataset/{package['name']}/report")
    assert form.status_code == 200
    assert "<script" not in form.text
    sent = send(catalogue, package["name"], kind="leak", text=f"  {SAID}\r\n")
    assert sent.status_code == 200
    assert SAID not in sent.text
    for action in ("mingjing_report_list", "mingjing_report_delete"):
        assert catalogue.call(action, {"id": "x"}, token=None).status_code == 403
    (report,) = catalogue.trusted.action.mingjing_report_list()
    assert report["id"] in sent.text
    assert {k: report[k] for k in ("package", "kind", "text")} == {
        "package": package["id"],
        "kind": "leak",
        "text": SAID,
    }
    for _ in range(2):
        catalogue.trusted.action.mingjing_report_delete(id=report["id"])
    assert catalogue.trusted.action.mingjing_report_list() == []
    for path in catalogue.root.rglob("*"):
        assert not path.is_file() or SAID.encode() not in path.read_bytes()


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"kind": "error", "text": "  "}, 400),
        ({"kind": "praise", "text": "好"}, 400),
        ({"text": "好"}, 400),
        ({"kind": "error", "text": "好" * (LONGEST + 1)}, 413),
        ({"kind": "error", "text": "x" * 200_000}, 413),
    ],
    ids=["empty", "kind", "no-kind", "long", "huge"],
)
def test_report_that_does_not_fit_is_refused_and_kept_in_the_form(
    catalogue: Served, fields: dict[str, str], status: int
) -> None:
    answer = send(catalogue, catalogue.package()["name"], **fields)
    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert catalogue.trusted.action.mingjing_report_list() == []


def test_report_of_what_is_not_public_is_not_taken(catalogue: Served) -> None:
    private = catalogue.package(private=True)
    for name in (private["name"], "no-such-dataset"):
        assert catalogue.get(f"/dataset/{name}/report").status_code == 404
        assert send(catalogue, name, kind="error", text="x").status_code == 404
    assert catalogue.trusted.action.mingjing_report_list() == []


def test_reports_are_throttled_and_what_was_typed_stays(catalogue: Served) -> None:
    name = catalogue.package()["name"]
    answers = [send(catalogue, name, kind="error", text=f"第{n}处") for n in range(EACH + 1)]
    assert [a.status_code for a in answers] == [200] * EACH + [429]
    assert f"第{EACH}处" in answers[-1].text
    assert len(catalogue.trusted.action.mingjing_report_list()) == EACH


def test_throttle_forgets_after_its_window_and_bounds_everybody_together() -> None:
    now = [0.0]
    throttle = Throttle(lambda: now[0])
    assert [throttle.admits("a") for _ in range(EACH + 1)] == [True] * EACH + [False]
    assert throttle.admits("b")
    assert sum(throttle.admits(f"c{n}") for n in range(500)) < 500
    now[0] = WINDOW_SECONDS
    assert throttle.admits("a")


def test_pages_stand_in_both_languages_and_text_is_escaped(catalogue: Served) -> None:
    name = catalogue.package(title="Budget", extras=[{"key": "title_en", "value": "Budget"}])["name"]
    form = catalogue.get(f"/en/dataset/{name}/report").text
    assert "Report an error or a leak" in form
    assert f'action="/en/dataset/{name}/report"' in form
    answer = send(catalogue, name, "/en", kind="praise", text="<b>x</b>")
    assert "&lt;b&gt;x&lt;/b&gt;" in answer.text
    assert "Choose what is wrong" in answer.text
    labels = re.findall(r"<(?:input|textarea)[^>]*>", form)
    assert len(labels) == 3


def test_reports_are_listed_page_by_page_also_past_one_that_is_gone(catalogue: Served) -> None:
    rows = [(f"{n:016x}", f"第{n}处", f"2026-01-01T00:00:00.{n // 2:06d}") for n in range(PAGE + 3)]
    with sqlite3.connect(catalogue.root / "catalogue.sqlite") as database:
        database.executemany("INSERT INTO report (id, package, kind, text, at) VALUES (?, 'p', 'error', ?, ?)", rows)
    listed = catalogue.trusted.action.mingjing_report_list
    first = listed()
    assert len(first) == PAGE
    catalogue.trusted.action.mingjing_report_delete(id=first[-1]["id"])
    rest = listed(after_at=first[-1]["at"], after_id=first[-1]["id"])
    assert len({r["text"] for r in [*first, *rest]}) == PAGE + 3
    assert listed(after_at=rest[-1]["at"], after_id=rest[-1]["id"]) == []


def test_a_dataset_that_nobody_looks_after_leaves_room_for_the_others(tmp_path: Path) -> None:
    holding = Holding(tmp_path / "root")
    try:
        with holding.changing() as change:
            rows = [(f"{n:016x}", f"other-{n // (MOST_WAITING - 1)}", "x") for n in range(MOST_OF_ALL - 2)]
            change.connection.executemany("INSERT INTO report VALUES (?, ?, 'error', ?, '2026')", rows)
        assert keep(holding, "other-0", "error", "x")
        assert keep(holding, "other-0", "error", "x") is None
        assert keep(holding, "ours", "error", "x")
        assert keep(holding, "ours", "error", "x") is None
    finally:
        holding.close()
