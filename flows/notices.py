"""The process that tells people: makes notices of what the ledger says, and sends them by mail and webhook with retries.

A process of its own (`mingjing serve` starts it), so that a mail server that hangs holds up no run, no publication and no
order to hide. Who is told of what is left to review/notices; both ways out are off until mingjing.toml names them.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from domain.errors import MingjingError
from flows.console import workdays_of
from flows.guard import note
from flows.home import Home, secret_of
from flows.platform import Platform, open_platform
from flows.service import until_told
from flows.webhook import post

if TYPE_CHECKING:
    from review.notices import Parcel

POLL_SECONDS = 2.0
OVERDUE_SECONDS = 600.0
CHANGES_TOLD = 20  # in one mail
WORDS = {
    "new_work": ("有新的待办", "New work"),
    "returned": ("已退回", "Returned"),
    "blocked": ("已阻断", "Blocked"),
    "withheld": ("决定不公开", "Withheld"),
    "overdue": ("等候超期", "Overdue"),
    "published": ("已发布", "Published"),
    "inspection_failed": ("读网检查不通过", "Inspection failed"),
    "case": ("有问题单要答复", "A case to answer"),
    "case_answered": ("问题单已答复，等办结", "A case was answered, to be closed"),
    "case_overdue": ("问题单超期未答复", "A case is overdue"),
    "hidden": ("已下令撤下，等第二人", "Ordered off, a second person is awaited"),
    "taken_off": ("已从目录撤下，无须第二人", "Came off the catalogue, no second person is needed"),
    "contract_proposed": ("有契约要批准", "A proposed contract to adopt or refuse"),
    "contract_adopted": ("您提出的契约已批准", "The contract that you proposed was adopted"),
    "contract_refused": ("您提出的契约没有批准", "The contract that you proposed was refused"),
    "adopted_changed": ("接管的目录有变化，请核实", "An adopted catalogue changed: look at it"),
    "adopted_away": (
        "接管的目录没有核对成，每晚会再试",
        "An adopted catalogue couldn't be looked at; each night tries again",
    ),
    "contract_failed": ("契约已批准，但没有生效", "A contract was adopted and didn't come into force"),
    "factor_set": (
        "您的动态口令已启用；若不是您设置的，请立即告诉管理员",
        "A second factor was set up in your name; if it wasn't you, say so at once",
    ),
    "factor_reset": (
        "您的动态口令已被管理员撤销；若不是您要求的，请立即告诉管理员",
        "An administrator took your second factor away; if you didn't ask for it, say so at once",
    ),
}


def channels(home: Home) -> list[str]:
    """The ways out that the settings name."""
    return [name for name, setting in (("mail", home.mail_url), ("webhook", home.webhook_url)) if setting]


def link(home: Home, parcel: Parcel) -> str:
    """Where the page of the release, proposal or catalogue is; "" where the console's address isn't set."""
    page = ""
    if parcel.release:
        page = f"/releases/{parcel.release}"
    elif parcel.proposal:
        page = f"/proposals/{parcel.proposal}"
    elif parcel.case:
        page = f"/cases/{parcel.case}"
    elif parcel.catalogue:
        page = "/cases#adopted"
    return home.console_address.rstrip("/") + page if home.console_address and page else ""


def mail_of(home: Home, parcel: Parcel) -> tuple[str, str]:
    """Subject and text, Chinese first. Kinds and names of datasets; no values, nothing that somebody typed."""
    zh, en = WORDS[parcel.kind]
    about_zh, about_en, name = "", "", parcel.release
    if parcel.release:
        about_zh = f"：{parcel.title_zh} · {parcel.period}（{parcel.release}）"
        about_en = f": {parcel.title_en} · {parcel.period} ({parcel.release})"
    elif parcel.proposal:
        name = parcel.dataset
        about_zh, about_en = f"：{name}（#{parcel.proposal}）", f": {name} (#{parcel.proposal})"
    elif parcel.catalogue:
        name = " ".join(filter(None, (parcel.case, parcel.catalogue)))
        about_zh, about_en = f"：{name}", f": {name}"
    lines = [
        zh + about_zh,
        en + about_en,
        *_changes_of(parcel),
        *filter(None, [link(home, parcel)]),
        "",
        "请登录明镜办理。此信自动发出，请勿回复。 Please sign in to Mingjing; don't reply to this mail.",
    ]
    return " ".join(filter(None, ("[明镜]", zh, name, "/", en))), "\n".join(lines) + "\n"


def _changes_of(parcel: Parcel) -> list[str]:
    """A line for each dataset and change that stands in a catalogue of others."""
    from review.adopted_look import WORDS as CHANGES

    if parcel.kind != "adopted_changed":
        return []
    told = list(dict.fromkeys(parcel.changes))
    lines = [f"{dataset}：{CHANGES[code][0]} / {CHANGES[code][1]}" for dataset, code in told[:CHANGES_TOLD]]
    left = len(told) - len(lines)
    return [*lines, f"另有 {left} 处 / and {left} more"] if left else lines


def body_of(home: Home, parcel: Parcel) -> dict[str, Any]:
    """What the webhook is sent."""
    return {
        "notice": parcel.notice, "kind": parcel.kind, "at": parcel.at.astimezone(UTC).isoformat(), "release": parcel.release,
        "dataset": parcel.dataset, "period": parcel.period, "status": parcel.status, "proposal": parcel.proposal or None,
        "catalogue": parcel.catalogue or None, "case": parcel.case or None, "url": link(home, parcel),
    }  # fmt: skip


def deliver(home: Home, parcel: Parcel) -> str:
    """Try one delivery; "" where it was taken, else the kind of fault. A faulty setting is a fault like any other."""
    from review.mail import mail_server, send_mail

    try:
        if parcel.channel == "webhook":
            secret = secret_of(home, "webhook.secret", "MINGJING_WEBHOOK_SECRET")
            return post(home.webhook_url, secret, parcel.id, body_of(home, parcel))
        if not parcel.address:
            return "no-address"
        password = secret_of(home, "mail.password", "MINGJING_MAIL_PASSWORD")
        server = mail_server(home.mail_url, home.mail_from, password)
        return send_mail(server, parcel.address, *mail_of(home, parcel))
    except MingjingError as refused:
        note(refused, parcel.channel)
        return "settings"


def deliver_due(home: Home, at: datetime | None = None) -> dict[str, int]:
    """Try what is due; returns how many were taken and how many weren't."""
    from review import desk, notices

    done = {"taken": 0, "not": 0}
    for parcel in notices.due(at or datetime.now(UTC)):
        try:
            fault = deliver(home, parcel)
        except Exception as unforeseen:  # ours or a library's: this delivery waits, the others go
            note(unforeseen, parcel.channel)
            fault = "fault"
        desk.record_delivery(parcel.id, ok=not fault, fault=fault)
        done["not" if fault else "taken"] += 1
    return done


