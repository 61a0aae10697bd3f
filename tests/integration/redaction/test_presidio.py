"""The recognisers as Presidio holds and runs them: offline, without an engine or a model; memory bounded by the batch."""

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from redaction.detect import Recogniser, build, modules
from redaction.lens import Column, open_lens
from redaction.overlap import without_overlaps
from tests.personal_data import PACKS

ROOT = Path(__file__).parents[3]


def test_registry_holds_one_presidio_recogniser_for_each_module() -> None:
    from presidio_analyzer import PatternRecognizer, RecognizerRegistry

    held = [r.presidio for r in build(open_lens(PACKS).rules.words)]
    registry = RecognizerRegistry(recognizers=held, supported_languages=["zh"])
    assert all(isinstance(r, PatternRecognizer) for r in held)
    assert {e for r in registry.recognizers for e in r.supported_entities} == {m.ENTITY for m in modules()}


def test_lens_finds_what_presidio_finds_on_every_text() -> None:
    """Prefilters, masks and batches lose nothing: every recogniser asked on every text gives the same spans."""
    lens = open_lens(PACKS)
    draw = Random(7)
    made = [m.made_up for m in modules()]
    glue = ["", "电话", "ID", " ", "，", "x", "9", "-", "（", "身份证", "123 ", "A"]
    texts = [
        draw.choice(glue) + draw.choice(made)(draw) + draw.choice(glue) + draw.choice(made)(draw) + draw.choice(glue)
        for _ in range(1_500)
    ]
    order = {e: r.order for e, r in lens.rules.rules.items()}
    scores = lens.rules.scores
    for text, found in zip(texts, lens.find(texts, Column()), strict=True):
        everyone = lens.look(text, lens.recognisers, Column(), Recogniser.by_presidio)
        assert everyone is not None
        reported = [s for s in everyone if s.score >= scores.reported]
        assert [s for s in found or () if s.score >= scores.reported] == reported
        assert without_overlaps(reported, order, sure=scores.sure, reported=scores.reported) == reported


SCRIPT = """
import sys
from pathlib import Path
import pyarrow as pa, pyarrow.parquet as pq
from domain.table import ROW_ORIGIN, Reading, TableInfo
from redaction.redact import redact_reading, residue
from redaction.scan import scan_reading
from tests.memory import peak_kb
from tests.personal_data import PACKS, id18

into, rows = Path(sys.argv[1]), int(sys.argv[2])
names = [f"c{i}" for i in range(10)]
schema = pa.schema([*((n, pa.string()) for n in names), (ROW_ORIGIN, pa.int64())])
with pq.ParquetWriter(into / "t.parquet", schema) as writer:
    for first in range(0, rows, 20_000):
        cells = [[f"第{r}行第{n}列的文字" if (r + c) % 1000 else id18() for r in range(first, first + 20_000)] for c, n in enumerate(names)]
        writer.write_table(pa.table([*cells, list(range(first, first + 20_000))], schema=schema))
info = TableInfo("t", str(into / "t.parquet"), tuple(names), rows, tuple(names))
reading = Reading("0" * 64, 1, "csv", None, (info,))
scan = scan_reading(reading, PACKS, contract=None, header_map={}, hits_dir=into / "h", seed="s", file_name="a")
done = redact_reading(reading, scan, PACKS, into=into)
assert residue(done.tables, PACKS, None) == ()
print(sum(f.count for f in scan.findings), peak_kb() // 1024)
"""


@pytest.mark.slow
def test_scan_and_redact_need_memory_for_a_batch_and_not_for_the_file(tmp_path: Path) -> None:
    peaks = []
    for rows in (200_000, 400_000):  # two batches are in memory at once
        into = tmp_path / str(rows)
        into.mkdir()
        ran = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(into), str(rows)], capture_output=True, text=True, cwd=ROOT, check=True
        )
        found, peak = map(int, ran.stdout.split())
        assert found == rows // 100
        peaks.append(peak)
    assert peaks[1] < 900
    assert peaks[1] < peaks[0] + 200
