"""One release: what worries the machine, what would go out, what changed, what was looked at, who did what, and what this
visitor can do about it now. The acts are left to pages/acts.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from domain.errors import MingjingError
from domain.release import DispositionKind, Status, Verdict
from review import blind, drafts, lifecycle, queries, reading, sight
from review.cases import of_release
from review.console import grouping, raised, remedy, unsent, words
from review.console.difference import difference
from review.console.grouping import Group
from review.console.outside import outside
from review.console.package import Package, entities, labels, package_of, read_json
from review.console.paging import pages_of
from review.console.redacted import rows_shown, table_names
from review.console.visitor import Visitor, visitor
from review.console.words import Pair
from review.drafts import TEXTS, Draft
from review.lifecycle import Event
from review.models import ReleaseRecord
from review.permissions import Act, Case, can_look, check_can_decide
from review.ready import is_ready
from review.seals import PAIR

SAMPLE_ROWS = 8
CONTENT_ROWS = 50
PLACES_ON_PAGE = 6
PLACES_ROWS = 50


@dataclass(frozen=True, slots=True)
class Turn:
    """What this visitor can do now. `why_not`: why there is nothing to decide."""

    stage: str
    decide: bool
    why_not: Pair | None
    submit: bool
    recall: bool
    answer: bool
    withdraw: bool
    remark: bool
    correct: bool  # only a new revision helps
    note: bool  # the department's return note is of use


def found(request: HttpRequest, release: str) -> ReleaseRecord:
    """The record, if the visitor may see it. Raises ReleaseNotFound."""
    return queries.check_visible(release, visitor(request).username)


def release(request: HttpRequest, release: str) -> HttpResponse:
    """The page."""
    record = found(request, release)
    form, typed = unsent.taken(request, visitor(request).username)
    return shown(request, record, form=form, typed=typed)


def shown(
    request: HttpRequest, record: ReleaseRecord, *, fault: MingjingError | None = None, form: str = "",
    typed: Mapping[str, str] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    """The page, with what stopped an act and what had been typed (never a password) where a form comes back."""
    person, package = visitor(request), package_of(record)
    case = reading.case(record)
    draft, older = drafts.drafts_of(record, person.username)
    if form == "decide":  # words that a session's end had kept, or that couldn't be
        draft = replace(draft, **{name: (typed or {}).get(name, getattr(draft, name)) for name in TEXTS})
        if typed and "override" in typed:
            draft = replace(draft, overrides=unsent.chosen(typed, "override"))
    findings = queries.findings(record.public_id, opened_by=person.username)
    decisions = queries.decisions(record.public_id)
    groups = groups_of(findings, package, draft, decisions)
    last = queries.dispositions_before(record.public_id)
    for group in groups:
        for row in group.rows:
            row.last = last["dispositions"].get(row.id) if last else None
            if form == f"#g-{group.key}":
                row.typed = {name: (typed or {}).get(f"{name}-{row.id}", "") for name in unsent.BY_ROW}
    said = reading.standing(record, person.username)
    pair = pair_of(record, case, person)
    turn = turn_of(record, case, person, bool(decisions) or pair["spoken"])
    undisposed = said.holds - set(draft.dispositions)
    more = sum(d["kind"] == DispositionKind.REDACT_MORE.value for d in draft.dispositions.values())
    return render(
        request,
        "release.html",
        {
            "record": record,
            "unit": record.unit,
            "package": package,
            "groups": groups,
            "grave": [g for g in groups if grouping.is_grave(g)],
            "slight": [g for g in groups if not grouping.is_grave(g)],
            "container": [g for g in groups if grouping.is_container(g, findings)],
            "standing": said,
            "undisposed": undisposed,
            "last": last,
            "redact_more": more,
            "can_approve": not (said.blocks or said.unopened or undisposed or more),
            "turn": turn,
            "stages": stages_of(record, decisions),
            "timeline": timeline_of(record),
            "answers": [d for d in decisions if d["answer"]],
            "remarks": queries.remarks(record.public_id),
            "sample": sample_of(package),
            "difference": difference(package.manifest) if package else None,
            "draft": draft,
            "older_draft": older if turn.decide else None,
            "verdicts": list(Verdict),
            "kinds": list(DispositionKind),
            "reason_codes": queries.reason_codes() if turn.decide else [],
            "waited": outside().workdays(timezone.localdate(record.changed_at), timezone.localdate()),
            "places_on_page": f":{PLACES_ON_PAGE}",
            "fault": words.REFUSALS[fault.name()] if fault else None,
            "fault_detail": str(fault) if fault else "",
            "fault_form": form,
            "typed": typed or {},
            "unsent": unsent.told(typed or {}),
            "unsent_at": form
            if form.startswith("#")
            else unsent.ANCHORS.get(form, "")
            if getattr(turn, form, False)
            else "",
            "by": unsent.mark_of(person.username),
            "last_word": decisions[-1] if fault and decisions and decisions[-1]["user"] != person.username else None,
            "later": later_of(record),
            "cases": of_release(record.public_id) if record.receipt else [],  # of what was public alone
            "pair": pair,
            "is_ready": turn.decide and is_ready(person.username, record.public_id),
            "raised": raised.told(record.public_id),
            "remedy": remedy.told(record, package),
            "stricter": remedy.columns(record, package) if turn.decide else [],
        },
        status=status,
    )


def groups_of(
    findings: list[dict[str, Any]], package: Package | None, draft: Draft, decisions: list[dict[str, Any]]
) -> list[Group]:
    """Groups with this visitor's draft and what earlier stages said."""
    groups = grouping.grouped(findings, entities(), package.titles if package else {}, draft.dispositions)
    rows = {r.id: r for g in groups for r in g.rows}
    for decision in decisions:
        for one in decision["dispositions"]:
            if one["finding"] in rows:
                words_said = "，".join(w for w in (one["basis"], one["reason"]) if w)
                kind = words.pair(words.DISPOSITIONS, one["kind"])
                rows[one["finding"]].before.append((decision["stage"], kind, words_said))
    return groups


