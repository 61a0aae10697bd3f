"""People and their seats. An administrator does it (or the owner's shell, SYSTEM); nothing is ever removed."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from domain.errors import NotPermitted, UsageInvalid
from review.models import Membership, User
from review.moments import moment_text
from review.permissions import SYSTEM, Role, check_can_hold, check_can_manage
from review.reading import office
from review.signature import UNKNOWN
from review.transaction import Page, act

USERNAME = re.compile(r"[\w.@+-]{1,60}")


@act(signed=True, enrolling=True)
def sign_in(page: Page, username: str, password: str, *, code: str = "") -> str:
    """Check name, password and code for a console session; returns the name. Raises SignatureRefused."""
    del password, code  # checked before this page was opened
    page.write("signed-in", username)
    return username


@act()
def add_user(page: Page, username: str, password: str, *, name: str = "", actor: str = SYSTEM) -> str:
    """Add a person who holds no seat yet; returns the name to sign with. Raises UsageInvalid (taken, or a weak
    password), NotPermitted."""
    check_can_manage(office(actor), actor, None, page.at)
    username = unicodedata.normalize("NFKC", username)
    if not USERNAME.fullmatch(username) or username in (SYSTEM, UNKNOWN):
        raise UsageInvalid("a user name has up to 60 letters, digits or . @ + - _ and isn't a word of the ledger")
    if User.objects.filter(username=username).exists():
        raise UsageInvalid(f"there is a user {username} already; choose another name")
    user = User(username=username, name=name)
    _set_password(user, password)
    page.write("user-added", actor, user=username)
    return username


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError:
        raise UsageInvalid(
            "the password is too weak: ten characters or more, no common word, not like the name"
        ) from None
    user.set_password(password)
    user.save()


@act()
def set_password(page: Page, username: str, password: str, *, actor: str = SYSTEM) -> None:
    """Give a person a new password. Raises UsageInvalid, NotPermitted."""
    check_can_manage(office(actor), actor, None, page.at)
    _set_password(_user(username), password)
    page.write("password-set", actor, user=username)


@act()
def close_user(page: Page, username: str, *, actor: str = SYSTEM) -> None:
    """Close a person's account and end all seats. Raises UsageInvalid, NotPermitted."""
    check_can_manage(office(actor), actor, None, page.at)
    user = _user(username)
    user.is_active = False
    user.save(update_fields=["is_active"])
    Membership.objects.filter(user=user).exclude(valid_to__lte=page.at).update(valid_to=page.at)
    page.write("user-closed", actor, user=username)


@act()
def grant(
    page: Page, username: str, unit: str, role: str, *, valid_from: datetime | None = None,
    valid_to: datetime | None = None, actor: str = SYSTEM,
) -> int:  # fmt: skip
    """Seat a person (unit, role) from now, or between two moments; returns the seat's number.

    Raises NotPermitted (not an administrator there; oneself; auditor or administrator beside another role), UsageInvalid.
    """
    return _seat(page, username, unit, role, valid_from, valid_to, None, actor)


@act()
def deputise(
    page: Page, username: str, principal: str, unit: str, role: str, *, valid_from: datetime | None, valid_to: datetime,
    actor: str = SYSTEM,
) -> int:  # fmt: skip
    """Seat a dated deputy (B角) for a person's own seat, from now where `valid_from` is None; returns the seat's number. The principal may appoint it.

    It lapses with the principal's seat, and a deputy can't appoint one. Raises NotPermitted, UsageInvalid.
    """
    return _seat(page, username, unit, role, valid_from, valid_to, principal, actor)


def _seat(
    page: Page, username: str, unit: str, role: str, start: datetime | None, end: datetime | None,
    principal: str | None, actor: str,
) -> int:  # fmt: skip
    known, start = office(), start or page.at
    if role not in set(Role):
        raise UsageInvalid(f"there is no role {role[:40]!r}; known are {', '.join(r.value for r in Role)}")
    if principal is None or actor != principal:
        check_can_manage(known, actor, unit, page.at)
    if actor == username:
        raise NotPermitted("nobody takes a seat by their own hand; ask another administrator")
    user = _user(username)
    if not user.is_active:
        raise UsageInvalid(f"the account {username} is closed")
    check_can_hold(known, username, unit, Role(role), page.at)
    if end is not None and end <= max(start, page.at):
        raise UsageInvalid("the seat would end before it begins; correct its dates")
    if start < page.at:
        raise UsageInvalid("a seat can't begin in the past: nobody is permitted afterwards")
    if principal is not None:
        own = [s for s in known.seats if (s.person, s.unit, s.role, s.deputy_of) == (principal, unit, role, "")]
        if username == principal or not any(s.is_valid(page.at) for s in own):
            raise UsageInvalid(f"{principal} holds no seat {role} in {unit} that {username} could sit in for")
    row = Membership.objects.create(
        user=user,
        unit_id=unit,
        role=role,
        valid_from=start,
        valid_to=end,
        deputy_of=_user(principal) if principal else None,
    )
    page.write(
        "granted", actor, seat=row.pk, user=username, unit=unit, role=role, valid_from=moment_text(start),
        valid_to=moment_text(end) if end else None, deputy_of=principal or "",
    )  # fmt: skip
    return int(row.pk)


@act()
def revoke(page: Page, seat: int, *, actor: str = SYSTEM) -> None:
    """End a seat now. Raises UsageInvalid, NotPermitted."""
    row = Membership.objects.filter(pk=seat).exclude(valid_to__lte=page.at).first()
    if row is None:
        raise UsageInvalid(f"there is no seat {seat} that could end; `mingjing user list` shows them")
    check_can_manage(office(actor), actor, row.unit_id, page.at)
    row.valid_to = page.at
    row.save(update_fields=["valid_to"])
    page.write("revoked", actor, seat=row.pk, user=row.user.username)


def _user(username: str) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        raise UsageInvalid(f"there is no user {username[:60]!r}; add one: mingjing user add")
    return user
