"""Who looks at a page: the person's seats now, and the departments that they open. Read once per request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.http import HttpRequest
from django.utils import timezone

from review import reading
from review.permissions import Act, Office, Role, Seat, can


@dataclass
class Visitor:
    """A signed-in person at one moment."""

    username: str
    name: str
    office: Office
    at: datetime

    @cached_property
    def seats(self) -> tuple[Seat, ...]:
        return self.office.held(self.username, self.at)

    @cached_property
    def roles(self) -> frozenset[Role]:
        return frozenset(s.role for s in self.seats)

    @cached_property
    def units(self) -> frozenset[str]:
        """Units in which the person is seated."""
        return frozenset(s.unit for s in self.seats)

    @cached_property
    def departments(self) -> tuple[str, ...]:
        """Units whose releases the person may see."""
        return self.departments_for(Act.SEE)

    def departments_for(self, act: Act) -> tuple[str, ...]:
        return tuple(code for code in self.office.tree.parents if self.may(act, code))

    def may(self, act: Act, department: str | None) -> bool:
        """Whether the act is theirs in the department; None: in every one."""
        return can(self.office, self.username, act, department, self.at)


def visitor(request: HttpRequest) -> Visitor:
    """The request's visitor; somebody without a seat where nobody is signed in."""
    found = request.META.get("mingjing.visitor")
    if not isinstance(found, Visitor):
        username = request.user.get_username()
        found = Visitor(
            username, getattr(request.user, "name", "") or username, reading.office(username), timezone.now()
        )
        request.META["mingjing.visitor"] = found
    return found
