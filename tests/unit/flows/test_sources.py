"""Sources that an operator may name: nothing without the setting, nothing beside it, no way round it."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import UsageInvalid
from flows.home import Home
from flows.sources import allowed_sources, fenced, named_source

SETTING = "https://data.example.gov.cn/files/ s3://bucket/in/"


def home(tmp_path: Path, setting: str = SETTING) -> Home:
    return Home(tmp_path / "home", console_sources=setting)


@pytest.mark.parametrize(
    "location", ["https://data.example.gov.cn/files/a.csv", "/etc/passwd", "a.csv", "s3://bucket/in/a"]
)
def test_nothing_is_taken_without_the_setting(tmp_path: Path, location: str) -> None:
    with pytest.raises(UsageInvalid):
        named_source(home(tmp_path, ""), location)


@pytest.mark.parametrize(
    "location",
    [
        "https://data.example.gov.cn/files/2026/预算.xlsx",
        "https://data.example.gov.cn/files/a.csv?token=x",
        "HTTPS://DATA.example.gov.cn/files/a.csv",
        "s3://bucket/in/2026/a.parquet",
    ],
)
def test_addresses_below_the_prefix_are_taken(tmp_path: Path, location: str) -> None:
    assert named_source(home(tmp_path), f" {location} ") == location
    assert fenced(home(tmp_path), location)[0] == location


@pytest.mark.parametrize(
    "location",
    [
        "", " ", "https://data.example.gov.cn/files/", "https://data.example.gov.cn/other/a.csv",
        "https://data.example.gov.cn/files-other/a.csv", "http://data.example.gov.cn/files/a.csv",
        "https://data.example.gov.cn:8443/files/a.csv", "https://data.example.gov.cn.evil.example/files/a.csv",
        "https://data.example.gov.cn@evil.example/files/a.csv", "https://user:pw@data.example.gov.cn/files/a.csv",
        "https://data.example.gov.cn/files/../secret.csv", "https://data.example.gov.cn/files/%2e%2e/secret.csv",
        "https://data.example.gov.cn/files/%252e%252e/secret.csv", "https://data.example.gov.cn/files/..%5csecret.csv",
        "https://data.example.gov.cn\\@evil.example/files/a.csv", "https://[::1/files/a.csv",
        "https://data.example.gov.cn:port/files/a.csv", "https://data.example.gov.cn/files/a\r\nb.csv",
        "http://169.254.169.254/latest/meta-data", "s3://other/in/a", "s3://bucket/inner/a", "s3://bucket/in/*",
        "file:///etc/passwd", "sqlite:///db", "postgresql://user@host/db", "/etc/passwd", "../../etc/passwd", "x" * 2000,
    ],
)  # fmt: skip
def test_nothing_else_is(tmp_path: Path, location: str) -> None:
    with pytest.raises(UsageInvalid):
        named_source(home(tmp_path), location)


def test_files_stay_within_the_folder(tmp_path: Path) -> None:
    inbox, outside = tmp_path / "inbox", tmp_path / "secret.csv"
    (inbox / "sub").mkdir(parents=True)
    outside.write_text("x", "utf-8")
    (inbox / "a.csv").write_text("x", "utf-8")
    (inbox / "sub" / "b.csv").write_text("x", "utf-8")
    (inbox / "link.csv").symlink_to(outside)
    (inbox / "up").symlink_to(tmp_path, target_is_directory=True)
    where = home(tmp_path, f"{SETTING} {inbox}")
    assert named_source(where, "a.csv") == named_source(where, str(inbox / "a.csv")) == str(inbox / "a.csv")
    assert fenced(where, "sub/b.csv") == ("sub/b.csv", inbox)
    for bad in ("link.csv", "up/secret.csv", "../secret.csv", str(outside), "sub", "*.csv", "gone.csv", "a.csv\0"):
        with pytest.raises(UsageInvalid):
            named_source(where, bad)
    (inbox / "a.csv").unlink()
    (inbox / "a.csv").symlink_to(outside)  # exchanged between asking and running
    with pytest.raises(UsageInvalid):
        fenced(where, str(inbox / "a.csv"))


@pytest.mark.parametrize(
    "setting", ["inbox", "http://data.example.gov.cn/", "file:///srv", "https:///x", "sqlite:///x"]
)
def test_setting_that_is_no_prefix_is_refused(tmp_path: Path, setting: str) -> None:
    with pytest.raises(UsageInvalid):
        allowed_sources(home(tmp_path, setting))
