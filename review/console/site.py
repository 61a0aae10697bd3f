"""Who may look at the admin: auditors of the whole installation see every table, administrators people and units.

Nobody writes here; writing is review/desk's alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.db.models import Model
from django.http import HttpRequest

from review import reading
from review.console.login import SignInForm
from review.permissions import Role

PEOPLE = frozenset({"unit", "user", "membership", "reasoncode"})


class Site(AdminSite):
    site_header = "明镜 · 审查记录（只读）"
    site_title = "明镜"
    index_title = "只读"
    enable_nav_sidebar = False
    login_form = (
        SignInForm  # Django's own asks for is_staff, which means nothing here; a code is asked at /sign-in alone
    )

    def register(
        self, model_or_iterable: Any, admin_class: type[ModelAdmin[Any]] | None = None, **options: Any
    ) -> None:
        """Read-only tables of this room alone: what a library offers to administer (secrets of factors) is left out."""
        if admin_class is not None and issubclass(admin_class, Table):
            super().register(model_or_iterable, admin_class, **options)

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
