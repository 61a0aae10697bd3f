"""Work for the runner: what is under way and how far, what failed and why; run a dataset now, cancel, run again, pause a schedule.

A run takes the contract's own source, a file that is handed in, or a source that the installation's setting allows to be
named; whether it does is asked of flows (Bench.source), and nothing that isn't allowed there is ever fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from domain.errors import UsageInvalid
from review import desk, queries
from review.acts.work import CANCELLABLE, CANCELLED, DONE, FAILED, KINDS, QUEUED, RUNNING, STOPPING
from review.console import words
from review.console.outside import outside
from review.console.pages.datasets import contracts_for
from review.console.paging import pages_of
from review.console.tags import say
from review.console.visitor import Visitor, visitor
from review.console.words import Pair
from review.models import ReleaseRecord, WorkRequest
from review.permissions import Act, check_can

REPEATABLE = ("prepare", "remedy", "rescan")  # what can be asked for once more here; the next night inspects by itself
ENDED_BADLY = (FAILED, CANCELLED)
LOOKS = ("inspect", "rescan")
PARTLY = "partly"
NAMED = 5  # of those that couldn't be looked at; the ledger names all of them
KEPT = 500  # newest requests that the page looks through


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that the visitor may see, its department ("" where it is no department's) and what it is about."""

    row: WorkRequest
    unit: str
    title: dict[str, str] | None


def visible(person: Visitor) -> list[Seen]:
    """The newest requests about departments that the visitor may see; however many others ask for, they aren't pushed out."""
    theirs = Q(params__department__in=list(person.departments)) | Q(params__department__isnull=True)
    theirs |= Q(state__in=(QUEUED, RUNNING, STOPPING))
    return _seen(person, list(WorkRequest.objects.filter(theirs).order_by("-id")[:KEPT]))


def _one(person: Visitor, work: int) -> Seen | None:
    """One request, however old."""
    return next(iter(_seen(person, list(WorkRequest.objects.filter(pk=work)))), None)


def _seen(person: Visitor, rows: list[WorkRequest]) -> list[Seen]:
    named = {str(r.params["release"]) for r in rows if r.params.get("release")}
    known = ReleaseRecord.objects.filter(public_id__in=named).values_list(
        "public_id", "unit_id", "title_zh", "title_en"
    )
    releases = {name: (unit, {"zh": zh, "en": en}) for name, unit, zh, en in known}
    contracts = outside().contracts()
    found = []
    sees_all = person.may(Act.SEE, None)
    for row in rows:
        unit, title = releases.get(str(row.params.get("release")), (str(row.params.get("department") or ""), None))
        if contract := contracts.get(str(row.params.get("dataset"))):
            unit, title = contract.department, {"zh": contract.title.zh, "en": contract.title.en}
        if unit in person.departments or (not unit and sees_all):
            found.append(Seen(row, unit, title))
    return found


def runs(request: HttpRequest) -> HttpResponse:
    """The list; it looks again by itself while something is under way."""
    person = visitor(request)
    found = visible(person)
    pages = pages_of(request, len(found))
    shown = found[pages.start : pages.stop]
    names = queries.names(name for seen in shown for name in (seen.row.asked_by, seen.row.stopped_by) if name)
    rows = [_shown(seen, person, names) for seen in shown]
    is_moving = any(seen.row.state in (QUEUED, RUNNING, STOPPING) for seen in found)
    return render(request, "runs.html", {"rows": rows, "pages": pages, "is_moving": is_moving})


def _shown(seen: Seen, person: Visitor, names: Mapping[str, str]) -> dict[str, Any]:
    row = seen.row
    result = row.result or {}
    answer = result.get("answer") if isinstance(result.get("answer"), dict) else {}
    step = outside().progress(row.pk) if row.state == RUNNING else None
    return {
        "id": row.pk,
        "kind": row.kind,
        "state": _state(row),
        "dataset": row.params.get("dataset"),
        "title": seen.title,
        "release": row.params.get("release") or (answer or {}).get("release"),
        "numbers": answer if row.kind == "adopted" and row.state == DONE else None,
        "looked": _looked(row),
        "asked_by": names.get(row.asked_by, row.asked_by),
        "asked_at": row.asked_at,
        "finished_at": row.finished_at,
        "step": (words.pair(words.STEPS, step[0]), step[1], step[2]) if step else None,
        "refused": words.REFUSALS.get(result.get("error", "")) if row.state == FAILED else None,
        "message": result.get("message", "") if row.state == FAILED else "",
        "stopped_by": names.get(row.stopped_by, row.stopped_by),
        "again": row.state in ENDED_BADLY and row.kind in REPEATABLE and person.may(KINDS[row.kind], seen.unit or None),
        "cancel": row.state in (QUEUED, RUNNING)
        and row.kind in CANCELLABLE
        and person.may(Act.CANCEL, seen.unit or None),
    }


def _state(row: WorkRequest) -> str:
    """As the desk has it; of a look that couldn't see everything `partly`, and `failed` of one that saw nothing."""
    looked = _looked(row)
    if looked is None or not looked["unreached"]:
        return row.state
    return PARTLY if looked["all"] else FAILED


