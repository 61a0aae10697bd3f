"""People, units, seats and deputies. An administrator writes (through the desk), an auditor reads; everybody sees the own
seats and may appoint a deputy for them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from domain.errors import MingjingError, UsageInvalid
from review import desk, handing, queries
from review.console import words
from review.console.paging import pages_of
from review.console.refusals import STATUS
from review.console.tags import say
from review.console.visitor import visitor
from review.console.words import Pair
from review.permissions import Role


def people(request: HttpRequest) -> HttpResponse:
    """Everybody with their seats."""
    return people_shown(request)


def people_shown(request: HttpRequest, fault: MingjingError | None = None) -> HttpResponse:
    """The page, with what stopped an act."""
    search, unit, now = request.GET.get("q", "")[:60].lower(), request.GET.get("unit", ""), timezone.now().isoformat()
    units = {u["code"]: u for u in queries.units()}
    found = []
    for person in queries.users():
        person["seats"] = [s for s in person["seats"] if s["to"] is None or s["to"] > now]
        if search in f"{person['username']} {person['name']}".lower() and (
            not unit or any(s["unit"] == unit for s in person["seats"])
        ):
            found.append(person)
    pages = pages_of(request, len(found))
    return render(
        request,
        "people.html",
        {
            "people": found[pages.start : pages.stop],
            "pages": pages,
            "units": units,
            "roles": list(Role),
            "may_write": Role.ADMINISTRATOR in visitor(request).roles,
            "fault": words.REFUSALS[fault.name()] if fault else None,
            "fault_detail": str(fault) if fault else "",
            "typed": {k: v for k, v in request.POST.items() if k != "password"} if fault else {},
        },
        status=STATUS.get(type(fault), 409) if fault else 200,
    )


def units(request: HttpRequest) -> HttpResponse:
    """The tree of units, and who is seated where."""
    now = timezone.now().isoformat()
    seated: dict[str, list[tuple[str, str]]] = {}
    for person in queries.users():
        for seat in person["seats"]:
            if seat["to"] is None or seat["to"] > now:
                seated.setdefault(seat["unit"], []).append((person["name"] or person["username"], seat["role"]))
    return render(request, "units.html", {"rows": _tree(), "seated": seated})


def _tree() -> list[tuple[int, dict[str, object]]]:
    """Units with their depth, children after their parent."""
    children: dict[str | None, list[dict[str, object]]] = {}
    for unit in queries.units():
        children.setdefault(unit["parent"], []).append(unit)
    rows: list[tuple[int, dict[str, object]]] = []

    def walk(parent: str | None, depth: int) -> None:
        for unit in children.get(parent, []):
            rows.append((depth, unit))
            walk(str(unit["code"]), depth + 1)

    walk(None, 0)
    return rows


def _write(request: HttpRequest, act: Callable[[], object], said: Pair) -> HttpResponse:
    try:
        act()
    except MingjingError as fault:
        return people_shown(request, fault)
    messages.success(request, say(said))
    return HttpResponseRedirect(reverse("people"))


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """A new person, who holds no seat yet."""
    post, actor = request.POST, visitor(request).username
    return _write(
        request,
        lambda: desk.add_user(
            post.get("username", ""), post.get("password", ""), name=post.get("name", ""), actor=actor
        ),
        ("已新增人员，请再给任职。", "Added; now give a seat."),
    )


@require_POST
def grant(request: HttpRequest) -> HttpResponse:
    """Seat a person, from now or between two days."""
    post, actor = request.POST, visitor(request).username
    return _write(
        request,
        lambda: desk.grant(
            post.get("username", ""), post.get("unit", ""), post.get("role", ""), valid_from=_morning(post.get("from", "")),
            valid_to=_evening(post.get("to", "")), actor=actor,
        ),
        ("已任职。", "The seat is given."),
    )  # fmt: skip


@require_POST
def revoke(request: HttpRequest, seat: int) -> HttpResponse:
    """End a seat now."""
    actor = visitor(request).username
    return _write(request, lambda: desk.revoke(seat, actor=actor), ("已免职。", "The seat has ended."))


@require_POST
def password(request: HttpRequest) -> HttpResponse:
    """A new password for somebody."""
    post, actor = request.POST, visitor(request).username
    return _write(
        request,
        lambda: desk.set_password(post.get("username", ""), post.get("password", ""), actor=actor),
        ("密码已重设。", "The password is set."),
    )


@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Close an account; all seats end."""
    post, actor = request.POST, visitor(request).username
    return _write(
        request,
        lambda: desk.close_user(post.get("username", ""), actor=actor),
        ("账户已停用。", "The account is closed."),
    )


