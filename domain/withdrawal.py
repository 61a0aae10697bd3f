"""Why a release is taken off: a closed set of codes that the tombstone shows, and which of them leave the entry's words standing."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Cause(StrEnum):
    """Why. The value is the code on the tombstone and in the ledger."""

    VERIFY = "verify"  # a person: the content has to be looked into
    WRONG = "wrong"  # a person: the data is wrong
    LEAK = "leak"  # a person: it holds what mustn't be public
    OTHER = "other"  # a person, in words of their own
    INSPECTION = "inspection"  # the platform: what is public isn't what was approved
    RULE_CHANGE = "rule_change"  # the platform: a later rule finds something
    EXPIRED = "expired"  # its days of publication are over
    HIDDEN = "hidden"  # a person on the publishing side of two networks


PLAIN_REASONS: Mapping[str, str] = MappingProxyType(
    {  # what the public reads on the tombstone where nobody wrote words of their own, or where those can't be shown
        Cause.VERIFY: "内容需要核实，暂停公开",
        Cause.WRONG: "数据有误，更正后再公开",
        Cause.LEAK: "含有不应公开的内容",
        Cause.OTHER: "已撤下",
        Cause.INSPECTION: "读网检查发现公开的内容与批准的不一致，先行撤下核查",
        Cause.RULE_CHANGE: "规则更新后复扫发现不应公开的内容，先行撤下核查",
        Cause.EXPIRED: "公开期满，按规定自动撤下",
        Cause.HIDDEN: "发布单位下令撤下",
    }
)
DAYS_OVER = "公开期满（{days} 天），按规定自动撤下"  # where the days are known
BY_A_PERSON = (Cause.VERIFY, Cause.WRONG, Cause.LEAK, Cause.OTHER)
OWN_WORDS = frozenset({Cause.INSPECTION, Cause.RULE_CHANGE, Cause.EXPIRED})  # orders whose reason the platform writes
KEEPING_WORDS = frozenset({Cause.VERIFY, Cause.WRONG, Cause.INSPECTION, Cause.RULE_CHANGE, Cause.EXPIRED})


def may_keep_words(code: str) -> bool:
    """Whether an order of this code may leave title, notes and names on the tombstone. A leak, and a reason that nobody
    put under a code, may not: it may be the words that leak.

    >>> [may_keep_words(code) for code in ("wrong", "leak", "other", "")]
    [True, False, False, False]
    """
    return code in KEEPING_WORDS


def plain_reason(code: str) -> str:
    """The platform's own words for an order of this code.

    >>> [plain_reason(code) for code in ("leak", "")]
    ['含有不应公开的内容', '已撤下']
    """
    return PLAIN_REASONS.get(code, PLAIN_REASONS[Cause.OTHER])


def is_stricter(code: str, than: str) -> bool:
    """Whether an order of this code takes words off that one of the other left standing: the only way in which a later order
    may take the place of one that stands.

    >>> [is_stricter("leak", than) for than in ("verify", "expired", "leak", "hidden", "")]
    [True, True, False, False, False]
    >>> is_stricter("wrong", "verify")
    False
    """
    return may_keep_words(than) and not may_keep_words(code)