def _looked(row: WorkRequest) -> dict[str, Any] | None:
    """How many releases an inspection or a scan under later rules looked at, how many of them aren't as they should be, how many
    were ordered off for it, and which couldn't be looked at; None of other work."""
    if row.kind not in LOOKS or row.state != DONE:
        return None
    found = (row.result or {}).get("answer") or []
    is_wrong = (lambda one: one["ok"] is False) if row.kind == "inspect" else (lambda one: one["case"] is not None)
    missed = [one["release"] for one in found if "error" in one and not one["hidden"]]
    return {
        "all": len(found) - len(missed), "failed": sum(map(is_wrong, found)),
        "hidden": sum(one["hidden"] for one in found), "unreached": len(missed), "missed": missed[:NAMED],
    }  # fmt: skip


@require_POST
def run(request: HttpRequest, dataset: str) -> HttpResponse:
    """Prepare a dataset now, from the contract's own source."""
    person, contract = visitor(request), contracts_for(request).get(dataset)
    if contract is None:
        raise Http404
    if not contract.source.location:
        raise UsageInvalid("the contract names no source; send the file with: mingjing prepare --from")
    order = outside().order(dataset, None, request.POST.get("period") or None, {}, person.username)
    desk.ask("prepare", {"dataset": dataset, "order": order, "department": contract.department}, person.username)
    messages.success(request, say(("已交办，下面看进度。", "Asked for; its progress shows below.")))
    return HttpResponseRedirect(reverse("runs"))


@require_POST
def upload(request: HttpRequest, dataset: str) -> HttpResponse:
    """Prepare a dataset from a file that is handed in. How long it may be says the contract."""
    person, contract = visitor(request), contracts_for(request).get(dataset)
    if contract is None:
        raise Http404
    check_can(person.office, person.username, Act.PREPARE, contract.department, person.at)
    file, formed = request.FILES.get("file"), request.POST.get("formed_on", "")
    if file is None or not file.name:
        raise UsageInvalid("choose a file to hand in")
    if (file.size or 0) > contract.limits.bytes:
        raise UsageInvalid(f"the file has {file.size} bytes, the contract allows {contract.limits.bytes}")
    location = outside().upload(file.name, file.chunks())
    dates = {"formed_on": formed} if formed else {}
    order = outside().order(dataset, location, request.POST.get("period") or None, dates, person.username)
    desk.ask("prepare", {"dataset": dataset, "order": order, "department": contract.department}, person.username)
    messages.success(
        request,
        say(("已收到文件并交办，下面看进度。", "The file is here and the work asked for; its progress shows below.")),
    )
    return HttpResponseRedirect(reverse("runs"))


@require_POST
def again(request: HttpRequest, work: int) -> HttpResponse:
    """Ask for a preparation, or a scan under later rules, that failed or was cancelled once more, with the same order."""
    person = visitor(request)
    seen = _one(person, work)
    if seen is None or seen.row.kind not in REPEATABLE or seen.row.state not in ENDED_BADLY:
        raise Http404
    department = {"department": seen.unit} if seen.unit else {}
    desk.ask(seen.row.kind, {**seen.row.params, **department}, person.username)
    messages.success(request, say(("已再次交办。", "Asked for again.")))
    return HttpResponseRedirect(reverse("runs"))


@require_POST
def cancel(request: HttpRequest, work: int) -> HttpResponse:
    """Stop a preparation, or a scan under later rules."""
    person = visitor(request)
    seen = _one(person, work)
    if seen is None:
        raise Http404
    state = desk.cancel(person.username, work, seen.unit)
    said = ("已取消。", "Cancelled.") if state == CANCELLED else ("正在停止。", "It is being stopped.")
    messages.success(request, say(said))
    return HttpResponseRedirect(reverse("runs"))


@require_POST
def source(request: HttpRequest, dataset: str) -> HttpResponse:
    """Prepare a dataset from a source that is named here; the setting says which may be."""
    person, contract = visitor(request), contracts_for(request).get(dataset)
    if contract is None:
        raise Http404
    check_can(person.office, person.username, Act.PREPARE, contract.department, person.at)
    location = outside().bench.source(request.POST.get("location", ""))
    formed = request.POST.get("formed_on", "")
    dates = {"formed_on": formed} if formed else {}
    period = request.POST.get("period") or None
    order = outside().order(dataset, location, period, dates, person.username, named=True)
    desk.ask("prepare", {"dataset": dataset, "order": order, "department": contract.department}, person.username)
    messages.success(request, say(("已交办，下面看进度。", "Asked for; its progress shows below.")))
    return HttpResponseRedirect(reverse("runs"))


def _schedule(request: HttpRequest, dataset: str, act: Callable[[str, str, str], None], said: Pair) -> HttpResponse:
    contract = contracts_for(request).get(dataset)
    if contract is None or contract.schedule is None:
        raise Http404
    act(visitor(request).username, dataset, contract.department)
    messages.success(request, say(said))
    return HttpResponseRedirect(reverse("dataset", args=[dataset]))


@require_POST
def pause(request: HttpRequest, dataset: str) -> HttpResponse:
    """From now on the dataset's schedule asks for nothing."""
    said = (
        "定时已暂停，平台重启后也不会自己恢复。",
        "The schedule is paused, and stays so when the platform starts again.",
    )
    return _schedule(request, dataset, desk.pause_schedule, said)


@require_POST
def resume(request: HttpRequest, dataset: str) -> HttpResponse:
    """The dataset's schedule runs again."""
    return _schedule(request, dataset, desk.resume_schedule, ("定时已恢复。", "The schedule runs again."))
