"""规则变了，全部复扫: everything public is scanned again under packs that it wasn't approved under, in order of risk.

One request on the desk is for all of it; what is left is whatever has no result under the packs of now, so a run that dies or is
cancelled goes on where it was.
The words scanned are the contract's, of which the entry is made; the bytes are the published files in the store (the CSV of each
table; the other formats are made of the same rows, and their hashes are verified). A new block finding takes the release off at once, a new hold finding opens a case.
Of what is off already the words that its tombstone was left are scanned; a finding takes them off at once, too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from domain.canonical import canonical_json, sha256_hex
from domain.contract import Audience, Contract, Tier, stored_contract
from domain.errors import MingjingError, PackInvalid
from domain.finding import Finding, Place, Severity, count_by_severity
from domain.pack import Packs
from domain.release import Artefact, Manifest, PackRef, Status
from domain.remedy import Override, under
from domain.table import Reading, TableInfo
from flows.cases import GRAVE, follow_up, take_off_at_once
from flows.declared import declared, named_persons
from flows.guard import note
from flows.holding import to_its_end
from flows.platform import Platform
from flows.progress import announce
from intake.headers import field_keys, folded

if TYPE_CHECKING:
    from review.standing import Public

ABOUT_CONTENT = frozenset(
    {"divisions", "names", "negative_list", "personal", "persons", "secrecy"}
)  # what a scan reads
SENSITIVE = frozenset({"identifier", "quasi_identifier", "sensitive", "free_text"})
TIERS = {Tier.L3.value: 0, Tier.L2.value: 1, Tier.L1.value: 2}
EVERY_SECONDS = 300.0
RETRY_SECONDS = 3600.0  # what couldn't be scanned is a person's case by then
UNSCANNED = Finding(
    "rescan-failed", Severity.HOLD, note="规则更新后复扫没有做成：存储中的已发布文件读不出来，须人工核查"
)
UNREAD_WORDS = Finding(
    "rescan-failed",
    Severity.BLOCK,
    note="规则更新后复扫没有做成：已撤下数据的契约读不出来，目录中留着的名称和说明随即撤下",
)


def state_of(packs: Packs) -> str:
    """The state of all packs as one SHA-256."""
    return sha256_hex(canonical_json([[p.id, p.version, p.sha256] for p in packs.refs]))


def left(platform: Platform) -> list[Public]:
    """What is public, tombstones with words too, and wasn't scanned under the packs of now, the riskiest first.

    Risk: whether a pack that scans read has changed since the approval; then the review tier; then how many of the
    contract's columns are sensitive; then who sees it (the catalogue before a village's board); then the age, oldest
    first, for it has missed the most rules.
    """
    now = state_of(platform.packs)
    found = [p for p in _readable(platform) if now not in p.rescanned]
    return sorted(found, key=lambda p: risk(platform, p))


def _readable(platform: Platform) -> list[Public]:
    """What anybody reads now and was approved under other packs."""
    from review import standing

    return [p for p in (*standing.public(), *standing.tombstones()) if p.packs != platform.packs.refs]


def risk(platform: Platform, one: Public) -> tuple[int, int, int, int, str]:
    """The place in the queue; smaller is sooner."""
    changed = changed_packs(one.packs, platform.packs)
    try:
        spec = _contract(platform, Manifest.from_dict(one.manifest))
        sensitive = sum(f.sensitivity.value in SENSITIVE for t in spec.tables for f in t.fields)
    except MingjingError:
        sensitive = 10_000  # nobody knows what it holds
    is_local = one.audience == Audience.LOCAL.value
    return (not changed & ABOUT_CONTENT, TIERS.get(one.tier, 0), -sensitive, is_local, one.published_on)


def changed_packs(before: tuple[PackRef, ...], now: Packs) -> frozenset[str]:
    """Ids of packs that came, went or changed."""
    then, today = {p.id: p.sha256 for p in before}, {p.id: p.sha256 for p in now.refs}
    return frozenset(p for p in then.keys() | today.keys() if then.get(p) != today.get(p))


def progress(platform: Platform) -> tuple[int, int]:
    """How many public releases that wait or waited for a scan under the packs of now are done, and how many there are."""
    now, mine = state_of(platform.packs), _readable(platform)
    return sum(now in p.rescanned for p in mine), len(mine)


def scan_again(platform: Platform, one: Public) -> list[Finding]:
    """New findings in the published bytes of a release and in its contract's words, which its entry shows: whatever blocks, and
    holds that weren't known when it was approved. Of a release that is off: in the words.

    Raises ArtefactMissing, ContentChanged where the published bytes can't be read.
    """
    from checks.secrecy.negative_list import check_contract

    manifest = Manifest.from_dict(one.manifest)
    contract = _contract(platform, manifest)
    if one.status == Status.WITHDRAWN.value:
        return list(declared(contract, platform.packs))
    columns = _columns(contract)
    known: dict[tuple[str | None, ...], int] = {}
    for said in json.loads(platform.stores.read(manifest.findings.sha256)):
        before = Finding.from_dict(said)
        known[_kind(before, columns)] = max(before.count, known.get(_kind(before, columns), 0))
    found = [
        *check_contract(contract, platform.packs),
        *declared(contract, platform.packs),
        *named_persons(contract, platform.packs),
    ]
    for artefact in manifest.exports:
        for _ in platform.stores.chunks(artefact.sha256):  # verified, each of them
            pass
    with TemporaryDirectory(prefix="mingjing-rescan-") as folder:
        for reading, name, tables in _published_tables(platform, manifest, contract, Path(folder)):
            found += _scan(reading, name, tables, contract, platform)
    more = (f for f in found if f.severity is Severity.HOLD and f.count > known.get(_kind(f, columns), 0))
    return list({f.id: f for f in (*(f for f in found if f.severity is Severity.BLOCK), *more)}.values())


def _kind(finding: Finding, columns: dict[str, str]) -> tuple[str | None, ...]:
    """What makes a finding one of those that were decided on, as long as it doesn't count more: kind, rule and column. A
    finding of the source names columns as the sender did, so the contract's name is looked for."""
    column = (finding.places[0] if finding.places else Place()).column
    called = columns.get(folded(column), column) if column else None
    return finding.code, finding.entity, finding.rule.id if finding.rule else None, called


