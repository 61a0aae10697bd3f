"""The second factor as pages: set up, sign in, sign; led there where the role needs it; nothing secret shown twice."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.console_visits import HAN, table_release, text_of, visit
from tests.review_desk import PASSWORD, approve, events, hash_of, published, submitted
from tests.second_factor import ask_of, code_of, enrol


@pytest.fixture(autouse=True)
def _no_role_asks_afterwards() -> Iterator[None]:
    yield
    ask_of()


def sign_in(name: str, password: str = PASSWORD, **more: str) -> tuple[Any, Any]:
    client = visit(None)
    return client, client.post("/sign-in", {"username": name, "password": password, **more})


def secret_in(page: Any) -> str:
    return re.findall(r'<span class="mono">([A-Z2-7 ]{20,})</span>', page.content.decode())[0].replace(" ", "")


def test_set_up_with_a_telephone_then_sign_with_it(console: Path) -> None:
    from review import queries

    release, client = submitted(findings=[]), visit("sec")
    assert client.post("/me/factor/begin", {"password": "wrong"}).status_code == 403
    page = client.post("/me/factor/begin", {"password": PASSWORD})
    secret, body = secret_in(page), page.content.decode()
    source = html.unescape(re.findall(r'<img class="square" src="([^"]+)"', body)[0])
    assert source.startswith("data:image/svg+xml")
    assert "img-src 'self' data:" in page["Content-Security-Policy"]
    assert page["Cache-Control"] == "no-store"
    assert not re.search(r"<script(?! src=\"/static/)|<style|\sstyle=", body)
    assert secret not in client.get("/me/factor").content.decode(), "shown once"
    refused = client.post("/me/factor/confirm", {"code": "x"})
    assert refused.status_code == 403
    assert secret not in refused.content.decode()
    done = client.post("/me/factor/confirm", {"code": code_of(secret)})
    codes = re.findall(r'<li class="mono">([a-z0-9-]+)</li>', done.content.decode())
    assert len(codes) == 10
    again = client.get("/me/factor").content.decode()
    assert "备用码还剩 10 个" in again
    assert not [c for c in (*codes, secret) if c in again]
    page = client.get(f"/releases/{release}")
    assert 'name="code"' in page.content.decode()
    said = {
        "stage": "section",
        "release_hash": hash_of(release),
        "verdict": "return",
        "reason": "口径有误",
        "password": PASSWORD,
    }
    refused = client.post(f"/releases/{release}/decide", said)
    assert refused.status_code == 403
    assert "口径有误" in refused.content.decode()
    code = code_of(secret, 1)
    client.post(f"/releases/{release}/decide", said | {"code": code})
    assert queries.show(release)["status"] == "returned"
    assert code not in client.get(f"/releases/{release}").content.decode()


def test_square_holds_what_the_telephone_needs(console: Path) -> None:
    """The picture is the otpauth address with this secret, and nothing else of the person."""
    import segno

    client = visit("sec")
    page = client.post("/me/factor/begin", {"password": PASSWORD})
    secret = secret_in(page)
    address = f"otpauth://totp/Mingjing%3Asec?secret={secret}&algorithm=SHA1&digits=6&period=30&issuer=Mingjing"
    drawn = segno.make(address, error="m").svg_data_uri(scale=5, border=3)
    assert drawn in html.unescape(page.content.decode())


def test_signing_in_asks_for_the_code_and_tells_nothing(console: Path) -> None:
    client, page = sign_in("conf")
    assert page.status_code == 302
    assert 'name="code"' not in visit(None).get("/sign-in").content.decode()
    secret, codes = enrol("sec")
    assert 'name="code"' in visit(None).get("/sign-in").content.decode()
    pages = [sign_in("sec", *said)[1] for said in ((), ("wrong password",))]
    assert [p.status_code for p in pages] == [200, 200]
    plain = [re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", p.content.decode()) for p in pages]
    assert plain[0] == plain[1]
    client, page = sign_in("sec", code=code_of(secret, 1))
    assert page.status_code == 302
    assert client.get("/queue").status_code == 200
    assert sign_in("sec", code=code_of(secret, 1))[1].status_code == 200, "used before"
    assert sign_in("sec", code=codes[0])[1].status_code == 302
    assert sign_in("conf")[1].status_code == 302
    raw = visit(None).post("/admin/login/?next=/admin/", {"username": "sec", "password": PASSWORD})
    assert (raw.status_code, raw["Location"]) == (302, "/sign-in?next=%2Fadmin%2F"), "raw records ask for it too"
    assert "sessionid" not in raw.cookies


@pytest.mark.parametrize("person", ["chief", "auditor", "admin"])
def test_whoever_needs_one_is_led_to_set_it_up(console: Path, person: str) -> None:
    from review import queries

    release = approve(submitted(findings=[]), upto="chief")
    ask_of("releasing_chief", "auditor", "administrator")
    client, page = sign_in(person)
    assert page.status_code == 302
    for where in (
        "/",
        "/queue",
        f"/releases/{release}",
        "/people",
        "/me",
        "/admin/",
        "/ledger",
        f"/releases/{release}/evidence.zip",
    ):
        answer = client.get(where)
        assert (answer.status_code, answer["Location"]) == (302, "/me/factor"), where
    said = {"stage": "chief", "release_hash": hash_of(release), "verdict": "approve", "password": PASSWORD}
    assert client.post(f"/releases/{release}/decide", said)["Location"] == "/me/factor"
    assert queries.show(release)["status"] == "in_review"
    page = client.get("/me/factor")
    assert "您的职责须用动态口令" in text_of(page)
    secret = secret_in(client.post("/me/factor/begin", {"password": PASSWORD}))
    client.post("/me/factor/confirm", {"code": code_of(secret)})
    assert client.get("/" if person == "admin" else "/notices").status_code in (200, 302)
    assert client.get("/notices").status_code == 200
    assert visit("sec").get("/queue").status_code == 200, "others aren't asked"


def test_hide_now_asks_for_the_code(console: Path) -> None:
    from review import queries

    release = published(findings=[])
    secret, _ = enrol("chief")
    client = visit("chief")
    assert 'name="code"' in client.get(f"/releases/{release}/hide").content.decode()
    said = {"reason": "数据有误，更正后再公开", "release_hash": hash_of(release), "password": PASSWORD}
    assert client.post(f"/releases/{release}/withdraw", said).status_code == 403
    from tests.integration.review.test_factors import wait_out

    wait_out("chief")
    client.post(f"/releases/{release}/withdraw", said | {"code": code_of(secret, 1)})
    assert queries.show(release)["status"] == "withdrawn"


def test_administrator_takes_one_away(console: Path) -> None:
    from review.factors import is_enrolled

    enrol("sec")
    assert visit("sec2").post("/people/factor", {"username": "sec"}).status_code == 403
    assert is_enrolled("sec")
    page = visit("admin").post("/people/factor", {"username": "sec"}, follow=True)
    assert "动态口令已撤销" in text_of(page)
    assert not is_enrolled("sec")
    assert visit("admin").post("/people/factor", {"username": "sec"}).status_code == 400
    assert events()[-2:] == ["factor-reset", "refused"]


def test_raw_records_show_no_secrets(console: Path) -> None:
    from django.contrib import admin

    enrol("sec")
    client = visit("auditor")
    assert client.get("/admin/").status_code == 200
    assert {m._meta.app_label for m in admin.site._registry} == {"review"}
    for where in ("otp_totp/totpdevice", "otp_static/staticdevice", "review/totp", "auth/group"):
        assert client.get(f"/admin/{where}/").status_code == 404, where


def test_english(console: Path) -> None:
    table_release()
    client = visit("sec", "en")
    pages = [client.get("/me/factor"), client.post("/me/factor/begin", {"password": PASSWORD})]
    pages.append(client.post("/me/factor/confirm", {"code": code_of(secret_in(pages[1]))}))
    pages += [client.get("/me/factor"), client.get("/queue"), visit(None, "en").get("/sign-in")]
    for page in pages:
        assert HAN.findall(text_of(page)) == []
