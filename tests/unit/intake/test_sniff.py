"""What a file is: content and name must agree; everything else gets one clear refusal."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import SourceUnreadable
from tests.sent_files import read_sent, xls, xlsx

GRID = [["a", "b"], ["1", "2"]]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.xls", b"<html><table><tr><td>1</td></tr></table></html>"),
        ("a.xls", b"\xef\xbb\xbf\r\n<!DOCTYPE html><table>"),
        ("a.xls", b"<?xml version='1.0'?><Workbook/>"),
        ("a.xls", b"a,b\n1,2\n"),
        ("a.csv", b"<table><tr>"),
        ("a.csv", b"%PDF-1.7"),
        ("a.csv", b"\x1f\x8b\x08"),
        ("a.csv", b'[{"a":1}]'),
        ("a.json", b"a,b\n1,2\n"),
        ("a.parquet", b"a,b\n1,2\n"),
        ("a.pdf", b"%PDF-1.7"),
        ("a.docx", b"a,b\n1,2\n"),
    ],
)
def test_read_refuses_wrong_name(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SourceUnreadable) as refused:
        read_sent(tmp_path / name)
    assert refused.value.code == "format-mismatch"
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["a.csv", "a.xls", "a.json", "a.parquet"])
def test_read_refuses_workbook_under_other_name(tmp_path: Path, name: str) -> None:
    path = xlsx(tmp_path / "right.xlsx", ("S", GRID))
    with pytest.raises(SourceUnreadable) as refused:
        read_sent(path, name=name)
    assert refused.value.code == "format-mismatch"


def test_read_refuses_old_workbook_named_xlsx(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable) as refused:
        read_sent(xls(tmp_path / "a.xls", ("S", GRID)), name="a.xlsx")
    assert refused.value.code == "format-mismatch"


@pytest.mark.parametrize(
    ("part", "word"),
    [
        ("word/document.xml", "text document"),
        ("content.xml", "OpenDocument"),
        ("a.csv", "zip archive"),
        ("xl/workbook.bin", "xlsb"),
    ],
)
def test_read_refuses_other_archives_named_xlsx(tmp_path: Path, part: str, word: str) -> None:
    import zipfile

    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(part, "x")
    with pytest.raises(SourceUnreadable, match=word) as refused:
        read_sent(path)
    assert refused.value.code == "format-mismatch"


def test_read_name_without_ending_goes_by_content(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "right.xlsx", ("S", GRID))
    assert read_sent(path, name="upload").format == "xlsx"


def test_read_refuses_protected_modern_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import olefile

    path = xls(tmp_path / "a.xls", ("S", GRID))
    # the streams of a protected workbook, as MS-OFFCRYPTO names them; nothing here can write such a shell
    monkeypatch.setattr(olefile.OleFileIO, "listdir", lambda _: [["EncryptedPackage"], ["EncryptionInfo"]])
    with pytest.raises(SourceUnreadable) as refused:
        read_sent(path, name="a.xlsx")
    assert refused.value.code == "file-encrypted"


def test_read_refuses_encrypted_parquet(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PARE" + b"\x00" * 100)
    with pytest.raises(SourceUnreadable) as refused:
        read_sent(tmp_path / "a.parquet")
    assert refused.value.code == "file-encrypted"


def test_read_past_the_seconds_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from intake import bounds

    ticks = iter(range(0, 10_000, 50))
    real = bounds.Bounds
    monkeypatch.setattr("intake.read.Bounds", lambda limits: real(limits, clock=lambda: float(next(ticks))))
    (tmp_path / "a.csv").write_bytes(b"a,b\n1,2\n")
    with pytest.raises(SourceUnreadable, match=r"limits\.seconds"):
        read_sent(tmp_path / "a.csv", limits={"seconds": 60})
