"""Words that weren't taken: shown again where their form stands, or told where it stands no longer; kept over a session's
end for the person who wrote them, and for nobody else.

A form that holds words names its writer by a signature (`by`), so that they outlive the session without being shown to
whoever signs in next. Passwords are never among them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.signing import BadSignature, Signer
from django.http import HttpRequest
from django.urls import reverse

from review.console.words import Pair

WORDS: Mapping[str, Pair] = {  # boxes that hold a person's words
    "text": ("留言", "remark"),
    "reason": ("意见", "reason"),
    "other": ("另写的理由", "reason in own words"),
    "why": ("理由", "why"),
    "basis": ("法律依据", "legal basis"),
    "authority": ("报送机关", "authority"),
    "document": ("文号", "document number"),
    "answer": ("答复", "answer"),
}
ANCHORS: Mapping[str, str] = {
    "remark": "#remarks",
    "decide": "#decide",
    "answer": "#answer",
}  # form → its place on the page
CHOSEN = ("override", "release")  # boxes of which several are sent: kept as lines
BY_ROW = ("kind", "basis", "reason")  # of a disposition; with `-<finding>` of a single row's own
GROUP = re.compile(r"[0-9a-f]{12}")
LONGEST, MOST = 2_000, 300  # characters of a box, boxes
OTHERS: Mapping[
    str, tuple[str, str, Mapping[str, int]]
] = {  # form of another page → its page, what it is about ("": nothing of its own), boxes with lengths
    **dict.fromkeys(("answer_case", "close_case", "reopen_case"), ("case", "case", {"text": LONGEST})),
    "withdraw": ("hide", "release", {"reason": 500, "other": 500}),
    **dict.fromkeys(("confirm", "reverse"), ("hide", "release", {"why": 500})),
    **dict.fromkeys(("adopt_contract", "refuse_contract"), ("proposal", "proposal", {"reason": 500, "why": 500})),
    "return_several": ("queue", "", {"reason": LONGEST, "release": 20_000}),
    "write_contract": ("edit_contract", "dataset", {"text": 100_000, "base": 64, "seen": 9, "note": LONGEST}),
}
KEY, SIGNER = "unsent", Signer(salt="mingjing.unsent")


def mark_of(username: str) -> str:
    """What names the writer in a form."""
    return SIGNER.sign(username)


def told(typed: Mapping[str, str]) -> list[tuple[Pair, str]]:
    """What was typed into boxes for words, the empty ones left out."""
    return [(said, typed[n]) for name, said in WORDS.items() for n in typed if n.partition("-")[0] == name and typed[n]]


def keep(request: HttpRequest, form: str, about: Mapping[str, Any]) -> str:
    """After a form came from somebody who isn't signed in any more; returns the address where it stands. `about`: what its own
    address named."""
    if form in OTHERS:
        page, key, boxes = OTHERS[form]
        where = reverse(page, args=[about[key]] if key else [])
        _hold(request, page, where, {name: _sent(request, name)[:most] for name, most in boxes.items()})
        return f"{where}?{request.GET.urlencode()}" if request.GET else where
    if "release" not in about:
        return "/"
    group = request.POST.get("group", "")
    place = f"#g-{group}" if form == "dispose" and GROUP.fullmatch(group) else ANCHORS.get(form, "")
    known = {*WORDS, *BY_ROW, "verdict", "reason_code"}
    given = [name for name in request.POST if name.partition("-")[0] in known and request.POST[name]]
    where = reverse("release", args=[about["release"]])
    if place:
        typed = {name: request.POST[name][:LONGEST] for name in given[:MOST]}
        orders = {"override": _sent(request, "override")[: LONGEST * MOST]} if form == "decide" else {}
        _hold(request, place if form == "dispose" else form, where, typed | orders)
    return where + place


def lines_of(values: Iterable[str]) -> str:
    """What was chosen, as one text; `chosen` reads it back."""
    return "\n".join(v for v in values if v and "\n" not in v)


def chosen(typed: Mapping[str, str], name: str) -> list[str]:
    """What was chosen of a box of which several are sent."""
    return [line for line in typed.get(name, "").split("\n") if line]


def _sent(request: HttpRequest, name: str) -> str:
    return lines_of(request.POST.getlist(name)) if name in CHOSEN else request.POST.get(name, "")


def _hold(request: HttpRequest, form: str, where: str, typed: dict[str, str]) -> None:
    try:
        by = SIGNER.unsign(request.POST.get("by", ""))
    except BadSignature:
        return
    typed = {name: text for name, text in typed.items() if text}
    if any(name.partition("-")[0] in WORDS for name in typed):
        request.session[KEY] = {"by": by, "form": form, "where": where, "typed": typed}


def is_kept(request: HttpRequest) -> bool:
    return KEY in request.session


def taken(request: HttpRequest, username: str) -> tuple[str, dict[str, str]]:
    """The form and words that the visitor had typed on the page at this address, once; another's are dropped unread."""
    kept = request.session.get(KEY)
    if not kept or (kept["by"] == username and kept.get("where") != request.path):
        return "", {}
    del request.session[KEY]
    return (kept["form"], dict(kept["typed"])) if kept["by"] == username else ("", {})
