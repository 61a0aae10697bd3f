"""Commands about releases: prepare, submit, releases, show, decide, publish, withdraw, receipt."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from domain.errors import UsageInvalid
from domain.release import Disposition, DispositionKind, Status, Verdict
from domain.withdrawal import BY_A_PERSON, Cause
from flows.cli.say import AsOption, HomeOption, JsonOption, PasswordOption, answer, ask_signature, bar, table, tell

release_app = typer.Typer(help="releases carried to another network", no_args_is_help=True)
ReceiptOption = Annotated[
    Path | None, typer.Option(help="of a carried package: where the receipt goes (default: FILE.receipt)")
]


def register(app: typer.Typer) -> None:
    for command in (prepare, submit, releases, show, decide, publish, withdraw, receipt):
        app.command()(command)
    release_app.command("export")(export)
    release_app.callback()(lambda: None)  # a group, though it has one command so far
    app.add_typer(release_app, name="release")


def prepare(
    dataset: str,
    source: Annotated[str | None, typer.Option("--from", help="path, glob, https://, s3:// or database URL")] = None,
    period: Annotated[str | None, typer.Option(help="2026, 2026-10, 2026-Q3 …")] = None,
    date: Annotated[
        list[str] | None, typer.Option("--date", help="release date, NAME=2026-01-31; may be given again")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Pull, read, check and redact a dataset; ends at checked, or blocked with the reasons."""
    from flows.ask import prepare_now

    with bar(dataset):
        result = prepare_now(home, dataset, source, period, _dates(date or []))
    if as_json:
        answer(result)
    else:
        _print_outcome(result)
    raise typer.Exit(1 if result["status"] == "blocked" else 0)


