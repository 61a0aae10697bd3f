"""Judge the cases about one catalogue of others from ledger lines alone: replay who held which seat and what was done.

Pure, as review/replay is for releases; the tables beside the ledger aren't believed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from domain.errors import MingjingError, ReleaseNotApproved
from review.case_replay import Cases
from review.case_steps import LINES, CaseEvent
from review.replay import PEOPLE_EVENTS, Replay, follow_people

EVENTS: Mapping[str, CaseEvent] = {name: event for event, name in LINES.items()}
OPENED = "case-opened"


def replay_cases(catalogue: str, lines: Iterable[tuple[str, str]]) -> Cases:
    """Replay (body, hash) lines in order: those of PEOPLE_EVENTS and those of cases about the catalogue; others are passed over.

    Such a case is no department's: whoever answers or ends it has to be allowed to in every one of them.
    Raises ReleaseNotApproved where a line tells of something that the rules forbade at that moment.
    """
    people, cases = Replay(""), Cases()
    for body, _ in lines:
        line = json.loads(body)
        if line["event"] in PEOPLE_EVENTS:
            follow_people(people, line)
        elif not line["release"] and line["data"].get("catalogue") == catalogue:
            try:
                if line["event"] == OPENED:
                    cases.open(line)
                elif line["event"] in EVENTS:
                    cases.follow(line, EVENTS[line["event"]], people.office, None)
            except MingjingError as fault:
                raise ReleaseNotApproved(
                    f"ledger line {line['seq']} ({line['event']}) doesn't stand: {fault}"
                ) from None
    return cases
