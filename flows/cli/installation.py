"""Commands about an installation: demo, init, serve, ledger, evidence."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.say import HomeOption, JsonOption, answer, ask_password, bar, table, tell

ledger_app = typer.Typer(help="the append-only ledger", no_args_is_help=True)
store_app = typer.Typer(help="where bytes are kept", no_args_is_help=True)
evidence_app = typer.Typer(help="evidence bundles", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    for command in (demo, init, upgrade, serve):
        app.command()(command)
    ledger_app.command("verify")(ledger_verify)
    evidence_app.command("export")(evidence_export)
    evidence_app.command("verify")(evidence_verify)
    store_app.command("check")(store_check)
    app.add_typer(store_app, name="store")
    app.add_typer(ledger_app, name="ledger")
    app.add_typer(evidence_app, name="evidence")


def demo(home: HomeOption = None) -> None:
    """The whole road on made-up department files, with scripted users; only in a new home or one that demo made."""
    from flows.demo.story import play

    play(home)


def init(
    admin: Annotated[str, typer.Option(help="user name of the first administrator")] = "admin",
    password_stdin: Annotated[bool, typer.Option("--password-stdin")] = False,
    publisher: Annotated[
        bool, typer.Option("--publisher", help="the publishing side of two networks: no database, no people")
    ] = False,
    catalogue: Annotated[str, typer.Option(help="with --publisher: the CKAN's address")] = "",
    pin: Annotated[str, typer.Option(help="with --publisher: the platform's public key (HOME/keys/ledger.pub)")] = "",
    home: HomeOption = None,
) -> None:
    """Make a new installation: keys (0600), databases, units, first administrator."""
    from flows.home import home_path
    from flows.install import install, install_publisher

    if publisher:
        side, public = install_publisher(home_path(home), catalogue_url=catalogue, pin=pin)
        tell(
            f"已建立发布端 {side.root}；把目录令牌写入 {side.keys}/catalogue.token，把公钥 {public} 写入平台的 keys/publishers.pub"
        )
        return
    made = install(home_path(home), admin=admin, password=ask_password(admin, password_stdin))
    tell(f"已建立 {made.root}；下一步：mingjing user add …，mingjing serve")


def upgrade(home: HomeOption = None) -> None:
    """Bring an installation that an older Mingjing made to this one: stop `serve` and save a copy of the database first."""
    from flows.home import home_path, open_home
    from flows.install import upgrade

    upgrade(open_home(home_path(home)))
    tell("数据库已是本版本")


def serve(
    host: Annotated[str, typer.Option(help="address of the console")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="port of the console; default from mingjing.toml")] = None,
    home: HomeOption = None,
) -> None:
    """Run console, flow runner, schedules and (embedded) catalogue until stopped."""
    from flows.home import home_path, open_home
    from flows.serve import supervise

    supervise(open_home(home_path(home)), host=host, port=port)


def ledger_verify(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Read the whole ledger and check its chain, order, signed head, and the newest head kept outside (records_store)."""
    from flows.platform import open_platform
    from flows.records import check_kept_head

    platform = open_platform(home)
    from review.ledger import verify

    with bar("核对台账"):
        result = verify()
        if result.ok:
            check_kept_head(platform)
    if as_json:
        answer(asdict(result))
    else:
        tell(
            f"台账 {result.entries:,} 条，链与签名{'完好' if result.ok else f'不符：第 {result.seq} 条，{result.fault}'}"
        )
    raise typer.Exit(0 if result.ok else 1)


def store_check(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Ask each bucket of this installation what it can do (versions, object lock), and say what is wrong for its purpose."""
    from flows.buckets import check_buckets
    from flows.home import home_path, open_home

    with bar("询问存储"):
        checked = check_buckets(open_home(home_path(home)))
    if as_json:
        answer([asdict(bucket) for bucket in checked])
    else:
        rows = [[b.setting, b.location, b.versions, b.lock, b.problem or b.remark or "可用 fine"] for b in checked]
        table("存储", ["设置 setting", "位置 location", "版本 versions", "锁定 lock", "结论 verdict"], rows)
    raise typer.Exit(1 if any(b.problem for b in checked) else 0)


def evidence_export(
    release: str, out: Annotated[Path, typer.Option("--out", help="FILE.zip")], home: HomeOption = None
) -> None:
    """Write the evidence bundle of a release: record, manifest, decisions, ledger slice with proof."""
    from flows.platform import open_platform

    platform = open_platform(home)
    from review.evidence.export import export

    export(release, platform.stores, out, packs=platform.packs)
    tell(f"已写 {out}；核验：mingjing evidence verify {out} --key {platform.home.keys / 'ledger.pub'}")


def evidence_verify(
    file: Path,
    key: Annotated[
        Path | None, typer.Option(help="public key pinned outside the bundle; default: this installation's")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a bundle offline against a pinned public key; refused where it doesn't hold."""
    from review.evidence.verify import verify

    evidence = asdict(verify(file, pinned_key(key, home)))
    if as_json:
        return answer({"verified": True, **evidence})
    return tell(f"{file.name}：核验通过")


def pinned_key(key: Path | None, home: Path | None) -> str:
    """The public key to trust: the file given, else that of this installation. Raises UsageInvalid."""
    from domain.errors import UsageInvalid
    from flows.home import home_path

    path = key or home_path(home) / "keys" / "ledger.pub"
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise UsageInvalid(f"no public key at {path}; give the pinned key's file with --key") from None
