"""What Great Expectations needs for others' expectations waits, changes no result, and is whole when somebody uses it."""

import json
import subprocess
import sys
from pathlib import Path

from tests.tables import table_from_rows

IN_A_PROCESS = """
import json, sys, warnings
from checks.quality.run import run_quality
from domain.table import TableInfo
from tests.made_contract import made_contract

contract = made_contract([
    {"name": "x", "type": "number", "constraints": {"minimum": 1, "unique": True}},
    {"name": "y", "constraints": {"required": True, "pattern": "[ab]"}},
])
table = {"main": TableInfo("main", sys.argv[1], ("x", "y"), 4)}
found = lambda: [(f.code, f.count, [p.row for p in f.places]) for f in run_quality(table, contract)]
waiting = lambda: [n for n in ("scipy.optimize", "altair.vegalite") if n not in sys.modules]

first, waited = found(), waiting()
import great_expectations as gx, pandas
from scipy import stats
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    frame = pandas.DataFrame({"v": ["a"] * 50 + ["b"] * 50})
    batch = gx.get_context(mode="ephemeral").data_sources.add_pandas("p").add_dataframe_asset("v").add_batch_definition_whole_dataframe("w").get_batch({"dataframe": frame})
    far = gx.expectations.ExpectColumnKLDivergenceToBeLessThan(column="v", partition_object={"values": ["a", "b"], "weights": [0.9, 0.1]}, threshold=0.1)
    result = batch.validate(far)
    import altair
    chart = altair.Chart(frame).mark_bar().to_dict(validate=False)["mark"]["type"]
print(json.dumps([first, found(), waited, waiting(), result.success, round(result.result["observed_value"], 3), round(stats.norm.cdf(0), 3), chart]))
"""  # fmt: skip


def test_what_is_put_off_waits_and_changes_no_result(tmp_path: Path) -> None:
    rows = [{"x": "1", "y": "a"}, {"x": "0", "y": "c"}, {"x": "2", "y": None}, {"x": "2", "y": "b"}]
    table = table_from_rows(tmp_path, "main", rows)
    words = [sys.executable, "-c", IN_A_PROCESS, str(table.path)]
    done = subprocess.run(words, cwd=Path(__file__).parents[3], capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    first, again, waited, waiting, near, divergence, half, chart = json.loads(done.stdout)
    assert first == again
    assert sorted(first) == [["value-missing", 1, [3]], ["value-not-unique", 2, [3, 4]], ["value-out-of-range", 1, [2]], ["value-pattern", 1, [2]]]  # fmt: skip
    assert waited == ["scipy.optimize", "altair.vegalite"]
    assert (waiting, near, divergence, half, chart) == ([], False, 0.511, 0.5, "bar")
