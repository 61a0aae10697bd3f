"""What each step of a preparation does, without Prefect: pull, read, check, redact, export, seal.

A step takes the run's directory and leaves its files there (flows/workdir); what goes from step to step is on disk, so
that a run that died goes on where it was. Nothing here decides: crafts find, the desk records.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from domain.canonical import canonical_json, sha256_hex
from domain.contract import Audience, Contract
from domain.errors import ContentChanged, SourceUnreadable, UsageInvalid
from domain.finding import Finding, Place, RuleRef, Severity
from domain.pack import Packs
from domain.release import Artefact, Manifest
from domain.table import Coverage, Reading, TableInfo
from flows.declared import declared, named_persons
from flows.naming import cleaner, named
from flows.stores import Stores
from flows.workdir import load, run_dir, save, writing


@dataclass(frozen=True, slots=True)
class Run:
    """Everything a preparation depends on. Equal runs have equal keys and give equal releases.

    `dates`: release dates as ISO texts by name (formed_on, approved_on …). `previous`: manifest of the edition in force.
    """

    dataset: str
    period: str
    sources: tuple[Artefact, ...]
    contract_sha256: str
    packs: tuple[tuple[str, str, str], ...]  # id, version, sha256
    dates: dict[str, str] = field(default_factory=dict)
    previous: str | None = None  # sha256 of the previous edition's manifest (its release hash)
    overrides: tuple[dict[str, Any], ...] = ()  # what remedies ordered for this edition (domain/remedy)
    report_url: str = ""  # where the public reports an error, as the settings say

    @property
    def key(self) -> str:
        """SHA-256 over all of it; names of files count, the time of day doesn't."""
        said = asdict(self)
        for late in ("overrides", "report_url"):  # a run without them has the key that it always had
            if not said[late]:
                del said[late]
        return sha256_hex(canonical_json(said))


@dataclass(frozen=True, slots=True)
class Workplace:
    """What every step needs at hand. `contract` is the one in force; with remedies `declared` is, and `contract` is what they
    leave of it (domain/remedy.under)."""

    home: Path
    stores: Stores
    contract: Contract
    packs: Packs
    today: date
    declared: Contract | None = None

    @property
    def in_force(self) -> Contract:
        return self.declared or self.contract

    def run_dir(self, run: Run) -> Path:
        return run_dir(self.home / "work", run.key)


FINDINGS = tuple[Finding, ...]


def release_dates(dates: dict[str, str]) -> dict[str, date]:
    """ISO texts to dates. Raises UsageInvalid."""
    try:
        return {name: date.fromisoformat(text) for name, text in dates.items()}
    except ValueError:
        raise UsageInvalid(
            "a release date isn't of the form 2026-01-31; correct it: --date formed_on=2026-01-31"
        ) from None


# --- read ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fit:
    """The fitted tables as they lie on disk, and how their fields were called by the sender."""

    tables: dict[str, TableInfo]
    headers: dict[str, dict[str, str]]  # contract table → field → column of the reading
    sources: dict[str, str]  # contract table → table of the reading


def read_source(place: Workplace, run: Run) -> str:
    """Read and fit the sources. Leaves reading.json, fit.json, findings.json and the Parquet files; returns a digest."""
    from intake.fit import fit
    from intake.read import read

    contract = place.contract
    source = only_source(run)
    with writing(place.run_dir(run), "read") as into:
        path = Path(place.stores.local_path(source.sha256))
        try:
            reading = read(
                path, name=source.name, sha256=source.sha256, into=into, limits=contract.limits,
                tables=contract.tables, spec=contract.source,
            )  # fmt: skip
        except SourceUnreadable as refused:
            findings = named([unreadable(refused, contract)], contract, place.packs)
        else:
            fitted = fit(reading, contract, into)
            save(into / "reading.json", Reading, reading)
            save(into / "fit.json", Fit, Fit(dict(fitted.tables), dict(fitted.headers), dict(fitted.source_tables)))
            found = (*reading.findings, *fitted.findings)
            findings = named(found, contract, place.packs, reading, fitted.headers, fitted.source_tables)
        return sha256_hex(save(into / "findings.json", FINDINGS, findings))


def only_source(run: Run) -> Artefact:
    """One dataset, one file. Raises UsageInvalid for several."""
    if len(run.sources) != 1:
        raise UsageInvalid(
            f"the source names {len(run.sources)} files, a release is made of one; give the file with --from"
        )
    return run.sources[0]


def unreadable(refused: SourceUnreadable, contract: Contract) -> Finding:
    """The finding for a file that arrived and couldn't be read."""
    place = Place(locator=refused.locator)
    rule = RuleRef(contract.id, str(contract.version), "limits" if "limit" in refused.code else "readable")
    return Finding(refused.code, Severity.BLOCK, 1, (place,), rule, str(refused))


def is_readable(run: Path) -> bool:
    return (run / "read" / "reading.json").is_file()


def moved(reading: Reading, root: Path) -> Reading:
    """The reading with its Parquet files looked for in `root` (a step's directory is renamed when it is whole)."""
    return replace(reading, tables=tuple(replace(t, path=str(root / Path(t.path).name)) for t in reading.tables))


