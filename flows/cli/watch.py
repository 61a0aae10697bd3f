"""Commands about what is public already: inspect, rescan, cases."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from domain.errors import UsageInvalid
from flows.cli.say import HomeOption, JsonOption, answer, bar, table, tell

STATUS_ZH = {"open": "待答复", "answered": "待办结", "closed": "已办结"}
KIND_ZH = {
    "inspection": "读网检查不通过",
    "rule_change": "规则更新后复扫",
    "report": "公众反映",
    "adopted": "接管的目录有变化",
}


def register(app: typer.Typer) -> None:
    for command in (inspect, rescan, cases):
        app.command()(command)


def inspect(
    release: Annotated[str | None, typer.Argument(help="a published release")] = None,
    every: Annotated[bool, typer.Option("--all", help="everything published")] = False,
    due: Annotated[bool, typer.Option("--due", help="what tonight's schedule would inspect")] = False,
    plan: Annotated[
        bool,
        typer.Option(
            "--plan", help="draw this half month's plan, or show it (over two networks: of each side); inspect nothing"
        ),
    ] = False,
    seed: Annotated[str, typer.Option(help="draw the plan from this seed; without it from chance")] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fetch what is public as anybody would and compare it with what was approved; a failure opens a case."""
    from flows.ask import inspect_now

    if (bool(release), every, due, plan).count(True) != 1:
        raise UsageInvalid("name one release, or --all, --due or --plan")
    if seed and not plan:
        raise UsageInvalid("--seed belongs to --plan")
    if plan:
        return _plan(home, seed, as_json=as_json)
    with bar("巡检"):
        results = inspect_now(home, release, due=due)
    if as_json:
        answer(results)
    else:
        table("", ("发布单", "结果", "问题", "问题单"), [_row(r) for r in results])
        _tell_missed(results, "没有查到不等于不符，再查一次即可；服务在运行时会自己再查")
    raise typer.Exit(1 if any(r["ok"] is False for r in results) else 2 if _missed(results) else 0)


def _row(result: dict[str, Any]) -> list[str]:
    told = "；".join(f["note"] for f in result["findings"]) or result.get("error", "")
    said = {True: "通过", False: "未通过", None: "没有查到"}[result["ok"]]
    return [result["release"], said, told, _case(result)]


def _case(result: dict[str, Any]) -> str:
    off = ("，已下令撤下，还没有撤净" if "error" in result else "，已撤下") if result["hidden"] else ""
    return (result["case"] or "") + off


def _missed(results: list[dict[str, Any]]) -> int:
    """How many of them couldn't be looked at."""
    return sum("error" in r and not r["hidden"] for r in results)


def _tell_missed(results: list[dict[str, Any]], advice: str) -> None:
    if missed := _missed(results):
        tell(f"{missed} 份没有查到（{len(results) - missed} 份查到了）：{advice}")


def _plan(home: Any, seed: str, *, as_json: bool) -> None:
    from flows.inspection import is_drawn_from, left_of, plan_half_month, plans_outside
    from flows.platform import open_platform

    platform = open_platform(home)
    is_carried = platform.home.is_carried and not seed
    plans = plans_outside(platform) if is_carried else [plan_half_month(platform, seed)]
    told = []
    for plan in plans:
        left = sorted({p.dataset for p in left_of(plan)})
        said = {k: plan[k] for k in ("period", "side", "seed", "share", "population", "chosen")}
        told.append({**said, "at": plan["at"].isoformat(), "reproduced": is_drawn_from(plan), "left": left})
    if as_json:
        return answer(told if is_carried else told[0])
    for plan in told:
        side = f"（发布端 {plan['side'][:12]}）" if plan["side"] else ""
        tell(
            f"{plan['period']}{side}：{len(plan['population'])} 个数据集，抽 {len(plan['chosen'])} 个（{plan['share']}%），"
            f"还有 {len(plan['left'])} 个未查；种子 {plan['seed']}"
        )
        table("", ("数据集", "状态"), [[d, "未查" if d in plan["left"] else "已查"] for d in plan["chosen"]])
    return None


def rescan(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """After a change of the rules, scan again whatever is public, the riskiest first; safe to stop and run again."""
    from flows.ask import rescan_now

    with bar("复扫"):
        results = rescan_now(home)
    if as_json:
        answer(results)
    elif not results:
        tell("已发布的内容都按现行规则扫描过")
    else:
        rows = [
            [r["release"], r["dataset"], r["new"]["block"], r["new"]["hold"], _case(r) or r.get("error", "")]
            for r in results
        ]  # fmt: skip
        table("", ("发布单", "数据集", "新增阻断", "新增须处置", "问题单"), rows, right=(2, 3))
        _tell_missed(results, "已各开问题单；看存储里的文件还在不在，再扫一次")
    raise typer.Exit(1 if any(r["new"]["block"] for r in results) else 2 if _missed(results) else 0)


def cases(
    status: Annotated[str, typer.Option(help="open, answered or closed")] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List cases; what people wrote in them is read in the console."""
    from flows.platform import open_platform

    platform = open_platform(home)
    from review import cases as known

    if status and status not in STATUS_ZH:
        raise UsageInvalid(f"there is no status {status[:20]!r}; known are {', '.join(STATUS_ZH)}")
    found = [known.plain(row) for row in known.matching(None, status)]
    if as_json:
        return answer(found)
    today = platform.today().isoformat()
    rows = [
        [c["case"], KIND_ZH[c["kind"]], c["release"] or " ".join(filter(None, (c["catalogue"], c["dataset"]))), STATUS_ZH[c["status"]],
         c["due_on"] + ("（已超期）" if c["status"] == "open" and c["due_on"] < today else "")]
        for c in found
    ]  # fmt: skip
    return table("", ("问题单", "缘由", "发布单或目录", "状态", "答复期限"), rows)
