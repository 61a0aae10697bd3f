"""A canary is found and forgotten: it stands in no hit, count, redacted table, map or report, whatever is scanned."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.table import Reading, TextPart
from redaction import engine, texts
from redaction.canary import Canary, canaries
from redaction.hit_files import parts, read_parts
from redaction.lens import open_lens
from redaction.redact import redact_reading, residue
from redaction.report import scan_json, scan_lines
from redaction.scan import coverage, scan_reading
from tests.personal_data import PACKS, card, id18, reading
from tests.tables import table_from_rows

LENS = open_lens(PACKS)
HEADERS = ("备注", "身份证号", "收款账号", "金额", "联系电话")
CELL = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from([id18(), f"见{id18()}。", "13900000000", card(), "1301**********0000", "a@example.org", "1234.50"]),
)


@contextmanager
def watched() -> Iterator[list[Canary]]:
    """Every canary that is planted meanwhile."""
    planted: list[Canary] = []

    def watch(*where: Any) -> tuple[Canary, ...]:
        made = canaries(*where)
        planted.extend(made)
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "canaries", watch)
        patch.setattr(texts, "canaries", watch)
        yield planted


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.lists(st.tuples(*[CELL] * len(HEADERS)), max_size=4),
    seed=st.text("abcdef0123456789", min_size=1, max_size=8),
)
def test_canary_is_never_output_nor_counted(rows: list[tuple[str | None, ...]], seed: str) -> None:
    with TemporaryDirectory() as folder, watched() as planted:
        into = Path(folder)
        table = table_from_rows(into, "t", [dict(zip(HEADERS, r, strict=True)) for r in rows], columns=HEADERS)
        source = reading(table, parts=[TextPart("comment", "B2", "手机13900000003")])
        told, counted = everything_told(source, into, seed)
        assert len(planted) > len(LENS.recognisers)
        for one in planted:
            assert one.text not in told
            assert one.text[slice(*one.span)] not in told or one.text[slice(*one.span)] in str(rows)
        assert counted == hits_without_canaries(rows)


def everything_told(source: Reading, into: Path, seed: str) -> tuple[str, int]:
    """All that a scan and a redaction put out, as text, and the number of hits in cells."""
    scan = scan_reading(source, PACKS, contract=None, header_map={}, hits_dir=into / "h", seed=seed, file_name="a.csv")
    census = {t.name: (t.rows, len(t.columns)) for t in source.tables}
    certificate, lost = coverage(source, scan, census)
    assert certificate.complete
    done = redact_reading(source, scan, PACKS, into=into)
    left = residue(done.tables, PACKS, None)
    report = [scan_json(source, scan, certificate, file="a.csv"), *scan_lines(scan)]
    hits = pl.concat([part for t in scan.tables.values() for part in read_parts(t.hits)], how="vertical_relaxed")
    cells = [pl.read_parquet(t.path).to_dicts() for t in done.tables.values()]
    files = [p.read_bytes().decode("utf-8", "replace") for p in into.rglob("*.parquet")]
    found = [f.to_dict() for f in (*scan.findings, *lost, *left)]
    told = [certificate.to_dict(), done.map, report, found, hits.to_dicts(), cells]
    assert sum(f.count for f in scan.findings if f.places and f.places[0].source == "cell") == hits.height
    return json.dumps(told, ensure_ascii=False, default=str) + "".join(files), hits.height


def hits_without_canaries(rows: list[tuple[str | None, ...]]) -> int:
    """The same cells looked at one by one."""
    reported = LENS.rules.scores.reported
    count = 0
    for column, header in enumerate(HEADERS):
        found = LENS.find([r[column] or "" for r in rows], LENS.column(header))
        count += sum(s.score >= reported for spans in found for s in spans or ())
    return count


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(CELL, min_size=1, max_size=5), st.integers(0, 99), st.integers(100, 199))
def test_seed_of_the_canaries_changes_nothing_that_is_told(cells: list[str | None], one: int, two: int) -> None:
    with TemporaryDirectory() as folder:
        source = reading(table_from_rows(Path(folder), "t", [{"备注": c} for c in cells]))
        first, second = (everything_told(source, _made(Path(folder) / str(n)), str(n))[1] for n in (one, two))
        assert first == second
        hits = [[p.path.read_bytes() for p in parts(Path(folder) / str(n) / "h" / "0")] for n in (one, two)]
        assert hits[0] == hits[1]


def _made(path: Path) -> Path:
    path.mkdir()
    return path
