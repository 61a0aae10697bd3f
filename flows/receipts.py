"""What the publishing side answered comes into the ledger: published, taken down, expired, hidden by a person, inspected.

A take-down's receipt holds the publication's too, so that they may arrive in any order; every one may come again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from domain.errors import ContentChanged, PackageInvalid
from domain.finding import Finding
from domain.release import Receipt, Status
from flows.cases import follow_up
from flows.platform import Platform, open_platform
from flows.timed import publication_days


def accept_receipt(home: Path | None, path: Path) -> list[dict[str, Any]]:
    """Bring the publishing side's answer into the ledger. Returns {release, status} of each release in it, for an
    inspection also {ok, case, hidden}. Raises PackageInvalid, ContentChanged.
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
            return [_inspected(platform, one, str(body["inspected_at"])) for one in body["results"]]
        case Kind.PUBLISHED:
            desk.record_published(body["release"], Receipt.from_dict(body["receipt"]))
        case Kind.TAKEN_DOWN | Kind.EXPIRED | Kind.HIDDEN:
            _taken_down(platform, package.kind, body)
    return [_said(body["release"])]


def _taken_down(platform: Platform, kind: Any, body: Mapping[str, Any]) -> None:
    from review import desk, queries
    from review.carried import Kind
    from review.hiding import read_order

    release = body["release"]
    record = queries.show(release)
    if body["release_hash"] != record["release_hash"]:
        raise ContentChanged(f"the receipt is of other bytes than {release}; ask the publishing side for the right one")
    if kind is not Kind.TAKEN_DOWN:
        _published_before(record, body["receipt"])
    if kind is Kind.EXPIRED:
        days = publication_days(platform, record["release_hash"])
        if days is None or days != body["days"]:
            raise ContentChanged(
                f"{release} was taken down after other days than were approved; ask the publishing side"
            )
        desk.expire(release, days, date.fromisoformat(body["order"]["today"]))
    if kind is Kind.HIDDEN:
        desk.record_hidden(release, read_order(body["order"]["signed"]))
    desk.record_withdrawn(release, {"addresses": body["proof"]})


def _inspected(platform: Platform, one: Mapping[str, Any], at: str) -> dict[str, Any]:
    """One result, kept as a direct inspection's, a failure's case included; what is there already isn't kept twice. A release
    that this orders off is taken off over there: the order has to be carried (`mingjing release export`).
    """
    from review import desk, queries
    from review.case_steps import CaseKind

    release, result = one["release"], {**one["result"], "inspected_at": at}
    record = queries.show(release)
    if result["release_hash"] != record["release_hash"]:
        raise ContentChanged(
            f"the inspection is of other bytes than {release}; ask the publishing side for the right one"
        )
    _published_before(record, one["receipt"])
    known = record["inspection"] or {}
    done: dict[str, Any] = {}
    if known.get("inspected_at") != at:
        desk.record_inspection(release, result)
        if queries.show(release)["status"] != Status.WITHDRAWN:
            done = follow_up(platform, CaseKind.INSPECTION, release, [Finding.from_dict(f) for f in result["findings"]])
    return {**_said(release), "ok": bool(result["ok"]), **done}


def _published_before(record: Mapping[str, Any], receipt: Mapping[str, Any] | None) -> None:
    """The publication itself, where its own receipt hasn't come yet."""
    from review import desk

    if receipt and record["status"] == Status.APPROVED:
        desk.record_published(record["release"], Receipt.from_dict(receipt))


def _said(release: str) -> dict[str, Any]:
    from review import queries

    return {"release": release, "status": queries.show(release)["status"]}
