"""Signing in is a signature like any other: same throttle, same ledger, same silence about which half was wrong."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
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
        **_: Any,
    ) -> User | None:
        from review import desk

        try:
            desk.sign_in(username or "", password or "")
        except MingjingError:
            return None
        return User.objects.get(username=username)

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()
