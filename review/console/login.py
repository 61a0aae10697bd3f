"""Signing in is a signature like any other: same throttle, same ledger, same silence about which half was wrong."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.forms import AuthenticationForm
from django.forms import CharField
from django.http import HttpRequest

from domain.errors import MingjingError
from review.models import User


class SignatureBackend(BaseBackend):
    """Asks the desk; grants no Django permission to anyone."""

    def authenticate(
        self,
        request: HttpRequest | None,  # noqa: ARG002 - Django's signature
        username: str | None = None,
        password: str | None = None,
        code: str = "",
        **_: Any,
    ) -> User | None:
        from review import desk

        try:
            desk.sign_in(username or "", password or "", code=code)
        except MingjingError:
            return None
        return User.objects.get(username=username)

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()


class SignInForm(AuthenticationForm):
    """Name, password, and the code of whoever has set up a second factor."""

    code = CharField(required=False, max_length=40)

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        self.user_cache = authenticate(
            self.request, username=said.get("username"), password=said.get("password"), code=said.get("code", "")
        )
        if self.user_cache is None:
            raise self.get_invalid_login_error()
        self.confirm_login_allowed(self.user_cache)
        return said
