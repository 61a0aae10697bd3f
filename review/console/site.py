"""Who may look at the admin: auditors of the whole installation see every table, administrators people and units.

Nobody writes here; writing is review/desk's alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite, ModelAdmin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from review import factors, reading
from review.console.login import SignInForm
from review.permissions import Role

PEOPLE = frozenset({"unit", "user", "membership", "reasoncode"})


class Site(AdminSite):
    site_header = "明镜 · 审查记录（只读）"
    site_title = "明镜"
    index_title = "只读"
    enable_nav_sidebar = False
    login_form = SignInForm  # Django's own asks for is_staff, which means nothing here

    def register(
        self, model_or_iterable: Any, admin_class: type[ModelAdmin[Any]] | None = None, **options: Any
    ) -> None:
        """Read-only tables of this room alone: what a library offers to administer (secrets of factors) is left out."""
        if admin_class is not None and issubclass(admin_class, Table):
            super().register(model_or_iterable, admin_class, **options)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Where codes are in use, the console's own page asks for them; this one has no box for a code."""
        if factors.are_in_use() and not request.user.is_authenticated:
            to = {"next": request.GET.get("next", reverse("admin:index"))}
            return HttpResponseRedirect(f"{reverse('sign_in')}?{urlencode(to)}")
        return super().login(request, extra_context)

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and bool(roles_at_root(request))


def roles_at_root(request: HttpRequest) -> frozenset[Role]:
    """Auditor and administrator seats that the visitor holds in a root unit now."""
    return reading.roles_at_root(request.user.get_username()) & {Role.AUDITOR, Role.ADMINISTRATOR}


if TYPE_CHECKING:
    Base = ModelAdmin[Model]
else:
    Base = ModelAdmin  # generic for type checkers only


class Table(Base):
    """A table that can be looked at and nothing else."""

    actions = None

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 - Django's signature
        roles = roles_at_root(request)
        return Role.AUDITOR in roles or (Role.ADMINISTRATOR in roles and self.opts.model_name in PEOPLE)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 - Django's signature
        return False
