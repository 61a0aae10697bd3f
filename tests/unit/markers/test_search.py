"""The search for marks can fail: it finds every planted value and piece in every dress, and nothing in hashes and clocks."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.markers import Mark, Search, made

DRESSES: dict[str, Callable[[str], bytes]] = {
    "utf-8": lambda t: f"error near {t}!".encode(),
    "utf-16-le": lambda t: f"error near {t}!".encode("utf-16-le"),
    "utf-16-be": lambda t: f"x error near {t}!".encode("utf-16-be"),
    "utf-16-odd": lambda t: b"\x01" + f"error near {t}!".encode("utf-16-le"),
    "gb18030": lambda t: b"\xff" + t.encode("gb18030"),
    "json-escaped": lambda t: json.dumps({"error": t}).encode(),
    "json-escaped-twice": lambda t: json.dumps(json.dumps({"error": t})).encode(),
    "bytes-repr": lambda t: repr(t.encode()).encode(),
    "percent": lambda t: "".join(f"%{b:02X}" for b in t.encode()).encode(),
    "entities": lambda t: "".join(f"&#{ord(c)};" for c in t).encode(),
    "gzip": lambda t: gzip.compress(t.encode()),
    "base64-in-json": lambda t: json.dumps({"result": base64.b64encode(b"\x80" * 40 + t.encode()).decode()}).encode(),
}


def _pieces(mark: Mark) -> list[str]:
    return [*mark.values, mark.number[3:9], mark.phone[-6:], mark.phrase[4:8], mark.word[5:11]]


@pytest.mark.parametrize("dress", DRESSES)
def test_search_finds_every_value_and_piece(dress: str) -> None:
    search = Search()
    mark = search.mark("case")
    missed = [n for n, piece in enumerate(_pieces(mark)) if search.in_bytes(DRESSES[dress](piece)) != {"case"}]
    assert not missed


def test_search_finds_marks_in_archive_and_parquet(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    search = Search()
    mark = search.mark("case")
    pq.write_table(pa.table({"a": [mark.phrase] * 50}), tmp_path / "a.parquet", compression="zstd")
    pq.write_table(pa.table({mark.number: ["a"]}), tmp_path / "b.parquet", compression="zstd")
    for name in ("a", "b"):
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(tmp_path / f"{name}.parquet", "deep/inside")
    found = search.in_files(tmp_path, apart=())
    assert found == {f"{n}.{e}": {"case"} for n in "ab" for e in ("parquet", "zip")}


def test_search_finds_a_planted_log_line_and_row_once(tmp_path: Path) -> None:
    search = Search()
    mark = search.mark("case")
    log, base = tmp_path / "runner.log", tmp_path / "prefect.db"
    log.write_text("quiet\n")
    with sqlite3.connect(base) as database:
        database.execute("create table state (message text, data blob)")
        database.execute("insert into state values ('quiet', x'00')")
    assert search.in_files(tmp_path, apart=()) == {}
    with log.open("a") as out:
        out.write(f"could not convert {mark.number[:7]} to INT\n")
    with sqlite3.connect(base) as database:
        database.execute("insert into state values (?, ?)", ("failed", mark.phrase.encode("utf-16-le")))
    database.close()
    assert search.in_files(tmp_path, apart=()) == {"runner.log": {"case"}, "prefect.db": {"case"}}
    assert search.in_files(tmp_path, apart=()) == {}
    assert search.in_files(tmp_path, apart=(), all_bytes=True) == {"runner.log": {"case"}, "prefect.db": {"case"}}
    assert search.in_files(tmp_path, apart=("run", "pre"), all_bytes=True) == {}


def test_search_finds_marks_in_a_file_name(tmp_path: Path) -> None:
    search = Search()
    (tmp_path / f"{search.mark('case').phrase}.txt").write_text("quiet")
    assert list(search.in_files(tmp_path, apart=()).values()) == [{"case"}]


def test_search_takes_no_hash_or_moment_for_a_mark() -> None:
    search = Search()
    for n in range(60):
        search.mark(f"case {n}")
    lines = [hashlib.sha256(bytes([n % 256, n >> 8])).hexdigest() for n in range(20_000)]
    lines += [f"2026-11-26T14:54:29.{n * 49:06d}Z took {n / 7000}" for n in range(20_000)]
    assert search.in_text("\n".join(lines)) == set()


def test_marks_differ_from_case_to_case_and_are_shaped_as_what_they_stand_for() -> None:
    from redaction.recognisers import cn_id18

    one, other = made("one"), made("other")
    assert cn_id18.is_valid(one.number)
    assert not set(one.values) & set(other.values)
    assert len(one.phrase) == 12
    assert one == made("one")
