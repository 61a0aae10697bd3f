"""What a form holds as a signature: the password, and the code of whoever has a second factor. Checked by the desk alone."""

from __future__ import annotations

from django.http import HttpRequest


def signature_in(request: HttpRequest) -> tuple[str, str]:
    """Password and code, "" where left out. Never shown again, never kept."""
    return request.POST.get("password", ""), request.POST.get("code", "")
