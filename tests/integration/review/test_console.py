"""The bare admin: behind a login, read-only for everybody, each role its tables, headers on every page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.review_desk import PASSWORD, events, published


def visitor(person: str | None, password: str = PASSWORD) -> Any:
    from django.test import Client

    client = Client(SERVER_NAME="localhost")
    if person:
        client.post("/admin/login/?next=/admin/", {"username": person, "password": password})
    return client


TABLES = [
    "unit", "reasoncode", "user", "membership", "releaserecord", "findingrecord", "opening", "decisionrecord",
    "dispositionrecord", "escalationanswer", "remark", "workrequest", "ledgerentry", "look", "withdrawalanswer", "notice", "noticefor", "delivery",
]  # fmt: skip
PEOPLE = {"unit", "reasoncode", "user", "membership"}


@pytest.mark.parametrize("person", ["auditor", "admin", "chief", "op", None])
def test_tables_are_seen_by_role(home: Path, person: str | None) -> None:
    client = visitor(person)
    for table in TABLES:
        expected = {"auditor": 200, "admin": 200 if table in PEOPLE else 403}.get(person or "", 302)
        assert client.get(f"/admin/review/{table}/").status_code == expected, table


def test_nothing_can_be_written(home: Path) -> None:
    from django.apps import apps

    published()
    client = visitor("auditor")
    for table in TABLES:
        assert client.get(f"/admin/review/{table}/add/").status_code == 403
        assert client.post(f"/admin/review/{table}/add/", {}).status_code == 403
        row = apps.get_model("review", table).objects.order_by("pk").first()
        if row is None:
            continue
        page = client.get(f"/admin/review/{table}/{row.pk}/change/")
        assert page.status_code == 200
        assert b"argon2" not in page.content
        assert client.post(f"/admin/review/{table}/{row.pk}/change/", {}).status_code == 403
        assert client.post(f"/admin/review/{table}/{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_headers_and_languages(home: Path) -> None:
    client = visitor(None)
    page = client.get("/admin/login/")
    assert page["Content-Security-Policy"].startswith("default-src 'self'")
    assert page["X-Frame-Options"] == "DENY"
    assert page["Cache-Control"] == "no-store"
    assert "密码" in page.content.decode()
    assert "Password" in client.get("/admin/login/", headers={"accept-language": "en"}).content.decode()


def test_sign_in_is_in_the_ledger_and_throttled(home: Path) -> None:
    visitor("auditor")
    assert events()[-1] == "signed-in"
    for _ in range(6):
        visitor("auditor", "wrong password")
    assert events().count("refused") == 5
    assert visitor("auditor").get("/admin/").status_code == 302
    assert visitor("chief").get("/admin/").status_code == 302


def test_wsgi_and_deploy_check(home: Path) -> None:
    import os
    import subprocess
    import sys

    root = Path(__file__).resolve().parents[3]
    (home / "mingjing.toml").write_text('kind = "production"\n', "utf-8")  # without it the WSGI console doesn't start
    env = {
        **os.environ,
        "MINGJING_HOME": str(home),
        "MINGJING_TLS": "1",
        "DJANGO_SETTINGS_MODULE": "review.console.settings",
        "PYTHONPATH": str(root),
    }
    words = [sys.executable, "-m", "django"]
    checked = subprocess.run(
        [*words, "check", "--deploy", "--fail-level", "WARNING"], env=env, cwd=root, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stderr
    made = subprocess.run(
        [*words, "makemigrations", "--check", "--dry-run"], env=env, cwd=root, capture_output=True, text=True
    )
    assert made.returncode == 0, made.stdout
    code = "from review.console.wsgi import application; print(callable(application))"
    assert (
        "True"
        in subprocess.run(
            [sys.executable, "-c", code], env=env, cwd=root, capture_output=True, text=True, check=True
        ).stdout
    )


def test_what_is_its_writers_alone_is_in_no_table(home: Path) -> None:
    for person in ("auditor", "admin"):
        client = visitor(person)
        for table in ("contractdraft", "decisiondraft", "readydecision", "blindopinion", "totp"):
            assert client.get(f"/admin/review/{table}/").status_code == 404, table