def _dates(given: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    if any(not sep for _, sep, _ in pairs):
        raise UsageInvalid("--date is written NAME=2026-01-31, such as --date formed_on=2026-01-31")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _print_outcome(result: dict[str, Any]) -> None:
    counts = result["findings"]
    tell(f"{result['release']}  {result['dataset']}  {result['period']}：{STATUS_ZH[result['status']]}")
    tell(f"发现：阻断 {counts['block']}，待处置 {counts['hold']}，提示 {counts['warn']}，信息 {counts['info']}")
    follow = {
        "checked": f"下一步（承办自查后提交）：mingjing submit {result['release']} --as 用户",
        "blocked": f"看原因：mingjing show {result['release']}；更正来源文件或契约后再 prepare",
    }
    tell(follow.get(result["status"], f"看详情：mingjing show {result['release']}"))


STATUS_ZH = {
    "received": "已取件", "checked": "已检查，待承办自查", "in_review": "审查中", "approved": "已批准，待发布", "published": "已发布",
    "superseded": "已被新版代替", "withdrawn": "已撤回", "returned": "已退回", "withheld": "不予公开或依申请公开", "escalated": "已报审",
    "replaced": "已有新修订", "blocked": "已阻断",
}  # fmt: skip


def submit(
    release: str,
    user: AsOption,
    password_stdin: PasswordOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Submit a checked release for review, signed with your password (承办自查、提交)."""
    from flows.platform import open_platform

    open_platform(home)
    from review import desk, queries

    signed = ask_signature(user, password_stdin)
    desk.submit(release, user, signed.password, code=signed.code)
    record = queries.show(release)
    if as_json:
        return answer(record)
    return tell(f"{release} 已提交，进入{record['stage'] or '审查'}；发布码 {record['release_hash'][:16]}…")


def releases(
    status: Annotated[Status | None, typer.Option(help="only this status")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """All releases, newest first."""
    from flows.platform import open_platform

    open_platform(home)
    from review import queries

    found = queries.releases(status=status.value if status else None)
    if as_json:
        return answer(found)
    rows = [
        [
            r["release"],
            r["dataset"],
            r["period"],
            STATUS_ZH[r["status"]],
            *(r["findings"][s] for s in ("block", "hold", "warn", "info")),
            r["public_url"],
        ]
        for r in found
    ]
    return table(
        "", ("发布单", "数据集", "期间", "状态", "阻断", "待处置", "提示", "信息", "公开地址"), rows, right=(4, 5, 6, 7)
    )


def show(release: str, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """One release: status, findings with places and rules, decisions, history."""
    from flows.platform import open_platform

    open_platform(home)
    from review import queries

    record = {**queries.show(release), "findings_list": queries.findings(release), "history": queries.timeline(release)}
    if as_json:
        return answer(record)
    tell(
        f"{record['release']}  {record['dataset']}  {record['period']}  第 {record['edition']} 期第 {record['revision']} 版：{STATUS_ZH[record['status']]}"
    )
    if record["release_hash"]:
        tell(f"发布码 {record['release_hash']}")
    rows = [
        [
            f["id"],
            f["severity"],
            f["code"],
            f["entity"],
            f["count"],
            (f["places"] or [{}])[0].get("locator"),
            f["rule"] and f["rule"]["id"],
            f["note"],
        ]
        for f in record["findings_list"]
    ]
    table("发现", ("编号", "级别", "代码", "种类", "处数", "首处", "规则", "说明"), rows, right=(4,))
    return table(
        "经过",
        ("台账", "时间", "事", "人"),
        [[h["seq"], h["at"], h["event"], h["actor"]] for h in record["history"]],
        right=(0,),
    )


def decide(
    release: str,
    user: AsOption,
    stage: Annotated[str, typer.Option(help="section, confidentiality, legal, chief")],
    verdict: Annotated[Verdict, typer.Option(help="公开 / 退回 / 删减后公开 / 不公开 / 报审")],
    reason: Annotated[str, typer.Option(help="opinion, needed for everything but approve")] = "",
    reason_code: Annotated[str, typer.Option(help="withhold: A14-1 … A36-7")] = "",
    basis: Annotated[str, typer.Option(help="withhold: the article it rests on")] = "",
    dispositions: Annotated[Path | None, typer.Option(help="JSON list of {finding, kind, basis, reason}")] = None,
    redact_more: Annotated[
        list[str] | None,
        typer.Option(
            "--redact-more", help="remedy: COLUMN=OPERATOR or TABLE.COLUMN=keep_ends:prefix=1; may be given again"
        ),
    ] = None,
    release_hash: Annotated[
        str | None, typer.Option(help="the release hash you reviewed; refused if it changed")
    ] = None,
    password_stdin: PasswordOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Decide one stage of a review, signed with your password. The findings you dispose of count as opened by you when `show` printed them."""
    from flows.platform import open_platform

    platform = open_platform(home)
    from domain.contract import stored_contract
    from domain.remedy import parse
    from flows.ask import remedy_now
    from review import desk, queries

    orders, contract = redact_more or [], None
    if verdict is Verdict.REMEDY or orders:
        contract = stored_contract(platform.stores.read(queries.manifest(release).contract.sha256))
    given = read_dispositions(dispositions) if dispositions else ()
    seen = release_hash or queries.show(release)["release_hash"]
    signed = ask_signature(user, password_stdin)
    desk.decide(
        release, user, signed.password, stage, verdict, release_hash=seen, reason=reason,
        reason_code=reason_code, basis=basis, dispositions=given, shown=[d.finding for d in given],
        overrides=[parse(text, contract) for text in orders] if contract else (), contract=contract, code=signed.code,
    )  # fmt: skip
    made = None
    if ordered := queries.remedy_of(release):
        with bar(release):
            made = remedy_now(home, ordered["work"])
    record = queries.show(release)
    if as_json:
        return answer({**record, "remedy": made} if made else record)
    if made:
        return _print_outcome(made)
    return tell(
        f"{release}：{STATUS_ZH[record['status']]}" + (f"，下一环节 {record['stage']}" if record["stage"] else "")
    )


def read_dispositions(path: Path) -> tuple[Disposition, ...]:
    """Dispositions from a JSON file. Raises UsageInvalid naming the item."""
    try:
        items = json.loads(path.read_text("utf-8"))
    except OSError as fault:
        raise UsageInvalid(f"{path}: can't be read ({fault.strerror})") from None
    except ValueError:
        raise UsageInvalid(f"{path}: isn't JSON; write a list of objects with finding and kind") from None
    if not isinstance(items, list):
        raise UsageInvalid(f"{path}: isn't a list; write a list of objects with finding and kind")
    found = []
    for number, item in enumerate(items, start=1):
        try:
            texts = [item["finding"], item.get("basis", ""), item.get("reason", "")]
            if not all(isinstance(text, str) for text in texts):
                raise TypeError
            found.append(Disposition(texts[0], DispositionKind(item["kind"]), *texts[1:]))
        except (KeyError, TypeError, ValueError, AttributeError):
            kinds = ", ".join(k.value for k in DispositionKind)
            raise UsageInvalid(f"{path}: item {number} needs finding (an id) and kind (one of {kinds})") from None
    return tuple(found)


def publish(
    release: Annotated[
        str | None, typer.Argument(help="a release, or the file of a carried one; none: everything approved")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would change")] = False,
    receipt: ReceiptOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish what was approved, reading every byte back."""
    from flows.ask import plan_now, publish_now
    from flows.carried import plan_package, publish_package

    if release and (package := Path(release)).is_file():
        if dry_run:
            return answer(plan_package(home, package))
        result = publish_package(home, package, _beside(package, receipt))
        return (
            answer(result)
            if as_json
            else tell(f"{result['release']}：已发布  {result['public_url']}；回执 {result['receipt']}")
        )
    if dry_run:
        return answer(plan_now(home, release))
    with bar("发布"):
        results = publish_now(home, release)
    if as_json:
        return answer(results)
    for result in results:
        tell(f"{result['release']}：{STATUS_ZH[result['status']]}  {result['public_url'] or ''}")
    return tell("没有待发布的发布单") if not results else None


def _beside(package: Path, receipt: Path | None) -> Path:
    return receipt or package.with_name(package.name + ".receipt")


def withdraw(
    release: Annotated[str, typer.Argument(help="a published release, or the file of a carried order")],
    user: Annotated[str, typer.Option("--as", help="who acts (user name)")] = "",
    reason: Annotated[str, typer.Option(help="why; the public reads it on the tombstone, so no personal data")] = "",
    cause: Annotated[
        str, typer.Option(help="verify, wrong, leak or other; with the last two the entry's title and notes go too")
    ] = Cause.OTHER.value,
    password_stdin: PasswordOption = False,
    receipt: ReceiptOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a published release off the catalogue at once; a tombstone with the reason stays. Of one that is off already: what was
    left of its title and notes (--cause leak or other)."""
    from flows.ask import withdraw_now
    from flows.carried import withdraw_package
    from flows.platform import open_platform

    if (package := Path(release)).is_file():
        result = withdraw_package(home, package, _beside(package, receipt))
    elif not user or not reason:
        raise UsageInvalid("a withdrawal names who orders it and why: --as USER --reason TEXT")
    elif cause not in BY_A_PERSON:
        raise UsageInvalid(f"--cause is one of {', '.join(BY_A_PERSON)}")
    else:
        open_platform(home)
        signed = ask_signature(user, password_stdin)
        with bar(release):
            result = withdraw_now(home, release, user, signed.password, reason, cause=Cause(cause), code=signed.code)
    if as_json:
        return answer(result)
    if "next" in result:
        return tell(f"{release} 已决定撤回，目录中的文件尚未撤下。{result['next']}")
    return tell(f"{result['release']} 已撤回；{len(result['proof'])} 个下载地址逐一核实已不可取得")


def export(
    release: str,
    out: Annotated[Path, typer.Option(help="the file to carry")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a signed package for the publishing side: an approved release, or the order to take a withdrawn one off."""
    from flows.carried import export_order

    result = export_order(home, release, out)
    return answer(result) if as_json else tell(f"{release}：已导出 {ORDER_ZH[result['order']]} {out}")


ORDER_ZH = {"release": "发布包", "withdrawal": "撤回指令"}


def receipt(
    file: Annotated[Path, typer.Argument(help="what the publishing side wrote")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring the publishing side's receipt into the ledger: published, taken down, expired, hidden, inspected, reported."""
    from flows.receipts import accept_receipt

    results = accept_receipt(home, file)
    if as_json:
        return answer(results[0] if len(results) == 1 else results)
    for result in results:
        told = {True: "，巡检通过", False: "，巡检未通过", None: ""}[result.get("ok")]
        told += f"，问题单 {result['case']}" if result.get("case") else ""
        tell(f"{result['release']}：{STATUS_ZH[result['status']]}{told}")
    return None
