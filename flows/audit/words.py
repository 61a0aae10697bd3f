"""Why a file wasn't read, and what an audit found: the words, Chinese first, English beside them."""

from __future__ import annotations

from flows.report.words import Pair

REASONS: dict[str, Pair] = {
    "elsewhere": ("文件在别的主机，没有读（--other-hosts 可一并读取）", "lies on another host, not read (--other-hosts reads it too)"),
    "no-web-address": ("地址不是 http(s) 网址，没有读", "its address isn't an http(s) one, not read"),
    "robots": ("robots.txt 请程序不要读取（目录主管单位可用 --ignore-robots）", "robots.txt asks programs not to (its owner may use --ignore-robots)"),
    "not-allowed": ("地址不许访问（内部地址、带登录信息，或跳转到那里）", "an address that isn't allowed (internal, with a login, or redirected there)"),
    "too-large": ("文件超过 --max-mb，没有读", "larger than --max-mb, not read"),
    "too-slow": ("文件没有在 --seconds 内下完，没有读", "not here within --seconds, not read"),
    "not-answered": ("没有下载到完整的文件，再次运行会重试", "the file didn't arrive whole; running again tries anew"),
    "fault": ("读取时程序出错，没有读完；请报告此问题", "the program stumbled over it and didn't read it all; please report this"),
    "file-empty": ("文件是空的", "the file is empty"),
    "format-mismatch": ("内容与文件名不符，或不是数据表", "not what its name says, or no table"),
    "encoding-invalid": ("文字编码有误", "its characters can't be decoded"),
    "file-encrypted": ("文件加了密码", "the file is encrypted"),
    "file-truncated": ("文件不完整", "the file is cut off"),
    "limit-exceeded": ("行、列或大小超过上限", "more rows, columns or bytes than are read"),
    "text-too-long": ("一格、一行或一条记录过长，没有读", "a cell, line or record too long to be read"),
    "nested-too-deep": ("括号套了太多层，没有读", "brackets nested too deep to be read"),
    "archive-bomb": ("压缩包展开后过大，没有读", "an archive that unpacks to far more than it should, not read"),
    "source-unreadable": ("无法读出数据表", "no table could be read"),
}  # fmt: skip

VERDICTS: dict[str, tuple[Pair, str]] = {
    "blocks": (
        ("公开的内容中有不该公开的，请立即核实", "Something that mustn't be public is public: look at once"),
        "block",
    ),
    "unread": (("有文件没有读到，不能作为“未发现”的依据", "Some files weren't read: silence proves nothing"), "block"),
    "holds": (
        (
            "公开的内容中有个人信息或其他需要核实的",
            "What is public holds personal or other information that a person has to look at",
        ),
        "hold",
    ),
    "clean": (
        ("读到的文件全部查过，没有发现", "Every file that was read was looked at whole; nothing was found"),
        "ok",
    ),
    "nothing": (("没有可读的数据表", "There was no table to read"), "hold"),
}


def reason(code: str) -> Pair:
    """Words of a code; one without words of its own is an unreadable source."""
    return REASONS.get(code, REASONS["source-unreadable"])
