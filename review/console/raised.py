"""Why a release is reviewed at the highest tier, in words. What raises it, review/tiers says."""

from __future__ import annotations

from collections.abc import Mapping

from review.console import words
from review.console.words import Pair
from review.tiers import FIRST, LOOSENED, UNREAD, raised_by

WHY: dict[str, Pair] = {
    FIRST: ("这个数据集还从未公开过，首次公开按最高级审查。", "Nothing of this dataset was ever published: a first publication is reviewed at the highest tier."),
    LOOSENED: ("与上次公开时相比，管得更松了，按最高级审查。", "The policy is looser than at the last publication: it is reviewed at the highest tier."),
    UNREAD: ("契约变了，而上次公开时的契约读不到，无法比较，按最高级审查。", "The contract changed and the one of the last publication can't be read, so nothing can be compared: the highest tier."),
}  # fmt: skip
WHAT: dict[str, Pair] = {
    "disclosure": ("公开属性放宽", "wider disclosure"),
    "audience": ("公开范围放宽", "wider audience"),
    "days": ("公示期延长", "shown for longer"),
    "tier": ("审查级别降低", "lower tier"),
    "stage": ("少了审查环节", "a stage fewer"),
    "table": ("新增公开的表", "a table more"),
    "column": ("新增公开的列", "a column more"),
    "operator": ("处理放宽", "weaker treatment"),
    "sensitivity": ("敏感程度调低", "lower sensitivity"),
    "mandate": ("新增依法可留的信息", "more that may stay by law"),
    "rows": ("原来不公开的行放开", "rows kept back before"),
    "contacts": ("新增办公联系方式", "more official contacts"),
    "department": ("责任单位变了", "another department"),
}


WORDS: dict[str, Mapping[str, Pair]] = {
    "operator": words.OPERATORS, "column": words.OPERATORS, "disclosure": words.DISCLOSURES, "audience": words.AUDIENCES,
    "stage": words.ROLES,
}  # fmt: skip


def told(release: str) -> dict[str, object]:
    """{why: a sentence or None, what: [(words, where, before, now)], is_warning}."""
    reasons = raised_by(release)
    what = [
        (WHAT[r["what"]], r["where"], _word(r["what"], r["before"]), _word(r["what"], r["now"]))
        for r in reasons
        if r["why"] == LOOSENED
    ]
    why = reasons[0]["why"] if reasons else None
    return {"why": words.pair(WHY, why) if why else None, "what": what, "is_warning": why in (LOOSENED, UNREAD)}


def _word(what: str, said: str) -> Pair:
    """A word of the contract as people say it, what follows an operator's name beside it."""
    name, colon, more = said.partition(":")
    zh, en = words.pair(WORDS[what], name) if what in WORDS else (name, name)
    return (f"{zh}（{more}）", f"{en} ({more})") if colon else (zh, en)
