"""Commands about orders to take a release off that wait for a second person. Ordering is `mingjing withdraw`."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.say import AsOption, HomeOption, JsonOption, PasswordOption, answer, ask_signature, table, tell

withdrawal_app = typer.Typer(help="a second person's word on an order to take a release off", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    withdrawal_app.command("list")(listing)
    withdrawal_app.command()(confirm)
    withdrawal_app.command()(reverse)
    app.add_typer(withdrawal_app, name="withdrawal")


def listing(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Orders that wait for a second person, oldest first."""
    from flows.platform import open_platform

    open_platform(home)
    from review import withdrawals

    found = withdrawals.waiting()
    if as_json:
        return answer(found)
    rows = [[w["release"], w["dataset"], w["period"], w["by"], w["at"], w["reason"]] for w in found]
    return table("", ("发布单", "数据集", "期间", "下令人", "时间", "理由"), rows)


def confirm(
    release: str,
    user: AsOption,
    reason: Annotated[str, typer.Option(help="why, where there is something to say")] = "",
    password_stdin: PasswordOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Confirm as a second person that a release stays off; only a new revision brings the edition back."""
    from flows.platform import open_platform

    open_platform(home)
    from review import desk, queries

    signed = ask_signature(user, password_stdin)
    desk.confirm_withdrawal(release, user, signed.password, reason, code=signed.code)
    return answer(queries.show(release)) if as_json else tell(f"{release}：第二人已确认撤下")


def reverse(
    release: str,
    user: AsOption,
    reason: Annotated[str, typer.Option(help="why it was no reason to take it off")],
    password_stdin: PasswordOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Reverse an order as a second person: the approved bytes go out again under the approval that they have."""
    from flows.platform import open_platform

    platform = open_platform(home)
    from review import desk, queries

    signed = ask_signature(user, password_stdin)
    desk.reverse_withdrawal(release, user, signed.password, reason, code=signed.code)
    if as_json:
        return answer(queries.show(release))
    if platform.home.is_carried:
        return tell(f"{release}：下架令已撤销，导出后送发布端重新发布：mingjing release export {release} --out FILE")
    return tell(f"{release}：下架令已撤销，重新发布：mingjing publish {release}（服务运行时自动发布）")