def the_reading(run: Path) -> Reading:
    return moved(load(run / "read" / "reading.json", Reading), run / "read")


def the_fit(run: Path) -> Fit:
    fitted = load(run / "read" / "fit.json", Fit)
    return replace(fitted, tables={k: _at(t, run / "read") for k, t in fitted.tables.items()})


def _at(table: TableInfo, root: Path) -> TableInfo:
    return replace(table, path=str(root / Path(table.path).name))


# --- check -----------------------------------------------------------------------------------------------------------


def check_tables(place: Workplace, run: Run) -> str:
    """Quality, secrecy, timeliness, comparison with the edition before, and the contract's own words. Leaves findings.json;
    returns its digest."""
    from checks.quality.run import run_quality
    from checks.secrecy.marks import check_marks
    from checks.secrecy.negative_list import check_negative_list
    from checks.timeliness.deadlines import check_deadlines

    contract, packs, where = place.contract, place.packs, place.run_dir(run)
    dates = release_dates(run.dates)
    findings = [
        *declared(contract, packs),
        *named_persons(contract, packs),
        *check_deadlines(contract, dates, packs, today=place.today),
    ]
    if is_readable(where):
        reading, fitted, name = the_reading(where), the_fit(where), only_source(run).name
        found = check_marks(
            reading, packs, file_name=name, contract=contract, today=place.today, issued_on=dates.get("issued_on")
        )
        found += check_negative_list(reading, packs, file_name=name, contract=contract)
        complete = {t.name for t in contract.tables} == set(fitted.tables)
        found += run_quality(fitted.tables, contract) if complete else ()
        if run.previous and complete:
            found += compare_editions(fitted.tables, previous_tables(place.stores, run.previous), contract, where)
        findings += named(found, contract, packs, reading, fitted.headers, fitted.sources)
    with writing(where, "check") as into:
        return sha256_hex(save(into / "findings.json", FINDINGS, tuple(findings)))


def compare_editions(
    fitted: dict[str, TableInfo], previous: dict[str, TableInfo], contract: Contract, scratch: Path
) -> FINDINGS:
    """The rows that would go out against those that went out last: dropped rows are in neither."""
    from checks.quality.previous import compare_with_previous
    from redaction.rows import tables_that_stay

    with TemporaryDirectory(dir=scratch) as folder:
        return compare_with_previous(tables_that_stay(fitted, contract, Path(folder)), previous, contract)


def previous_tables(stores: Stores, release_hash: str) -> dict[str, TableInfo]:
    """The redacted tables of an earlier release, from the store."""
    import pyarrow.parquet as pq

    manifest = stored_manifest(stores, release_hash)
    tables: dict[str, TableInfo] = {}
    for artefact in manifest.redacted:
        path = stores.local_path(artefact.sha256)
        schema = pq.read_schema(path)
        name = artefact.name.removesuffix(".parquet")
        tables[name] = TableInfo(name, path, tuple(schema.names), pq.read_metadata(path).num_rows, tuple(schema.names))
    return tables


def stored_manifest(stores: Stores, release_hash: str) -> Manifest:
    """The manifest whose canonical bytes have this hash."""
    import json

    return Manifest.from_dict(json.loads(stores.read(release_hash)))


# --- redact ----------------------------------------------------------------------------------------------------------


def redact_release(place: Workplace, run: Run, *, key: bytes, scope: str) -> str:
    """Scan every cell, redact by the contract, scan again what would go out.

    Leaves tables.json, map.json, coverage.json, findings.json and the redacted Parquet files; returns a digest.
    """
    from checks.quality.formula import formula_like
    from intake.census import census
    from redaction.redact import redact_tables, residue
    from redaction.scan import coverage, scan_reading

    contract, packs, where = place.contract, place.packs, place.run_dir(run)
    with writing(where, "redact") as into:
        if not is_readable(where):
            return sha256_hex(save(into / "findings.json", FINDINGS, ()))
        reading, fitted = the_reading(where), the_fit(where)
        source = only_source(run)
        with ThreadPoolExecutor(1) as beside:  # workbooks are counted in a process of their own: meanwhile scan
            counting = beside.submit(census, Path(place.stores.local_path(source.sha256)), reading)
            scan = scan_reading(
                reading,
                packs,
                contract=contract,
                header_map=fitted.headers,
                hits_dir=into / "hits",
                seed=run.key,
                file_name=source.name,
            )
            counted = counting.result()
        certificate, lost = coverage(reading, scan, counted)
        redacted = redact_tables(fitted.tables, scan, contract, packs, key=key, scope=scope, into=into)
        again = (*residue(redacted.tables, packs, contract), *formula_like(redacted.tables, contract))
        save(into / "tables.json", dict[str, TableInfo], redacted.tables)
        declared = {"id": contract.id, "version": contract.version, "sha256": place.in_force.sha256}
        (into / "map.json").write_bytes(canonical_json({**redacted.map, "contract": declared}))
        save(into / "coverage.json", Coverage, certificate)
        seen = named((*scan.findings, *lost), contract, packs, reading, fitted.headers, fitted.sources)
        return sha256_hex(save(into / "findings.json", FINDINGS, (*seen, *again)))


