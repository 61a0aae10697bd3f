"""Contracts at the desk: drafted from a file or from the one in force, edited as text, checked, compared in words, proposed.
What is typed is on the page again whatever stops it; adopting one is left to pages/proposals, nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from domain.contract import Contract, is_dataset_id
from domain.contract_file import load_contract
from domain.errors import ContentChanged, ContractInvalid, MingjingError, UsageInvalid
from domain.fault import Fault
from review import desk, proposals
from review.acts.contracts import MOST_TEXT
from review.console import contract_words, unsent, words
from review.console.contract_difference import told
from review.console.outside import outside
from review.console.pages.proposals import readable, status_of, told_fault
from review.console.paging import pages_of
from review.console.tags import say
from review.console.visitor import Visitor, visitor
from review.models import ContractProposal
from review.permissions import Act, check_can

SAMPLE_BYTES = 50_000_000
EXCERPT = 160  # characters of a line at fault
Typed = dict[str, Any]


# --- the list ---


@require_GET
def contracts(request: HttpRequest) -> HttpResponse:
    """The visitor's drafts, and what was proposed about departments that the visitor may see."""
    return _list(request)


def _list(request: HttpRequest, fault: MingjingError | None = None, typed: str = "") -> HttpResponse:
    person = visitor(request)
    found = proposals.visible(person.departments)
    pages = pages_of(request, found.count())
    shown = list(found[pages.start : pages.stop])
    work = proposals.work_on([row.pk for row in shown])
    context = {
        "rows": [_row(row, work.get(row.pk)) for row in shown],
        "pages": pages,
        "drafts": proposals.drafts_of(person.username),
        "may_draft": bool(person.departments_for(Act.PROPOSE)),
        "most": SAMPLE_BYTES // 1_000_000,
        "typed": typed,
        **told_fault(fault),
    }
    return render(request, "contracts.html", context, status=status_of(fault))


def _row(row: ContractProposal, work: Any) -> dict[str, Any]:
    state = proposals.state_of(row, work)
    return {
        "proposal": row,
        "state": contract_words.STATES[state],
        "tag": contract_words.STATE_TAGS.get(state, ""),
        "looser": len(row.loosened),
    }


# --- writing one ---


@dataclass(frozen=True, slots=True)
class Ground:
    """Where an edit stands: the dataset, the contract in force, and the visitor's own draft."""

    dataset: str
    in_force: Contract | None
    draft: Any

    @property
    def in_force_sha256(self) -> str:
        return self.in_force.sha256 if self.in_force else ""


def _ground(request: HttpRequest, dataset: str) -> Ground:
    """Raises Http404 for a dataset that this visitor may not write a contract for: it doesn't exist."""
    person = visitor(request)
    if not is_dataset_id(dataset) or len(dataset) > 120:
        raise Http404
    in_force = outside().contracts().get(dataset)
    department = in_force.department if in_force else dataset.partition(".")[0]
    if not person.may(Act.PROPOSE, department):
        raise Http404
    return Ground(dataset, in_force, proposals.draft_of(dataset, person.username))


@require_POST
def from_file(request: HttpRequest) -> HttpResponse:
    """A draft from a file that is handed in: fields, types and cautious guesses from its headers; no cell stays."""
    dataset = request.POST.get("dataset", "").strip()
    try:
        _check_from_file(visitor(request), dataset)
        ground, file = _ground(request, dataset), request.FILES.get("file")
        if file is None or not file.name:
            raise UsageInvalid("choose a file to draft from")
        if (file.size or 0) > SAMPLE_BYTES:
            raise UsageInvalid(f"the file has {file.size} bytes, a draft takes {SAMPLE_BYTES}; take a part of it")
        if ground.draft is not None:
            raise ContentChanged("there is a draft of this dataset already; go on with it or throw it away first")
        text = outside().bench.draft(outside().upload(file.name, file.chunks()), dataset)
        desk.save_draft(
            visitor(request).username,
            dataset,
            text,
            in_force=ground.in_force,
            base_sha256=ground.in_force_sha256,
            seen=0,
        )
    except MingjingError as fault:
        return _list(request, fault, dataset)
    messages.success(
        request,
        say(("草稿已存。请核定标有“请核定”的每一处。", "The draft is saved. Decide on everything marked for it.")),
    )
    return HttpResponseRedirect(reverse("edit_contract", args=[dataset]))


def _check_from_file(person: Visitor, dataset: str) -> None:
    if not is_dataset_id(dataset):
        raise UsageInvalid("a dataset's id is department.dataset in small letters, digits and _; give it in that form")
    in_force = outside().contracts().get(dataset)
    department = in_force.department if in_force else dataset.partition(".")[0]
    check_can(person.office, person.username, Act.PROPOSE, department, person.at)


@require_GET
def edit(request: HttpRequest, dataset: str) -> HttpResponse:
    """The text, as saved last; the contract in force where nothing is saved. What a session's end had kept goes before both."""
    ground = _ground(request, dataset)
    _, unsaved = unsent.taken(request, visitor(request).username)
    if unsaved:
        return _editor(request, ground, _typed(unsaved), is_unsaved=True)
    return _editor(request, ground, _as_saved(ground))


