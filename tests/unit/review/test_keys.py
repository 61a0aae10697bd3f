"""Keys are made once, closed to others, and a signature is for one purpose."""

from pathlib import Path

import pytest

from domain.errors import HomeInvalid, UsageInvalid
from review import keys
from review.settings import database
from review.texts import clean


def test_create_keys_once_and_private(tmp_path: Path) -> None:
    public = keys.create_keys(tmp_path)
    before = {p.name: p.read_bytes() for p in (tmp_path / "keys").iterdir()}
    assert keys.create_keys(tmp_path) == public == keys.public_key(tmp_path)
    assert {p.name: p.read_bytes() for p in (tmp_path / "keys").iterdir()} == before
    assert {p.stat().st_mode & 0o777 for p in (tmp_path / "keys").iterdir()} == {0o600}
    assert len(keys.pseudonym_key(tmp_path)) == 32


@pytest.mark.parametrize("name", [keys.SIGNING, *keys.SECRETS])
def test_key_missing_damaged_or_open(tmp_path: Path, name: str) -> None:
    keys.create_keys(tmp_path)
    path = tmp_path / "keys" / name
    for spoil in (lambda: path.chmod(0o644), lambda: path.write_text("abcd"), path.unlink):
        spoil()
        with pytest.raises(HomeInvalid):
            keys._secret(tmp_path, name)
        if path.exists():
            path.chmod(0o600)


def test_signature_is_for_one_purpose_and_text(tmp_path: Path) -> None:
    public = keys.create_keys(tmp_path)
    signature = keys.sign(tmp_path, "a", b"text")
    assert keys.is_signed(public, "a", b"text", signature)
    for other in (
        ("b", b"text", signature),
        ("a", b"texts", signature),
        ("a", b"text", "zz"),
        ("a", b"text", "00" * 64),
    ):
        assert not keys.is_signed(public, *other)
    assert not keys.is_signed("00", "a", b"text", signature)


def test_database_of_url(tmp_path: Path) -> None:
    assert database(tmp_path, None)["NAME"] == str(tmp_path / "platform.sqlite3")
    found = database(tmp_path, "postgresql+psycopg://u%40x:p%2F@db.example:5433/ming?sslmode=require")
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "u@x",
        "p/",
        "db.example",
        "5433",
        "ming",
    )
    assert found["OPTIONS"]["sslmode"] == "require"
    for wrong in ("mysql://h/d", "postgresql://h/", "nonsense"):
        with pytest.raises(UsageInvalid):
            database(tmp_path, wrong)


@pytest.mark.parametrize("text", ["1" * 11, "13 9123 45678", "1101-0119-9003-0700-0X", "x" * 2001])
def test_clean_refuses_long_numbers_and_texts(text: str) -> None:
    with pytest.raises(UsageInvalid):
        clean(text, "a reason")


@pytest.mark.parametrize("text", ["石保函〔2026〕8号，第十四条", "2026-11-24 第 3 列", "0371-123456"])
def test_clean_keeps_opinions(text: str) -> None:
    assert clean(f" {text} ", "a reason") == text
