"""What the publishing side answered comes into the ledger: published, taken down, expired, hidden by a person, inspected,
and what the public reported there.

A take-down's receipt holds the publication's too, so that they may arrive in any order; every one may come again. What
answers an earlier order than the last is passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from domain.errors import ContentChanged, PackageInvalid
from domain.finding import Finding
from domain.release import Receipt, Status
from domain.withdrawal import may_keep_words
from flows.cases import follow_up
from flows.inspection import end_plan, is_drawn_from
from flows.platform import Platform, open_platform
from flows.reports import KINDS, REPORT_ID, open_report
from flows.timed import publication_days


def accept_receipt(home: Path | None, path: Path) -> list[dict[str, Any]]:
    """Bring the publishing side's answer into the ledger. Returns {release, status} of each release in it, for an
    inspection also {ok, case, hidden}, for a report {case}. Raises PackageInvalid, ContentChanged.
    """
    platform = open_platform(home)
    from review import desk
    from review.carried import PUBLISHERS, Kind, open_package, pinned_keys

    package = open_package(path, pinned_keys(platform.home.root, PUBLISHERS))
    body = package.body
    match package.kind:
        case Kind.RELEASE | Kind.WITHDRAWAL:
            raise PackageInvalid(f"{path.name} is an order, not a receipt")
        case Kind.INSPECTED:
            if body.get("plan"):
                _planned(body["plan"], package.signed_by)
            told = [_inspected(platform, one, str(body["inspected_at"])) for one in body["results"]]
            end_plan(platform)
            return told
        case Kind.REPORTED:
            return [_reported(platform, one) for one in body["reports"]]
        case Kind.PUBLISHED:
            if _is_of_now(body):
                desk.record_published(body["release"], Receipt.from_dict(body["receipt"]))
        case Kind.TAKEN_DOWN | Kind.EXPIRED | Kind.HIDDEN:
            _taken_down(platform, package.kind, body)
    return [_said(body["release"])]


def _taken_down(platform: Platform, kind: Any, body: Mapping[str, Any]) -> None:
    from review import desk, queries, withdrawals
    from review.carried import Kind
    from review.hiding import read_order

    release = body["release"]
    record = queries.show(release)
    if body["release_hash"] != record["release_hash"]:
        raise ContentChanged(f"the receipt is of other bytes than {release}; ask the publishing side for the right one")
    if kind is Kind.TAKEN_DOWN and not _is_of_now(body):
        return  # it proves an earlier order
    if kind is Kind.EXPIRED and withdrawals.order_of(release):
        return  # as does this: it was ordered off by this desk, with or without words
    if kind is not Kind.TAKEN_DOWN:
        _published_before(record, body)
    if kind is Kind.EXPIRED:
        days = publication_days(platform, record["release_hash"])
        if days is None or days != body["days"]:
            raise ContentChanged(
                f"{release} was taken down after other days than were approved; ask the publishing side"
            )
        desk.expire(release, days, date.fromisoformat(body["order"]["today"]))
    if kind is Kind.HIDDEN:
        desk.record_hidden(release, read_order(body["order"]["signed"]))
    words = bool(body["order"].get(withdrawals.WORDS, may_keep_words(body["order"].get("reason_code") or "")))
    desk.record_withdrawn(release, {"addresses": body["proof"], withdrawals.WORDS: words})


def _is_of_now(said: Mapping[str, Any]) -> bool:
    """Whether an answer is to the last that was said about its release, rather than to an earlier order: a receipt that
    comes again after a withdrawal or its reversal proves nothing about now. Raises ContentChanged, PackageInvalid.
    """
    from review import withdrawals
    from review.carried import turn_in

    turn, now = turn_in(said), withdrawals.turn_of(said["release"]).seq
    if turn > now:
        raise ContentChanged(f"the receipt answers an order about {said['release']} that this platform never gave")
    return turn == now


def _planned(plan: Mapping[str, Any], side: str) -> None:
    """Keep the plan that a publishing side drew, drawn again here first; every side, by the key it signs with, has its own.
    Raises ContentChanged.
    """
    from review import desk

    if not is_drawn_from(plan):
        raise ContentChanged(
            "drawing the publishing side's plan again from its seed gives another one; ask who changed it"
        )
    waits = [(str(dataset), waited) for dataset, waited in plan["population"]]
    desk.plan_inspections(str(plan["period"]), str(plan["seed"]), int(plan["share"]), waits, list(plan["chosen"]), side)


def _inspected(platform: Platform, one: Mapping[str, Any], at: str) -> dict[str, Any]:
    """One result, kept as a direct inspection's, a failure's case included; what is there already isn't kept twice, and an
    older one doesn't take a newer one's place. A release that this orders off is taken off over there: the order has to be
    carried (`mingjing release export`).
    """
    from review import desk, queries
    from review.case_steps import CaseKind

    release, result = one["release"], {**one["result"], "inspected_at": at}
    record = queries.show(release)
    if result["release_hash"] != record["release_hash"]:
        raise ContentChanged(
            f"the inspection is of other bytes than {release}; ask the publishing side for the right one"
        )
    _published_before(record, one)
    known = str((record["inspection"] or {}).get("inspected_at") or "")
    done: dict[str, Any] = {}
    if _is_of_now(one) and (not known or datetime.fromisoformat(at) > datetime.fromisoformat(known)):
        desk.record_inspection(release, result)
        if queries.show(release)["status"] != Status.WITHDRAWN:
            done = follow_up(platform, CaseKind.INSPECTION, release, [Finding.from_dict(f) for f in result["findings"]])
    return {**_said(release), "ok": bool(result["ok"]), **done}


def _reported(platform: Platform, one: Mapping[str, Any]) -> dict[str, Any]:
    """The case of one report of the public, once however often it comes. The text goes into the case alone. Raises
    PackageInvalid, ContentChanged.
    """
    from review import queries

    record = queries.show(one["release"])
    if one["release_hash"] != record["release_hash"]:
        raise ContentChanged(f"the report is about other bytes than {one['release']}; ask the publishing side")
    if not REPORT_ID.fullmatch(str(one["id"])) or one["kind"] not in KINDS or not isinstance(one["text"], str):
        raise PackageInvalid("a report in the package can't be read; update the older of the two sides")
    _published_before(record, one)
    case = open_report(platform, record["release"], number=one["id"], kind=one["kind"], text=one["text"])
    return {**_said(one["release"]), "case": case}


def _published_before(record: Mapping[str, Any], said: Mapping[str, Any]) -> None:
    """The publication itself, where its own receipt hasn't come yet."""
    from review import desk

    if said["receipt"] and record["status"] == Status.APPROVED and _is_of_now(said):
        desk.record_published(record["release"], Receipt.from_dict(said["receipt"]))


def _said(release: str) -> dict[str, Any]:
    from review import queries

    return {"release": release, "status": queries.show(release)["status"]}