def _typed(boxes: Mapping[str, str]) -> Typed:
    return {
        "text": boxes.get("text", "").replace("\r\n", "\n"),
        "base": boxes.get("base", "")[:64],
        "seen": int(seen) if (seen := boxes.get("seen", "")).isdecimal() and len(seen) < 10 else 0,
        "note": boxes.get("note", ""),
    }


def _as_saved(ground: Ground) -> Typed:
    if ground.draft is not None:
        return {"text": ground.draft.text, "base": ground.draft.base_sha256, "seen": ground.draft.version, "note": ""}
    text = outside().bench.contract_text(ground.dataset) or ""
    return {"text": text, "base": ground.in_force_sha256, "seen": 0, "note": ""}


@require_POST
def write(request: HttpRequest, dataset: str) -> HttpResponse:
    """Check, save, take the contract in force as base, propose, or throw away; the page comes back with what was typed."""
    ground, person = _ground(request, dataset), visitor(request)
    typed = _typed(request.POST.dict())
    faults: Sequence[Fault] | None = None
    try:
        match request.POST.get("do"):
            case "check":
                faults = _faults(ground, typed["text"])
            case "propose":
                faults = _faults(ground, typed["text"])
                if not faults:
                    return _propose(request, ground, typed)
            case "drop":
                desk.drop_draft(person.username, dataset)
                messages.success(request, say(("草稿已删去。", "The draft is thrown away.")))
                return HttpResponseRedirect(reverse("contracts"))
            case "overwrite":  # of two windows, this one's text
                now = ground.draft.version if ground.draft else 0
                _save(person, ground, typed | {"seen": now})
                return HttpResponseRedirect(reverse("edit_contract", args=[dataset]))
            case "rebase":
                _save(person, ground, typed | {"base": ground.in_force_sha256})
                return HttpResponseRedirect(reverse("edit_contract", args=[dataset]))
            case _:
                _save(person, ground, typed)
                messages.success(request, say(("草稿已存，只有您看得到。", "The draft is saved; nobody else sees it.")))
                return HttpResponseRedirect(reverse("edit_contract", args=[dataset]))
    except MingjingError as fault:
        return _editor(request, ground, typed, fault=fault)
    return _editor(request, ground, typed, faults=faults)


def _save(person: Visitor, ground: Ground, typed: Typed) -> None:
    desk.save_draft(
        person.username,
        ground.dataset,
        typed["text"],
        in_force=ground.in_force,
        base_sha256=typed["base"],
        seen=typed["seen"],
    )


def _propose(request: HttpRequest, ground: Ground, typed: Typed) -> HttpResponse:
    contract = load_contract(typed["text"], ground.dataset)
    number = desk.propose_contract(
        visitor(request).username, contract, typed["text"], in_force=ground.in_force, base_sha256=typed["base"],
        note=typed["note"],
    )  # fmt: skip
    messages.success(request, say(("已提出，等分管领导批准。", "Proposed; a releasing chief adopts it.")))
    return HttpResponseRedirect(reverse("proposal", args=[number]))


def _faults(ground: Ground, text: str) -> Sequence[Fault]:
    """What `contract check` finds, and what stands in the way of proposing it here."""
    if len(text) > MOST_TEXT:
        raise UsageInvalid(f"a contract's text has at most {MOST_TEXT} characters; shorten it")
    try:
        contract = load_contract(text, ground.dataset)
    except ContractInvalid as wrong:
        return wrong.faults
    if contract.id != ground.dataset:
        return [Fault("value", 1, "id", f"this page is about {ground.dataset}; a contract keeps its id")]
    return outside().bench.check(text)


def _editor(
    request: HttpRequest, ground: Ground, typed: Typed, *, faults: Sequence[Fault] | None = None,
    fault: MingjingError | None = None, is_unsaved: bool = False,
) -> HttpResponse:  # fmt: skip
    contract = readable(typed["text"]) if len(typed["text"]) <= MOST_TEXT else None
    saved = ground.draft
    context = {
        "dataset": ground.dataset,
        "in_force": ground.in_force,
        "typed": typed,
        "rows": min(40, max(18, typed["text"].count("\n") + 3)),
        "most": MOST_TEXT,
        "faults": None if faults is None else _lines(typed["text"], faults),
        "contract": contract,
        "told": told(ground.in_force, contract) if ground.in_force and contract else None,
        "is_stale": typed["base"] != ground.in_force_sha256,
        "is_outrun": (saved.version if saved else 0) != typed["seen"],
        "saved": saved,
        "is_unsaved": is_unsaved,
        "by": unsent.mark_of(visitor(request).username),
        "waiting": proposals.open_for(ground.dataset),
        "outrun": proposals.outrun(ground.dataset),
        **told_fault(fault),
    }
    return render(request, "contract_edit.html", context, status=status_of(fault))


def _lines(text: str, faults: Sequence[Fault]) -> list[dict[str, Any]]:
    """Each fault in words, with the line that it stands in."""
    lines = text.split("\n")
    return [
        {
            "line": f.line,
            "column": f.column,
            "key": f.key,
            "said": words.pair(contract_words.FAULTS, f.kind),
            "what": f.what.removeprefix("Input should be ").replace(" or ", ", ") if f.kind == "choice" else f.what,
            "excerpt": lines[f.line - 1].strip()[:EXCERPT]
            if f.line and f.line <= len(lines) and f.kind != "personal"
            else "",
        }
        for f in faults
    ]
