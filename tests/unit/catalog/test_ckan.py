"""Each fault of the wire and each answer of the catalogue gets its class, and no message quotes a payload or a token."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
import requests

from catalog.ckan import Catalogue, Conflict, NotThere, Session, Uncertain
from domain.errors import CatalogueRefused, CatalogueUnreachable

SECRET, VALUE = "token-4711", "payload-0815"


class Answering(Session):
    """Answers every request with what the test laid down, without a network."""

    def __init__(self, answers: list[Any]) -> None:
        super().__init__()
        self.answers, self.sent = answers, []

    def send(self, request: Any, **kwargs: Any) -> requests.Response:
        self.sent.append((request, kwargs))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        response = requests.Response()
        response.status_code, response.url, response.request = status, request.url, request
        response.raw = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
        if not isinstance(body, bytes):
            response.headers["Content-Type"] = "application/json"
        return response


def client(*answers: Any, **options: Any) -> tuple[Catalogue, Answering]:
    session = Answering(list(answers))
    options = {"sleep": lambda _seconds: None, "session": lambda: session} | options
    return Catalogue("http://catalogue.example/base", SECRET, **options), session


def error(kind: str, **fields: Any) -> dict[str, Any]:
    return {"success": False, "error": {"__type": kind, "message": VALUE, **fields}}


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (requests.exceptions.ConnectTimeout(VALUE), Uncertain),
        (requests.exceptions.ReadTimeout(VALUE), Uncertain),
        (requests.exceptions.ConnectionError(VALUE), Uncertain),
        (requests.exceptions.ChunkedEncodingError(VALUE), Uncertain),
        ((500, b"<html>"), Uncertain),
        ((503, b""), Uncertain),
        ((429, b"slow down"), Uncertain),
        ((409, error("Search Error")), Uncertain),
        ((500, error("Search Index Error")), Uncertain),
        ((200, b'{"success": tr'), Uncertain),
        ((200, {"success": True}), Uncertain),
        ((404, error("Not Found Error")), NotThere),
        ((404, b"<html>"), CatalogueRefused),
        ((301, b""), CatalogueRefused),
        ((413, b""), CatalogueRefused),
        ((403, error("Authorization Error")), CatalogueRefused),
        ((409, error("Validation Error", match=[VALUE])), Conflict),
        ((409, error("Validation Error", name=[VALUE])), Conflict),
        ((409, error("Validation Error", tags=[VALUE])), CatalogueRefused),
        ((400, error("Search Query Error")), CatalogueRefused),
        (requests.exceptions.SSLError(VALUE), CatalogueRefused),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else str(getattr(value, "__class__", ""))[-20:],
)
def test_act_sorts_faults_and_quotes_nothing(answer: Any, fault: type[Exception]) -> None:
    catalogue, _ = client(answer)
    with pytest.raises(fault) as raised:
        catalogue.act("package_create", {"title": VALUE})
    assert type(raised.value) is fault
    assert VALUE not in str(raised.value)
    assert SECRET not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def test_act_always_sets_a_time_out_and_never_follows_a_redirect() -> None:
    catalogue, session = client((200, {"success": True, "result": 1}), timeout_seconds=7, connect_seconds=3)
    assert catalogue.act("status_show", {}) == 1
    assert session.sent[0][1]["timeout"] == (3, 7)
    assert session.sent[0][1]["allow_redirects"] is False


def test_act_anonymous_sends_no_token() -> None:
    catalogue, session = client((200, {"success": True, "result": 1}))
    catalogue.act("status_show", {}, anonymous=True)
    assert SECRET not in str(session.sent[0][0].headers)
    catalogue.act("status_show", {})
    assert session.sent[1][0].headers["Authorization"] == SECRET


def test_look_tries_again_after_a_fault_and_gives_up_in_the_end() -> None:
    good = (200, {"success": True, "result": {"id": "x"}})
    catalogue, _ = client((503, b""), requests.exceptions.ReadTimeout(), good)
    assert catalogue.look("package_show", {"id": "x"}) == {"id": "x"}
    catalogue, session = client((503, b""), attempts=4)
    with pytest.raises(Uncertain):
        catalogue.look("package_show", {"id": "x"})
    assert len(session.sent) == 4


def test_wait_past_the_deadline_is_unreachable() -> None:
    catalogue, _ = client((503, b""), deadline_seconds=-1)
    with pytest.raises(CatalogueUnreachable, match="safe"):
        catalogue.look("package_show", {"id": "x"})


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("http://catalogue.example/base/f", True),
        ("http://other.example/f", False),
        ("https://catalogue.example/f", False),
    ],
    ids=["own", "other-host", "other-scheme"],
)
def test_fetch_sends_the_token_to_its_own_origin_only(url: str, sent: bool) -> None:
    catalogue, session = client((200, b"abc"))
    got = catalogue.fetch(url, anonymous=False)
    assert (got.status, got.bytes) == (200, 3)
    assert (session.sent[0][0].headers.get("Authorization") == SECRET) is sent


def test_fetch_stops_past_its_limit() -> None:
    catalogue, _ = client((200, b"x" * (5 << 20)))
    assert catalogue.fetch("http://catalogue.example/base/f", anonymous=True, limit=10).bytes <= 2 << 20


def test_here_keeps_the_path_and_takes_the_own_origin() -> None:
    catalogue, _ = client((200, b""))
    assert catalogue.here("https://data.city.gov.cn/dataset/a/f.csv") == "http://catalogue.example/dataset/a/f.csv"
