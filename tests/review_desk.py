"""A desk with people, and releases to lay on it: made-up, small, the same for every test of the review room.

Use it as `from tests.review_desk import …`; `open_desk` gives one installation in a folder.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from domain.canonical import canonical_json, sha256_hex
from domain.contract import Contract
from domain.errors import ArtefactMissing
from domain.finding import Finding, Place, RuleRef, Severity
from domain.pack import load_pack
from domain.release import Artefact, Disposition, DispositionKind, Manifest, PackRef, Receipt

RULES = Path(__file__).resolve().parent.parent / "rules"
PASSWORD = "correct horse battery"
PEOPLE: dict[str, list[tuple[str, str]]] = {
    "op": [("finance", "operator")],
    "op2": [("finance", "operator")],
    "sec": [("finance", "section_reviewer")],
    "sec2": [("finance", "section_reviewer")],
    "conf": [("finance", "confidentiality_reviewer")],
    "law": [("finance", "legal_reviewer")],
    "chief": [("finance", "releasing_chief")],
    "both": [("finance", "operator"), ("finance", "section_reviewer"), ("finance", "releasing_chief")],
    "stranger": [("industry", "operator"), ("industry", "section_reviewer"), ("industry", "releasing_chief")],
    "auditor": [("city", "auditor")],
    "admin": [("city", "administrator")],
}
HOLD = Finding(
    "personal-data",
    Severity.HOLD,
    3,
    (Place("main", "note", 2),),
    RuleRef("personal", "1", "CN_ID18"),
    "备注列",
    "CN_ID18",
    remedy="span-replaced",
)
HOLD2 = Finding("hidden-sheet", Severity.HOLD, 1, (), None, "隐藏工作表")
WARN = Finding("deadline-missed", Severity.WARN, 1, (), None, "期限已过")
BLOCK = Finding("duplicate-key", Severity.BLOCK, 2, (Place("main", "region", 7),), None, "主键重复")


class MemoryStore:
    """Artefacts in memory, for evidence."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, stream: BinaryIO, *, name: str, role: str, media_type: str = "application/octet-stream") -> Artefact:
        return self.put_bytes(stream.read(), name=name, role=role, media_type=media_type)

    def put_bytes(self, data: bytes, *, name: str, role: str, media_type: str = "application/octet-stream") -> Artefact:
        digest = sha256_hex(data)
        self.kept[digest] = data
        return Artefact(digest, len(data), name, role, media_type)

    def read(self, sha256: str) -> bytes:
        if sha256 not in self.kept:
            raise ArtefactMissing("no such artefact")
        return self.kept[sha256]

    def chunks(self, sha256: str, size: int = 1 << 20) -> Iterator[bytes]:
        data = self.read(sha256)
        yield from (data[n : n + size] for n in range(0, len(data), size))

    def local_path(self, sha256: str) -> str:
        raise ArtefactMissing("kept in memory")

    def has(self, sha256: str) -> bool:
        return sha256 in self.kept

    def delete(self, sha256: str) -> None:
        self.kept.pop(sha256, None)


STORE = MemoryStore()


def make_contract(**changes: Any) -> Contract:
    """A lawful contract of the finance bureau, tier L2; `changes` replace top-level keys."""
    values: dict[str, Any] = {
        "id": "finance.debt_limit",
        "title": {"zh": "政府债务限额", "en": "Government debt limit"},
        "description": {"zh": "各地区限额", "en": "Limit by region"},
        "department": "finance",
        "domain": "debt",
        "dataset_type": "debt_final",
        "disclosure": "proactive",
        "legal_basis": [{"doc": "预算法", "article": "第十四条"}],
        "contact": {"name": "财政局债务科", "phone": "0311-00000000"},
        "frequency": "annual",
        "tables": [{"name": "main", "fields": [{"name": "region", "title": "地区"}]}],
        "review": {"tier": "L2"},
        "catalogue": {"organization": "finance-bureau"},
    }
    return Contract.model_validate({**values, **changes})


