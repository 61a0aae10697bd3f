"""Commands of the publishing side of two networks: list, due, inspect, reports, hide, serve, and the keys of persons."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.say import HomeOption, JsonOption, PasswordOption, answer, ask_password, table, tell

if TYPE_CHECKING:
    from flows.home import Home

outside_app = typer.Typer(help="the publishing side of two networks", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    for command in (due, hide, inspect, key, person, reports, serve):
        outside_app.command()(command)
    outside_app.command("list")(list_published)
    app.add_typer(outside_app, name="outside")


def list_published(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """What was published from here, until when, and what became of it."""
    from flows.guard import note
    from flows.outside.register import listed, publisher

    found, faults = listed(publisher(home))
    for fault in faults:
        note(fault, "list")
    rows = [
        {
            "release": e.release, "dataset": e.dataset, "period": e.period, "state": e.state.value, "until": e.until,
            "proven": not e.is_unproven, "public_url": (e.receipt or {}).get("dataset_url"),
        }
        for e in found
    ]  # fmt: skip
    if as_json:
        answer(rows)
    else:
        heads = ("发布单", "数据集", "期间", "状态", "撤下日", "已核实", "公开地址")
        table("", heads, [["是" if v is True else "否" if v is False else v for v in r.values()] for r in rows])
    if faults:
        raise typer.Exit(3)


def due(
    today: Annotated[
        str | None, typer.Option(help="count as of this day (ISO); default: today where the bureau is")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take down what is due, finish what was ordered, settle publications that died; for a cron line where `serve` doesn't run."""
    from domain.errors import UsageInvalid
    from flows.guard import note
    from flows.outside import duties
    from flows.outside.register import publisher, today_at

    here = publisher(home)
    try:
        day = date.fromisoformat(today) if today else today_at(here)
    except ValueError:
        raise UsageInvalid("--today is written 2026-01-31") from None
    refused = duties.settle(here)
    done, more = duties.due(here, day)
    for fault in (*refused, *more):
        note(fault, "due")
    if as_json:
        answer(done)
    for row in [] if as_json else done:
        tell(f"{row['release']} 已撤下，{len(row['proof'])} 个地址已核实；回执 {row['receipt'] or '即巡检回执'}")
    if refused or more:
        raise typer.Exit(3)


