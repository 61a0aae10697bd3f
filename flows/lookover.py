"""One file, looked over or redacted on its own: no installation, no release, nothing kept.

Used by `mingjing scan`, `redact` and `contract draft`. The same crafts as a release, the same completeness. The HTML
report is left to report/.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.canonical import sha256_hex
from domain.contract import Contract, Limits, SourceSpec
from domain.errors import FindingBlocks, SourceUnavailable, UsageInvalid
from domain.finding import Finding, Place, Severity
from domain.pack import Packs
from domain.table import Coverage, Reading, TableInfo
from flows.home import MARK, Home, home_path, open_home
from flows.library import one_contract, read_packs
from flows.prepare_steps import file_sha256
from flows.progress import announce, counting
from flows.report.facts import Facts, facts_of

if TYPE_CHECKING:
    from redaction.redact import Redacted
    from redaction.scan import Scan

FORMATS = (".csv", ".xlsx", ".parquet", ".jsonl")
WIDE = Limits(bytes=8 << 30, rows=100_000_000, columns=16_384, seconds=3600)  # for a file that somebody brought


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
def looking(
    file: Path,
    *,
    contract: str | None,
    home: Path | None,
    steps: int = 1,
    limits: Limits = WIDE,
    under: Path | None = None,
) -> Iterator[Look]:
    """Read the file into a private temporary directory (in `under`) that is gone afterwards. Raises the reader's named
    errors.

    Reading is the first of `steps` steps. `limits` hold where no contract is named.
    """
    from intake.read import read

    if not file.is_file():
        raise SourceUnavailable(f"{file}: there is no such file; check the path")
    installation = _installation(home)
    agreed = one_contract(installation, contract) if contract else None
    packs = read_packs(installation)
    with tempfile.TemporaryDirectory(prefix="mingjing-", dir=under) as folder:
        work = Path(folder)
        limits = agreed.limits if agreed else limits
        tables = agreed.tables if agreed else ()
        spec = agreed.source if agreed else SourceSpec()
        announce("读取", 1, steps)
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


@dataclass(frozen=True, slots=True)
class Seen:
    """Every craft's word on a file. `others`: findings of all crafts but the scan of cells; `blocking`: of these, those
    that forbid redacting it on its own."""

    scan: Scan
    certificate: Coverage
    fitted: dict[str, TableInfo]
    others: tuple[Finding, ...]
    blocking: tuple[Finding, ...]

    def shown(self, text: str) -> str:
        """A sender's text with labels for what identifies a person in it."""
        from redaction.texts import shown

        return shown(text, self.scan.lens)


def _see(look: Look, of: int) -> Seen:
    """Scan everything, count independently, look for secrecy marks and the negative list; steps 2 and 3 of `of`."""
    from checks.secrecy.marks import check_marks
    from checks.secrecy.negative_list import check_negative_list
    from intake.census import census
    from redaction.scan import coverage, scan_reading

    reading, name = look.reading, look.path.name
    fitted, headers, fit_findings = _fields(look)
    announce("扫描", 2, of)
    scan = scan_reading(
        reading, look.packs, contract=look.contract, header_map=headers, hits_dir=look.work / "hits", seed=reading.sha256,
        file_name=name, tick=counting(sum(t.rows for t in reading.tables)),
    )  # fmt: skip
    announce("核对覆盖", 3, of)
    certificate, lost = coverage(reading, scan, census(look.path, reading))
    today = datetime.now(UTC).date()
    marks = check_marks(reading, look.packs, file_name=name, contract=look.contract, today=today)
    listed = check_negative_list(reading, look.packs, file_name=name, contract=look.contract)
    others = (*reading.findings, *fit_findings, *marks, *listed, *lost)
    blocking = tuple(f for f in (*lost, *marks) if f.severity is Severity.BLOCK)
    return Seen(scan, certificate, fitted, others, blocking)


@dataclass(frozen=True, slots=True)
class Overlook:
    """What `scan` tells: the object of `scan --json` but for its `findings`, those, and the facts of its HTML report."""

    report: dict[str, Any]
    seen: Seen
    facts: Facts

    def findings(self) -> Iterator[dict[str, Any]]:
        """Every hit and every other finding, read from disk anew at each call."""
        from redaction.report import scan_lines

        yield from scan_lines(self.seen.scan)
        for finding in self.seen.others:
            yield from lines_of(finding, self.seen.shown)

    @property
    def blocks(self) -> bool:
        """Whether a finding blocks."""
        return any(f.severity is Severity.BLOCK for f in (*self.seen.scan.findings, *self.seen.others))