def the_redacted(run: Path) -> dict[str, TableInfo]:
    tables = load(run / "redact" / "tables.json", dict[str, TableInfo])
    return {name: _at(table, run / "redact") for name, table in tables.items()}


def all_findings(run: Path) -> FINDINGS:
    """Findings of every step so far, block first."""
    steps = ("read", "check", "redact")
    found = [f for s in steps if (run / s).is_dir() for f in load(run / s / "findings.json", FINDINGS)]
    order = {severity: n for n, severity in enumerate(Severity)}
    return tuple(sorted(found, key=lambda f: (order[f.severity], f.code, f.id)))


def is_blocked(run: Path) -> bool:
    return any(f.severity is Severity.BLOCK for f in all_findings(run))


# --- export and seal -------------------------------------------------------------------------------------------------


def export_files(place: Workplace, run: Run, *, edition: int) -> str:
    """What the public would download, and the catalogue's metadata; nothing where a block finding stands."""
    from catalog.export import export
    from catalog.mapping import describe

    where, contract = place.run_dir(run), place.contract
    with writing(where, "export") as into:
        if is_blocked(where):
            return "blocked"
        tables = the_redacted(where)
        exported = export(tables, contract, period=run.period, edition=edition, into=into)
        metadata = describe(
            contract, period=run.period, edition=edition, dates=run.dates, exports=exported,
            organization_title=office_of(contract, place.packs), report_url=run.report_url,
        )  # fmt: skip
        (into / "metadata.json").write_bytes(canonical_json(metadata))
        listing = [
            (f.path.name if isinstance(f.path, Path) else Path(f.path).name, f.name, f.media_type)
            for f in exported.files
        ]
        return sha256_hex(save(into / "exports.json", list[tuple[str, str, str]], listing))


def office_of(contract: Contract, packs: Packs) -> str | None:
    """The department's name as the public knows it, from the units pack."""
    units: list[dict[str, Any]] = packs["units"].data["units"]
    return next((str(u["title"]["zh"]) for u in units if u["code"] == contract.department), None)


def seal(
    place: Workplace, run: Run, *, edition: int, revision: int, supersedes: str | None
) -> tuple[Manifest | None, FINDINGS]:
    """Put everything into the store and write the manifest; None where the file couldn't be read or findings block."""
    where, stores = place.run_dir(run), place.stores
    findings = all_findings(where)
    stored = _put_json(stores, [f.to_dict() for f in findings], "findings.json", "findings")
    if is_blocked(where):
        return None, findings
    exports = load(where / "export" / "exports.json", list[tuple[str, str, str]])
    tables, clean = the_redacted(where), cleaner(place.packs)
    for pack in place.packs.by_id.values():  # so that years later anybody can read the rules that it was checked by
        if not stores.has(pack.sha256):
            _put_json(stores, pack.data, f"{pack.id}.json", "pack")
    manifest = Manifest(
        dataset=run.dataset, period=run.period, edition=edition, revision=revision,
        contract=stores.put_bytes(place.in_force.content, name="contract.json", role="contract", media_type="application/json"),
        packs=place.packs.refs, sources=tuple(replace(s, name=clean(s.name)) for s in run.sources),
        redacted=tuple(_put_file(stores, Path(t.path), f"{name}.parquet", "redacted") for name, t in sorted(tables.items())),
        exports=tuple(_put_file(stores, where / "export" / file, name, "export", kind) for file, name, kind in exports),
        redaction_map=stores.put_bytes((where / "redact" / "map.json").read_bytes(), name="redaction_map.json", role="redaction_map"),
        findings=stored,
        coverage=_put_json(stores, load(where / "redact" / "coverage.json", Coverage).to_dict(), "coverage.json", "coverage"),
        metadata=stores.put_bytes((where / "export" / "metadata.json").read_bytes(), name="metadata.json", role="metadata"),
        dates=run.dates, rows=sum(t.rows for t in tables.values()), supersedes=supersedes, previous=run.previous,
        overrides=run.overrides,
    )  # fmt: skip
    sealed = stores.put_bytes(manifest.content, name="manifest.json", role="manifest", media_type="application/json")
    if sealed.sha256 != manifest.release_hash:
        raise ContentChanged(
            "the manifest wasn't stored as the bytes that its release hash names; nothing is submitted"
        )
    return manifest, findings


def _put_file(
    stores: Stores, path: Path, name: str, role: str, media_type: str = "application/vnd.apache.parquet"
) -> Artefact:
    with path.open("rb") as stream:
        return stores.put(stream, name=name, role=role, media_type=media_type)


def _put_json(stores: Stores, value: object, name: str, role: str) -> Artefact:
    return stores.put_bytes(canonical_json(value), name=name, role=role, media_type="application/json")


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def is_local(contract: Contract) -> bool:
    """Whether the release ends as a package for posting and never reaches a catalogue."""
    return contract.audience is Audience.LOCAL