def me(request: HttpRequest) -> HttpResponse:
    """The own seats, and deputies for them."""
    return _me(request)


def _me(request: HttpRequest, fault: MingjingError | None = None) -> HttpResponse:
    person, now = visitor(request), timezone.now().isoformat()
    everybody = queries.users()
    own = next(u for u in everybody if u["username"] == person.username)
    deputies = [
        (u, s)
        for u in everybody
        for s in u["seats"]
        if s["deputy_of"] == person.username and (s["to"] is None or s["to"] > now)
    ]
    return render(
        request,
        "me.html",
        {
            "seats": [s for s in own["seats"] if s["to"] is None or s["to"] > now],
            "deputies": deputies,
            "ways": handing.ways(person.username, timezone.now()),
            "people_names": {u["username"]: u["name"] or u["username"] for u in everybody},
            "units": {u["code"]: u for u in queries.units()},
            "today": timezone.localdate(),
            "fault": words.REFUSALS[fault.name()] if fault else None,
            "fault_detail": str(fault) if fault else "",
            "typed": request.POST if fault else {},
        },
        status=STATUS.get(type(fault), 409) if fault else 200,
    )


@require_POST
def deputise(request: HttpRequest) -> HttpResponse:
    """Appoint a dated deputy for an own seat."""
    post, person = request.POST, visitor(request)
    try:
        unit, _, role = post.get("seat", "").partition("|")
        start, end = _morning(post.get("from", "")), _evening(post.get("to", ""))
        if end is None:
            raise UsageInvalid("a deputy's last day is needed; give a date")
        desk.deputise(
            post.get("username", ""), person.username, unit, role, valid_from=start, valid_to=end, actor=person.username
        )
    except MingjingError as fault:
        return _me(request, fault)
    messages.success(request, say(("B 角已定，到期自动失效。", "The deputy is appointed; it lapses by itself.")))
    return HttpResponseRedirect(reverse("me"))


@require_POST
def hand_over(request: HttpRequest) -> HttpResponse:
    """Everything on hand in one seat goes to one who sits there too."""
    person = visitor(request)
    unit, role, to = (*request.POST.get("way", "").split("|"), "", "", "")[:3]
    try:
        done = desk.hand_over(person.username, to, unit, role)
    except MingjingError as fault:
        return _me(request, fault)
    n, kept = len(done.handed), "、".join(done.kept)
    messages.success(request, say((f"已移交 {n} 件。", f"Handed over: {n}.")))
    if kept:
        why = f"{kept}：对方提交过或已在别的环节作过决定，没有移交。"
        messages.warning(
            request, say((why, f"{kept}: not handed over, that person submitted it or decided at another stage."))
        )
    return HttpResponseRedirect(reverse("me"))


def _date(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageInvalid("a date is written 2026-01-31; correct it") from None


def _morning(text: str) -> datetime | None:
    """The beginning of that day; None (now) for today or an empty box."""
    day = _date(text)
    return None if day is None or day == timezone.localdate() else timezone.make_aware(datetime.combine(day, time()))


def _evening(text: str) -> datetime | None:
    """The end of that day."""
    day = _date(text)
    return None if day is None else timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))
