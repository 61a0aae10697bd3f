"""A desk with ten thousand releases and two hundred thousand ledger lines, for tests and benchmarks of what is large.

Use it as `from tests.large_desk import …`, in a process whose desk is open (tests/review_desk.py, tests/console_visits.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.console_visits import table_release
from tests.review_desk import make_contract

RELEASES, LINES, OPEN = 10_000, 20, 600
STAGES = ("section", "confidentiality", "chief")
PEOPLE = {"section": "sec", "confidentiality": "conf", "chief": "chief"}
DATASET = make_contract().id


def events() -> list[tuple[str, str, dict[str, Any]]]:
    """What the ledger holds of one published release."""
    opened = [("opened", p, {"findings": ["0" * 16]}) for p in ("op", "sec", "conf", "chief")] * 2
    decided = [
        ("decided", PEOPLE[s], {"stage": s, "verdict": "approve", "dispositions": {"0" * 16: "false_alarm"}})
        for s in STAGES
    ]
    return [
        ("received", "system", {}), ("checked", "system", {"packs": ["personal 1 " + "a" * 64]}), ("submitted", "op", {}), *opened, *decided,
        ("approval-minted", "system", {}), ("published", "system", {}), *[("inspected", "system", {"ok": True})] * 4,
    ]  # fmt: skip


def lay(like: Any, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Rows straight into the table of `like`, which gives the columns that aren't named: Django's own way takes a minute."""
    from django.db import connection
    from django.db.transaction import atomic

    fields = [f for f in like._meta.concrete_fields if f.column not in columns and not f.primary_key]
    rest = tuple(f.get_db_prep_save(getattr(like, f.attname), connection) for f in fields)
    names = ", ".join(f'"{c}"' for c in (*columns, *(f.column for f in fields)))
    marks = ", ".join(["%s"] * (len(columns) + len(rest)))
    adapt = connection.ops.adapt_datetimefield_value
    whole = ((*(adapt(v) if isinstance(v, datetime) else v for v in row), *rest) for row in rows)
    with atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {like._meta.db_table} ({names}) FROM STDIN") as copy:
                for row in whole:
                    copy.write_row(row)
        else:
            command = f"INSERT INTO {like._meta.db_table} ({names}) VALUES ({marks})"
            cursor.executemany(command, whole)


def fill(home: Path) -> None:
    """Lay records, decisions and a whole chain of lines straight into the database: the desk would take an hour."""
    from django.db import connection
    from django.utils import timezone

    from review import ledger
    from review.models import DecisionRecord, LedgerEntry, Membership, ReleaseRecord, User
    from tests.integration.review.test_ledger import disarm

    now = timezone.now()
    people = {u.username: u.pk for u in User.objects.all()}
    model = ReleaseRecord.objects.get(public_id=table_release(submit=False))
    model.year, model.submitter_id = 2025, people["op"]
    columns = ("public_id", "number", "dataset", "run_key", "period", "edition", "status", "stage", "changed_at", "received_at")  # fmt: skip
    disarm()
    lay(model, columns, (_record(n, now) for n in range(RELEASES)))
    records = list(ReleaseRecord.objects.filter(year=2025).order_by("number").values_list("pk", "public_id", "status"))
    last = LedgerEntry.objects.order_by("-seq")[0]
    lines = list(_lines(home, last, [r[1] for r in records], model.release_hash))
    lay(last, ledger.COLUMNS, lines)
    assert len(lines) == RELEASES * LINES
    seats = {m.user.username: m.pk for m in Membership.objects.select_related("user")}
    decided = {(line[7], line[6]): line[0] for line in lines if line[5] == "decided"}
    decisions = (
        (pk, stage, people[PEOPLE[stage]], seats[PEOPLE[stage]], decided[release, PEOPLE[stage]])
        for pk, release, status in records
        if status == "published"
        for stage in STAGES
    )
    like = DecisionRecord(verdict="approve", release_hash=model.release_hash)
    lay(like, ("release_id", "stage", "user_id", "seat_id", "entry_id"), decisions)
    ledger.sign_head()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as a database has done that didn't get all its rows in one second


def _record(n: int, now: datetime) -> tuple[Any, ...]:
    status = "in_review" if n >= RELEASES - OPEN else "published"
    dataset = DATASET if n % 9 else "finance.other"
    stage = STAGES[n % 3] if status == "in_review" else ""
    return (
        f"R-2025-{n:05d}", n + 1, dataset, f"bulk-{n}", f"p{n}", n + 100, status, stage,
        now - timedelta(hours=n % 999), now - timedelta(hours=n % 1999),
    )  # fmt: skip


def _lines(home: Path, last: Any, releases: list[str], release_hash: str) -> Iterator[tuple[Any, ...]]:
    """The next lines of the ledger, LINES of each release, as review/ledger names its columns."""
    from review import keys
    from review.ledger import link

    key, prev, seq = keys.seal_key(home), last.hash, last.seq
    for release in releases:
        for event, actor, data in events():
            seq += 1
            told = data | {"release_hash": release_hash}
            said = {"actor": actor, "at": last.at, "data": told, "event": event, "release": release, "seq": seq}
            body = json.dumps(said, separators=(",", ":"))
            digest = link(prev, body)
            yield seq, prev, digest, keys.seal_of(key, digest), last.at, event, actor, release, body
            prev = digest


PAGES = (
    "/queue", "/queue?scope=all&page=3", "/queue?scope=all&q=限额&severity=hold", "/releases", "/releases?page=200&q=2025",
    "/releases/<release>", "/releases/<release>/content", "/ledger", "/ledger?page=99&status=published", "/overview", "/list", "/datasets", "/runs",
)  # fmt: skip
