"""The process that keeps records outside the platform: every new head of the ledger and the evidence of what was published
or taken down, in the bucket that `records_store` names, locked where the bucket can.

Whoever holds the database, the keys and this machine can still rewrite the ledger; he can't take back a head that lies
there under lock, and `ledger verify` asks for it.
"""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.canonical import sha256_hex
from domain.errors import LedgerBroken, MingjingError
from flows.guard import note
from flows.home import Home
from flows.marks import keep, kept
from flows.platform import Platform, open_platform
from flows.service import until_told
from flows.stores import s3_place

if TYPE_CHECKING:
    from storage.s3_records import Records

POLL_SECONDS = 5.0
EVIDENT = ("published", "taken-down")  # ledger events after which a release's evidence is kept
HEADS = "heads/"


def records_of(home: Home) -> Records | None:
    """Where this installation keeps its records; None where it doesn't. Raises HomeInvalid."""
    if not home.records_store:
        return None
    from storage.s3_records import Records

    bucket, prefix = s3_place(home.records_store, "records_store")
    return Records(bucket, prefix, days=home.records_days)


def keep_records(platform: Platform, records: Records, now: datetime, note: Callable[[Exception, str], None]) -> int:
    """Keep what is new since the last time; how many records. Safe to run again.

    Evidence that can't be made now is told by `note` and tried again the next time; the others don't wait for it.
    Raises StorageUnavailable, LedgerBroken.
    """
    from review import ledger
    from review.ledger_head import head_text

    state: dict[str, Any] = {"head": 0, "evidence": 0, "waiting": []} | kept(_state(platform.home))
    count, head = 0, ledger.sign_head()
    if head.seq > state["head"]:
        name = f"{HEADS}{now.date().isoformat()}/{head.seq:012d}-{head.hash[:16]}.json"
        records.keep(name, head_text(platform.home.root, head).encode(), now)
        state, count = {**state, "head": head.seq}, count + 1
        keep(_state(platform.home), state)
    fresh = ledger.lines_about(EVIDENT, after=state["evidence"])
    for seq, release in (*((s, r) for s, r in state["waiting"]), *fresh):
        try:
            _keep_evidence(platform, records, seq, release, now)
            waiting, count = [w for w in state["waiting"] if w[0] != seq], count + 1
        except MingjingError as fault:
            note(fault, f"evidence {release}")
            waiting = [*(w for w in state["waiting"] if w[0] != seq), [seq, release]]
        state = {**state, "evidence": max(state["evidence"], seq), "waiting": waiting}
        keep(_state(platform.home), state)
    return count


def _keep_evidence(platform: Platform, records: Records, seq: int, release: str, now: datetime) -> None:
    from review.evidence.export import export

    with tempfile.TemporaryDirectory(dir=platform.home.work) as folder:
        data = export(release, platform.stores, Path(folder) / "evidence.zip", packs=platform.packs).read_bytes()
    records.keep(f"evidence/{release}/{seq:012d}-{sha256_hex(data)[:16]}.zip", data, now)


def check_kept_head(platform: Platform) -> int | None:
    """Compare the ledger with the newest head that was kept; its number, None where none is kept (or none are to be).

    Raises LedgerBroken where the ledger doesn't hold that line, StorageUnavailable, HomeInvalid.
    """
    from review import keys, ledger
    from review.ledger_head import check_head

    records = records_of(platform.home)
    days = records.folders(HEADS) if records else []
    names = records.names(days[-1]) if records and days else []
    if records is None or not names:
        return None
    text = (records.read(names[-1]) or b"").decode("utf-8", "replace")
    head = check_head(text, keys.public_key(platform.home.root))
    if not ledger.holds(head):
        raise LedgerBroken(
            f"the ledger doesn't hold line {head.seq} as it was kept in {platform.home.records_store}: it was rewritten or cut off; "
            "restore the database from its backup"
        )
    return head.seq


def _state(home: Home) -> Path:
    return home.run / "records.json"


def main() -> None:
    """Run until SIGTERM."""
    try:
        platform = open_platform()
        records = records_of(platform.home)
    except MingjingError as refused:
        note(refused, "records")
        sys.exit(refused.exit_status)
    stop = until_told()
    while records is not None and not stop.is_set():
        keep_on(platform, records, stop)


def keep_on(platform: Platform, records: Records, stop: threading.Event) -> None:
    """One round and the pause after it."""
    try:
        keep_records(platform, records, datetime.now(UTC), note)
    except Exception as fault:  # the bucket may come back; what wasn't kept is still new then
        note(fault, "records")
    stop.wait(POLL_SECONDS)


if __name__ == "__main__":
    main()