def overdue(home: Home, today: date, workdays: Callable[[date, date], int | None]) -> list[str]:
    """Releases that have waited in one place for more workdays than the settings allow: what was ordered off, `urgent_workdays`."""
    from zoneinfo import ZoneInfo

    from review import notices

    zone, late = ZoneInfo(home.timezone), []
    for wait in notices.open_waits():
        waited = workdays(wait["since"].astimezone(zone).date(), today)
        if waited is None:  # no holiday notice for that year: whoever waits is told rather too early than never
            waited = (today - wait["since"].astimezone(zone).date()).days
        if waited > (home.urgent_workdays if wait["is_off"] else home.overdue_workdays):
            late.append(wait["release"])
    return late


def tell_people(platform: Platform, stop: threading.Event) -> None:
    """Tell and deliver until `stop` is set."""
    from review import cases, desk

    ways, looked = channels(platform.home), -OVERDUE_SECONDS
    workdays = workdays_of(platform.home)
    while not stop.is_set():
        try:
            while desk.tell(ways):
                pass
            if time.monotonic() - looked >= OVERDUE_SECONDS:
                looked = time.monotonic()
                desk.tell_overdue(overdue(platform.home, platform.today(), workdays), ways)
                desk.tell_overdue_cases(cases.overdue(platform.today()), ways)
            deliver_due(platform.home)
        except Exception as fault:  # a broken ledger stops acts elsewhere; here it is said and tried again
            note(fault, "notices")
        stop.wait(POLL_SECONDS)


def main() -> None:
    """Run until SIGTERM."""
    try:
        platform = open_platform()
    except MingjingError as refused:
        note(refused, "notices")
        sys.exit(refused.exit_status)
    stop = until_told()
    tell_people(platform, stop)


if __name__ == "__main__":
    main()
