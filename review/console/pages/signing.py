"""Signing in and out, and where a person lands. Whether name, password and code fit is left to the desk (review/console/login)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import views
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from review import factors
from review.console import unsent
from review.console.access import PAGES
from review.console.login import SignInForm
from review.console.origin import remember
from review.console.outside import outside
from review.console.visitor import visitor

LANDINGS = ("queue", "people")  # the first one that is for the visitor's roles


class SignIn(views.LoginView):
    """Asks for a code too, once anybody could have one; whether this person has, it doesn't tell. Says where words wait that a
    session's end had kept."""

    template_name = "sign_in.html"
    redirect_authenticated_user = True
    authentication_form = SignInForm

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        told = {"factors": factors.are_in_use(), "is_kept": unsent.is_kept(self.request)}
        return {**super().get_context_data(**given), **told}

    def form_valid(self, form: Any) -> HttpResponse:
        """Signed in: the browser is the person's from now on, as far as failures of strangers go."""
        response = super().form_valid(form)
        remember(response, form.get_user().get_username())
        return response


sign_in = SignIn.as_view()
sign_out = views.LogoutView.as_view()


def home(request: HttpRequest) -> HttpResponse:
    """To the first page that holds something for the visitor."""
    roles = visitor(request).roles
    return HttpResponseRedirect(reverse(next(page for page in LANDINGS if roles & PAGES[page])))


def health(_request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def ready(_request: HttpRequest) -> HttpResponse:
    """Database and stores are at hand; anything else is a fault and answers 5xx."""
    outside()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ready\n", content_type="text/plain")
