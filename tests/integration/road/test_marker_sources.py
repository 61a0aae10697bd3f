"""A source that fails, and a catalogue that refuses, may say what they like: none of it is repeated."""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.marked_city import DATASET, MarkedCity, ends
from tests.markers import Mark
from tests.sources import Web, web_server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with web_server() as server:
        yield server


def _not_a_database(m: Mark, folder: Path, _: Web) -> str:
    (folder / "x.sqlite").write_text(f"{m.phrase}{m.number}" * 100, "utf-8")
    return f"sqlite:///{folder}/x.sqlite"


def _binary_value(m: Mark, folder: Path, _: Web) -> str:
    with sqlite3.connect(folder / "b.sqlite") as base:
        base.execute("create table rows (编码 text, 备注 blob)")
        base.execute("insert into rows values (?, ?)", (m.word, m.phrase.encode() + b"\xff"))
    base.close()
    return f"sqlite:///{folder}/b.sqlite"


SOURCES = {
    "http-credentials": lambda m, _, web: f"http://user:{m.word}@127.0.0.1:{web.port}/x.csv",
    "http-404": lambda m, _, web: web.serve(f"/{m.case[:4]}", m.phrase.encode(), "404 Not Found") + f"?token={m.word}",
    "http-redirect": lambda m, _, web: web.serve("/away", b"", "302 Found", f"Location: http://u:{m.word}@127.0.0.1/x"),
    "http-no-url": lambda m, _, web: f"http://[{m.word}]:x/{m.number}",
    "sql-password": lambda m, _, web: f"postgresql+psycopg://user:{m.word}@127.0.0.1:{web.port}/city",
    "sql-no-url": lambda m, _, web: f"postgresql://user:{m.word}@127.0.0.1:port/city",
    "sql-no-database": _not_a_database,
    "sql-binary-value": _binary_value,
    "s3-refused": lambda m, _, web: "s3://bucket/list.csv",
    "no-such-file": lambda m, folder, _: str(folder / "absent.csv"),
    "no-such-scheme": lambda m, folder, _: f"{m.word}://{m.number}",
}


@pytest.mark.parametrize("source", SOURCES)
def test_source_that_fails_is_named_and_silent(marked: MarkedCity, web: Web, source: str, tmp_path: Path) -> None:
    mark = marked.search.mark(f"source {source}")
    with _sql_table(marked, source):
        answer = marked.prepare(SOURCES[source](mark, tmp_path, web))
    assert answer.status == 2, (answer.stderr, answer.stdout)
    ends(marked, answer)
    assert not list((marked.home / "store" / "quarantine").rglob("*.part"))


@contextmanager
def _sql_table(city: MarkedCity, source: str) -> Iterator[None]:
    """The contract names a table while a database is asked."""
    path = city.home / "datasets" / "finance" / "marked.yaml"
    text = path.read_text("utf-8")
    if source.startswith("sql"):
        path.write_text(text.replace("review:", "source: {table: rows}\nreview:", 1), "utf-8")
    try:
        yield
    finally:
        path.write_text(text, "utf-8")


def _in_evidence(city: MarkedCity, bundle: Path) -> dict[str, set[str]]:
    """Members that hold marks; the rules among them are full of six-digit codes of their own."""
    with zipfile.ZipFile(bundle) as archive:
        names = [n for n in archive.namelist() if not n.startswith("packs/")]
        return {n: found for n in names if (found := city.search.in_bytes(n.encode() + b"\n" + archive.read(n)))}


class _Echo(dict[str, bytes]):
    """Every address answers with one refusal."""

    answer = b""

    def get(self, _: str, default: object = None) -> bytes:  # type: ignore[override]  # one answer for all
        return self.answer


REFUSALS = {
    "409-validation": ("409 Conflict", "application/json", '{"success": false, "error": {"__type": "Validation Error", "title": ["%s"], "%s": ["%s"], "message": "%s"}}'),
    "403-denied": ("403 Forbidden", "application/json", '{"success": false, "error": {"__type": "Authorization Error", "message": "%s %s %s %s"}}'),
    "400-page": ("400 Bad Request", "text/html", "<html>%s %s %s %s</html>"),
    "200-nonsense": ("200 OK", "application/json", '{"result": "%s %s %s %s"}'),
}  # fmt: skip


@pytest.fixture(scope="module")
def approved(marked: MarkedCity) -> str:
    return marked.approved()


@pytest.mark.parametrize("kind", ["409-validation", "403-denied", "400-page"])
def test_catalogue_that_refuses_and_echoes_is_silent(marked: MarkedCity, approved: str, web: Web, kind: str) -> None:
    mark = marked.search.mark(f"catalogue {kind}")
    status, media_type, body = REFUSALS[kind]
    said = (body % mark.values).encode()
    echo = _Echo()
    echo.answer = (
        f"HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {len(said)}\r\n\r\n".encode() + said
    )
    settings = marked.home / "mingjing.toml"
    kept, web_answers = settings.read_text("utf-8"), web.answers
    settings.write_text(kept.replace('catalogue_url = ""', f'catalogue_url = "{web.url("")}"'), "utf-8")
    web.answers = echo  # type: ignore[assignment]  # a mapping that answers everything
    try:
        for words in (("publish", approved, "--json"), ("publish", approved, "--dry-run")):
            answer = marked.call(*words)
            assert answer.status == (1 if "--json" in words else 0), answer.stderr
            ends(marked, answer)
    finally:
        settings.write_text(kept, "utf-8")
        web.answers = web_answers
    shown = marked.call("show", approved, "--json")
    assert shown.json["status"] == "approved"
    ends(marked, shown)


@pytest.mark.parametrize("fault", ["publish", "published", "approval", "show", "plan"])
def test_fault_while_publishing_is_named_and_silent(marked: MarkedCity, approved: str, fault: str) -> None:
    mark = marked.search.mark(f"publish {fault}")
    more = ("--dry-run",) if fault == "plan" else ("--json",)
    answer = marked.call("publish", approved, *more, fault=fault, text=" ".join(mark.values))
    assert answer.status == 3, answer.stderr
    ends(marked, answer)
    assert marked.status_of(approved) == "approved"


def test_catalogue_and_desk_are_whole_after_all_faults(marked: MarkedCity, approved: str, tmp_path: Path) -> None:
    done = marked.call("publish", approved, "--json")
    assert done.json[0]["status"] == "published", done.stderr
    mark = marked.search.mark("after publication")
    for fault, words in (
        ("inspect", ("inspect", approved)),
        ("evidence", ("evidence", "export", approved, "--out", str(tmp_path / "e.zip"))),
    ):
        answer = marked.call(*words, fault=fault, text=" ".join(mark.values))
        assert answer.status == 3
        ends(marked, answer)
    withdrawal = ("withdraw", approved, "--reason", "演示")
    answer = marked.signed(*withdrawal, user="finance_chief", fault="withdraw", text=" ".join(mark.values))
    assert answer.status == 3, answer.stderr
    ends(marked, answer)
    assert marked.call("ledger", "verify", "--json").json["ok"] is True
    for release in marked.call("releases", "--json").json:
        if release["release_hash"]:
            out = tmp_path / f"{release['release']}.zip"
            assert marked.call("evidence", "export", release["release"], "--out", str(out)).status == 0
            assert not (leaks := _in_evidence(marked, out)), leaks
    assert marked.call("datasets", "--json").status == 0
    assert DATASET in marked.call("datasets", "--json").stdout
