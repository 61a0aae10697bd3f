"""What the publishing side did: one entry for each release it was ever told of, written before the catalogue is touched.

HOME/register/HASH.json           the entry
HOME/register/HASH.STATE.order    what was ordered and isn't in the entry yet, which waits for the dataset's turn
HOME/register/HASH.manifest       the approved manifest, HASH.metadata the approved metadata (both verified by hash)
HOME/receipts/                    signed receipts, to be carried back
HOME/plans, HOME/inspections      what is to be inspected, and what was (flows/outside/plans)
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from domain.canonical import sha256_hex
from domain.errors import ContentChanged, MingjingError, ReleaseNotFound, UsageInvalid
from domain.release import Manifest, Receipt, publication_until
from flows.home import Home, home_path, open_home
from flows.marks import keep, keep_bytes, kept


class State(StrEnum):
    """What became of a release here."""

    PUBLISHING = "publishing"  # on its way; whether the catalogue has it is found out by looking
    PUBLISHED = "published"
    TAKEN_DOWN = "taken-down"  # ordered from the other network
    EXPIRED = "expired"  # its days were over
    HIDDEN = "hidden"  # ordered here, by a person
    SUSPENDED = "suspended"  # an inspection here found what can't wait; the order for it comes from the other network


DOWN = frozenset({State.TAKEN_DOWN, State.EXPIRED, State.HIDDEN, State.SUSPENDED})
ORDERED = (State.HIDDEN, State.TAKEN_DOWN, State.SUSPENDED, State.EXPIRED)


@dataclass(frozen=True, slots=True)
class Entry:
    """One release. `days`: publication_days; `began_on`: when it was first to be published, ISO date-time of the bureau.
    `order`: what takes it down {reason, reason_code, contact, …}; `proof`: what the catalogue answered after that.
    `turn`: of the newest carried order that was obeyed (flows/outside/turns); `is_back`: that one reversed a withdrawal, so
    the tombstone gives way; `is_barred`: a person took it down here, so no package brings it back.
    """

    release: str
    release_hash: str
    dataset: str
    state: State
    title: str = ""
    period: str = ""
    days: int | None = None
    began_on: str = ""
    receipt: dict[str, Any] | None = None
    order: dict[str, Any] = field(default_factory=dict)
    proof: list[dict[str, Any]] | None = None
    turn: int = 0
    is_back: bool = False
    is_barred: bool = False

    @property
    def until(self) -> str | None:
        """The day on which it comes down; None where it stays."""
        since = (self.receipt or {}).get("published_on") or self.began_on
        return publication_until(since, self.days) if since else None

    @property
    def published(self) -> Receipt | None:
        """The catalogue's receipt."""
        return Receipt.from_dict(self.receipt) if self.receipt else None

    @property
    def is_unproven(self) -> bool:
        """Ordered down, without the proof that it is."""
        return self.state in DOWN and self.proof is None


def publisher(home: Path | None) -> Home:
    """The installation, which must be a publishing side. Raises UsageInvalid, HomeInvalid."""
    here = open_home(home_path(home))
    if here.kind != "publisher":
        raise UsageInvalid(
            f"{here.root} is a {here.kind} installation; packages are published by one made with: "
            "mingjing init --publisher --catalogue URL --pin KEY"
        )
    return here


def today_at(here: Home) -> date:
    """Today where the bureau is."""
    return datetime.now(ZoneInfo(here.timezone)).date()


def listed(here: Home) -> tuple[list[Entry], list[ContentChanged]]:
    """Every entry by hash, and a fault for each file that can't be read: one bad file hides no other entry."""
    found: list[Entry] = []
    faults: list[ContentChanged] = []
    for path in sorted(_folder(here).glob("*.json")):
        try:
            if entry := entry_of(here, path.stem):
                found.append(entry)
        except ContentChanged as fault:
            faults.append(fault)
    return found, faults


def entries(here: Home) -> Iterator[Entry]:
    """Every entry that can be read; whoever acts on all of them tells the faults of `listed` too."""
    yield from listed(here)[0]


def entry_of(here: Home, release_hash: str) -> Entry | None:
    """The entry of these bytes, down as soon as that is ordered. Raises ContentChanged where it can't be read."""
    path = _folder(here) / f"{release_hash}.json"
    if not path.is_file():
        return None
    try:
        entry = _entry(json.loads(path.read_bytes()))
        if entry.release_hash != release_hash:
            raise ValueError  # a file under another's name is as unreadable as a torn one
        _ = entry.until, entry.published  # what every duty asks first
    except (OSError, ValueError, KeyError, TypeError, AttributeError, MingjingError):
        raise _unreadable(path) from None
    return _as_ordered(here, entry)


