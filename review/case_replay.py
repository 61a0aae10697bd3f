"""A release's cases as its ledger lines tell of them: who answered, who closed, and whether they were allowed to. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.errors import ReleaseNotApproved
from review.case_steps import CaseEvent, CaseStatus, step
from review.moments import moment
from review.permissions import SYSTEM, Act, Office, check_can, check_can_end_case


@dataclass
class Cases:
    """What the lines read so far say of each case. Its methods raise a named error where a line broke a rule."""

    status: dict[str, CaseStatus] = field(default_factory=dict)
    answered_by: dict[str, str] = field(default_factory=dict)

    def open(self, line: Mapping[str, Any]) -> None:
        """A case was opened: once, and by the platform."""
        case = line["data"]["case"]
        if case in self.status or line["actor"] != SYSTEM:
            raise ReleaseNotApproved("a case is opened once, by the platform")
        self.status[case] = CaseStatus.OPEN

    def follow(self, line: Mapping[str, Any], event: CaseEvent, office: Office, department: str) -> None:
        """Something happened to a case, under the seats of that moment."""
        case, person, at = line["data"]["case"], line["actor"], moment(line["at"])
        if case not in self.status:
            raise ReleaseNotApproved("there was no such case")
        if event is CaseEvent.ANSWER:
            check_can(office, person, Act.ANSWER_CASE, department, at)
            self.answered_by[case] = person
        elif event is not CaseEvent.CONTINUE:
            check_can_end_case(office, person, department, self.answered_by.get(case, ""), at)
        self.status[case] = step(case, self.status[case], event)
