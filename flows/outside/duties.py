"""What the publishing side does by itself, and what it is told to: take down what is due, finish what a crash left, inspect.

Each leaves a signed receipt in HOME/receipts. An order is written down before the catalogue is touched, so that from
then on the release can't be published here any more, and a crash leaves an order without proof, which is done again.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.errors import ContentChanged, MingjingError, TransitionRefused
from domain.finding import Finding
from domain.release import Manifest
from domain.withdrawal import DAYS_OVER, OWN_WORDS, Cause, may_keep_words, plain_reason
from flows.cases import must_hide
from flows.catalogue import catalogue_for, one_at_a_time
from flows.copies import copies_fall, falling_together, inspect_copies
from flows.home import Home
from flows.library import read_packs
from flows.outside.plans import due_tonight, keep_seen, plan_half_month
from flows.outside.register import (
    DOWN,
    Entry,
    State,
    approved,
    changed,
    entry_of,
    keep_order,
    listed,
    obeyed,
    receipt_path,
)
from flows.platform import moment_at
from flows.tombstone import shown_reason
from review.carried import Kind, write_message
from review.case_steps import REASONS, CaseKind
from review.hiding import HideOrder, SignedOrder, signed_order

if TYPE_CHECKING:
    from catalog.ckan import Catalogue

Note = Callable[[Exception, str], None]
SUSPENSION = {"reason": REASONS[CaseKind.INSPECTION], "reason_code": Cause.INSPECTION.value}
RECEIPTS = {State.EXPIRED: Kind.EXPIRED, State.HIDDEN: Kind.HIDDEN, State.TAKEN_DOWN: Kind.TAKEN_DOWN}


def due(here: Home, today: date) -> tuple[list[dict[str, Any]], list[Exception]]:
    """Take down everything whose day has come on `today`, and finish what was ordered before.

    Returns {release, state, proof, receipt} of each, and why others couldn't be: one that fails, or
    whose entry can't be read, keeps no other public.
    """
    done: list[dict[str, Any]] = []
    found, faults = listed(here)
    refused: list[Exception] = [*faults]
    for entry in found:
        is_due = entry.state not in DOWN and entry.until is not None and entry.until <= today.isoformat()
        if not is_due and not entry.is_unproven:
            continue
        order = {
            "reason": DAYS_OVER.format(days=entry.days),
            "reason_code": Cause.EXPIRED.value,
            "today": today.isoformat(),
        }
        try:
            done.append(take_down(here, entry.release_hash, State.EXPIRED, order))
        except Exception as fault:  # a full disk here is no reason to leave the next one public
            refused.append(fault)
    return done, refused


def take_down(here: Home, release_hash: str, state: State, order: dict[str, Any]) -> dict[str, Any]:
    """Take one release off the catalogue and prove it; returns {release, state, proof, receipt (path; None where the
    inspection's is the receipt)}.

    The order is kept before anything is waited for. One that is there already is carried out as it stands. Raises WithdrawalIncomplete, CatalogueRefused,
    CatalogueUnreachable: the order stays and `due` carries it out.
    """
    from catalog.withdraw import withdraw

    entry = entry_of(here, release_hash)
    if entry is None:
        raise TransitionRefused("this release is unknown here; nothing of it was published here")
    if entry.state not in DOWN or (state is State.HIDDEN and not entry.is_barred):
        keep_order(here, entry, state, order)
    with one_at_a_time(here, entry.dataset), catalogue_for(here) as catalogue:
        entry = obeyed(here, release_hash) or entry  # as it is now that it's our turn
        if entry.is_unproven:
            with copies_fall(here, catalogue, entry.dataset, release_hash) as copies:
                proof = withdraw(
                    catalogue, release_hash=release_hash, dataset=entry.dataset, reason=_reason(here, entry.order),
                    reason_code=entry.order.get("reason_code") or "", withdrawn_on=moment_at(here),
                    contact=entry.order.get("contact"), receipt=entry.published, manifest=_manifest(here, entry),
                    keeps_words=bool(entry.order.get("keeps_words", may_keep_words(entry.order.get("reason_code") or ""))),
                )  # fmt: skip
            entry = changed(here, entry, proof=[*proof, *copies])
    receipt = None if entry.state is State.SUSPENDED else str(write_receipt(here, entry))
    return {"release": entry.release, "state": entry.state.value, "proof": entry.proof, "receipt": receipt}


def _reason(here: Home, order: Mapping[str, Any]) -> str:
    """What the public reads: the platform's own words as they are, a person's where they may go out; an older version may have
    carried them as they were typed."""
    said, code = str(order["reason"]), order.get("reason_code") or ""
    if code in OWN_WORDS:
        return said
    try:
        return shown_reason(said, code, read_packs(here))
    except MingjingError:
        return plain_reason(code)


def _manifest(here: Home, entry: Entry) -> Manifest | None:
    """None where the register lost it: what has to come off comes off without it too."""
    try:
        return approved(here, entry)[0]
    except ContentChanged:
        return None


def write_receipt(here: Home, entry: Entry, path: Path | None = None) -> Path:
    """The signed receipt of a take-down, with that of the publication, which may not have been carried yet."""
    path = path or receipt_path(here, f"{entry.release}-{entry.state}-{entry.release_hash[:12]}")
    body = {
        "release": entry.release, "release_hash": entry.release_hash, "receipt": entry.receipt, "days": entry.days,
        "order": entry.order, "proof": entry.proof, "turn": entry.turn,
    }  # fmt: skip
    write_message(here.root, path, RECEIPTS[entry.state], body)
    return path


def hide(here: Home, entry: Entry, pem: bytes, passphrase: str, reason: str) -> dict[str, Any]:
    """Take an edition down at once, on a person's signed order. Returns as `take_down`.

    Raises SignatureRefused (key, passphrase, or a key that isn't pinned here), UsageInvalid (no reason), TransitionRefused
    (ordered down before), and what `take_down` raises: then the order stands and is carried out by `due`.
    """
    wanted = HideOrder(entry.release, entry.release_hash, entry.dataset, "", reason, moment_at(here))
    signed: SignedOrder = signed_order(here.root, pem, passphrase, wanted)
    if entry.state in DOWN and not entry.is_unproven:
        raise TransitionRefused(f"{entry.release} is down already")
    order = {"reason": signed.order.reason, "reason_code": Cause.HIDDEN.value, "signed": signed.to_dict()}
    return take_down(here, entry.release_hash, State.HIDDEN, order)


def settle(here: Home) -> list[Exception]:
    """Look after publications that died: what the public sees is read back now, and taken off if a byte differs.

    What isn't there, or had to be taken off, is published again from its package. Returns what couldn't be settled;
    what can't be read is told by `due`.
    """
    refused: list[Exception] = []
    for entry in listed(here)[0]:
        if entry.state is not State.PUBLISHING:
            continue
        try:
            _settle(here, entry)
        except Exception as fault:
            refused.append(fault)
    return refused


def _settle(here: Home, entry: Entry) -> None:
    from catalog.publish import settle as read_back

    manifest, metadata = approved(here, entry)
    with one_at_a_time(here, entry.dataset), catalogue_for(here) as catalogue:
        now = entry_of(here, entry.release_hash)
        if now is not None and now.state is State.PUBLISHING:
            with falling_together(here, catalogue, manifest):
                read_back(catalogue, manifest=manifest, metadata=metadata)


def inspect_entries(
    here: Home, wanted: Iterable[Entry], note: Note, plan: dict[str, Any] | None = None
) -> dict[str, Any] | None:
    """Inspect these; one signed receipt of all results. Returns {results, receipt}, None if nothing could be looked at.

    `plan`: the half month's, which goes inside with the results. What can't be reached is told by `note`: not seen isn't
    the same as not there. What can't wait (flows/cases) is taken down here at once, after the receipt: the platform orders
    it off when that was carried, and a second person there confirms or reverses.
    """
    results: list[dict[str, Any]] = []
    grave: list[Entry] = []
    at = moment_at(here)
    with catalogue_for(here) as catalogue:
        for entry in wanted:
            try:
                result = _looked_at(here, catalogue, entry)
            except Exception as fault:
                note(fault, f"inspect {entry.release}")
                continue
            if result is not None:
                keep_seen(here, entry, is_sound=bool(result["ok"]))
                said = {"release": entry.release, "receipt": entry.receipt, "turn": entry.turn, "result": result}
                results.append(said)
                if must_hide(here, [Finding.from_dict(f) for f in result["findings"]]):
                    grave.append(entry)
    if not results:
        return None
    path = receipt_path(here, f"inspection-{at[:19].replace(':', '')}-{secrets.token_hex(2)}")
    write_message(here.root, path, Kind.INSPECTED, {"inspected_at": at, "plan": plan, "results": results})
    for entry in grave:
        try:
            take_down(here, entry.release_hash, State.SUSPENDED, SUSPENSION)
        except Exception as fault:  # the order stands, `due` carries it out
            note(fault, f"take down {entry.release}")
    told = [{"release": entry["release"], **entry["result"]} for entry in results]
    return {"results": told, "receipt": str(path)}


def _looked_at(here: Home, catalogue: Catalogue, entry: Entry) -> dict[str, Any] | None:
    """What a stranger saw. A failure is looked at once more while nobody else publishes or takes down its dataset; None
    where it isn't public any more.
    """
    manifest, metadata = approved(here, entry)

    def look() -> dict[str, Any]:
        from catalog.inspect import inspect

        found = inspect(catalogue, manifest=manifest, metadata=metadata, receipt=entry.published)
        return found.with_findings(inspect_copies(here, catalogue, manifest)).to_dict()

    if (seen := look())["ok"]:
        return seen
    with one_at_a_time(here, entry.dataset):
        now = entry_of(here, entry.release_hash)
        return look() if now is not None and now.state is State.PUBLISHED else None


def inspect_all(here: Home, note: Note) -> dict[str, Any] | None:
    """Inspect everything public here. Returns as `inspect_entries`."""
    found, faults = listed(here)
    for fault in faults:
        note(fault, "inspect")
    return inspect_entries(here, [e for e in found if e.state is State.PUBLISHED], note)


def inspect_due(here: Home, today: date, note: Note) -> dict[str, Any] | None:
    """Inspect tonight's part of the half month's plan, what is new and what failed. Returns as `inspect_entries`."""
    for fault in listed(here)[1]:
        note(fault, "inspect")
    plan = plan_half_month(here, today)
    return inspect_entries(here, due_tonight(here, plan, today), note, plan)