def _columns(contract: Contract) -> dict[str, str]:
    """Field names by every name that a sender may give a column."""
    return {key: f.name for t in contract.tables for f in t.fields for key in (folded(f.name), *field_keys(f))}


def _contract(platform: Platform, manifest: Manifest) -> Contract:
    """The contract that was approved, with what remedies took away."""
    declared = stored_contract(platform.stores.read(manifest.contract.sha256))
    return under(declared, map(Override.from_dict, manifest.overrides))


def _scan(
    reading: Reading, name: str, tables: dict[str, TableInfo], contract: Contract, platform: Platform
) -> Iterator[Finding]:
    from checks.secrecy.marks import check_marks
    from checks.secrecy.negative_list import check_negative_list
    from redaction.redact import residue

    packs = platform.packs
    yield from residue(tables, packs, contract)
    yield from check_marks(reading, packs, file_name=name, contract=contract, today=platform.today())
    yield from check_negative_list(reading, packs, file_name=name, contract=contract)


def _published_tables(
    platform: Platform, manifest: Manifest, contract: Contract, folder: Path
) -> Iterator[tuple[Reading, str, dict[str, TableInfo]]]:
    """Each published CSV, read back: the reading, its file's name, and its table under the contract's names."""
    from intake.read import read

    metadata = json.loads(platform.stores.read(manifest.metadata.sha256))
    fields = {t["name"]: [f["name"] for f in t["fields"]] for t in metadata["tables"]}
    for number, file in enumerate(f for f in metadata["files"] if f["format"] == "csv"):
        artefact: Artefact = next(a for a in manifest.exports if a.sha256 == file["sha256"])
        into = folder / str(number)
        into.mkdir()
        path = Path(platform.stores.local_path(artefact.sha256))
        reading = read(
            path, name=file["name"], sha256=artefact.sha256, into=into, limits=contract.limits,
            tables=(contract.table(file["table"]),),
        )  # fmt: skip
        columns = fields[file["table"]]
        (info,) = reading.tables
        named = _renamed(info, file["table"], columns, into / "named.parquet")
        yield replace(reading, tables=(named,)), file["name"], {file["table"]: named}


def _renamed(info: TableInfo, table: str, columns: list[str], path: Path) -> TableInfo:
    """The same rows with the contract's names for table and columns."""
    import pyarrow.parquet as pq

    from domain.table import ROW_ORIGIN

    source = pq.ParquetFile(info.path)
    order = [*info.columns, ROW_ORIGIN]
    assert len(columns) == len(info.columns), "a published table has the columns that its entry names"
    writer = None
    for batch in source.iter_batches(columns=order):
        batch = batch.select(order).rename_columns([*columns, ROW_ORIGIN])
        writer = writer or pq.ParquetWriter(path, batch.schema)
        writer.write_batch(batch)
    if writer is None:
        return replace(info, name=table, columns=tuple(columns))
    writer.close()
    return replace(info, name=table, path=str(path), columns=tuple(columns))


