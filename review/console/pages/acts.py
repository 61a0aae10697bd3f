"""What people do to a release: each a POST that calls one act of the desk and leads back to the page.

A refusal shows the page again with what was typed, apart from the password; the desk has written the refusal down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from domain.errors import ContentChanged, MingjingError, ReviewerHasDecided, TransitionRefused, UsageInvalid
from domain.release import Disposition, DispositionKind, Verdict
from review import desk, drafts, queries
from review.confirmed import confirmable
from review.console import remedy, twice, unsent
from review.console.pages.release import found, shown
from review.console.refusals import STATUS
from review.console.returning import back
from review.console.signed import signature_in
from review.console.tags import say
from review.console.visitor import visitor
from review.console.words import Pair
from review.dispositions import complete
from review.drafts import TEXTS
from review.models import ReleaseRecord


def _posted(request: HttpRequest, *names: str) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in names}


def _done(request: HttpRequest, release: str, words: Pair, anchor: str = "") -> HttpResponseRedirect:
    messages.success(request, say(words))
    return back(request, release, anchor)


def _try(
    request: HttpRequest, record: ReleaseRecord, form: str, typed: dict[str, str], act: Callable[[], object], words: Pair,
    is_done: Callable[[ReleaseRecord], bool] = lambda _: False,
) -> HttpResponse:  # fmt: skip
    """Do the act; where it is refused, the page comes back with its form filled in. `is_done`: whether the same form, sent
    a moment ago, did it already."""
    try:
        act()
    except MingjingError as fault:
        fresh = found(request, record.public_id)
        if isinstance(fault, TransitionRefused | ReviewerHasDecided) and is_done(fresh):
            return _done(request, record.public_id, words)
        return shown(request, fresh, fault=fault, form=form, typed=typed, status=STATUS.get(type(fault), 409))
    return _done(request, record.public_id, words)


@require_POST
def open_findings(request: HttpRequest, release: str) -> HttpResponse:
    """Record that the visitor opened these findings."""
    found(request, release)
    desk.open_findings(visitor(request).username, release, request.POST.getlist("finding"))
    return back(request, release, f"#g-{request.POST.get('group', '')}")


@require_POST
def dispose(request: HttpRequest, release: str) -> HttpResponse:
    """Keep a disposition for each finding of a group in the draft: the group's, or the row's own where it has one."""
    record = found(request, release)
    remedies = {f["id"]: f["remedy"] for f in queries.findings(release)}
    group = f"#g-{request.POST.get('group', '')}"
    try:
        if _is_stale(request, record):
            raise ContentChanged(f"{release} isn't what this page showed; look at it again")
        said = [complete(one, remedies.get(one.finding)) for one in _said(request, remedies)]
    except MingjingError as fault:
        typed = {k: v for k, v in request.POST.items() if isinstance(v, str)}
        return shown(request, record, fault=fault, form=group, typed=typed, status=STATUS.get(type(fault), 409))
    last, given = confirmable(release) if "confirm" in request.POST else {}, {}
    for one in said:
        words = {"kind": one.kind.value, "basis": one.basis, "reason": one.reason}
        is_confirmed = last.get(one.finding) == words
        given[one.finding] = words | ({"confirmed": "1"} if is_confirmed else {})
    drafts.keep(record, visitor(request).username, dispositions=given)
    return back(request, release, group)


def _is_stale(request: HttpRequest, record: ReleaseRecord) -> bool:
    """Whether the form came from a page that showed other bytes."""
    return request.POST.get("release_hash", record.release_hash) != record.release_hash


def _said(request: HttpRequest, known: Sequence[str] | dict[str, str | None]) -> list[Disposition]:
    """The dispositions in the form. Raises UsageInvalid for a kind or finding that doesn't exist."""
    kinds, post = set(DispositionKind), request.POST
    made = []
    for finding in post.getlist("finding"):
        own = post.get(f"kind-{finding}", "")
        kind = own or post.get("kind", "")
        if kind not in kinds or finding not in known:
            raise UsageInvalid("choose what to do about the finding")
        suffix = f"-{finding}" if own else ""
        made.append(
            Disposition(finding, DispositionKind(kind), post.get(f"basis{suffix}", ""), post.get(f"reason{suffix}", ""))
        )
    return made


