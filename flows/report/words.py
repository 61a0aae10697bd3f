"""The reports' words, Chinese first, English beside them; what a code is called is the console's word."""

from __future__ import annotations

from domain.finding import Severity, Source
from review.console.words import CODES, UNREAD

__all__ = ["CODES", "UNREAD"]

Pair = tuple[str, str]

SEVERITIES: dict[Severity, Pair] = {
    Severity.BLOCK: ("阻断", "blocks"),
    Severity.HOLD: ("待处置", "to be decided"),
    Severity.WARN: ("提示", "note"),
    Severity.INFO: ("信息", "information"),
}

SOURCES: dict[Source, Pair] = {
    Source.CELL: ("单元格", "cell"),
    Source.HEADER: ("表头", "header"),
    Source.COMMENT: ("批注", "comment"),
    Source.PROPERTY: ("文档属性", "document property"),
    Source.SHEET_NAME: ("工作表名", "sheet name"),
    Source.FILE_NAME: ("文件名", "file name"),
    Source.DEFINED_NAME: ("定义名称", "defined name"),
    Source.PAGE_HEADER: ("页眉页脚", "page header or footer"),
    Source.PIVOT_CACHE: ("透视缓存", "pivot cache"),
    Source.EXTERNAL_LINK: ("外部链接", "external link"),
    Source.MEMBER: ("压缩包成员", "archive member"),
    Source.NESTED: ("单元格内嵌内容", "content nested in a cell"),
    Source.CONTRACT: ("契约", "the contract"),
}

# what a scan would have done, and what a redaction did
REMEDIES: dict[str, Pair] = {
    "span-replaced": ("脱敏时以标签替换", "a label takes its place when redacted"),
    "not-published": ("不在公开的部分", "stands where nothing is published from"),
    "kept-by-mandate": ("依法保留", "kept: the law orders it published"),
    "kept-official-contact": ("办公联系方式，保留", "kept: an official contact"),
    "column-dropped": ("整列删去", "the column is dropped"),
    "column-masked": ("整列遮盖", "the column is masked"),
    "column-ends-kept": ("整列只留首尾", "only the ends of the column's values are kept"),
    "column-names-masked": ("整列姓名遮盖", "the column's names are masked"),
    "column-generalised": ("整列概括", "the column is generalised"),
    "column-bucketed": ("整列分档", "the column is put into buckets"),
    "column-numbered": ("整列换成序号", "the column becomes running numbers"),
    "column-pseudonymised": ("整列换成假名", "the column becomes keyed pseudonyms"),
}

OPERATORS: dict[str, Pair] = {
    "keep": ("保留（标签替换）", "kept, hits labelled"),
    "drop": ("删去", "dropped"),
    "mask": ("遮盖", "masked"),
    "keep_ends": ("保留首尾", "ends kept"),
    "name": ("姓名遮盖", "names masked"),
    "generalise": ("概括", "generalised"),
    "bucket": ("分档", "buckets"),
    "serial": ("序号", "running numbers"),
    "pseudonym": ("假名", "pseudonyms"),
}

SCANNED_CLEAN: Pair = ("全部查过，没有发现", "Everything was looked at and nothing was found")
SCANNED_HOLDS: Pair = ("全部查过，有待处置的发现", "Everything was looked at; there are findings to be decided")
SCANNED_BLOCKS: Pair = ("有阻断的发现", "There are findings that block")
INCOMPLETE: Pair = ("没有查完，不能作为“未发现”的依据", "Not everything was looked at: silence proves nothing")
REDACTED: Pair = ("已脱敏，再查无残留", "Redacted; a second look found nothing left")


def code_title(code: str) -> Pair:
    """What a code is called; one without words of its own is spelled out."""
    return CODES.get(code, (code, code.replace("-", " ").capitalize()))