def rescan_one(platform: Platform, one: Public) -> dict[str, Any]:
    """Scan one release and do what follows: {release, dataset, new (by severity), case, hidden}."""
    from review import desk, queries

    if queries.show(one.release)["status"] != one.status:  # withdrawn or superseded meanwhile: asked for anew
        return _untouched(one)
    try:
        found = scan_again(platform, one)
    except MingjingError:
        # fail closed: what nobody can scan is a person's to look at, and of a tombstone nothing stays
        take_off_at_once({"release": one.release, **_follow_up(platform, one, [_unscanned(one)])})
        raise
    with to_its_end():  # a case and its order go together, whoever cancels the scan
        done = _follow_up(platform, one, found)
        result = {"findings": [f.to_dict() for f in found if f.severity in GRAVE], **done}
        desk.record_rescan(one.release, state_of(platform.packs), count_by_severity(found), result)
    told = {"release": one.release, "dataset": one.dataset, "new": count_by_severity(found), **done}
    take_off_at_once(told)
    return told


def _follow_up(platform: Platform, one: Public, found: list[Finding]) -> dict[str, Any]:
    """The case, and the order: of what is off already for the words that its tombstone was left. {case, hidden}"""
    from review import desk
    from review.case_steps import CaseKind

    done = follow_up(platform, CaseKind.RULE_CHANGE, one.release, found)
    if done["hidden"] and one.status == Status.WITHDRAWN.value:
        desk.suspend_words(one.release, CaseKind.RULE_CHANGE, done["case"])
    return done


def _unscanned(one: Public) -> Finding:
    return UNREAD_WORDS if one.status == Status.WITHDRAWN.value else UNSCANNED


def announce_change(platform: Platform, waiting: list[Public]) -> None:
    """Write into the ledger, once, that the rules changed and how much is to be scanned again."""
    from review import desk

    changed = frozenset[str]().union(*(changed_packs(p.packs, platform.packs) for p in waiting))
    if waiting:
        desk.begin_rescan(state_of(platform.packs), sorted(changed), len(waiting))


def rescan_all(platform: Platform) -> list[dict[str, Any]]:
    """Scan everything that is left, the riskiest first; returns what `rescan_one` returns of each.

    One that can't be scanned keeps none of the others waiting: it stands among them with `error`, the name of what was in the way,
    has its case, and stays left for the next time.
    """
    waiting = left(platform)
    announce_change(platform, waiting)
    before, of = progress(platform)
    done: list[dict[str, Any]] = []
    for number, one in enumerate(waiting, start=before + 1):
        announce("复扫", number, max(of, number))  # one that was cut off goes on where it was
        try:
            done.append(rescan_one(platform, one))
        except MingjingError as named:
            note(named, f"rescan of {one.release}")
            done.append({**_untouched(one), "error": named.name()})
    return done


def _untouched(one: Public) -> dict[str, Any]:
    return {"release": one.release, "dataset": one.dataset, "new": count_by_severity(()), "case": None, "hidden": False}


class Rescanning:
    """The runner's part: after a change of the rules it asks for the scan of everything public (flows/watching does it), once for
    each state of the packs, and again where that has ended and something is left. One that somebody cancelled isn't asked
    for again under the same packs: that is a person's to do.
    """

    def __init__(self, platform: Platform, note: Callable[[Exception, str], None]) -> None:
        self._platform, self._note = platform, note
        self._again_at = 0.0
        self._asked_at = -RETRY_SECONDS

    def step(self, clock: float) -> bool:
        """Ask for it where it is due; True where it was. `clock`: monotonic seconds."""
        if clock < self._again_at or isinstance(self._platform.rules, PackInvalid):
            return False  # flows/rules tells of packs that can't be read, and comes with a platform once they can
        self._again_at = clock + EVERY_SECONDS
        try:
            if clock - self._asked_at < RETRY_SECONDS or not (waiting := left(self._platform)):
                return False
            announce_change(self._platform, waiting)
            is_asked = ask_for_rescan(self._platform) is not None
        except Exception as fault:  # other work goes on
            self._note(fault, "rescan")
            return False
        self._asked_at = clock if is_asked else self._asked_at
        return is_asked


def rescan_parameters(platform: Platform) -> dict[str, str]:
    """What a request for a scan under the packs of now says."""
    return {"packs": state_of(platform.packs)}


def ask_for_rescan(platform: Platform) -> int | None:
    """Ask for a scan under the packs of now; the work's number, None where one waits or goes on, or where the last was cancelled."""
    from review import desk, queries

    params = rescan_parameters(platform)
    last = queries.last_work("rescan", params)
    if last is not None and last["state"] not in ("done", "failed"):
        return None
    return desk.ask("rescan", params)
