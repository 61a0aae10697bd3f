"""Cases as their ledger lines tell of them: who answered, who closed, and whether they were allowed to. Pure.

Those about a release are followed with it (review/replay), those about a catalogue of others by review/adopted_replay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.errors import ReleaseNotApproved
from review.case_steps import OF_PLATFORM, CaseEvent, CaseStatus, step
from review.moments import moment
from review.permissions import SYSTEM, Act, Office, check_can, check_can_end_case


@dataclass
class Cases:
    """What the lines read so far say of each case. Its methods raise a named error where a line broke a rule."""

    status: dict[str, CaseStatus] = field(default_factory=dict)
    answered_by: dict[str, str] = field(default_factory=dict)
    subject: dict[str, str] = field(default_factory=dict)  # of a catalogue of others: the hash that names it
    baseline: dict[str, str] = field(default_factory=dict)  # which adoption what was found differs from

    def open(self, line: Mapping[str, Any]) -> None:
        """A case was opened: once, and by the platform."""
        said = line["data"]
        case = said["case"]
        if case in self.status or line["actor"] != SYSTEM:
            raise ReleaseNotApproved("a case is opened once, by the platform")
        self.status[case] = CaseStatus.OPEN
        self.subject[case], self.baseline[case] = said.get("subject_sha256", ""), said.get("adopted_on", "")

    def follow(self, line: Mapping[str, Any], event: CaseEvent, office: Office, department: str | None) -> None:
        """Something happened to a case, under the seats of that moment. `department` None: it is no department's."""
        said, person, at = line["data"], line["actor"], moment(line["at"])
        case = said["case"]
        if case not in self.status or said.get("subject_sha256", "") != self.subject[case]:
            raise ReleaseNotApproved("there was no such case")
        if (event in OF_PLATFORM) != (person == SYSTEM):
            raise ReleaseNotApproved("the platform finds, people answer and close")
        if event is CaseEvent.ANSWER:
            check_can(office, person, Act.ANSWER_CASE, department, at)
            self.answered_by[case] = person
        elif event not in OF_PLATFORM:
            check_can_end_case(office, person, department, self.answered_by.get(case, ""), at)
        if event is CaseEvent.SETTLE and not (self.subject[case] and said["adopted_on"] != self.baseline[case]):
            raise ReleaseNotApproved("nothing was adopted again")
        if event in OF_PLATFORM:
            self.baseline[case] = said.get("adopted_on", "")
        self.status[case] = step(case, self.status[case], event)
