"""Which roles a page is for: one table, default deny. What may be seen or done on it is decided by review/permissions
alone (through queries and desk); this table only keeps people away from pages that hold nothing for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from domain.errors import NotPermitted
from review.console import unsent
from review.console.refusals import refused
from review.console.visitor import visitor
from review.factors import is_enrolled
from review.permissions import REVIEWERS, Role
from review.signature import needs_factor

R = Role
ANYBODY: frozenset[Role] = frozenset()  # stands for: no sign-in needed
SIGNED_IN = frozenset(Role)
READERS = REVIEWERS | {R.OPERATOR, R.AUDITOR}
WORKERS = REVIEWERS | {R.OPERATOR}
HIDERS = frozenset({R.CONFIDENTIALITY_REVIEWER, R.RELEASING_CHIEF})
OPERATORS = frozenset({R.OPERATOR})
CHIEFS = frozenset({R.RELEASING_CHIEF})
ADMINISTRATORS = frozenset({R.ADMINISTRATOR})
OFFICE_KEEPERS = frozenset({R.ADMINISTRATOR, R.AUDITOR})

PAGES: Mapping[str, frozenset[Role]] = {
    "sign_in": ANYBODY,
    "sign_out": ANYBODY,
    "language": ANYBODY,
    "health": ANYBODY,
    "ready": ANYBODY,
    "home": SIGNED_IN,
    "queue": READERS,
    "return_several": REVIEWERS,
    "to_sign": REVIEWERS,
    "sign_ready": REVIEWERS,
    "drop_ready": REVIEWERS,
    "releases": READERS,
    "release": READERS,
    "content": READERS,
    "difference": READERS,
    "contract": READERS,
    "finding": READERS,
    "original": frozenset({R.CONFIDENTIALITY_REVIEWER}),
    "look": frozenset({R.CONFIDENTIALITY_REVIEWER}),
    "note": READERS,
    "evidence": READERS,
    "datasets": READERS,
    "dataset": READERS,
    "runs": READERS,
    "ledger": READERS,
    "list": READERS,
    "overview": READERS,
    "packs": READERS,
    "pack": READERS,
    "notices": SIGNED_IN,
    "notices_seen": SIGNED_IN,
    "notices_email": SIGNED_IN,
    "me": SIGNED_IN,
    "factor": SIGNED_IN,
    "factor_begin": SIGNED_IN,
    "factor_confirm": SIGNED_IN,
    "factor_codes": SIGNED_IN,
    "reset_factor": ADMINISTRATORS,
    "deputise": WORKERS,
    "hand_over": REVIEWERS,
    "people": OFFICE_KEEPERS,
    "units": OFFICE_KEEPERS,
    "add_person": ADMINISTRATORS,
    "grant": ADMINISTRATORS,
    "password": ADMINISTRATORS,
    "close_person": ADMINISTRATORS,
    "revoke": ADMINISTRATORS,
    "run": frozenset({R.OPERATOR}),
    "upload": frozenset({R.OPERATOR}),
    "again": frozenset({R.OPERATOR}),
    "cancel": OPERATORS,
    "source": OPERATORS,
    "pause": OPERATORS,
    "resume": OPERATORS,
    "contracts": READERS,
    "contract_from_file": OPERATORS,
    "edit_contract": OPERATORS,
    "write_contract": OPERATORS,
    "proposal": READERS,
    "adopt_contract": CHIEFS,
    "refuse_contract": CHIEFS,
    "retract_contract": OPERATORS,
    "contract_again": CHIEFS,
    "open": READERS,
    "dispose": REVIEWERS,
    "decide": REVIEWERS,
    "older_draft": REVIEWERS,
    "submit": frozenset({R.OPERATOR}),
    "recall": frozenset({R.OPERATOR}),
    "answer": frozenset({R.CONFIDENTIALITY_REVIEWER, R.RELEASING_CHIEF}),
    "withdraw": HIDERS,
    "hiding": HIDERS,
    "hide": READERS,
    "confirm": HIDERS,
    "reverse": HIDERS,
    "cases": READERS,
    "case": READERS,
    "answer_case": HIDERS | {R.OPERATOR},
    "close_case": HIDERS,
    "reopen_case": HIDERS,
    "remark": WORKERS,
    "take": REVIEWERS,
    "give_back": REVIEWERS,
}
ENROLLING = frozenset(
    {"factor", "factor_begin", "factor_confirm"}
)  # all that is open before a factor that one needs is set up
OUTSIDE = "admin"  # the admin looks after itself (review/console/site.py)

View = Callable[..., HttpResponse]


class Gate:
    """Middleware: a page that isn't in the table, or isn't for this visitor's roles, is refused before its view runs; whoever
    needs a second factor and has none can only set one up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: View, _args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        assert match is not None, "a view has an address"
        allowed = PAGES.get(match.url_name or "", None)
        if allowed is ANYBODY:
            return None
        if match.url_name not in ENROLLING and _lacks_factor(request):
            return HttpResponseRedirect(reverse("factor"))
        if OUTSIDE in match.app_names:
            return None
        if not request.user.is_authenticated:
            back = (
                request.get_full_path() if request.method == "GET" else _page_of(request, match.url_name or "", kwargs)
            )
            return HttpResponseRedirect(f"{reverse('sign_in')}?{urlencode({'next': back})}")
        if allowed is None or not visitor(request).roles & allowed:
            return refused(request, NotPermitted("this page holds nothing for the visitor's roles"))
        return None


def _lacks_factor(request: HttpRequest) -> bool:
    """Whether somebody is signed in who needs a second factor and has none."""
    if not request.user.is_authenticated or not settings.MINGJING_FACTOR_ROLES:
        return False
    person = visitor(request)
    return needs_factor(person.username, person.roles) and not is_enrolled(person.username)


def _page_of(request: HttpRequest, form: str, kwargs: Mapping[str, Any]) -> str:
    """Where a form came from whose writer isn't signed in any more; the words in it are kept for the return."""
    return unsent.keep(request, form, kwargs)
