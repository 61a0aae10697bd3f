"""A million rows: memory stays bounded and every row is seen."""

import subprocess
import sys
from pathlib import Path

import pytest

MAKE_AND_CHECK = """
import sys
import pyarrow as pa, pyarrow.parquet as pq
from checks.quality.previous import compare_with_previous
from checks.quality.run import run_quality
from domain.table import TableInfo
from tests.made_contract import made_contract
from tests.memory import peak_kb

ROWS, STEP = 1_000_000, 100_000
names = ["k", "n0", "n1", "n2", "n3", "n4", "d", "s", "t", "y"]
schema = pa.schema([*((n, pa.string()) for n in names), ("__row_origin", pa.int64())])
with pq.ParquetWriter(sys.argv[1], schema) as out:
    for start in range(0, ROWS, STEP):
        r = range(start, start + STEP)
        columns = [[f"P{i:012d}" for i in r], [f"{3 * i / 100:.2f}" for i in r], *([f"{i / 100:.2f}" for i in r] for _ in range(4)),
                   [f"20{10 + i % 15}-{1 + i % 12:02d}-{1 + i % 28:02d}" for i in r], [f"项目{i}" for i in r], ["甲"] * STEP, ["2026"] * STEP]
        columns[0][0] = "P000000000000"
        out.write_table(pa.table([*map(pa.array, columns), pa.array(list(r), pa.int64())], schema=schema))
base = peak_kb()
fields = [{"name": "k", "constraints": {"required": True, "unique": True, "pattern": r"P\\d{12}"}},
          *({"name": f"n{i}", "type": "number", "constraints": {"required": True, "minimum": 0}} for i in range(5)),
          {"name": "d", "type": "date", "constraints": {"maximum": "2024-12-01"}}, {"name": "s"}, {"name": "t", "constraints": {"enum": ["乙"]}}, {"name": "y", "type": "year"}]
contract = made_contract(fields, key=["k"], checks=[{"id": "I", "kind": "identity", "expr": "n0 == n1 + n2 + n3"}])
table = TableInfo("main", sys.argv[1], tuple(names), ROWS)
for f in run_quality({"main": table}, contract):
    print(f.rule.id, f.count, f.places[-1].row)
print(len(compare_with_previous({"main": table}, {"main": table}, contract)))
print(peak_kb() // 1024)
"""


@pytest.mark.slow
def test_run_on_a_million_rows_is_bounded(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", MAKE_AND_CHECK, str(tmp_path / "big.parquet")]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=250)
    assert done.returncode == 0, done.stderr
    *found, compared, peak_mb = done.stdout.split("\n")[:-1]
    late = sum(1 for i in range(1_000_000) if i % 15 == 14 and (1 + i % 12, 1 + i % 28) > (12, 1))
    assert [line.rsplit(" ", 1)[0] for line in found] == [
        "main.k.unique 10", f"main.d.maximum {late}", "main.t.enum 1000000", "main.key 10",
    ]  # fmt: skip
    assert found[0].endswith(" 900001")
    assert compared == "0"
    assert int(peak_mb) < 1000
