"""Where an act leads back to: the page that sent it, if that is one of ours, else the release."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


def back(request: HttpRequest, release: str, anchor: str = "") -> HttpResponseRedirect:
    """A redirect, for the browser to fetch the page anew."""
    to = request.POST.get("back", "")
    safe = to.startswith("/") and url_has_allowed_host_and_scheme(to, allowed_hosts=None)
    return HttpResponseRedirect(to if safe else reverse("release", args=[release]) + anchor)
