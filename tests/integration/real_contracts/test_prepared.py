"""Real files through every step of a preparation: their natural defects are found, others are not invented."""

from __future__ import annotations

import importlib.util
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from domain.contract_file import load_contract
from domain.finding import Severity
from flows import prepare_steps as steps
from flows.library import read_packs
from flows.stores import Stores
from storage.filesystem import FileStore

HERE = Path(__file__).parent
SAMPLES = Path(__file__).parents[4] / "shared" / "samples"
CASES: list[dict[str, Any]] = YAML(typ="safe").load((HERE / "expected.yaml").read_text("utf-8"))["files"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"real sample files are absent: {SAMPLES.name}"),
]


def _source(case: dict[str, Any], tmp_path: Path) -> Path:
    path = SAMPLES / case["file"]
    if not case.get("derive"):
        return path
    spec = importlib.util.spec_from_file_location("flatten", HERE / "flatten.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.flatten_celma(path, tmp_path / "celma.csv")
    return tmp_path / "celma.csv"


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{Path(c['file']).stem}-{c['contract'].removesuffix('.yaml')}")
def test_prepare_finds_natural_defects_and_no_others(case: dict[str, Any], tmp_path: Path) -> None:
    contract = load_contract((HERE / case["contract"]).read_text("utf-8"), case["contract"])
    contract = contract.model_copy(update={"deadlines": ()})  # nobody knows when these files were formed
    packs = read_packs(None)
    stores = Stores(FileStore(tmp_path / "q", private=True), FileStore(tmp_path / "r"))
    path = _source(case, tmp_path)
    with path.open("rb") as stream:
        source = stores.put(stream, name=path.name, role="source")
    place = steps.Workplace(tmp_path / "home", stores, contract, packs, date(2026, 11, 24))
    refs = tuple((p.id, p.version, p.sha256) for p in packs.refs)
    run = steps.Run(contract.id, "2007", (source,), contract.sha256, refs)
    steps.read_source(place, run)
    steps.check_tables(place, run)
    steps.redact_release(place, run, key=b"k" * 32, scope="s")
    steps.export_files(place, run, edition=1)
    manifest, findings = steps.seal(place, run, edition=1, revision=1, supersedes=None)
    found = Counter(
        (f.code, f.severity.value, f.places[0].column if f.places else None, f.count)
        for f in findings
        if f.severity in (Severity.BLOCK, Severity.HOLD)
    )
    if "only" in case:
        found = Counter({k: n for k, n in found.items() if k[0] in case["only"]})
    wanted = Counter((w["code"], w["severity"], w.get("field"), w.get("count", 1)) for w in case["findings"])
    assert _without_place(found) == _without_place(wanted)
    assert {k for k in wanted if k[2]} <= set(found)
    assert (manifest is None) == (case["status"] == "blocked")
    if manifest is not None:
        assert manifest.rows == case["rows"]


def _without_place(counts: Counter[Any]) -> Counter[Any]:
    """Codes, severities and counts; columns outside the contract have no field to be named by."""
    out: Counter[Any] = Counter()
    for (code, severity, _, count), n in counts.items():
        out[(code, severity, count)] += n
    return out
