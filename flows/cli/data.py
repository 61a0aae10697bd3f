"""Commands about files and contracts, most of which need no installation: scan, redact, contract, datasets."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.say import HomeOption, JsonOption, answer, answer_long, bar, table, tell

if TYPE_CHECKING:
    from flows.lookover import Overlook

contract_app = typer.Typer(help="check a contract, or draft one from a file", no_args_is_help=True)
ReportOption = Annotated[
    Path | None, typer.Option("--report", help="also write an HTML report: kinds, counts and places, no values")
]
ContractOption = Annotated[str | None, typer.Option("--contract", help="dataset id whose contract applies")]


def register(app: typer.Typer) -> None:
    app.command()(datasets)
    app.command()(scan)
    app.command()(redact)
    contract_app.command("check")(contract_check)
    contract_app.command("draft")(contract_draft)
    app.add_typer(contract_app, name="contract")


def datasets(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """The datasets there are contracts for."""
    from flows.home import MARK, home_path, open_home
    from flows.library import read_contracts

    root = home_path(home)
    found = read_contracts(open_home(root) if (root / MARK).exists() else None)
    rows = [
        {
            "dataset": c.id, "title": c.title.zh, "department": c.department, "disclosure": c.disclosure.value, "audience": c.audience.value,
            "tier": c.review.tier.value, "frequency": c.frequency, "version": c.version, "sha256": c.sha256,
        }
        for c in found.values()
    ]  # fmt: skip
    if as_json:
        return answer(rows)
    shown = ("dataset", "title", "disclosure", "audience", "tier", "frequency")
    return table("", ("数据集", "名称", "公开属性", "范围", "级别", "周期"), [[r[k] for k in shown] for r in rows])


def scan(
    file: Path,
    contract: ContractOption = None,
    report: ReportOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look for personal and secret information in every cell and every hidden part of a file."""
    from flows.lookover import look_over
    from flows.report.page import check_target, write_page

    if report:
        check_target(report, file)
    with ExitStack() as kept:
        with bar("扫描"):
            seen = kept.enter_context(look_over(file, contract=contract, home=home))
        if report:
            write_page(seen.facts, report)
            tell(f"报告已写入 {report}")
        if as_json:
            answer_long(seen.report, "findings", seen.findings())
        else:
            _print_scan(seen)
        raise typer.Exit(1 if seen.blocks else 0)


def _print_scan(seen: Overlook) -> None:
    from collections import Counter

    groups: Counter[tuple[str, ...]] = Counter()
    first: dict[tuple[str, ...], str] = {}
    for f in seen.findings():
        key = (f["severity"], f["code"], f["entity"] or "", f["table"] or "", f["column"] or f["source"])
        groups[key] += 1
        first.setdefault(key, f["locator"] or "")
    table(
        "",
        ("级别", "发现", "种类", "表", "列", "处数", "首处"),
        [[*k, n, first[k]] for k, n in groups.items()],
        right=(5,),
    )
    for gap in seen.facts.gaps:
        rest = gap.count - len(gap.places)
        tell(
            f"没有扫描：{gap.where[0]}，{gap.reason[0]}，{gap.count:,} 处"
            f"{'：' + '，'.join(gap.places) if gap.places else ''}{f'，另有 {rest:,} 处' if gap.places and rest else ''}"
        )
    tables = seen.report["tables"]
    cells, scanned = (sum(t[of] for t in tables) for of in ("cells", "cells_scanned"))
    tell(
        f"{len(tables)} 张表，{cells:,} 格，已查 {scanned:,} 格；覆盖{'完整' if seen.report['complete'] else '不完整，不能作为“未发现”的依据'}"
    )


def redact(
    file: Path,
    out: Annotated[Path, typer.Option("--out", help="file to write: .csv .xlsx .parquet .jsonl")],
    contract: ContractOption = None,
    report: ReportOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the file again without personal information; innocent cells stay as they are."""
    from flows.lookover import redact_file
    from flows.report.page import check_target, write_page

    if report:
        check_target(report, file, out)
    with bar("脱敏"):
        done, facts = redact_file(file, out, contract=contract, home=home)
    if report:
        write_page(facts, report)
        tell(f"报告已写入 {report}")
    if as_json:
        return answer(done)
    return tell(
        f"已写 {', '.join(done['files'])}：替换 {done['spans_replaced']} 处，删去 {len(done['columns_dropped'])} 列，"
        f"去掉 {done['rows_dropped']} 行；再查无残留"
    )


def contract_check(file: Path, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Check a contract file: keys, references, rules it names, that nothing personal stands in what becomes public of it, its own
    examples, and that its stages can be filled."""
    from flows.examples import check_contract_file

    problems = check_contract_file(file, home)
    if as_json:
        answer({"file": str(file), "problems": problems})
    for problem in [] if as_json else problems:
        tell(problem)
    if not problems and not as_json:
        tell(f"{file.name}: 契约有效，示例全部相符")
    raise typer.Exit(1 if problems else 0)


def contract_draft(
    file: Path,
    dataset: Annotated[str, typer.Option("--id", help="department.dataset")] = "department.dataset",
) -> None:
    """Draft a first contract from a department's file, to stdout; what a person must decide is marked."""
    from flows.lookover import draft

    typer.echo(draft(file, dataset), nl=False)