@contextmanager
def look_over(
    file: Path, *, contract: str | None, home: Path | None, limits: Limits = WIDE, under: Path | None = None
) -> Iterator[Overlook]:
    """A file looked over; its hits are on disk until the end of the block. `limits`, `under`: as for `looking`.

    Raises the reader's named errors.
    """
    from redaction.report import scan_json

    with looking(file, contract=contract, home=home, steps=3, limits=limits, under=under) as look:
        seen = _see(look, 3)
        report = scan_json(look.reading, seen.scan, seen.certificate, file=str(file))
        found = (*seen.scan.findings, *seen.others)
        facts = facts_of(look.reading, seen.certificate, found, look.packs, file=file.name, shown=seen.shown)
        yield Overlook(report, seen, facts)


def lines_of(finding: Finding, shown: Callable[[str], str]) -> Iterator[dict[str, Any]]:
    """A group as `scan --json` lines, one a place; `shown`: a sender's name with labels in it."""
    for place in finding.places or (Place(),):
        table, column, locator = (name and shown(name) for name in (place.table, place.column, place.locator))
        yield {
            "code": finding.code, "entity": finding.entity, "severity": finding.severity.value, "table": table,
            "column": column, "row": place.row, "start": place.start, "end": place.end, "score": finding.score,
            "valid": finding.valid, "source": place.source.value, "locator": locator,
        }  # fmt: skip


def redact_file(file: Path, out: Path, *, contract: str | None, home: Path | None) -> tuple[dict[str, Any], Facts]:
    """Write `out` without personal information; what was done, and the facts of its HTML report.

    With several tables and a CSV, Parquet or JSONL name, each table gets a file of its own (`out-TABLE.csv`). Raises
    FindingBlocks where it can't be clean; then nothing is written.
    """
    from catalog.plainfile import target_files, write_tables
    from redaction.redact import residue

    if out.suffix.lower() not in FORMATS:
        raise UsageInvalid(f"--out must end in one of {', '.join(FORMATS)}")
    _keep_original(file, [out])
    with looking(file, contract=contract, home=home, steps=6) as look:
        seen = _see(look, 6)
        announce("脱敏", 4, 6)
        done = _redact(look, seen)
        announce("再查", 5, 6)
        rows = sum(t.rows for t in done.tables.values())
        left = residue(done.tables, look.packs, look.contract, tick=counting(rows))
        _refuse(look, (*seen.blocking, *(f for f in left if f.severity is Severity.BLOCK)))
        _keep_original(file, target_files(done.tables, out))
        announce("写出", 6, 6)
        titles = {f.name: f.title for t in look.contract.tables for f in t.fields} if look.contract else {}
        written = [str(w) for w in write_tables(done.tables, out, titles=titles)]
        facts = facts_of(
            look.reading, seen.certificate, (*seen.scan.findings, *seen.others, *left), look.packs, file=file.name,
            shown=seen.shown, redaction_map=done.map, written=[Path(w).name for w in written],
        )  # fmt: skip
        return {"file": str(file), "files": written, **summary(done.map)}, facts


def _redact(look: Look, seen: Seen) -> Redacted:
    from redaction.redact import redact_reading, redact_tables

    into = look.work / "redacted"
    into.mkdir()
    if look.contract is None:
        tick = counting(sum(t.rows for t in look.reading.tables))
        return redact_reading(look.reading, seen.scan, look.packs, into=into, tick=tick)
    key = sha256_hex(look.reading.sha256.encode()).encode()  # a look, not a release: nothing to join it with
    return redact_tables(
        seen.fitted, seen.scan, look.contract, look.packs, key=key, scope=look.reading.sha256, into=into,
        tick=counting(sum(t.rows for t in seen.fitted.values())),
    )  # fmt: skip


def _refuse(look: Look, stop: Sequence[Finding]) -> None:
    """Raise FindingBlocks where anything forbids writing."""
    if stop or look.reading.unread:
        reasons = ", ".join(sorted({f.code for f in stop} | ({"part-unread"} if look.reading.unread else set())))
        name = look.path.name
        raise FindingBlocks(
            f"{name} can't be written clean ({reasons}); nothing was written, see: mingjing scan {name}"
        )


def _keep_original(file: Path, targets: Iterable[Path]) -> None:
    if any(t.exists() and t.samefile(file) for t in targets):
        raise UsageInvalid("--out names the file itself; the original is never written over, choose another name")


def summary(redaction_map: dict[str, Any]) -> dict[str, Any]:
    """Totals of a redaction map."""
    columns = [c for t in redaction_map["tables"].values() for c in t["columns"].values()]
    dropped = [n for t in redaction_map["tables"].values() for n, c in t["columns"].items() if c["operator"] == "drop"]
    return {
        "spans_replaced": sum(sum(c["spans"].values()) for c in columns),
        "columns_dropped": dropped,
        "rows_dropped": sum(r["dropped"] for t in redaction_map["tables"].values() for r in t["rows_dropped"]),
        "map": redaction_map,
    }


def draft(file: Path, dataset: str) -> str:
    """YAML of a first contract for the file."""
    from intake.draft import draft_contract

    with looking(file, contract=None, home=None) as look:
        text: str = draft_contract(look.reading, dataset_id=dataset)
        return text
