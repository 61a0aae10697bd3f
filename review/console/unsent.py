"""Words that weren't taken: shown again where their form stands, or told where it stands no longer; kept over a session's
end for the person who wrote them, and for nobody else.

A form that holds words names its writer by a signature (`by`), so that they outlive the session without being shown to
whoever signs in next. Passwords are never among them.
"""

from __future__ import annotations

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
LONGEST = 2_000
KEY, SIGNER = "unsent", Signer(salt="mingjing.unsent")


def mark_of(username: str) -> str:
    """What names the writer in a form."""
    return SIGNER.sign(username)


def told(typed: Mapping[str, str]) -> list[tuple[Pair, str]]:
    """What was typed into boxes for words, the empty ones left out."""
    return [(said, typed[name]) for name, said in WORDS.items() if typed.get(name)]


def keep(request: HttpRequest, form: str, release: str) -> None:
    """After a form came from somebody who isn't signed in any more."""
    try:
        by = SIGNER.unsign(request.POST.get("by", ""))
    except BadSignature:
        return
    typed = {
        name: request.POST[name][:LONGEST] for name in (*WORDS, "verdict", "reason_code") if request.POST.get(name)
    }
    if form in ANCHORS and told(typed):
        request.session[KEY] = {"by": by, "form": form, "release": release, "typed": typed}


def is_kept(request: HttpRequest) -> bool:
    return KEY in request.session


def taken(request: HttpRequest, release: str, username: str) -> tuple[str, dict[str, str]]:
    """The form and words that the visitor hadn't sent about this release, once; another's are dropped unread."""
    kept = request.session.get(KEY)
    if not kept or (kept["by"] == username and kept["release"] != release):
        return "", {}
    del request.session[KEY]
    return (kept["form"], dict(kept["typed"])) if kept["by"] == username else ("", {})
