"""One file, looked over or redacted on its own: no installation, no release, nothing kept.

Used by `mingjing scan`, `redact` and `contract draft`. The same crafts as a release, the same completeness.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from domain.canonical import sha256_hex
from domain.contract import Contract, Limits, SourceSpec
from domain.errors import FindingBlocks, SourceUnavailable, UsageInvalid
from domain.finding import Finding, Place, Severity
from domain.pack import Packs
from domain.table import Reading, TableInfo
from flows.home import MARK, Home, home_path, open_home
from flows.library import one_contract, read_packs
from flows.prepare_steps import file_sha256
from flows.progress import announce

FORMATS = (".csv", ".xlsx", ".parquet", ".jsonl")


@dataclass(frozen=True, slots=True)
class Look:
    """A file under the lens: its reading, the packs, and the contract where one was named."""

    path: Path
    reading: Reading
    packs: Packs
    contract: Contract | None
    work: Path


def _installation(home: Path | None) -> Home | None:
    root = home_path(home)
    return open_home(root) if (root / MARK).exists() else None


@contextmanager
def looking(file: Path, *, contract: str | None, home: Path | None) -> Iterator[Look]:
    """Read the file into a private temporary directory that is gone afterwards. Raises the reader's named errors."""
    from intake.read import read

    if not file.is_file():
        raise SourceUnavailable(f"{file}: there is no such file; check the path")
    installation = _installation(home)
    agreed = one_contract(installation, contract) if contract else None
    packs = read_packs(installation)
    with tempfile.TemporaryDirectory(prefix="mingjing-") as folder:
        work = Path(folder)
        limits = agreed.limits if agreed else Limits(bytes=8 << 30, rows=100_000_000, columns=16_384, seconds=3600)
        tables = agreed.tables if agreed else ()
        spec = agreed.source if agreed else SourceSpec()
        announce("读取", 1, 3)
        reading = read(
            file, name=file.name, sha256=file_sha256(file), into=work, limits=limits, tables=tables, spec=spec
        )
        yield Look(file, reading, packs, agreed, work)


def _fields(look: Look) -> tuple[dict[str, TableInfo], dict[str, dict[str, str]], tuple[Finding, ...]]:
    from intake.fit import fit

    if look.contract is None:
        return {}, {}, ()
    fitted = fit(look.reading, look.contract, look.work)
    return dict(fitted.tables), dict(fitted.headers), fitted.findings


def look_over(file: Path, *, contract: str | None, home: Path | None) -> tuple[dict[str, Any], bool]:
    """The object that `scan --json` prints, and whether a block finding stands in it."""
    from checks.secrecy.marks import check_marks
    from checks.secrecy.negative_list import check_negative_list
    from intake.census import census
    from redaction.report import scan_json
    from redaction.scan import coverage, scan_reading

    with looking(file, contract=contract, home=home) as look:
        reading = look.reading
        _, headers, fit_findings = _fields(look)
        announce("扫描", 2, 3)
        hits = look.work / "hits"
        scan = scan_reading(
            reading,
            look.packs,
            contract=look.contract,
            header_map=headers,
            hits_dir=hits,
            seed=reading.sha256,
            file_name=file.name,
        )
        announce("核对覆盖", 3, 3)
        certificate, lost = coverage(reading, scan, census(file, reading))
        today = datetime.now(UTC).date()
        secrecy = (
            *check_marks(reading, look.packs, file_name=file.name, contract=look.contract, today=today),
            *check_negative_list(reading, look.packs, file_name=file.name, contract=look.contract),
        )
        report = scan_json(reading, scan, certificate, file=str(file))
        others = (*reading.findings, *fit_findings, *secrecy, *lost)
        report["findings"] += [line for f in others for line in lines_of(f)]
    return report, any(f["severity"] == Severity.BLOCK for f in report["findings"])


def lines_of(finding: Finding) -> Iterator[dict[str, Any]]:
    """A group as `scan --json` lines, one a place."""
    for place in finding.places or (Place(),):
        yield {
            "code": finding.code, "entity": finding.entity, "severity": finding.severity.value, "table": place.table,
            "column": place.column, "row": place.row, "start": place.start, "end": place.end, "score": finding.score,
            "valid": finding.valid, "source": place.source.value, "locator": place.locator,
        }  # fmt: skip


def redact_file(file: Path, out: Path, *, contract: str | None, home: Path | None) -> dict[str, Any]:
    """Write `out` without personal information and say what was done. Raises FindingBlocks where it can't be clean.

    With several tables and a CSV, Parquet or JSONL name, each table gets a file of its own (`out-TABLE.csv`).
    """
    from catalog.plainfile import write_tables
    from checks.secrecy.marks import check_marks
    from intake.census import census
    from redaction.redact import redact_reading, redact_tables, residue
    from redaction.scan import coverage, scan_reading

    if out.suffix.lower() not in FORMATS:
        raise UsageInvalid(f"--out must end in one of {', '.join(FORMATS)}")
    if out.exists() and out.samefile(file):
        raise UsageInvalid("--out names the file itself; the original is never written over, choose another name")
    with looking(file, contract=contract, home=home) as look:
        fitted, headers, _ = _fields(look)
        announce("脱敏", 2, 3)
        scan = scan_reading(
            look.reading, look.packs, contract=look.contract, header_map=headers, hits_dir=look.work / "hits",
            seed=look.reading.sha256, file_name=file.name,
        )  # fmt: skip
        _, lost = coverage(look.reading, scan, census(file, look.reading))
        marks = check_marks(
            look.reading, look.packs, file_name=file.name, contract=look.contract, today=datetime.now(UTC).date()
        )
        into = look.work / "redacted"
        into.mkdir()
        if look.contract:
            key = sha256_hex(look.reading.sha256.encode()).encode()  # a look, not a release: nothing to join it with
            done = redact_tables(fitted, scan, look.contract, look.packs, key=key, scope=look.reading.sha256, into=into)
        else:
            done = redact_reading(look.reading, scan, look.packs, into=into)
        announce("再查", 3, 3)
        left = residue(done.tables, look.packs, look.contract)
        stop = [f for f in (*lost, *marks, *left) if f.severity is Severity.BLOCK]
        if stop or look.reading.unread:
            reasons = ", ".join(sorted({f.code for f in stop} | ({"part-unread"} if look.reading.unread else set())))
            raise FindingBlocks(
                f"{file.name} can't be written clean ({reasons}); nothing was written, see: mingjing scan {file.name}"
            )
        titles = {f.name: f.title for t in look.contract.tables for f in t.fields} if look.contract else {}
        written = write_tables(done.tables, out, titles=titles)
        return {"file": str(file), "files": [str(w) for w in written], **summary(done.map)}


def summary(redaction_map: dict[str, Any]) -> dict[str, Any]:
    """Totals of a redaction map."""
    columns = [c for t in redaction_map["tables"].values() for c in t["columns"].values()]
    dropped = [n for t in redaction_map["tables"].values() for n, c in t["columns"].items() if c["operator"] == "drop"]
    return {
        "spans_replaced": sum(sum(c["spans"].values()) for c in columns),
        "columns_dropped": dropped,
        "map": redaction_map,
    }


def draft(file: Path, dataset: str) -> str:
    """YAML of a first contract for the file."""
    from intake.draft import draft_contract

    with looking(file, contract=None, home=None) as look:
        text: str = draft_contract(look.reading, dataset_id=dataset)
        return text
