"""The command `mingjing audit`: what a catalogue already shows, and, once adopted, what changed there since."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.say import HomeOption, JsonOption, answer, answer_long, bar, table, tell

if TYPE_CHECKING:
    from flows.audit.run import Asked, Audited

MOST_LINES = 40


def register(app: typer.Typer) -> None:
    app.command()(audit)


def audit(
    url: Annotated[str | None, typer.Argument(metavar="CKAN_URL", help="address of a CKAN, such as https://data.example.gov.cn")] = None,
    adopt: Annotated[bool, typer.Option("--adopt", help="also take what is public into this installation's baseline, with a contract draft for each dataset")] = False,
    adopted: Annotated[bool, typer.Option("--adopted", help="compare adopted catalogues (all, or CKAN_URL) with their baseline")] = False,
    out: Annotated[Path | None, typer.Option(help="folder for report.html, report.json and the state (default: ./audit-HOST); the same command goes on where it was", show_default=False)] = None,
    other_hosts: Annotated[bool, typer.Option("--other-hosts", help="also read files that lie on other hosts than the catalogue's")] = False,
    ignore_robots: Annotated[bool, typer.Option("--ignore-robots", help="with the consent of the catalogue's owner: read what robots.txt asks programs not to")] = False,
    rate: Annotated[float | None, typer.Option(help="requests a second (default: 2, or what robots.txt asks for)", show_default=False)] = None,
    max_mb: Annotated[int, typer.Option(help="megabytes of the largest file that is read")] = 256,
    seconds: Annotated[int, typer.Option(help="how long one download may take")] = 600,
    fresh: Annotated[bool, typer.Option("--fresh", help="read everything anew, forget what was done")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Scan every table that a CKAN shows to the public: which files hold what, and what couldn't be read. Reads only.

    Needs no installation, but for --adopt and --adopted. Exit status 1 where something was found that a person has to look
    at (with --adopted: where something changed), 2 where something wasn't read, else 0.
    """
    from domain.errors import UsageInvalid
    from flows.audit.run import Asked

    if adopted and adopt:
        raise UsageInvalid("--adopt takes into the baseline, --adopted compares with it; give one of them")
    asked = Asked(url or "", home, out, other_hosts, ignore_robots, rate, max_mb, seconds, fresh)
    if adopted:
        return _compare(asked, as_json)
    if not url:
        raise UsageInvalid("give the address of a CKAN, such as: mingjing audit https://data.example.gov.cn")
    done = _audit(asked, adopt)
    if as_json:
        answer_long(done.summary, "files", done.files)
    else:
        _print(done)
    tell(f"报告已写入 {done.folder / 'report.html'}")
    raise typer.Exit(done.exit_status)


def _audit(asked: Asked, adopt: bool) -> Audited:
    from flows.audit.run import audit as run

    with bar("检查目录"):
        return run(asked, os.environ, adopt=adopt)


def _print(done: Audited) -> None:
    from flows.audit.words import VERDICTS
    from flows.report.audit_page import worst_first
    from flows.report.words import SEVERITIES

    names = {s.value: zh for s, (zh, _) in SEVERITIES.items()}
    rows: list[list[Any]] = []
    for f in worst_first(done.files):
        groups: Counter[tuple[str, str]] = Counter()
        for g in f["findings"]:
            groups[g["severity"], g["title"][0]] += g["count"]
        rows += [
            [f["title"] or f["dataset"], f["name"] or f["resource"], names[s], kind, n]
            for (s, kind), n in groups.items()
        ]
    entries = done.summary["entries"]
    for e in entries["found"]:
        rows += [
            [e["title"] or e["dataset"], f"（条目）{'、'.join(g['places'])}", names[g["severity"]], g["title"][0], g["count"]]
            for g in e["findings"]
        ]  # fmt: skip
    if rows:
        table("", ("数据集", "文件", "级别", "发现", "处数"), rows[:MOST_LINES], right=(4,))
    if len(rows) > MOST_LINES:
        tell(f"共 {len(rows)} 行，以上是前 {MOST_LINES} 行，全部见报告")
    s = done.summary
    for gap in s["gaps"]:
        tell(gap)
    tell(
        f"{s['datasets']} 个数据集：{s['read']} 个文件已读（{s['cells']:,} 格，已查 {s['cells_scanned']:,} 格），{s['unread']} 个没有读到，"
        f"{s['elsewhere']} 个在别的主机，{s['other_format']} 个不是数据表"
    )
    tell(
        f"条目的标题、说明、标签等 {entries['texts']:,} 处文字"
        + ("全部查过" if entries["complete"] else "没有全部查到")
    )
    tell(
        VERDICTS[s["verdict"]][0][0]
        + ("" if s["complete"] else "；没有全部读到" if s["verdict"] in ("blocks", "holds") else "")
    )
    if taken := s.get("adopted"):
        tell(
            f"已接管 {taken['datasets']} 个数据集、{taken['files']} 个文件（{taken['unseen']} 个没有下载到），契约草稿 {taken['drafts']} 份，"
            f"在 {taken['folder']}；以后用 mingjing audit --adopted 核对"
        )
        _print_changes(taken["changes"])


def _print_changes(changes: list[dict[str, Any]]) -> None:
    rows = [
        ["待处置" if c["severity"] == "hold" else "提示", c["dataset"], c["file"] or c["field"], c["note"]]
        for c in changes
    ]
    if rows:
        table("", ("级别", "数据集", "文件或字段", "变化"), rows)


def _compare(asked: Asked, as_json: bool) -> None:
    from flows.audit.run import compare

    with bar("核对已接管的目录"):
        found = compare(asked, os.environ)
    if as_json:
        answer(found)
    for one in [] if as_json else found:
        _print_changes([*one["changes"], *one["unlooked"]])
        for gap in one["gaps"]:
            tell(gap)
        tell(
            f"{one['catalogue']}：与接管时相比有 {len(one['changes'])} 处变化，核对 {one['files']} 个文件，"
            f"{len(one['unseen'])} 个这次没有下载到，{one['unhashed']} 个没有指纹可比"
        )
    if any(c["severity"] == "hold" for one in found for c in one["changes"]):
        raise typer.Exit(1)
    if any(one["unseen"] or one["gaps"] for one in found):
        raise typer.Exit(2)