def turn_of(record: ReleaseRecord, case: Case, person: Visitor, is_decided: bool) -> Turn:
    """Asked of permissions and lifecycle; nothing is decided here."""
    status, unit = Status(record.status), record.unit_id
    steps = {event for (before, event) in lifecycle.TABLE if before is status}
    stage, why_not = case.current.name if case.current and status is Status.IN_REVIEW else "", None
    if stage:
        try:
            check_can_decide(person.office, person.username, case, stage, person.at)
        except MingjingError as refusal:
            why_not = words.REFUSALS[refusal.name()]
    submits = person.may(Act.SUBMIT, unit)
    is_submitter = person.username in case.submitters
    return Turn(
        stage=stage,
        decide=bool(stage) and why_not is None,
        why_not=why_not,
        submit=Event.SUBMIT in steps and submits,
        recall=Event.RECALL in steps and submits and not is_decided
        and record.submitter is not None and record.submitter.username == person.username,
        answer=Event.ANSWER in steps and person.may(Act.ANSWER, unit) and not is_submitter,
        withdraw=Event.WITHDRAW in steps and person.may(Act.WITHDRAW, unit),
        remark=person.may(Act.SEE, unit) and "auditor" not in person.roles,
        correct=status in (Status.RETURNED, Status.BLOCKED) and submits,
        note=bool(record.counts.get("block") or record.counts.get("hold") or record.reason),
    )  # fmt: skip


def pair_of(record: ReleaseRecord, case: Case, person: Visitor) -> dict[str, Any]:
    """Of a blind stage: whether this is one, whether somebody has spoken, whether this visitor has, and what may be told."""
    asked = blind.waiting(record.public_id)
    under_way = asked if record.status == Status.IN_REVIEW.value else []
    return {
        "is_blind": bool(record.stage and case.current and case.current.blind == PAIR),
        "spoken": bool(under_way),
        "mine": any(o.user.username == person.username for o in under_way),
        "is_conflict": len(under_way) == PAIR,
        "told": blind.told(record.public_id, asked),
    }


