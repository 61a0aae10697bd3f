"""Words that weren't taken: shown again where their form stands, or told where it stands no longer; kept over a session's
end for the person who wrote them, and for nobody else.

A form that holds words names its writer by a signature (`by`), so that they outlive the session without being shown to
whoever signs in next. Passwords are never among them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.core.signing import BadSignature, Signer
from django.http import HttpRequest

from review.console.words import Pair

WORDS: Mapping[str, Pair] = {  # boxes that hold a person's words
    "text": ("留言", "remark"),
    "reason": ("意见", "reason"),
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
BY_ROW = ("kind", "basis", "reason")  # of a disposition; with `-<finding>` of a single row's own
GROUP = re.compile(r"[0-9a-f]{12}")
LONGEST, MOST = 2_000, 300  # characters of a box, boxes
KEY, SIGNER = "unsent", Signer(salt="mingjing.unsent")


def mark_of(username: str) -> str:
    """What names the writer in a form."""
    return SIGNER.sign(username)


def told(typed: Mapping[str, str]) -> list[tuple[Pair, str]]:
    """What was typed into boxes for words, the empty ones left out."""
    return [(said, typed[n]) for name, said in WORDS.items() for n in typed if n.partition("-")[0] == name and typed[n]]


def keep(request: HttpRequest, form: str, release: str) -> str:
    """After a form came from somebody who isn't signed in any more; returns where on the page it stands."""
    group = request.POST.get("group", "")
    place = f"#g-{group}" if form == "dispose" and GROUP.fullmatch(group) else ANCHORS.get(form, "")
    try:
        by = SIGNER.unsign(request.POST.get("by", ""))
    except BadSignature:
        return place
    known = {*WORDS, *BY_ROW, "verdict", "reason_code"}
    given = [name for name in request.POST if name.partition("-")[0] in known and request.POST[name]]
    typed = {name: request.POST[name][:LONGEST] for name in given[:MOST]}
    if place and any(name.partition("-")[0] in WORDS for name in typed):
        kept = place if form == "dispose" else form
        request.session[KEY] = {"by": by, "form": kept, "release": release, "typed": typed}
    return place


def is_kept(request: HttpRequest) -> bool:
    return KEY in request.session


def taken(request: HttpRequest, release: str, username: str) -> tuple[str, dict[str, str]]:
    """The form and words that the visitor hadn't sent about this release, once; another's are dropped unread."""
    kept = request.session.get(KEY)
    if not kept or (kept["by"] == username and kept["release"] != release):
        return "", {}
    del request.session[KEY]
    return (kept["form"], dict(kept["typed"])) if kept["by"] == username else ("", {})
