"""How every writer of this room works: one transaction under one lock, at least one ledger line in it, the head signed
after commit; a refusal undoes everything and is itself written down. What is written is left to review/acts.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.db import connection, transaction
from django.utils import timezone

from domain.errors import LedgerBroken, MingjingError, SignatureRefused, UsageInvalid
from domain.release import Status
from review import ledger
from review.connection import reconnect_if_lost
from review.models import FailedSignature, LedgerEntry, ReleaseRecord
from review.permissions import SYSTEM
from review.signature import WINDOW, check_signature, failure, is_flood, is_throttled, recorded_name

P = ParamSpec("P")
T = TypeVar("T")
AT_ONCE = 50  # acts under one signature
_fence: list[Callable[[], None]] = []
LOCK = 0x6D696E676A  # PostgreSQL advisory lock: one writer at a time, so that lines are in the order of commits


@dataclass
class Page:
    """The ledger page of one act: what it writes, and when. `signed`: what its lines tell of the signature beside the name,
    {} for a password alone under one act."""

    at: datetime
    signed: Mapping[str, Any] = field(default_factory=dict)
    lines: int = 0
    is_unchanged: bool = field(default=False)

    def write(self, event: str, actor: str, release: str = "", **data: Any) -> LedgerEntry:
        """Append a line. `data` holds kinds, numbers, names and hashes only."""
        self.lines += 1
        return ledger.append(event, actor=actor, release=release, data={**data, **self.signed}, at=self.at)

    def nothing_new(self) -> None:
        """Say that the act had been done already and writes nothing now."""
        self.is_unchanged = True


def move(record: ReleaseRecord, status: Status, leaf: Page, stage: str = "") -> None:
    """Store the record with its new status and, in review, the stage that it now waits at; nobody has taken that on yet."""
    record.status, record.changed_at = status.value, leaf.at
    record.stage, record.taken_by = stage, None
    record.save()


@contextmanager
def fenced(check: Callable[[], None]) -> Iterator[None]:
    """Within the block every act of this process, in whichever thread, first calls `check` under the act's own lock; it doesn't
    return where the act mustn't be."""
    _fence.append(check)
    try:
        yield
    finally:
        _fence.remove(check)


@contextmanager
def page(signed: Mapping[str, Any] | None = None) -> Iterator[Page]:
    """A transaction that must leave a line in the ledger. Never nested."""
    reconnect_if_lost()
    with transaction.atomic(durable=True):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        for check in _fence:
            check()
        leaf = Page(timezone.now(), signed or {})
        yield leaf
        if not leaf.lines and not leaf.is_unchanged:
            raise RuntimeError("an act must leave a line in the ledger")  # undoes it, under `python -O` too
    if leaf.lines:
        ledger.sign_head()


def act(
    *, signed: bool = False, enrolling: bool = False
) -> Callable[[Callable[Concatenate[Page, P], T]], Callable[P, T]]:
    """Decorator of every function of the desk: opens its page, hands it over, and writes a `refused` line when a named
    error stops it. `signed`: `username`, `password` and `code` are checked first, outside the lock; `enrolling`: also for
    whoever has to set up a second factor first.
    """

    def decorate(work: Callable[Concatenate[Page, P], T]) -> Callable[P, T]:
        shape = inspect.signature(work)

        @functools.wraps(work)
        def run(*args: P.args, **kwargs: P.kwargs) -> T:
            said = shape.bind(None, *args, **kwargs).arguments
            with _refusal_written(work.__name__, said):
                how = None
                if signed:
                    code = str(said.get("code", ""))
                    how = check_signature(said["username"], said["password"], code, enrolling=enrolling)
                with page(how) as leaf:
                    return work(leaf, *args, **kwargs)

        run.__signature__ = shape.replace(parameters=list(shape.parameters.values())[1:])  # type: ignore[attr-defined]
        return run

    return decorate


def together(
    name: str, username: str, password: str, code: str, works: Mapping[str, Callable[[Page], T]]
) -> dict[str, T | MingjingError]:
    """One signature under several acts, release → work: each in a page of its own, so that one that is refused (its error
    stands in its place in the answer, and in the ledger) holds up none of the others. Raises SignatureRefused, UsageInvalid
    (none, or more than AT_ONCE), LedgerBroken.
    """
    with _refusal_written(name, {"username": username}):
        how = check_signature(username, password, code)
        if not 1 <= len(works) <= AT_ONCE:
            raise UsageInvalid(f"choose between one and {AT_ONCE} releases")
    signed = {**how, "together": len(works)} if len(works) > 1 else how
    done: dict[str, T | MingjingError] = {}
    for release, work in works.items():
        try:
            with page(signed) as leaf:
                done[release] = work(leaf)
        except LedgerBroken:
            raise
        except MingjingError as refusal:
            _write_refusal(name, {"username": username, "release": release}, refusal)
            done[release] = refusal
    return done


@contextmanager
def _refusal_written(name: str, said: dict[str, Any]) -> Iterator[None]:
    try:
        yield
    except LedgerBroken:
        raise  # there is no sound ledger to write the refusal to
    except MingjingError as refusal:
        _write_refusal(name, said, refusal)
        raise


def _write_refusal(name: str, said: dict[str, Any], refusal: MingjingError) -> None:
    """Who was refused what and by which rule; nothing of what was typed. A signature that failed is counted beside its line; a
    throttled name adds neither."""
    given = str(said.get("username") or said.get("actor") or SYSTEM)
    is_signature = isinstance(refusal, SignatureRefused)
    if is_signature and is_throttled(given):
        return
    actor = given if given == SYSTEM else recorded_name(given)
    release = str(said.get("release") or "")
    if not ReleaseRecord.objects.filter(public_id=release).exists():
        release = ""
    with page() as leaf:
        if is_signature:
            FailedSignature.objects.filter(at__lt=leaf.at - WINDOW).delete()
            failure(given, leaf.at).save()
        if is_signature and is_flood(actor):
            leaf.nothing_new()
        else:
            leaf.write("refused", actor, release, act=name, error=refusal.name())
