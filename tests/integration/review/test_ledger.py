"""The ledger refuses every change, and finds the change that somebody made behind its back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.errors import LedgerBroken
from tests.review_desk import approved, checked, receive, submitted

T = "review_ledgerentry"
COLUMNS = "seq, at, event, actor, release, body, prev, hash, seal"
BEHIND: list[str] = [
    f"UPDATE {T} SET actor = 'x' WHERE seq = 2",
    f"DELETE FROM {T} WHERE seq = 2",
    f"DELETE FROM {T}",
    f"INSERT INTO {T} ({COLUMNS}) SELECT 2, at, event, actor, release, body, prev, 'f', seal FROM {T} WHERE seq = 1",
    f"INSERT INTO {T} ({COLUMNS}) SELECT seq + 1, at, event, actor, release, body, hash, hash, seal FROM {T} WHERE seq = (SELECT max(seq) FROM {T})",
    f"INSERT INTO {T} ({COLUMNS}) SELECT max(seq) + 2, 'a', 'e', 'x', '', '{{}}', 'p', 'h', 's' FROM {T}",
    f"INSERT INTO {T} ({COLUMNS}) SELECT max(seq) + 1, 'a', 'e', 'x', '', '{{}}', 'p', 'h', 's' FROM {T}",
    "UPDATE review_decisionrecord SET verdict = 'return'",
    "DELETE FROM review_decisionrecord",
    "UPDATE review_dispositionrecord SET kind = 'false_alarm'",
    "DELETE FROM review_opening",
    "UPDATE review_opening SET finding = 'f'",
]
SQLITE = [
    f"INSERT OR REPLACE INTO {T} ({COLUMNS}) SELECT seq, at, event, 'x', release, body, prev, hash, seal FROM {T} WHERE seq = 2",
    f"REPLACE INTO {T} ({COLUMNS}) SELECT max(seq) + 1, at, event, 'x', release, body, (SELECT hash FROM {T} ORDER BY seq DESC LIMIT 1), (SELECT hash FROM {T} WHERE seq = 2), seal FROM {T}",
    f"INSERT INTO {T} ({COLUMNS}) SELECT {COLUMNS} FROM {T} WHERE seq = 2 ON CONFLICT (seq) DO UPDATE SET actor = 'x'",
    f"UPDATE OR REPLACE {T} SET seq = 3 WHERE seq = 2",
    "INSERT OR REPLACE INTO review_decisionrecord (id, release_id, stage, round, user_id, verdict, reason, reason_code, basis, release_hash, seat_id, entry_id) SELECT id + 100, release_id, stage, round, user_id, 'return', reason, reason_code, basis, release_hash, seat_id, entry_id FROM review_decisionrecord LIMIT 1",
]  # fmt: skip
POSTGRESQL = [
    f"UPDATE {T} SET actor = 'x' WHERE seq = -1",
    f"TRUNCATE {T} CASCADE",
    "TRUNCATE review_decisionrecord CASCADE",
    f"INSERT INTO {T} ({COLUMNS}) SELECT {COLUMNS} FROM {T} WHERE seq = 2 ON CONFLICT (seq) DO UPDATE SET actor = 'x'",
    f"SET session_replication_role = replica; DELETE FROM {T}",
]


def everything() -> list[tuple[object, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {COLUMNS} FROM {T} ORDER BY seq")
        return list(cursor.fetchall())


def test_database_refuses_every_change(home: Path) -> None:
    from django.db import DatabaseError, connection, transaction

    from review import ledger

    approved()
    before = everything()
    statements = BEHIND + (SQLITE if connection.vendor == "sqlite" else POSTGRESQL)
    for statement in statements:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert everything() == before, statement
    assert ledger.verify().ok


def disarm() -> None:
    """What an attacker with the database's owner rights does first."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE {T} DISABLE TRIGGER USER")
            cursor.execute("SET session_replication_role = replica")
            return
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute("PRAGMA foreign_keys = OFF")


