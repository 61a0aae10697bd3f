"""A contract's own examples, run through the real checks: its YAML carries its test.

An example states exactly the block and hold findings that its made-up rows must give, no more and no fewer.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from domain.canonical import sha256_hex
from domain.contract import Contract, Example, TableSpec
from domain.finding import Finding, Place, Severity
from domain.pack import Packs
from domain.table import ROW_ORIGIN, Reading, TableInfo
from flows.declared import declared_faults
from flows.home import MARK, Home, home_path, open_home
from flows.library import read_contract, read_packs
from flows.prepare_steps import release_dates

COUNTED = (Severity.BLOCK, Severity.HOLD)
EXAMPLE_DAY = date(2026, 11, 24)


def example_table(example: Example, spec: TableSpec, into: Path) -> TableInfo:
    """The example's rows as a fitted table; fields that no row names are absent cells."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = [f.name for f in spec.fields]
    columns = {n: pa.array([row.get(n) for row in example.rows], pa.string()) for n in names}
    columns[ROW_ORIGIN] = pa.array(range(2, len(example.rows) + 2), pa.int64())
    path = into / f"{spec.name}.parquet"
    pq.write_table(pa.table(columns), path)
    return TableInfo(spec.name, str(path), tuple(names), len(example.rows), tuple(f.title for f in spec.fields))


def run_example(contract: Contract, example: Example, packs: Packs) -> tuple[Finding, ...]:
    """Block and hold findings of one example."""
    from checks.quality.run import run_quality
    from checks.secrecy.marks import check_marks
    from checks.secrecy.negative_list import check_negative_list
    from redaction.redact import redact_tables, residue
    from redaction.scan import scan_reading

    spec = contract.table(example.table)
    with tempfile.TemporaryDirectory(prefix="mingjing-") as folder:
        into = Path(folder)
        table = example_table(example, spec, into)
        reading = Reading(sha256_hex(example.name.encode()), 0, "csv", "utf-8", (table,))
        tables, headers = {spec.name: table}, {spec.name: {f.name: f.name for f in spec.fields}}
        only = contract.model_copy(
            update={
                "tables": (spec,),
                "checks": tuple(c for c in contract.checks if c.kind != "cross" and contract.table(c.table) is spec),
            }
        )
        release_dates(example.dates)
        (into / "out").mkdir()
        scan = scan_reading(
            reading,
            packs,
            contract=only,
            header_map=headers,
            hits_dir=into / "hits",
            seed=reading.sha256,
            file_name="example",
        )
        redacted = redact_tables(tables, scan, only, packs, key=b"example" * 5, scope="example", into=into / "out")
        found = (
            *run_quality(tables, only),
            *check_marks(reading, packs, file_name="example", contract=only, today=EXAMPLE_DAY),
            *check_negative_list(reading, packs, file_name="example", contract=only),
            *scan.findings,
            *residue(redacted.tables, packs, only),
        )
    return tuple(f for f in found if f.severity in COUNTED)


def example_problems(contract: Contract, packs: Packs, examples: Sequence[Example] | None = None) -> Iterator[str]:
    """What each example (the contract's, or those given) expected and didn't get, or got and didn't expect."""
    for example in contract.examples if examples is None else examples:
        left = list(run_example(contract, example, packs))
        for wanted in example.expect:
            match = next((f for f in left if _fits(f, wanted.code, wanted.field, wanted.row, wanted.entity)), None)
            if match is None:
                where = "".join(
                    f" {k}={v}"
                    for k, v in (("field", wanted.field), ("row", wanted.row), ("entity", wanted.entity))
                    if v
                )
                yield f"{contract.id}, example “{example.name}”: expected {wanted.code}{where}, not found"
            else:
                left.remove(match)
        for extra in left:
            place = extra.places[0] if extra.places else Place()
            yield f"{contract.id}, example “{example.name}”: {extra.severity.value} {extra.code} ({extra.entity or (extra.rule.id if extra.rule else '')}) at {place.column}, row {place.row}, not expected"


def _fits(finding: Finding, code: str, field: str | None, row: int | None, entity: str | None) -> bool:
    if finding.code != code or (entity and finding.entity != entity):
        return False
    places = finding.places or (Place(),)
    return any((field is None or p.column == field) and (row is None or p.row == row) for p in places)


@dataclass(frozen=True, slots=True)
class Problem:
    """What a contract that can be read still lacks. `kind`: one of domain/fault's; `path`: the keys that lead there."""

    kind: str
    path: tuple[str | int, ...]
    what: str


def check_contract_file(file: Path, home: Path | None) -> list[str]:
    """Problems of a contract file, empty where it is good; raises ContractInvalid where it can't be parsed."""
    return [f"{file}: {p.what}" for p in contract_problems(read_contract(file), installation_at(home))]


def installation_at(home: Path | None) -> Home | None:
    """The installation that a command works in, where there is one."""
    root = home_path(home)
    return open_home(root) if (root / MARK).exists() else None


def contract_problems(contract: Contract, installation: Home | None) -> Iterator[Problem]:
    """Everything that `contract check` asks of a contract beyond its text; with an installation, whether its stages could be
    filled by today's people."""
    from checks.quality.suite import contract_faults

    packs = read_packs(installation)
    known = {r["id"] for r in packs["deadlines"].data["rules"]}
    for n, deadline in enumerate(contract.deadlines):
        if deadline.rule not in known:
            yield Problem(
                "deadline-rule", ("deadlines", n, "rule"), f"deadline rule {deadline.rule} isn't in the deadlines pack"
            )
    yield from _unknown_units(contract, {u["code"] for u in packs["units"].data["units"]})
    for path, what in declared_faults(contract, packs):
        yield Problem("personal", path, what)
    if not contract.examples:
        yield Problem("no-examples", ("examples",), "no examples; give at least one clean and one faulty example")
    for fault in contract_faults(contract):
        yield Problem("rule", ("checks",), fault)
    for n, example in enumerate(contract.examples):
        for what in example_problems(contract, packs, (example,)):
            yield Problem("example", ("examples", n), what)
    for what in _unfillable(contract) if installation else ():
        yield Problem("stages", ("review",), what)


def _unknown_units(contract: Contract, known: set[str]) -> Iterator[Problem]:
    named: dict[str, tuple[str | int, ...]] = {contract.department: ("department",)}
    for n, stage in enumerate(contract.review.stages):
        if stage.unit:
            named.setdefault(stage.unit, ("review", "stages", n, "unit"))
    for unit in sorted(set(named) - known):
        yield Problem("unit", named[unit], f"unit {unit} isn't in the units pack")


def _unfillable(contract: Contract) -> list[str]:
    from flows.platform import open_platform

    open_platform()
    from review.reading import stages_fillable

    return list(stages_fillable(contract))
