"""Commands about the catalogue itself: sweep."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.say import HomeOption, JsonOption, answer, table, tell

catalog_app = typer.Typer(help="the catalogue that is published to", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    catalog_app.command("sweep")(sweep)
    catalog_app.callback()(lambda: None)  # a group, though it has one command so far
    app.add_typer(catalog_app, name="catalog")


def sweep(
    apply: Annotated[bool, typer.Option("--apply", help="remove what can be removed; without it only say so")] = False,
    files: Annotated[
        Path | None, typer.Option(help="the CKAN's storage folder (ckan.storage_path), where it can be reached")
    ] = None,
    organization: Annotated[str | None, typer.Option(help="only the datasets of this organization")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find what crashes left in the catalogue: drafts, phantoms, files and tables without an entry."""
    from catalog.sweep import sweep as look_through
    from flows.catalogue import catalogue_for
    from flows.home import home_path, open_home

    with catalogue_for(open_home(home_path(home))) as catalogue:
        traces = look_through(catalogue, apply=apply, files=files, organization=organization)
    if as_json:
        return answer([asdict(trace) for trace in traces])
    if not traces:
        return tell("目录中没有遗留")
    rows = [[KINDS[t.kind], t.name, t.remedy, "已处理" if t.done else ""] for t in traces]
    return table("", ("遗留", "名称", "处理办法", "状态"), rows)


KINDS = {
    "unfinished-draft": "未完成的发布", "taken-off-entry": "已撤文件的条目", "phantom": "仅存在于检索索引",
    "unlisted": "检索不到的数据集", "table-without-resource": "无资源的数据表", "file-without-resource": "无条目的文件",
}  # fmt: skip