def named(here: Home, release: str) -> Entry:
    """The entry of a release id or hash. Raises ReleaseNotFound, ContentChanged (some can't be read, it may be one)."""
    found, faults = listed(here)
    for entry in found:
        if release in (entry.release, entry.release_hash):
            return entry
    if faults:
        raise faults[0]
    raise ReleaseNotFound(
        f"no release {release[:64]!r} was published here; `mingjing outside list` names those that were"
    )


def write(here: Home, entry: Entry) -> Entry:
    """Durable before it returns."""
    keep(_folder(here) / f"{entry.release_hash}.json", {**asdict(entry), "state": entry.state.value})
    return entry


def changed(here: Home, entry: Entry, **fields: Any) -> Entry:
    """The entry with other fields, kept."""
    return write(here, replace(entry, **fields))


def keep_order(here: Home, entry: Entry, state: State, order: dict[str, Any]) -> None:
    """An order to take the release down, durable before it returns and without waiting for anybody.

    A file of its own: the entry belongs to whoever holds the dataset's lock, who would write over it.
    """
    keep(_order_path(here, entry.release_hash, state), {"state": state.value, "order": order})


def obeyed(here: Home, release_hash: str) -> Entry | None:
    """The entry with what was ordered in it, kept; to be called with the dataset's lock held."""
    entry = entry_of(here, release_hash)
    if entry is not None:
        waiting = [path for state in ORDERED if (path := _order_path(here, release_hash, state)).is_file()]
        if waiting:
            write(here, entry)
        for path in waiting:
            path.unlink()
    return entry


def _as_ordered(here: Home, entry: Entry) -> Entry:
    """The entry as its waiting orders make it: the first takes it down, and a person's bars it whatever took it down."""
    for state in ORDERED:
        path = _order_path(here, entry.release_hash, state)
        try:
            if not (found := kept(path)):
                continue
            order = dict(found["order"])
        except (OSError, ValueError, KeyError, TypeError):
            raise _unreadable(path) from None
        if entry.state not in DOWN:
            entry = replace(entry, state=state, order=order, proof=None)
        entry = replace(entry, is_barred=entry.is_barred or state is State.HIDDEN)
    return entry


def _order_path(here: Home, release_hash: str, state: State) -> Path:
    return _folder(here) / f"{release_hash}.{state.value}.order"


def _unreadable(path: Path) -> ContentChanged:
    return ContentChanged(
        f"登记册中的 {path.name} 无法读取，该期数据不会按期撤下；请从备份恢复该文件，并在目录中人工核对这一期 "
        f"{path.name} in the register can't be read, so nothing takes its release down in time; restore that file from a "
        "backup and look at that release in the catalogue by hand"
    )


def keep_approved(here: Home, manifest: Manifest, metadata: bytes) -> None:
    """What was approved, so that the publication can be looked at without its package."""
    folder = _folder(here)
    folder.mkdir(mode=0o700, exist_ok=True)
    keep_bytes(folder / f"{manifest.release_hash}.manifest", manifest.content)
    keep_bytes(folder / f"{manifest.release_hash}.metadata", metadata)


def approved(here: Home, entry: Entry) -> tuple[Manifest, dict[str, Any]]:
    """Manifest and metadata of an entry, both verified. Raises ContentChanged."""
    path = _folder(here) / entry.release_hash
    try:
        content, metadata = path.with_suffix(".manifest").read_bytes(), path.with_suffix(".metadata").read_bytes()
    except OSError:
        raise ContentChanged(
            f"{entry.release}: its manifest isn't in the register; publish its package again"
        ) from None
    manifest = Manifest.from_dict(json.loads(content)) if sha256_hex(content) == entry.release_hash else None
    if manifest is None or sha256_hex(metadata) != manifest.metadata.sha256:
        raise ContentChanged(f"{entry.release}: its manifest in the register was changed; publish its package again")
    return manifest, dict(json.loads(metadata))


def receipt_path(here: Home, name: str) -> Path:
    """Where a receipt of that name goes."""
    folder = here.root / "receipts"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{name}.receipt"


def _folder(here: Home) -> Path:
    return here.root / "register"


def _entry(found: dict[str, Any]) -> Entry:
    known = {k: v for k, v in found.items() if k in Entry.__slots__}
    hash_of = found.get("release_hash") or (found.get("receipt") or {}).get("release_hash") or ""
    return Entry(
        **{**known, "release": found.get("release", ""), "release_hash": hash_of, "state": State(found["state"])}
    )