@require_POST
def decide(request: HttpRequest, release: str) -> HttpResponse:
    """Sign a decision, lay it aside as finished (`ready`), or keep what there is for later (`keep`)."""
    record, person = found(request, release), visitor(request)
    seen = request.POST.get("release_hash", "")
    orders = [text for text in request.POST.getlist("override") if text]
    typed = _posted(request, *TEXTS) | {"override": unsent.lines_of(orders)}
    try:
        if _is_stale(
            request, record
        ):  # words about other bytes aren't this content's draft; they come back on the page
            raise ContentChanged(f"{release} isn't what this page showed; look at it again")
        draft = drafts.keep(record, person.username, words={name: typed[name] for name in TEXTS}, overrides=orders)
    except (ContentChanged, UsageInvalid) as fault:  # or words that no decision could hold
        if "keep" in request.POST:
            return shown(request, record, fault=fault, form="decide", typed=typed, status=STATUS.get(type(fault), 409))
        draft = drafts.draft_of(record, person.username)
    if "keep" in request.POST:
        return _done(request, release, ("存好了，还没有签字。", "Kept; not signed yet."))

    stage = request.POST.get("stage", "")
    password, code = signature_in(request)

    def said() -> tuple[Verdict, dict[str, Any]]:
        if typed["verdict"] not in set(Verdict):
            raise UsageInvalid("choose a verdict")
        withholds, remedies = (typed["verdict"] == v.value for v in (Verdict.WITHHOLD, Verdict.REMEDY))
        contract = remedy.contract_of(record) if remedies else None
        return Verdict(typed["verdict"]), {
            "release_hash": seen, "reason": typed["reason"], "reason_code": typed["reason_code"] if withholds else "",
            "basis": typed["basis"], "dispositions": draft.said(), "confirmed": draft.confirmed(),
            "overrides": remedy.said(orders, contract) if contract else (), "contract": contract,
        }  # fmt: skip

    def sign() -> None:
        verdict, more = said()
        desk.decide(release, person.username, password, stage, verdict, code=code, **more)

    def lay_aside() -> None:
        verdict, more = said()
        desk.make_ready(release, person.username, stage, verdict, **more)

    if "ready" in request.POST:
        words = (
            "办好了，待签。“待签”页上一次密码签几件。",
            "Ready. The page “To sign” signs several with one password.",
        )
        return _try(request, record, "decide", typed, lay_aside, words)

    def is_done(now: ReleaseRecord) -> bool:
        done = twice.has_decided(now, person.username, stage, typed["verdict"], seen)
        if done:  # what this second click kept anew
            drafts.forget(now, person.username)
        return done

    words = ("已签字，决定记入台账。", "Signed; the decision is in the ledger.")
    return _try(request, record, "decide", typed, sign, words, is_done)


@require_POST
def older_draft(request: HttpRequest, release: str) -> HttpResponse:
    """Take over what the visitor had drafted about other content of the edition, as a proposal, or throw it away."""
    record, username = found(request, release), visitor(request).username
    if request.POST.get("do") == "take":
        taken = drafts.take_over(record, username)
        said = (
            f"旧稿的意见和 {taken} 项处置已填上。内容变过，请逐项再看。",
            f"Words and {taken} dispositions of the older draft are filled in. The content has changed: look at each again.",
        )
    else:
        drafts.drop_older(record, username)
        said = ("旧稿已删去。", "The older draft is gone.")
    return _done(request, release, said, "#decide")


@require_POST
def submit(request: HttpRequest, release: str) -> HttpResponse:
    """The operator signs that the release was looked at."""
    record, person = found(request, release), visitor(request)
    seen = request.POST.get("release_hash", "")
    password, code = signature_in(request)
    words = ("已提交，进入审查。", "Submitted; the review begins.")
    return _try(
        request, record, "submit", {},
        lambda: desk.submit(release, person.username, password, release_hash=seen, code=code), words,
        lambda now: twice.has_submitted(now, person.username, seen),
    )  # fmt: skip


@require_POST
def recall(request: HttpRequest, release: str) -> HttpResponse:
    """The submitter takes it back."""
    record, person = found(request, release), visitor(request)
    password, code = signature_in(request)
    words = ("已收回，可以更正后再交。", "Recalled; correct it and submit it again.")
    return _try(
        request, record, "recall", {}, lambda: desk.recall(release, person.username, password, code=code), words
    )


@require_POST
def answer(request: HttpRequest, release: str) -> HttpResponse:
    """Record what the authority above answered."""
    record, person = found(request, release), visitor(request)
    typed = _posted(request, "authority", "document", "answer")
    password, code = signature_in(request)
    words = ("答复已登记，审查继续。", "The answer is recorded; the review goes on.")
    return _try(
        request,
        record,
        "answer",
        typed,
        lambda: desk.answer_escalation(release, person.username, password, code=code, **typed),
        words,
    )


@require_POST
def remark(request: HttpRequest, release: str) -> HttpResponse:
    """Leave a remark."""
    record, person = found(request, release), visitor(request)
    typed = _posted(request, "text")
    words = ("留言已记下。", "The remark is kept.")
    return _try(request, record, "remark", typed, lambda: desk.remark(release, person.username, typed["text"]), words)
