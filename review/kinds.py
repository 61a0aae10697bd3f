"""Kinds of notices: what people are told of. Who is told is left to review/notices."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a notice is about."""

    NEW_WORK = "new_work"
    RETURNED = "returned"
    BLOCKED = "blocked"
    WITHHELD = "withheld"
    OVERDUE = "overdue"
    PUBLISHED = "published"
    INSPECTION_FAILED = "inspection_failed"
    HIDDEN = "hidden"
    TAKEN_OFF = "taken_off"
    FACTOR_SET = "factor_set"
    FACTOR_RESET = "factor_reset"
    CASE = "case"
    CASE_ANSWERED = "case_answered"
    CASE_OVERDUE = "case_overdue"
    CONTRACT_PROPOSED = "contract_proposed"
    CONTRACT_ADOPTED = "contract_adopted"
    CONTRACT_REFUSED = "contract_refused"
    ADOPTED_CHANGED = "adopted_changed"
    ADOPTED_AWAY = "adopted_away"
    CONTRACT_FAILED = "contract_failed"
    DELIVERY_FAILED = "delivery_failed"
