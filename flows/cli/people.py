"""Commands about people and units. An administrator runs them; they decide nothing about releases."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from domain.errors import UsageInvalid
from flows.cli.say import HomeOption, JsonOption, answer, ask_password, table, tell

user_app = typer.Typer(help="people, their roles and deputies", no_args_is_help=True)
unit_app = typer.Typer(help="units of the city: a tree", no_args_is_help=True)
ROLES = "operator, section_reviewer, confidentiality_reviewer, legal_reviewer, releasing_chief, auditor, administrator"
Until = Annotated[str | None, typer.Option(help="last day, 2026-12-31")]


def register(app: typer.Typer) -> None:
    user_app.command("add")(user_add)
    user_app.command("list")(user_list)
    user_app.command("role")(user_role)
    user_app.command("deputy")(user_deputy)
    user_app.command("email")(user_email)
    user_app.command("factor")(user_factor)
    unit_app.command("list")(unit_list)
    unit_app.command("add")(unit_add)
    app.add_typer(user_app, name="user")
    app.add_typer(unit_app, name="unit")


def user_add(
    name: str,
    full_name: Annotated[str, typer.Option(help="as it is printed on the review record")] = "",
    password_stdin: Annotated[bool, typer.Option("--password-stdin")] = False,
    home: HomeOption = None,
) -> None:
    """Add a person; the password is asked for."""
    from flows.platform import open_platform

    open_platform(home)
    from review import desk

    desk.add_user(name, ask_password(name, password_stdin), name=full_name)
    tell(f"已添加 {name}；授予角色：mingjing user role {name} --unit finance --role operator")


def user_list(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """People with their roles."""
    from flows.platform import open_platform

    open_platform(home)
    from review import queries

    found = queries.users()
    if as_json:
        return answer(found)
    rows = [
        [p["username"], p["name"], "；".join(f"#{s['seat']} {s['unit']}/{s['role']}" for s in p["seats"])]
        for p in found
    ]
    return table("", ("用户", "姓名", "席位（编号 单位/角色）"), rows)


def user_role(
    name: str,
    unit: Annotated[str, typer.Option(help="unit code")] = "",
    role: Annotated[str, typer.Option(help=ROLES)] = "",
    until: Until = None,
    revoke: Annotated[
        int | None, typer.Option("--revoke", help="end this seat (number from `user list`) instead")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Give a person a role in a unit, or end a seat."""
    from flows.platform import open_platform

    platform = open_platform(home)
    from review import desk

    if revoke is not None:
        desk.revoke(revoke)
        return tell(f"{name}：席位 {revoke} 已收回")
    if not unit or not role:
        raise UsageInvalid("a role needs --unit and --role, or --revoke SEAT")
    desk.grant(name, unit, role, valid_to=_end_of(until, platform.home.timezone) if until else None)
    return tell(f"{name}：{unit}/{role} 已授予")


def user_deputy(
    name: str,
    principal: Annotated[str, typer.Option("--for", help="whose work the person may do (A 角)")],
    unit: Annotated[str, typer.Option(help="unit code")],
    role: Annotated[str, typer.Option(help=ROLES)],
    until: Annotated[str, typer.Option(help="last day, 2026-12-31")],
    since: Annotated[str | None, typer.Option("--from", help="first day; default today")] = None,
    home: HomeOption = None,
) -> None:
    """Let a person stand in for another in one role, between two days (A/B 角)."""
    from flows.platform import open_platform

    platform = open_platform(home)
    from review import desk

    zone = platform.home.timezone
    start = _start_of(since or platform.today().isoformat(), zone)
    desk.deputise(name, principal, unit, role, valid_from=start, valid_to=_end_of(until, zone))
    tell(f"{name} 代理 {principal}：{unit}/{role}，至 {until}")


def user_email(
    name: str,
    address: Annotated[str, typer.Argument(help="where notices go by mail; empty ends it")] = "",
    home: HomeOption = None,
) -> None:
    """Keep where a person's notices go by mail; without an address mail ends."""
    from flows.platform import open_platform

    open_platform(home)
    from review import desk

    desk.set_email(name, address)
    tell(f"{name}：邮箱已{'记下' if address.strip() else '清空，不再发邮件'}")


def user_factor(
    name: str,
    reset: Annotated[bool, typer.Option("--reset", help="take telephone and recovery codes away")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Whether a person has a second factor; `--reset` takes it away where the telephone is lost, and the person is told."""
    from flows.platform import open_platform

    open_platform(home)
    from review import desk, factors
    from review.signature import needs_factor

    if reset:
        desk.reset_factor(name)
        return tell(f"{name}：动态口令已撤销，本人会收到通知，须重新设置")
    found = {"user": name, "has": factors.is_enrolled(name), "needs": needs_factor(name), "recovery_codes": factors.recovery_left(name)}  # fmt: skip
    if as_json:
        return answer(found)
    has, needs = ("已设置" if found["has"] else "没有设置"), ("职责要求" if found["needs"] else "职责不要求")
    return tell(f"{name}：动态口令{has}，{needs}，备用码剩 {found['recovery_codes']} 个")


def _start_of(text: str, zone: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), datetime.min.time(), ZoneInfo(zone))
    except ValueError:
        raise UsageInvalid("a day is written 2026-12-31") from None


def _end_of(text: str, zone: str) -> datetime:
    return _start_of(text, zone) + timedelta(days=1)


def unit_list(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """The tree of units."""
    from flows.platform import open_platform

    open_platform(home)
    from review import queries

    found = queries.units()
    if as_json:
        return answer(found)
    return table(
        "", ("代码", "名称", "类别", "上级"), [[u["code"], u["title"]["zh"], u["kind"], u["parent"]] for u in found]
    )


def unit_add(
    code: str,
    title: Annotated[str, typer.Option(help="name in Chinese")],
    kind: Annotated[str, typer.Option(help="city, department, county, township, enterprise")],
    parent: Annotated[str, typer.Option(help="code of the unit above")],
    title_en: Annotated[str, typer.Option(help="name in English")] = "",
    home: HomeOption = None,
) -> None:
    """Add a unit to the tree."""
    from flows.platform import open_platform

    open_platform(home)
    from review import desk

    desk.add_unit(code, title_zh=title, title_en=title_en or title, kind=kind, parent=parent)
    tell(f"已添加单位 {code}")
