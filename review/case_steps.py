"""Cases (问题单): their kinds, and the one table of what may follow what. Pure; who may take a step is left to
review/permissions, the clock to flows, the rows to review/acts/cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from domain.errors import TransitionRefused
from domain.withdrawal import PLAIN_REASONS, Cause


class CaseKind(StrEnum):
    """What a case was opened for."""

    INSPECTION = "inspection"  # what is public isn't what was approved
    RULE_CHANGE = "rule_change"  # a later rule finds something in what is public
    REPORT = "report"  # somebody of the public says so
    ADOPTED = "adopted"  # a catalogue of others that is watched isn't as it was adopted


REASONS: Mapping[CaseKind, str] = MappingProxyType(
    {  # of taking something off at once; the public reads them on the tombstone
        CaseKind.INSPECTION: PLAIN_REASONS[Cause.INSPECTION],
        CaseKind.RULE_CHANGE: PLAIN_REASONS[Cause.RULE_CHANGE],
    }
)


class CaseStatus(StrEnum):
    """Who holds the case: the unit in charge, a second person, nobody."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class CaseEvent(StrEnum):
    """What can happen to a case."""

    ANSWER = "answer"  # the unit in charge says what it found and did
    CLOSE = "close"  # another person is satisfied
    REOPEN = "reopen"  # another person isn't, or something came up later
    CONTINUE = "continue"  # the platform found more of the same
    SETTLE = "settle"  # the catalogue was adopted again: what it shows today is the baseline now


S, E = CaseStatus, CaseEvent
TABLE: Mapping[tuple[CaseStatus, CaseEvent], CaseStatus] = MappingProxyType(
    {
        (S.OPEN, E.ANSWER): S.ANSWERED,
        (S.OPEN, E.CONTINUE): S.OPEN,
        (S.ANSWERED, E.CLOSE): S.CLOSED,
        (S.ANSWERED, E.REOPEN): S.OPEN,
        (S.ANSWERED, E.CONTINUE): S.OPEN,
        (S.OPEN, E.SETTLE): S.ANSWERED,
        (S.ANSWERED, E.SETTLE): S.ANSWERED,
        (S.CLOSED, E.REOPEN): S.OPEN,
    }
)
LINES: Mapping[CaseEvent, str] = MappingProxyType(
    {
        E.ANSWER: "case-answered",
        E.CLOSE: "case-closed",
        E.REOPEN: "case-reopened",
        E.CONTINUE: "case-continued",
        E.SETTLE: "case-settled",
    }
)  # the ledger's words
OF_PLATFORM = frozenset({E.CONTINUE, E.SETTLE})  # what no person does


def step(case: str, status: CaseStatus, event: CaseEvent) -> CaseStatus:
    """The status after the event. Raises TransitionRefused where the table has no such row."""
    try:
        return TABLE[status, event]
    except KeyError:
        raise TransitionRefused(f"{case} is {status.value}; it can't take the step {event.value}") from None


def events_of(status: str) -> frozenset[CaseEvent]:
    """What may happen to a case of that status."""
    return frozenset(event for (before, event) in TABLE if before == status)