def run(*statements: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def swap() -> None:
    run(
        f"UPDATE {T} SET seq = -5 WHERE seq = 5",
        f"UPDATE {T} SET seq = 5 WHERE seq = 6",
        f"UPDATE {T} SET seq = 6 WHERE seq = -5",
    )


def rewrite(from_seq: int) -> None:
    """A whole new chain from some line on, correct in itself."""
    from django.db import connection

    from review.ledger import link
    from review.models import LedgerEntry

    prev = LedgerEntry.objects.get(seq=from_seq - 1).hash
    for row in LedgerEntry.objects.filter(seq__gte=from_seq).order_by("seq"):
        said = json.loads(row.body)
        said["actor"] = "x" if row.seq == from_seq else said["actor"]
        body = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        digest = link(prev, body)
        run(f"UPDATE {T} SET prev = '{prev}', hash = '{digest}' WHERE seq = {row.seq}")
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {T} SET body = %s, actor = %s WHERE seq = %s", [body, said["actor"], row.seq])
        prev = digest


def reseal() -> None:
    """The attacker even stole the seal key, but not the signing key."""
    from review import keys, ledger
    from review.models import LedgerEntry

    for seq, digest in LedgerEntry.objects.values_list("seq", "hash"):
        seal = keys.seal_of(keys.seal_key(ledger.home()), digest)
        run(f"UPDATE {T} SET seal = '{seal}' WHERE seq = {seq}")


ATTACKS: dict[str, tuple[Callable[[], object], int | None]] = {
    "column": (lambda: run(f"UPDATE {T} SET actor = 'x' WHERE seq = 4"), 4),
    "text": (lambda: run(f"UPDATE {T} SET body = replace(body, '2026', '2025') WHERE seq = 4"), 4),
    "hash": (lambda: run(f"UPDATE {T} SET hash = '{'0' * 64}' WHERE seq = 4"), 4),
    "seal": (lambda: run(f"UPDATE {T} SET seal = '{'0' * 64}' WHERE seq = 4"), 4),
    "removed": (lambda: run(f"DELETE FROM {T} WHERE seq = 4"), 4),
    "removed-and-closed-up": (
        lambda: run(f"DELETE FROM {T} WHERE seq = 4", f"UPDATE {T} SET seq = seq - 1 WHERE seq = 5"),
        4,
    ),
    "first-removed": (lambda: run(f"DELETE FROM {T} WHERE seq = 1"), 1),
    "swapped": (swap, 5),
    "cut-off": (lambda: run(f"DELETE FROM {T} WHERE seq > 10"), 11),
    "emptied": (lambda: run(f"DELETE FROM {T}"), 1),
    "rewritten": (lambda: rewrite(7), 7),
    "rewritten-with-seal-key": (lambda: (rewrite(7), reseal()), None),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_verify_finds_and_desk_stops(home: Path, attack: str) -> None:
    from review import ledger
    from review.models import LedgerEntry

    submitted()
    assert ledger.verify().ok
    disarm()
    act, seq = ATTACKS[attack]
    last = LedgerEntry.objects.count()
    act()
    found = ledger.verify()
    assert not found.ok
    assert found.seq == (seq or last)
    if attack in ("cut-off", "emptied", "rewritten", "rewritten-with-seal-key"):
        with pytest.raises(LedgerBroken):
            receive(run_key="later")


@pytest.mark.parametrize("attack", ["column", "removed", "rewritten"])
def test_approval_from_a_broken_ledger(home: Path, attack: str) -> None:
    from review import desk

    release = approved()
    disarm()
    ATTACKS[attack][0]()
    with pytest.raises(LedgerBroken):
        desk.approval_for(release)


def test_head_lags_after_a_crash(home: Path) -> None:
    from review import ledger

    kept = (home / "ledger.head").read_bytes()
    receive()
    (home / "ledger.head").write_bytes(kept)
    found = ledger.verify()
    assert (found.ok, found.unsigned) == (True, 1)
    checked(run_key="run-2", period="2027")
    assert ledger.verify().unsigned == 0


def test_forged_line_after_the_head(home: Path) -> None:
    from review import ledger
    from review.ledger import link
    from review.models import LedgerEntry

    last = LedgerEntry.objects.order_by("-seq")[0]
    body = json.dumps(
        {"actor": "chief", "at": last.at, "data": {}, "event": "decided", "release": "", "seq": last.seq + 1}
    )
    LedgerEntry.objects.create(
        seq=last.seq + 1, at=last.at, event="decided", actor="chief", release="", body=body, prev=last.hash,
        hash=link(last.hash, body), seal="0" * 64,
    )  # fmt: skip
    found = ledger.verify()
    assert (found.ok, found.seq) == (False, last.seq + 1)
    with pytest.raises(LedgerBroken):
        receive()
    with pytest.raises(LedgerBroken):
        ledger.sign_head()


@pytest.mark.parametrize("spoil", ["missing", "other-key", "garbage"])
def test_head_spoilt(home: Path, spoil: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    from review import keys, ledger
    from review.ledger_head import head_path, head_text, read_head

    path = head_path(home)
    head = read_head(home)
    assert head is not None
    if spoil == "missing":
        path.unlink()
    else:
        other = tmp_path_factory.mktemp("other")
        keys.create_keys(other)
        path.write_text(head_text(other, head) if spoil == "other-key" else "{}")
    assert not ledger.verify().ok
    with pytest.raises(LedgerBroken):
        receive()
    ledger.begin() if spoil == "missing" else None
    assert not ledger.verify().ok


def test_act_without_a_line_is_a_bug(home: Path) -> None:
    from review.models import Unit
    from review.transaction import page

    with pytest.raises(RuntimeError), page():
        Unit.objects.filter(code="finance").update(kind="county")
    assert Unit.objects.get(code="finance").kind == "department"


@pytest.mark.slow
def test_verify_speed(home: Path) -> None:
    """Stated: 100,000 lines a second; asked here of a machine that does other things as well: a third of it."""
    from review import keys, ledger
    from review.ledger import link
    from review.models import LedgerEntry

    last = LedgerEntry.objects.order_by("-seq")[0]
    seal_key, prev, rows, number = keys.seal_key(home), last.hash, [], 30_000
    for seq in range(last.seq + 1, last.seq + 1 + number):
        said = {
            "actor": "sec",
            "at": last.at,
            "data": {"findings": ["0" * 16] * 3, "release_hash": "0" * 64},
            "event": "opened",
            "release": "R-2026-0001",
            "seq": seq,
        }
        body = json.dumps(said, separators=(",", ":"))
        digest = link(prev, body)
        rows.append(
            LedgerEntry(
                seq=seq,
                at=last.at,
                event="opened",
                actor="sec",
                release="R-2026-0001",
                body=body,
                prev=prev,
                hash=digest,
                seal=keys.seal_of(seal_key, digest),
            )
        )
        prev = digest
    disarm()
    LedgerEntry.objects.bulk_create(rows, batch_size=2_000)
    ledger.sign_head()
    began = time.process_time()
    assert ledger.verify().ok
    assert number / (time.process_time() - began) > 33_000


def _line(**columns: str) -> tuple[int, str, str, str, str, str, str, str, str]:
    """The first line of a made-up ledger, with columns that may differ from its text."""
    from domain.canonical import canonical_json
    from review.ledger import GENESIS, link

    said = {"actor": "op", "at": "2026-11-26T00:00:00.000000Z", "event": "opened", "release": "R-2026-0001"}
    data = {"at": "x", "data": {}, "event": "decided", "release": "R-2026-0009"}  # as a crafted column would need it
    body = canonical_json({**said, "data": data, "seq": 1}).decode()
    shown = said | columns
    return (1, GENESIS, link(GENESIS, body), "", shown["at"], shown["event"], shown["actor"], shown["release"], body)


@pytest.mark.parametrize(
    "columns",
    [
        {"actor": "op2"}, {"at": "2026-11-27T00:00:00.000000Z"}, {"event": "decided"}, {"release": "R-2026-0009"}, {"release": ""},
        {"actor": 'op","at":"2026-11-26T00:00:00.000000Z","data":{"at":"x', "at": "x"},
        {"event": 'decided","release":"R-2026-0009"},"event":"opened'},
        {"event": 'x"},"event":"opened'},
        {"actor": "op\\"},
    ],
    ids=["actor", "at", "event", "release", "empty", "actor-over-data", "event-over-data", "event-quoted", "backslash"],
)  # fmt: skip
def test_column_that_differs_from_its_text_is_found(home: Path, columns: dict[str, str]) -> None:
    from review.ledger import Chain

    assert Chain().walk([_line()]) == ""
    assert Chain().walk([_line(**columns)]) == "its columns differ from its text"


def test_name_that_json_writes_differently_is_no_fault(home: Path) -> None:
    from domain.canonical import canonical_json
    from review.ledger import GENESIS, Chain, link

    said = {"actor": 'a"b\\c', "at": "t", "data": {}, "event": "e", "release": "", "seq": 1}
    body = canonical_json(said).decode()
    row = (1, GENESIS, link(GENESIS, body), "", "t", "e", 'a"b\\c', "", body)
    assert Chain().walk([row]) == ""


def test_lines_come_in_batches_and_none_is_lost(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from review import ledger

    submitted()
    whole = [r[0] for r in ledger.rows()]
    for size in (1, 2, len(whole), len(whole) + 1):
        monkeypatch.setattr(ledger, "BATCH", size)
        assert [r[0] for r in ledger.rows()] == whole
        assert [r[0] for r in ledger.rows(after=1, until=3)] == [2, 3]