def inspect(
    by_plan: Annotated[
        bool, typer.Option("--due", help="tonight's part of the plan, what is new and what failed, for a cron line")
    ] = False,
    plan: Annotated[
        bool, typer.Option("--plan", help="draw this half month's plan, or show it; inspect nothing")
    ] = False,
    seed: Annotated[str, typer.Option(help="draw the plan from this seed; without it from chance")] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fetch what was published from here (everything, or --due) as anybody would; one signed receipt of the results."""
    from domain.errors import UsageInvalid
    from flows.guard import note
    from flows.outside.duties import inspect_all, inspect_due
    from flows.outside.register import publisher, today_at

    if by_plan and plan:
        raise UsageInvalid("--due inspects, --plan only draws; give one of them")
    if seed and not plan:
        raise UsageInvalid("--seed belongs to --plan")
    here = publisher(home)
    if plan:
        return _plan(here, seed, as_json=as_json)
    faults: list[Exception] = []

    def told(fault: Exception, work: str) -> None:
        faults.append(fault)
        note(fault, work)

    made = inspect_due(here, today_at(here), told) if by_plan else inspect_all(here, told)
    made = made or {"results": [], "receipt": None}
    if as_json:
        answer(made)
    else:
        rows = [[r["release"], "通过" if r["ok"] else "未通过"] for r in made["results"]]
        table("", ("发布单", "结果"), rows)
        tell(f"回执 {made['receipt']}" if made["receipt"] else "没有要巡检的数据")
    if faults or not all(r["ok"] for r in made["results"]):
        raise typer.Exit(3 if faults else 1)
    return None


def _plan(here: Home, seed: str, *, as_json: bool) -> None:
    from flows.inspection import is_drawn_from
    from flows.outside.plans import left_of, plan_half_month
    from flows.outside.register import today_at

    drawn = plan_half_month(here, today_at(here), seed)
    left = sorted({e.dataset for e in left_of(here, drawn)})
    if as_json:
        return answer({**drawn, "reproduced": is_drawn_from(drawn), "left": left})
    tell(
        f"{drawn['period']}：{len(drawn['population'])} 个数据集，抽 {len(drawn['chosen'])} 个（{drawn['share']}%），"
        f"还有 {len(left)} 个未查；种子 {drawn['seed']}"
    )
    return table("", ("数据集", "状态"), [[d, "未查" if d in left else "已查"] for d in drawn["chosen"]])


def reports(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Fetch what the public reported in the embedded catalogue into a signed package that is carried inside."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from flows.outside.register import publisher
    from flows.outside.reported import fetch_reports, forget_carried

    here = publisher(home)
    now = datetime.now(ZoneInfo(here.timezone))
    forget_carried(here, now)
    made = fetch_reports(here, now) or {"reports": 0, "receipt": None}
    if as_json:
        return answer(made)
    return tell(
        f"{made['reports']} 条公众反映，请送回内网（内含公众所写，可能有个人信息）：{made['receipt']}"
        if made["receipt"]
        else "没有公众反映"
    )


def hide(
    release: Annotated[str, typer.Argument(help="a release that was published from here")],
    key: Annotated[Path, typer.Option(help="your key file")],
    reason: Annotated[str, typer.Option(help="why; the public reads it on the tombstone, so no personal data")],
    password_stdin: PasswordOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take an edition down at once, signed with a key that is pinned here; the page of `serve` does the same."""
    from domain.errors import UsageInvalid
    from flows.outside import duties
    from flows.outside.register import named, publisher

    here = publisher(home)
    entry = named(here, release)
    try:
        pem = key.read_bytes()
    except OSError as fault:
        raise UsageInvalid(f"{key}: can't be read ({fault.strerror}); name your key file") from None
    done = duties.hide(here, entry, pem, ask_password(key.name, password_stdin), reason)
    if as_json:
        return answer(done)
    return tell(f"{done['release']} 已撤下，{len(done['proof'])} 个地址已核实；请把回执送回内网：{done['receipt']}")


def key(
    out: Annotated[Path, typer.Option(help="the new key file, such as a place on your own stick")],
    password_stdin: PasswordOption = False,
) -> None:
    """Make a person's key, locked with a passphrase; prints the public key that has to be pinned."""
    from domain.errors import UsageInvalid
    from flows.install import PASSWORD_LENGTH
    from review.keys import new_person_key

    passphrase = ask_password(out.name, password_stdin)
    if len(passphrase) < PASSWORD_LENGTH:
        raise UsageInvalid(f"the passphrase is too short; take at least {PASSWORD_LENGTH} characters")
    pem, public = new_person_key(passphrase)
    try:
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
    except OSError as fault:
        raise UsageInvalid(f"{out}: can't be written ({fault.strerror}); choose a new file") from None
    sys.stdout.write(public + "\n")
    tell(f"已写 {out}；在发布端登记：mingjing outside person 姓名 {public}")


def person(
    name: Annotated[str, typer.Argument(help="who; best the platform's user name")],
    public: Annotated[str, typer.Argument(help="the public key, 64 hex digits; not needed with --remove")] = "",
    remove: Annotated[bool, typer.Option("--remove", help="this person may take nothing down any more")] = False,
    home: HomeOption = None,
) -> None:
    """Pin the key of a person who may take editions down here."""
    from flows.marks import keep_bytes
    from flows.outside.register import publisher
    from review.hiding import PERSONS, check_person, pinned_persons

    here = publisher(home)
    known = {k: n for k, n in pinned_persons(here.root).items() if n != name}
    if not remove:
        check_person(name, public)
        known[public] = name
    keep_bytes(here.keys / PERSONS, "".join(f"{n} {k}\n" for k, n in sorted(known.items())).encode())
    tell(f"可在本端撤下数据的人：{'、'.join(sorted(known.values())) or '无'}")


def serve(
    host: Annotated[str, typer.Option(help="address of the hide page; loopback alone")] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option(help="port of the hide page; default: console_port of mingjing.toml")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Keep the publishing side running: what is due comes down, inspections by plan, reports of the public, the hide page."""
    from flows.outside.register import publisher
    from flows.outside.serve import serve as run

    here = publisher(home)
    tell(f"撤下页 http://{host}:{port or here.console_port}/   （Ctrl-C 停止）")
    run(here, host=host, port=port or here.console_port)
