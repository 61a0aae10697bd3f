"""The one table of what may follow what in a release's life. Who may take a step is left to review/permissions.py.

A returned, blocked, cancelled, withheld, replaced or (once confirmed) withdrawn release is never reopened: its correction is a new revision.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from domain.errors import TransitionRefused
from domain.release import Status, Verdict


class Event(StrEnum):
    """What can happen to a release."""

    CHECK = "check"  # prepared, no block finding
    BLOCK = "block"  # a block finding stands
    CANCEL = "cancel"  # an operator stopped its preparation
    SUBMIT = "submit"  # a named operator looked (承办自查)
    RECALL = "recall"  # the submitter takes it back before anyone has decided
    LOOK = "look"  # a confidentiality reviewer looks at one cell as it came in
    ADVANCE = "advance"  # a stage says 公开 and another stage follows
    APPROVE = "approve"  # the last stage says 公开
    RETURN = "return"  # 退回
    REMEDY = "remedy"  # 删减后公开: returned, and a stricter revision is prepared at once
    WITHHOLD = "withhold"  # 依申请公开 or 不予公开
    ESCALATE = "escalate"  # 需报审
    ANSWER = "answer"  # the answer from above was recorded
    REPLACE = "replace"  # a later revision took its place
    PUBLISH = "publish"  # the catalogue shows exactly the approved bytes
    SUPERSEDE = "supersede"  # a correction of the same edition was published
    INSPECT = "inspect"  # what is public was compared again
    WITHDRAW = "withdraw"  # a person ordered it off
    SHARPEN = "sharpen"  # a stricter order takes the place of the one that stands: the entry's words go too
    EXPIRE = "expire"  # its days of publication are over; no person did it
    HIDE = "hide"  # a person took it down where it is published, in another network
    TAKE_DOWN = "take_down"  # the catalogue confirmed that it is off
    CONFIRM = "confirm"  # a second person confirmed the withdrawal; nothing comes after it
    REVERSE = "reverse"  # a second person reversed it before it was confirmed: the approval stands, it goes out again


S, E = Status, Event

TABLE: Mapping[tuple[Status, Event], Status] = MappingProxyType(
    {
        (S.RECEIVED, E.CHECK): S.CHECKED,
        (S.RECEIVED, E.BLOCK): S.BLOCKED,
        (S.RECEIVED, E.REPLACE): S.REPLACED,
        (S.RECEIVED, E.CANCEL): S.CANCELLED,
        (S.CHECKED, E.SUBMIT): S.IN_REVIEW,
        (S.CHECKED, E.BLOCK): S.BLOCKED,
        (S.CHECKED, E.REPLACE): S.REPLACED,
        (S.IN_REVIEW, E.RECALL): S.CHECKED,
        (S.IN_REVIEW, E.LOOK): S.IN_REVIEW,
        (S.IN_REVIEW, E.ADVANCE): S.IN_REVIEW,
        (S.IN_REVIEW, E.APPROVE): S.APPROVED,
        (S.IN_REVIEW, E.RETURN): S.RETURNED,
        (S.IN_REVIEW, E.REMEDY): S.RETURNED,
        (S.IN_REVIEW, E.WITHHOLD): S.WITHHELD,
        (S.IN_REVIEW, E.ESCALATE): S.ESCALATED,
        (S.IN_REVIEW, E.BLOCK): S.BLOCKED,
        (S.IN_REVIEW, E.REPLACE): S.REPLACED,
        (S.ESCALATED, E.LOOK): S.ESCALATED,
        (S.ESCALATED, E.ANSWER): S.IN_REVIEW,
        (S.ESCALATED, E.BLOCK): S.BLOCKED,
        (S.ESCALATED, E.REPLACE): S.REPLACED,
        (S.APPROVED, E.PUBLISH): S.PUBLISHED,
        (S.APPROVED, E.BLOCK): S.BLOCKED,
        (S.APPROVED, E.REPLACE): S.REPLACED,
        (S.APPROVED, E.WITHDRAW): S.WITHDRAWN,
        (S.PUBLISHED, E.SUPERSEDE): S.SUPERSEDED,
        (S.PUBLISHED, E.INSPECT): S.PUBLISHED,
        (S.PUBLISHED, E.WITHDRAW): S.WITHDRAWN,
        (S.PUBLISHED, E.EXPIRE): S.WITHDRAWN,
        (S.APPROVED, E.HIDE): S.WITHDRAWN,
        (S.PUBLISHED, E.HIDE): S.WITHDRAWN,
        (S.SUPERSEDED, E.INSPECT): S.SUPERSEDED,
        (S.SUPERSEDED, E.HIDE): S.WITHDRAWN,
        (S.SUPERSEDED, E.WITHDRAW): S.WITHDRAWN,
        (S.SUPERSEDED, E.EXPIRE): S.WITHDRAWN,
        (S.WITHDRAWN, E.HIDE): S.WITHDRAWN,
        (S.WITHDRAWN, E.SHARPEN): S.WITHDRAWN,
        (S.WITHDRAWN, E.TAKE_DOWN): S.WITHDRAWN,
        (S.WITHDRAWN, E.CONFIRM): S.WITHDRAWN,
        (S.WITHDRAWN, E.REVERSE): S.APPROVED,
        (S.WITHDRAWN, E.INSPECT): S.WITHDRAWN,
    }
)
FIRST = S.RECEIVED
FINAL = frozenset(
    {S.RETURNED, S.WITHHELD, S.REPLACED, S.BLOCKED, S.CANCELLED}
)  # no way to another status; withdrawn once confirmed
REVERSIBLE = frozenset({S.APPROVED, S.PUBLISHED})  # ordered off from one of these, it can be put out again

TITLES: Mapping[Status, str] = MappingProxyType(
    {
        S.RECEIVED: "已收件",
        S.CHECKED: "已检查",
        S.IN_REVIEW: "审查中",
        S.APPROVED: "已批准",
        S.PUBLISHED: "已发布",
        S.SUPERSEDED: "已更替",
        S.WITHDRAWN: "已撤回",
        S.RETURNED: "已退回",
        S.WITHHELD: "不公开",
        S.ESCALATED: "已报审",
        S.REPLACED: "已换版",
        S.BLOCKED: "已阻断",
        S.CANCELLED: "已取消",
    }
)


def step(status: Status, event: Event) -> Status:
    """The status after the event. Raises TransitionRefused where the table has no such row."""
    try:
        return TABLE[status, event]
    except KeyError:
        allowed = ", ".join(e.value for (s, e) in TABLE if s is status) or "nothing: make a new revision"
        raise TransitionRefused(
            f"a release that is {status.value} can't take the step {event.value}; possible now: {allowed}"
        ) from None


def events_of(status: str) -> frozenset[Event]:
    """What may happen to a release of that status."""
    return frozenset(event for (before, event) in TABLE if before == status)


def event_of(verdict: Verdict, *, is_last: bool) -> Event:
    """The event that a verdict makes at a stage."""
    if verdict is Verdict.APPROVE:
        return Event.APPROVE if is_last else Event.ADVANCE
    return Event(verdict.value)


def mermaid() -> str:
    """The table as a Mermaid state diagram."""
    rows = [f"    {before.value} --> {after.value}: {event.value}" for (before, event), after in TABLE.items()]
    ends = [f"    {status.value} --> [*]" for status in Status if status in FINAL]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {FIRST.value}: receive", *rows, *ends]) + "\n"


def markdown() -> str:
    """The table as Markdown, for docs/reference."""
    lines = ["| status | 状态 | event | becomes |", "|---|---|---|---|"]
    for (before, event), after in TABLE.items():
        lines.append(f"| {before.value} | {TITLES[before]} | {event.value} | {after.value} |")
    finals = ", ".join(f"{s.value} {TITLES[s]}" for s in Status if s in FINAL)
    return "\n".join(
        [
            *lines,
            "",
            f"Final, never reopened: {finals}; and withdrawn {TITLES[S.WITHDRAWN]} once a second person confirmed it.",
            "",
            "```mermaid",
            mermaid() + "```",
            "",
        ]
    )
