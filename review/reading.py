"""From tables to the values that the pure parts speak: the office (units and seats), a release's case. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils import timezone

from domain.contract import Stage
from domain.errors import ReleaseNotFound
from domain.finding import Severity
from domain.release import Verdict
from review import blind
from review.models import (
    BlindOpinion,
    DecisionRecord,
    FindingRecord,
    LedgerEntry,
    Membership,
    Opening,
    ReleaseRecord,
    Unit,
)
from review.permissions import OFFICE, Case, Office, Role, Seat, Tree

if TYPE_CHECKING:
    from domain.contract import Contract


def office(person: str | None = None) -> Office:
    """All units with all seats; with `person`, only the seats that bear on that person (principals' included)."""
    units = list(Unit.objects.values_list("code", "parent_id", "pools", "kind"))
    tree = Tree(
        {code: parent for code, parent, _, _ in units},
        {code: frozenset(Role(r) for r in pools) for code, _, pools, _ in units if pools},
        frozenset(code for code, _, _, kind in units if kind == OFFICE),
    )
    found = Membership.objects.all()
    if person is None:
        return Office(tree, _seats(found))
    mine = _seats(found.filter(user__username=person))
    principals = {s.deputy_of for s in mine if s.deputy_of}
    return Office(tree, mine + (_seats(found.filter(user__username__in=principals)) if principals else ()))


def _seats(rows: QuerySet[Membership]) -> tuple[Seat, ...]:
    """Seats of these memberships: their own columns alone, for every page and every act asks for them."""
    columns = ("pk", "user__username", "unit_id", "role", "valid_from", "valid_to", "deputy_of__username")
    return tuple(
        Seat(number, holder, unit, Role(role), since, until, principal or "")
        for number, holder, unit, role, since, until, principal in rows.values_list(*columns)
    )


def stages(record: ReleaseRecord) -> tuple[Stage, ...]:
    return tuple(Stage(**s) for s in record.stages)


def find(release: str) -> ReleaseRecord:
    """The release's record. Raises ReleaseNotFound."""
    record = ReleaseRecord.objects.select_related("submitter").filter(public_id=release).first()
    if record is None:
        raise ReleaseNotFound(f"there is no release {release[:20]!r}; `mingjing releases` lists those there are")
    return record


def case(record: ReleaseRecord) -> Case:
    """What permissions need to know of the release."""
    decisions = DecisionRecord.objects.filter(release=record).select_related("user").order_by("entry_id")
    spoken = BlindOpinion.objects.filter(release=record).values_list("user__username", "stage")
    submitted = LedgerEntry.objects.filter(release=record.public_id, event="submitted")
    return Case(
        record.public_id,
        record.unit_id,
        stages(record),
        frozenset(submitted.values_list("actor", flat=True)),
        {**dict(spoken), **{d.user.username: d.stage for d in decisions}},
        tuple(d.stage for d in decisions if d.verdict == Verdict.APPROVE.value),
        frozenset(blind.unresolved().filter(release=record).values_list("user__username", flat=True)),
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """Ids of findings that stand between a person and an approval."""

    blocks: frozenset[str]
    holds: frozenset[str]
    unopened: frozenset[str]  # holds that this person hasn't opened


def standing(record: ReleaseRecord, username: str) -> Standing:
    """What this person has to deal with before saying 公开."""
    found = FindingRecord.objects.filter(release=record, severity__in=[Severity.BLOCK.value, Severity.HOLD.value])
    pairs = list(found.values_list("severity", "finding"))
    opened = Opening.objects.filter(release=record, user__username=username).values_list("finding", flat=True)
    holds = frozenset(f for severity, f in pairs if severity == Severity.HOLD.value)
    blocks = frozenset(f for severity, f in pairs if severity == Severity.BLOCK.value)
    return Standing(blocks, holds, holds - set(opened))


def roles_at_root(person: str) -> frozenset[Role]:
    """Roles that the person holds now in a unit without a parent."""
    known = office(person)
    return frozenset(s.role for s in known.held(person, timezone.now()) if known.tree.parents.get(s.unit) is None)


def stages_fillable(contract: Contract, at: datetime | None = None) -> list[str]:
    """Why this contract's review couldn't be held with today's people; empty if it could (`contract check`)."""
    from review.stages import unfillable
    from review.tiers import HIGHEST, is_first

    tier = HIGHEST if is_first(contract.id) else None  # asked for the first publication too, while it is ahead
    return unfillable(contract, office(), at or timezone.now(), tier)
