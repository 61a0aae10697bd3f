"""The ledger: append-only lines in a hash chain, head signed outside the database. Appending happens inside a desk's
transaction (review/transaction.py); what the lines mean is left to review/replay.py.

hash = SHA-256(prev + SHA-256(body)), both hex: so that evidence can prove a line's place without showing its neighbours.
A line holds kinds, numbers, names of people and hashes; never a cell's value, a password, or anything that somebody typed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from domain.canonical import canonical_json
from domain.errors import LedgerBroken
from review import keys
from review.ledger_head import GENESIS, Head, head_lock, read_head, write_head
from review.models import LedgerEntry
from review.moments import moment_text

COLUMNS = ("seq", "prev", "hash", "seal", "at", "event", "actor", "release", "body")
Row = tuple[int, str, str, str, str, str, str, str, str]
BATCH = 5_000
LAST = 2**63 - 1  # no line has a higher number


@dataclass(frozen=True, slots=True)
class Verification:
    """What verifying found. `seq`: first line at fault, None if all is well; `unsigned`: lines after the signed head
    (a crash before signing), genuine by their seals."""

    ok: bool
    entries: int
    head: str
    seq: int | None = None
    fault: str = ""
    unsigned: int = 0


def link(prev: str, body: str) -> str:
    """Hash of a line."""
    return hashlib.sha256((prev + hashlib.sha256(body.encode()).hexdigest()).encode()).hexdigest()


def home() -> Path:
    """The installation that this process is configured for."""
    return Path(settings.MINGJING_HOME)


def append(event: str, *, actor: str, release: str, data: dict[str, Any], at: datetime) -> LedgerEntry:
    """Write the next line. The caller holds the write lock, in a transaction of which the line is part.

    Raises LedgerBroken where the ledger's end isn't what was signed: nothing is built upon a broken ledger.
    """
    last = LedgerEntry.objects.order_by("-seq").first()
    _check_end(last)
    seq, prev = (last.seq + 1, last.hash) if last else (1, GENESIS)
    when = moment_text(at)
    said = {"actor": actor, "at": when, "data": data, "event": event, "release": release, "seq": seq}
    body = canonical_json(said).decode()
    digest = link(prev, body)
    seal = keys.seal_of(keys.seal_key(home()), digest)
    return LedgerEntry.objects.create(
        seq=seq, at=when, event=event, actor=actor, release=release, body=body, prev=prev, hash=digest, seal=seal
    )


def begin() -> None:
    """Sign the empty ledger of a new installation, so that from then on a missing head is a fault. Safe to run again."""
    root = home()
    with head_lock(root):
        if read_head(root) is None and not LedgerEntry.objects.exists():
            write_head(root, Head())


def _signed_head() -> Head:
    signed = read_head(home())
    if signed is None:
        raise LedgerBroken("the ledger's signed head is missing; restore ledger.head from its backup")
    return signed


def _check_end(last: LedgerEntry | None) -> None:
    """Compare the ledger's end with the signed head, cheaply: the whole chain is `verify`'s work."""
    signed = _signed_head()
    if (last.seq if last else 0) < signed.seq:
        raise LedgerBroken("the ledger is shorter than its signed head says; run: mingjing ledger verify")
    if signed.seq and not LedgerEntry.objects.filter(seq=signed.seq, hash=signed.hash).exists():
        raise LedgerBroken("the ledger differs from its signed head; run: mingjing ledger verify")
    if last is not None and last.seal != keys.seal_of(keys.seal_key(home()), last.hash):
        raise LedgerBroken("the ledger's last line wasn't written by this desk; run: mingjing ledger verify")


def sign_head() -> Head:
    """Sign the ledger's present end, after commit. Lines since the last signature must extend it and bear the seal.

    Safe to run at any time and from several processes. Raises LedgerBroken.
    """
    root = home()
    with head_lock(root):
        signed = _signed_head()
        chain = Chain(signed.seq, signed.hash, keys.seal_key(root))
        if fault := chain.walk(rows(after=signed.seq)):
            raise LedgerBroken(f"ledger line {chain.seq + 1}: {fault}; run: mingjing ledger verify")
        new = Head(chain.seq, chain.hash)
        if new != signed:
            write_head(root, new)
        return new


_repeated = itemgetter("seq", "at", "event", "actor", "release")


class Chain:
    """Walks lines in order and keeps the place reached. `key`: seal key, or None where only the chain can be checked."""

    def __init__(self, seq: int = 0, prev: str = GENESIS, key: bytes | None = None) -> None:
        self.seq, self.hash, self._key = seq, prev, key

    def walk(self, rows: Iterable[Row]) -> str:
        """Check line after line; the first fault as a sentence, or "". `seq` and `hash` are then the last good line's.

        One loop with local names: 100,000 lines a second is the promise. A body is canonical JSON, so that what the columns
        repeat stands at its two ends; it is parsed only where a name holds a quote or a backslash, or the ends differ.
        """
        number, last, fault = self.seq, self.hash, ""
        key, sha256, loads, hmac_of = self._key, hashlib.sha256, json.loads, hmac.digest
        for seq, prev, digest, seal, at, event, actor, release, body in rows:
            if seq != number + 1:
                fault = f"line {number + 1} is missing"
            elif prev != last:
                fault = "it doesn't follow the line before it"
            elif sha256((prev + sha256(body.encode()).hexdigest()).encode()).hexdigest() != digest:
                fault = "its text isn't the one that was hashed"
            elif key is not None and hmac_of(key, digest.encode(), "sha256").hex() != seal:
                fault = "it bears no seal of this desk"
            elif not (
                body.startswith(f'{{"actor":"{actor}","at":"{at}","data":')
                and body.endswith(f',"event":"{event}","release":"{release}","seq":{seq}}}')
                and '"' not in (told := f"{actor}{at}{event}{release}")
                and "\\" not in told
            ) and _repeated(loads(body)) != (seq, at, event, actor, release):
                fault = "its columns differ from its text"
            if fault:
                break
            number, last = seq, digest
        self.seq, self.hash = number, last
        return fault


def rows(*, after: int = 0, until: int | None = None) -> Iterator[Row]:
    """Lines in order, those numbered after < seq ≤ until, in batches: plain SQL, for Django's rows cost as much as the
    whole verification."""
    names = ", ".join(COLUMNS)
    query = f"SELECT {names} FROM {LedgerEntry._meta.db_table} WHERE seq > %s AND seq <= %s ORDER BY seq LIMIT %s"  # noqa: S608 - names are constants
    last = after
    while True:
        with connection.cursor() as cursor:
            cursor.execute(query, [last, LAST if until is None else until, BATCH])
            batch = cursor.fetchall()
        yield from batch
        if len(batch) < BATCH:
            return
        last = batch[-1][0]


def lines_about(events: Collection[str], *, after: int = 0) -> list[tuple[int, str]]:
    """(number, release) of the lines of these events numbered above `after`, in order."""
    found = LedgerEntry.objects.filter(event__in=list(events), seq__gt=after).order_by("seq")
    return list(found.values_list("seq", "release"))


def holds(head: Head) -> bool:
    """Whether the line of that number is the one of that hash. The chain before it is `verify`'s work."""
    return head.seq == 0 or LedgerEntry.objects.filter(seq=head.seq, hash=head.hash).exists()


def verify() -> Verification:
    """Walk the whole ledger against its own chain, the desk's seals and the signed head. Bounded memory.

    Finds an edited, removed, reordered, inserted or cut-off line and a chain rewritten from some line on. Lines after
    the head (a crash before signing) are accepted if they extend it and bear the seal, and are counted in `unsigned`.
    """
    count = LedgerEntry.objects.count()
    try:
        signed = _signed_head()
    except LedgerBroken as broken:
        return Verification(False, count, "", None, str(broken))
    chain = Chain(key=keys.seal_key(home()))
    fault = chain.walk(rows(until=signed.seq))
    if not fault and chain.seq < signed.seq:
        fault = "missing: the ledger was cut off before its signed head"
    if not fault and chain.hash != signed.hash:
        return Verification(False, count, chain.hash, signed.seq, "it isn't the line that was signed: rewritten")
    fault = fault or chain.walk(rows(after=signed.seq))
    if fault:
        return Verification(False, count, chain.hash, chain.seq + 1, fault)
    return Verification(True, chain.seq, chain.hash, unsigned=chain.seq - signed.seq)
