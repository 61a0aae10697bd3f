"""What every page shows around its matter: who is signed in, the way to the other pages, how much waits."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from review import factors, notices
from review.console.access import PAGES
from review.console.tags import is_english
from review.console.visitor import visitor
from review.console.words import Pair
from review.permissions import Role

NAVIGATION: tuple[tuple[str, Pair], ...] = (
    ("queue", ("待办", "Work")),
    ("releases", ("发布单", "Releases")),
    ("datasets", ("数据集", "Datasets")),
    ("contracts", ("契约", "Contracts")),
    ("cases", ("问题单", "Cases")),
    ("runs", ("任务", "Runs")),
    ("list", ("清单", "To publish")),
    ("ledger", ("台账", "Register")),
    ("overview", ("概览", "Overview")),
    ("packs", ("规则包", "Rules")),
    ("hiding", ("撤下", "Hide")),
    ("people", ("人员", "People")),
)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor of every page."""
    return {
        "english": is_english(),
        "lang": "en" if is_english() else "zh-CN",
        "frame": SimpleLazyObject(lambda: _frame(request)),
    }


def _frame(request: HttpRequest) -> dict[str, Any]:
    if not request.user.is_authenticated:
        return {}
    person, match = visitor(request), request.resolver_match
    here = match.url_name if match else ""
    section = SECTIONS.get(here or "", here)
    return {
        "name": person.name,
        "roles": sorted(person.roles),
        "unseen": notices.unseen(person.username),
        "has_factor": SimpleLazyObject(
            lambda: factors.is_enrolled(person.username)
        ),  # where there is something to sign
        "links": [(name, said, name == section) for name, said in NAVIGATION if person.roles & PAGES[name]],
        "admin": bool(person.roles & {Role.AUDITOR, Role.ADMINISTRATOR}),
    }


SECTIONS = {  # page → the link that leads to it
    "to_sign": "queue",
    "return_several": "queue",
    "sign_ready": "queue",
    "release": "releases",
    "content": "releases",
    "difference": "releases",
    "finding": "releases",
    "contract": "releases",
    "original": "releases",
    "hide": "hiding",
    "case": "cases",
    "dataset": "datasets",
    "edit_contract": "contracts",
    "write_contract": "contracts",
    "proposal": "contracts",
    "adopt_contract": "contracts",
    "refuse_contract": "contracts",
    "pack": "packs",
    "units": "people",
}
