"""Signing in and out: constant answers, slow-down, CSRF, cookies, headers, languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.console_visits import HAN, text_of, visit
from tests.review_desk import PASSWORD, events


def sign_in(client: Any, name: str, password: str, **more: str) -> Any:
    return client.post("/sign-in", {"username": name, "password": password, **more})


def without_tokens(page: Any, *names: str) -> str:
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page.content.decode())
    for name in names:
        text = text.replace(name, "")
    return text


def test_everything_leads_to_the_sign_in_and_back(console: Path) -> None:
    client = visit(None)
    asked = client.get("/releases?q=x")
    assert (asked.status_code, asked["Location"]) == (302, "/sign-in?next=%2Freleases%3Fq%3Dx")
    page = sign_in(client, "sec", PASSWORD, next="/releases?q=x")
    assert (page.status_code, page["Location"]) == (302, "/releases?q=x")
    assert client.get("/releases").status_code == 200
    assert events()[-1] == "signed-in"


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_never_sent_to_another_site(console: Path, to: str) -> None:
    assert sign_in(visit(None), "sec", PASSWORD, next=to)["Location"] == "/"


def test_unknown_and_wrong_are_answered_alike(console: Path) -> None:
    wrong, unknown = sign_in(visit(None), "sec", "wrong password"), sign_in(visit(None), "nobody1", "wrong password")
    assert wrong.status_code == unknown.status_code == 200
    assert without_tokens(wrong, 'value="sec"') == without_tokens(unknown, 'value="nobody1"')
    assert "用户名或密码不对" in wrong.content.decode()
    assert "wrong password" not in wrong.content.decode()


def test_five_failures_lock_the_name_out_for_a_while(console: Path) -> None:
    for _ in range(5):
        sign_in(visit(None), "sec", "wrong password")
    assert sign_in(visit(None), "sec", PASSWORD).status_code == 200
    assert sign_in(visit(None), "chief", PASSWORD).status_code == 302


def test_sign_out_ends_the_session(console: Path) -> None:
    client = visit(None)
    sign_in(client, "sec", PASSWORD)
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out").status_code == 302
    assert client.get("/queue").status_code == 302


def test_closed_account_and_changed_password_end_the_session(console: Path) -> None:
    from review import desk

    first, second = visit("sec"), visit("conf")
    assert first.get("/queue").status_code == second.get("/queue").status_code == 200
    desk.close_user("sec")
    desk.set_password("conf", PASSWORD + "!")
    assert first.get("/queue").status_code == second.get("/queue").status_code == 302


def test_forgery_is_refused(console: Path) -> None:
    from django.test import Client

    client = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    page = sign_in(client, "sec", PASSWORD)
    assert page.status_code == 403
    assert "没有记录" in page.content.decode()


def test_headers_cookies_and_no_inline_code(console: Path) -> None:
    client = visit(None)
    sign_in(client, "sec", PASSWORD)
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    page = client.get("/queue")
    assert page["Content-Security-Policy"].startswith("default-src 'self'")
    assert "unsafe" not in page["Content-Security-Policy"]
    assert (page["X-Frame-Options"], page["Cache-Control"]) == ("DENY", "no-store")
    assert not re.search(r"<script(?! src=\"/static/)|<style|\son\w+=|\sstyle=", page.content.decode())


def test_behind_https_cookies_are_secure_and_hsts_is_said(console: Path) -> None:
    from review.settings import settings

    made = settings(console, None, debug=False, tls=True, time_zone="Asia/Shanghai", hosts=["desk.example.gov.cn"])
    assert made["SESSION_COOKIE_SECURE"]
    assert made["CSRF_COOKIE_SECURE"]
    assert made["SECURE_HSTS_SECONDS"] > 0
    assert "desk.example.gov.cn" in made["ALLOWED_HOSTS"]


def test_strange_host_is_refused(console: Path) -> None:
    assert visit("sec").get("/queue", headers={"host": "evil.example"}).status_code == 400


def test_language_is_switched_and_kept(console: Path) -> None:
    client = visit("sec")
    assert 'lang="zh-CN"' in client.get("/queue").content.decode()
    assert client.post("/language", {"language": "en", "next": "/queue"})["Location"] == "/queue"
    page = client.get("/queue")
    assert 'lang="en"' in page.content.decode()
    assert not HAN.findall(text_of(page))


def test_health_and_readiness_need_nobody(console: Path) -> None:
    assert visit(None).get("/health").content == b"ok\n"
    assert visit(None).get("/ready").content == b"ready\n"
    from review.console import outside

    outside._given.clear()
    assert visit(None).get("/ready").status_code == 503


def test_static_files_need_no_collecting(console: Path) -> None:
    from django.contrib.staticfiles.views import serve
    from django.test import RequestFactory

    for name in ("console/look.css", "console/mark.svg", "admin/css/base.css"):
        answer = serve(RequestFactory().get(f"/static/{name}"), name, insecure=True)
        assert b"".join(answer.streaming_content), name  # type: ignore[attr-defined]  # a FileResponse
        answer.close()
