"""A contract that was proposed: what it says, how it differs from the one that was in force, and who adopts or refuses it.

Who may is the desk's to say; it is brought into force by the runner (flows/adoption).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from domain.contract import Contract, stored_contract
from domain.contract_file import load_contract
from domain.errors import ContractInvalid, MingjingError
from review import desk, proposals
from review.console import contract_words, unsent, words
from review.console.contract_difference import Told, told
from review.console.outside import outside
from review.console.refusals import STATUS
from review.console.signed import signature_in
from review.console.tags import say
from review.console.visitor import visitor
from review.console.words import Pair
from review.models import ContractProposal
from review.permissions import Act, can_adopt


def told_fault(fault: MingjingError | None) -> dict[str, Any]:
    """What fault.html shows."""
    return {"fault": words.REFUSALS[fault.name()] if fault else None, "fault_detail": str(fault) if fault else ""}


def status_of(fault: MingjingError | None) -> int:
    """The status of a page that shows a refusal."""
    return STATUS.get(type(fault), 409) if fault else 200


def readable(text: str) -> Contract | None:
    """The contract that a text is, None where it isn't one."""
    try:
        return load_contract(text, "contract")
    except ContractInvalid:
        return None


def _found(request: HttpRequest, number: int) -> ContractProposal:
    return proposals.proposal(number, visitor(request).departments)


@require_GET
def proposal(request: HttpRequest, proposal: int) -> HttpResponse:
    """What is proposed, how it differs from the contract that was in force, and who may do what about it; with what a
    session's end had kept."""
    row = _found(request, proposal)
    return _proposal(request, row, typed=unsent.taken(request, visitor(request).username)[1])


def _proposal(
    request: HttpRequest,
    row: ContractProposal,
    fault: MingjingError | None = None,
    typed: Mapping[str, str] | None = None,
) -> HttpResponse:
    person, work = visitor(request), proposals.work_on([row.pk]).get(row.pk)
    state, contract = proposals.state_of(row, work), readable(row.text)
    is_open, units = state == proposals.OPEN, proposals.units_of(row)
    may_adopt = can_adopt(person.office, person.username, row.author.username, units, person.at)
    typed = {k: request.POST.get(k, "") for k in ("reason", "why")} if fault else typed or {}
    is_stale = is_open and _in_force(row.dataset) != row.base_sha256
    context = {
        "row": row,
        "answer": getattr(row, "answer", None),
        "contract": contract.model_dump(mode="json") if contract else None,
        "told": _difference(row, contract),
        "state": contract_words.STATES[state],
        "tag": contract_words.STATE_TAGS.get(state, ""),
        "is_moving": state == proposals.ADOPTED,
        "is_failed": state == proposals.FAILED,
        "why": words.REFUSALS.get((work.result or {}).get("error", "")) if work else None,
        "why_detail": (work.result or {}).get("message", "") if work else "",
        "is_open": is_open,
        "is_stale": is_stale,
        "may_adopt": is_open and may_adopt and not is_stale,
        "may_refuse": is_open and may_adopt,
        "may_retract": is_open and row.author.username == person.username,
        "may_again": state == proposals.FAILED and person.may(Act.ADOPT, row.unit_id),
        "may_edit": row.author.username == person.username and person.may(Act.PROPOSE, row.unit_id),
        "is_mine": row.author.username == person.username,
        "outrun": proposals.outrun(row.dataset) if is_open else 0,
        "typed": typed,
        "unsent": [] if is_open and may_adopt and not (is_stale and typed.get("reason")) else unsent.told(typed),
        "by": unsent.mark_of(person.username),
        **told_fault(fault),
    }
    return render(request, "proposal.html", context, status=status_of(fault))


def _in_force(dataset: str) -> str:
    found = outside().contracts().get(dataset)
    return found.sha256 if found else ""


def _difference(row: ContractProposal, contract: Contract | None) -> Told | None:
    """Against the contract that was in force when it was proposed; None for a new dataset or one that can't be read."""
    if not row.before or contract is None:
        return None
    try:
        return told(stored_contract(row.before.encode()), contract)
    except ContractInvalid:
        return None


def _answered(request: HttpRequest, number: int, act: Any, said: Pair) -> HttpResponse:
    row = _found(request, number)
    try:
        act(row, visitor(request).username, *signature_in(request))
    except MingjingError as fault:
        return _proposal(request, _found(request, number), fault)
    messages.success(request, say(said))
    return HttpResponseRedirect(reverse("proposal", args=[number]))


@require_POST
def adopt(request: HttpRequest, proposal: int) -> HttpResponse:
    """Sign: this text comes into force, if the contract in force is still the one it was compared with."""

    def sign(row: ContractProposal, username: str, password: str, code: str) -> None:
        desk.adopt_contract(
            username, password, row.pk, contract_sha256=request.POST.get("contract_sha256", ""),
            in_force_sha256=_in_force(row.dataset), reason=request.POST.get("reason", ""), code=code,
        )  # fmt: skip

    return _answered(request, proposal, sign, ("已签字批准，马上生效。", "Signed: it comes into force now."))


@require_POST
def refuse(request: HttpRequest, proposal: int) -> HttpResponse:
    """Sign: it isn't adopted, and why."""

    def sign(row: ContractProposal, username: str, password: str, code: str) -> None:
        desk.refuse_contract(username, password, row.pk, request.POST.get("why", ""), code=code)

    return _answered(request, proposal, sign, ("已登记：不批准。", "Recorded: refused."))


@require_POST
def retract(request: HttpRequest, proposal: int) -> HttpResponse:
    """Its author takes it back."""
    return _answered(
        request,
        proposal,
        lambda row, username, *_: desk.retract_contract(username, row.pk),
        ("已收回。", "Taken back."),
    )


@require_POST
def again(request: HttpRequest, proposal: int) -> HttpResponse:
    """Ask once more that an adopted contract be brought into force; the runner judges it anew."""
    row = _found(request, proposal)
    work = proposals.work_on([row.pk]).get(row.pk)
    if proposals.state_of(row, work) != proposals.FAILED:
        raise Http404
    params = {"proposal": row.pk, "dataset": row.dataset, "department": row.unit_id}
    desk.ask(proposals.WORK, params, visitor(request).username)
    return HttpResponseRedirect(reverse("proposal", args=[row.pk]))