def make_manifest(record: dict[str, Any], contract: Contract, findings: list[Finding], salt: str = "") -> Manifest:
    """The manifest of a received release, under the remedies ordered for its edition; another `salt`, other bytes."""
    from review import queries

    def stored(role: str, data: bytes) -> Artefact:
        return STORE.put_bytes(data, name=f"{role}.json", role=role)

    coverage = {"complete": True, "tables": [{"name": "main", "rows": 2, "columns": 1, "cells": 2, "cells_scanned": 2}]}
    return Manifest(
        dataset=contract.id, period=record["period"], edition=record["edition"], revision=record["revision"],
        contract=stored("contract", contract.content), packs=(PackRef("personal", "1", "a" * 64),),
        sources=(stored("source", b"source" + salt.encode()),), redacted=(stored("redacted", b"redacted"),),
        exports=(stored("export", b"export"),), redaction_map=stored("redaction_map", b"{}"),
        findings=stored("findings", canonical_json([f.to_dict() for f in findings])),
        coverage=stored("coverage", canonical_json(coverage)), metadata=stored("metadata", b"{}"),
        dates={"formed_on": "2026-01-31"}, rows=2,
        overrides=queries.overrides(contract.id, record["period"]),
    )  # fmt: skip


@contextmanager
def cheap_passwords() -> Iterator[None]:
    """argon2 with the least work, so that a test signs in a millisecond."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    kept = {n: getattr(Argon2PasswordHasher, n) for n in ("time_cost", "memory_cost", "parallelism")}
    for name, value in {"time_cost": 1, "memory_cost": 8, "parallelism": 1}.items():
        setattr(Argon2PasswordHasher, name, value)
    try:
        yield
    finally:
        for name, value in kept.items():
            setattr(Argon2PasswordHasher, name, value)


@contextmanager
def cheap_disk() -> Iterator[None]:
    """Nothing of this process waits until it lies on the disk: no test takes the power away. On PostgreSQL likewise
    (tests/servers.py)."""
    from review import settings

    kept_setup, kept_sync = settings.SQLITE_SETUP, os.fsync
    assert "synchronous=" in kept_setup
    settings.SQLITE_SETUP = kept_setup.replace("synchronous=FULL", "synchronous=OFF")
    os.fsync = lambda _: None
    try:
        yield
    finally:
        settings.SQLITE_SETUP, os.fsync = kept_setup, kept_sync


def open_desk(home: Path, database_url: str | None = None, *, people: bool = True) -> None:
    """Configure this process for a new installation in `home`, with units, reason codes and PEOPLE. On SQLite it is a copy of
    one that is made once a process: thirty migrations cost seconds. Copies share their keys.
    """
    from review.setup import configure

    if database_url is None and people:
        shutil.copytree(_model(), home, dirs_exist_ok=True)
        configure(home)
    else:
        _make_desk(home, database_url, people=people)


@cache
def _model() -> Path:
    """The installation that others are copied from; gone with the process."""
    from review.setup import close

    folder = Path(tempfile.mkdtemp(prefix="mingjing-model-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with cheap_passwords(), cheap_disk():
        _make_desk(folder)
    close()
    return folder


def _make_desk(home: Path, database_url: str | None = None, *, people: bool = True) -> None:
    from review.keys import create_keys
    from review.setup import configure, migrate

    create_keys(home)
    configure(home, database_url=database_url)
    migrate()
    from review import desk

    for name in ("units", "reason_codes"):
        pack = load_pack((RULES / f"{name}.yaml").read_text("utf-8"), name)
        (desk.load_units if name == "units" else desk.load_reason_codes)(pack)
    for person, seats in PEOPLE.items() if people else ():
        desk.add_user(person, PASSWORD, name=person.upper())
        for unit, role in seats:
            desk.grant(person, unit, role)


def receive(contract: Contract | None = None, period: str = "2026", run_key: str = "run-1") -> str:
    from review import desk

    return desk.receive(contract or make_contract(), period, run_key)


def checked(
    contract: Contract | None = None,
    period: str = "2026",
    run_key: str = "run-1",
    findings: list[Finding] | None = None,
) -> str:
    """A release that is checked (or blocked, where a finding blocks)."""
    from review import desk, queries

    contract, findings = contract or make_contract(), [HOLD, WARN] if findings is None else findings
    release = receive(contract, period, run_key)
    desk.record_checked(release, make_manifest(queries.show(release), contract, findings, run_key), findings)
    return release


def submitted(**how: Any) -> str:
    from review import desk

    release = checked(**how)
    desk.submit(release, "op", PASSWORD)
    return release


def hash_of(release: str) -> str:
    from review.models import ReleaseRecord

    return str(ReleaseRecord.objects.values_list("release_hash", flat=True).get(public_id=release) or None)


def stage_of(release: str) -> str:
    """The stage that the release waits at, "" where it waits at none."""
    from review.models import ReleaseRecord

    waiting = ReleaseRecord.objects.filter(public_id=release, status="in_review")
    return waiting.values_list("stage", flat=True).first() or ""


def holds(release: str) -> list[str]:
    from review import queries

    return [f["id"] for f in queries.findings(release) if f["severity"] == "hold"]


def dispose(release: str, kind: DispositionKind = DispositionKind.FALSE_ALARM) -> list[Disposition]:
    return disposed(holds(release), kind)


def disposed(findings: list[str], kind: DispositionKind = DispositionKind.FALSE_ALARM) -> list[Disposition]:
    return [Disposition(f, kind, "个人信息保护法第十三条", "字段为编号") for f in findings]


def decide(release: str, person: str, stage: str, verdict: str = "approve", **how: Any) -> str:
    """Open every hold finding and decide."""
    from domain.release import Verdict
    from review import desk

    found = holds(release)
    desk.open_findings(person, release, found)
    said: dict[str, Any] = {"release_hash": hash_of(release), "dispositions": disposed(found)}
    if verdict != "approve":
        said |= {"reason": "第三列口径与上期不同", "dispositions": []}
    if verdict == "withhold":
        said |= {"reason_code": "A15-1", "basis": "条例第十五条"}
    return str(desk.decide(release, person, PASSWORD, stage, Verdict(verdict), **(said | how)))


def approved(**how: Any) -> str:
    """A release that every stage has approved."""
    return approve(submitted(**how))


REVIEWERS = {"section": "sec", "confidentiality": "conf", "legal": "law", "chief": "chief"}


def approve(release: str, upto: str = "") -> str:
    """The stages that are still to come say 公开, up to and without `upto`; returns the release."""
    while (stage := stage_of(release)) and stage != upto:
        decide(release, REVIEWERS[stage], stage)
    return release


def receipt(release: str, **changes: Any) -> Receipt:
    said: dict[str, Any] = {
        "release_hash": hash_of(release), "catalogue_url": "http://127.0.0.1:1", "package_id": "p1",
        "dataset_url": "http://127.0.0.1:1/dataset/finance-debt-limit",
        "resources": ({"id": "r1", "name": "main.csv", "sha256": "b" * 64, "bytes": 6},),
        "published_on": "2026-11-24T08:00:00Z", "read_back": True,
    }  # fmt: skip
    return Receipt(**(said | changes))


def published(**how: Any) -> str:
    from review import desk

    release = approved(**how)
    desk.approval_for(release)
    desk.record_published(release, receipt(release))
    return release


def events(release: str | None = None) -> list[str]:
    from review.models import LedgerEntry

    found = LedgerEntry.objects.order_by("seq")
    return list((found.filter(release=release) if release else found).values_list("event", flat=True))


def last_refusal() -> dict[str, Any]:
    """{actor, release, act, error} of the ledger's last line, which must be a refusal."""
    import json

    from review.models import LedgerEntry

    line = LedgerEntry.objects.order_by("-seq").first()
    assert line is not None
    assert line.event == "refused"
    data = json.loads(line.body)["data"]
    return {"actor": line.actor, "release": line.release, "act": data["act"], "error": data["error"]}
