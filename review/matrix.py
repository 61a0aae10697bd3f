"""Who may do what to a release, as one table for people: act × status × role × own or other. docs/reference is written from it.

A statement of what shall hold, not the code that holds it: that is review/permissions and review/lifecycle, and a test
compares every cell of the printed page with them.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.release import Status
from review.permissions import REVIEWERS, Role

R, S = Role, Status
ANYBODYS, OWN, OTHERS = "yes", "own", "other"  # whoever submitted it or not; the submitter alone; never the submitter
NO = "–"
IN_CHARGE, STAGES = "in charge", "the stage's"
ALL = tuple(Status)
READERS = REVIEWERS | {R.OPERATOR, R.AUDITOR}
HIDERS = frozenset({R.CONFIDENTIALITY_REVIEWER, R.RELEASING_CHIEF})


@dataclass(frozen=True, slots=True)
class Row:
    """One act. `unit`: which seats count. `whose`: the submitter's part in it."""

    act: str
    title: str
    statuses: tuple[Status, ...]
    roles: frozenset[Role]
    whose: str = ANYBODYS
    unit: str = IN_CHARGE


def _decide(stage: str, title: str, role: Role) -> Row:
    return Row(f"decide-{stage}", title, (S.IN_REVIEW,), frozenset({role}), OTHERS, STAGES)


MATRIX: tuple[Row, ...] = (
    Row("see", "看发布单", ALL, READERS),
    Row("open", "打开发现", tuple(s for s in ALL if s not in (S.RECEIVED, S.CANCELLED)), READERS),
    Row("remark", "留言", ALL, READERS - {R.AUDITOR}),
    Row("look", "看一格原文", (S.IN_REVIEW, S.ESCALATED), frozenset({R.CONFIDENTIALITY_REVIEWER}), OTHERS, STAGES),
    Row("submit", "承办自查、提交", (S.CHECKED,), frozenset({R.OPERATOR})),
    Row("recall", "收回", (S.IN_REVIEW,), frozenset({R.OPERATOR}), OWN),
    _decide("section", "科室审查决定", R.SECTION_REVIEWER),
    _decide("confidentiality", "保密审查决定", R.CONFIDENTIALITY_REVIEWER),
    _decide("legal", "法制审查决定", R.LEGAL_REVIEWER),
    _decide("chief", "领导签发决定", R.RELEASING_CHIEF),
    Row("answer", "登记报审答复", (S.ESCALATED,), HIDERS, OTHERS),
    Row("withdraw", "立即撤下", (S.APPROVED, S.PUBLISHED, S.SUPERSEDED), HIDERS),
    Row("confirm", "第二人确认撤下", (S.WITHDRAWN,), HIDERS, OTHERS),
    Row("reverse", "第二人撤销下架令", (S.WITHDRAWN,), HIDERS, OTHERS),
    Row("answer-case", "答复问题单", ALL, HIDERS | {R.OPERATOR}),
    Row("close-case", "办结问题单", ALL, HIDERS),
    Row("reopen-case", "重开问题单", ALL, HIDERS),
)

UNITS = """\
A seat counts for a department's release (*in charge*) if it is in that department, in a higher unit that pools its role, or in
an office (a department of a higher unit) that pools it. A higher unit that doesn't pool the role, another department and a unit
below don't count. *the stage's*: the seat is in exactly the unit that the stage names (the department itself where it names
none), which has to be in charge. Whoever holds an administrator's seat does nothing to releases, whatever else is held.

*own*: the submitter alone. *other*: anybody but whoever has submitted it. Beside the table: one person decides at one stage;
at a stage only its turn counts; recall ends with the first decision; who ordered a release off neither confirms nor reverses;
a finding is opened before one of its cells is looked at; who answered a case neither closes nor reopens it, and a case is seen by
whoever sees its release. The platform itself may order a release off (its public bytes aren't those approved, or a later rule blocks
them); a second person confirms or reverses that like any other order. A catalogue of others that is watched is no department's: whoever sees
every department sees what changed there and the cases about it; whoever may answer or close cases in every department answers or closes those, and is told (the administrators where nobody may). Laying a finished decision aside, signing several such and returning
several releases are decisions: the rows *decide* hold for each by itself. What a person has filled in and not signed is seen by that
person alone, on the release's own page. Everything that isn't here is refused.
"""


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One act on a department's contracts and work. `whose`: the part in it of whoever proposed the contract."""

    act: str
    title: str
    roles: frozenset[Role]
    whose: str = ANYBODYS


OPERATORS = frozenset({R.OPERATOR})
CHIEFS = frozenset({R.RELEASING_CHIEF})
WORK: tuple[WorkRow, ...] = (
    WorkRow("prepare", "交文件、指定来源、现在就跑、再跑一次", OPERATORS),
    WorkRow("cancel", "取消任务", OPERATORS),
    WorkRow("pause", "暂停、恢复定时", OPERATORS),
    WorkRow("draft", "拟契约、存草稿（只有本人看得到）", OPERATORS),
    WorkRow("propose", "提出契约", OPERATORS),
    WorkRow("retract", "收回提出的契约", OPERATORS, OWN),
    WorkRow("adopt", "批准契约", CHIEFS, OTHERS),
    WorkRow("refuse", "不批准契约", CHIEFS, OTHERS),
)
WORK_WORDS = """\
## Contracts and work

What is done to a department's contracts and to the work on its datasets, whatever releases there are. A contract that moves a
dataset to another department needs the seat in both. *own*: who proposed the contract; *other*: anybody but that person. A
proposal is answered once; one that the contract in force has outrun can't be adopted any more.
"""


def markdown() -> str:
    """The tables as Markdown."""
    head = ["act", "办理", "in status", "unit", *(r.value for r in Role)]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in MATRIX:
        statuses = "all" if row.statuses == ALL else ", ".join(row.statuses)
        cells = [row.act, row.title, statuses, row.unit, *(row.whose if r in row.roles else NO for r in Role)]
        lines.append("| " + " | ".join(cells) + " |")
    return UNITS + "\n" + "\n".join(lines) + "\n\n" + WORK_WORDS + "\n" + _work_table()


def _work_table() -> str:
    head = ["work", "办理", *(r.value for r in Role)]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in WORK:
        cells = [row.act, row.title, *(row.whose if r in row.roles else NO for r in Role)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
