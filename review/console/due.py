"""When releases had to be public by law, for the register: by the contract that each was made under and the dates it was given.

How a deadline is computed is checks/timeliness', handed in by flows. What can't be told is None, never a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from domain.contract import Contract, stored_contract
from domain.errors import ArtefactMissing, ContractInvalid
from domain.release import Status
from review.console.outside import outside

RUNNING = frozenset(
    {
        Status.RECEIVED, Status.CHECKED, Status.IN_REVIEW, Status.ESCALATED, Status.APPROVED, Status.RETURNED, Status.BLOCKED,
    }
)  # fmt: skip


class Dues:
    """Deadlines of many releases; equal contracts with equal dates are computed once."""

    def __init__(self) -> None:
        self._contracts: dict[str, Contract | None] = {}
        self._found: dict[tuple[str, tuple[tuple[str, str], ...]], date | None] = {}

    def of(self, contract_sha256: str, dates: Mapping[str, str] | None) -> date | None:
        """The earliest deadline of a release; None without dates, without deadlines or where one can't be computed."""
        if not dates:
            return None
        key = contract_sha256, tuple(sorted(dates.items()))
        if key not in self._found:
            contract = self._contract(contract_sha256)
            self._found[key] = outside().due(contract, dates) if contract and contract.deadlines else None
        return self._found[key]

    def _contract(self, sha256: str) -> Contract | None:
        if sha256 not in self._contracts:
            try:
                self._contracts[sha256] = stored_contract(outside().store.read(sha256))
            except (ArtefactMissing, ContractInvalid):
                self._contracts[sha256] = None
        return self._contracts[sha256]


def days_late(due: date | None, published_on: date | None, status: str, today: date) -> int | None:
    """Days past the deadline: at publication, else until today for what still has to go out; None for anything else."""
    if due is None or (published_on is None and status not in RUNNING):
        return None
    return max(0, ((published_on or today) - due).days)