def stages_of(record: ReleaseRecord, decisions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The road: submission, each stage, publication; the last word said at each."""
    last = {d["stage"]: d for d in decisions}
    steps: list[dict[str, Any]] = []
    for stage in record.stages:
        said = last.get(stage["name"])
        is_now = record.status == Status.IN_REVIEW.value and record.stage == stage["name"]
        look = "now" if is_now else "done" if said and said["verdict"] == "approve" else "stop" if said else ""
        steps.append({"title": words.pair(words.STAGES, stage["name"]), "look": look, "said": None if is_now else said})
    return steps


def timeline_of(record: ReleaseRecord) -> list[dict[str, Any]]:
    """Ledger lines in words."""
    lines = queries.timeline(record.public_id)
    people = queries.names(line["actor"] for line in lines)
    return [
        {**line, "name": people.get(line["actor"]), "said": words.pair(words.EVENTS, line["event"])} for line in lines
    ]


def later_of(record: ReleaseRecord) -> str | None:
    """The newest later revision of the same edition."""
    kin = ReleaseRecord.objects.filter(dataset=record.dataset, edition=record.edition, revision__gt=record.revision)
    return kin.order_by("-revision").values_list("public_id", flat=True).first()


def sample_of(package: Package | None) -> list[Any]:
    """The first rows of each table that would go out; None for one whose bytes are gone."""
    if package is None:
        return []
    marks = labels()
    return [
        rows_shown(package.manifest, package.columns, marks, table=name, start=0, size=SAMPLE_ROWS)
        for name in table_names(package.manifest)
    ]


def content(request: HttpRequest, release: str) -> HttpResponse:
    """Everything that would go out, paged and searched."""
    record = found(request, release)
    package = package_of(record)
    tables = table_names(package.manifest) if package else []
    table = request.GET.get("table") or (tables[0] if tables else "")
    search = request.GET.get("q", "")[:100]
    shown, pages = None, pages_of(request, 0, CONTENT_ROWS)
    if package and table in tables:
        look = partial(rows_shown, package.manifest, package.columns, labels(), table=table, search=search)
        counted = look(start=0, size=0)
        pages = pages_of(request, counted.total if counted else 0, CONTENT_ROWS)
        shown = look(start=pages.start, size=CONTENT_ROWS)
    return render(
        request,
        "content.html",
        {
            "record": record,
            "package": package,
            "tables": tables,
            "table": table,
            "shown": shown,
            "pages": pages,
            "search": search,
        },
    )


def finding(request: HttpRequest, release: str, finding: str) -> HttpResponse:
    """Where one finding stands, place by place. A hold or block shows its places once it was opened, on record."""
    record, person = found(request, release), visitor(request)
    bodies = [f for f in queries.findings(release, opened_by=person.username) if f["id"] == finding]
    if not bodies:
        return render(request, "404.html", status=404)
    package = package_of(record)
    group = groups_of(bodies, package, drafts.draft_of(record, person.username), [])[0]
    row = group.rows[0]
    hidden = grouping.is_grave(group) and not row.opened
    pages = pages_of(request, 0 if hidden else len(row.locators), PLACES_ROWS)
    places = [] if hidden else list(enumerate(bodies[0]["places"], 1))[pages.start : pages.stop]
    may_look = (
        not hidden
        and Event.LOOK in lifecycle.events_of(record.status)
        and can_look(person.office, person.username, reading.case(record), person.at)
    )
    shown = [(n, grouping.where_exactly(p), p["row"], may_look and row.opened and sight.is_cell(p)) for n, p in places]
    return render(
        request,
        "finding.html",
        {
            "record": record,
            "group": group,
            "row": row,
            "hidden": hidden,
            "places": shown,
            "pages": pages,
            "may_look": may_look,
        },
    )


def contract(request: HttpRequest, release: str) -> HttpResponse:
    """The contract under which the release was made, in readable form."""
    record = found(request, release)
    package = package_of(record)
    said = read_json(package.manifest.contract) if package else None
    return render(request, "contract.html", {"record": record, "contract": said, "package": package})
