"""Classification marks, internal and process words, disclosure marks (SEC-M-01…08), in every cell and every text around.

A mark blocks; an expired or impossible term is said besides, never instead. Declassification is decided by people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from checks.secrecy.group import group
from checks.secrecy.texts import Text, every_text
from domain.contract import Contract
from domain.finding import Finding, Place, RuleRef, Severity
from domain.pack import Pack, Packs
from domain.table import Reading

CONTEXT = 12  # characters on each side in which an allowed phrase excuses a hit
HAN_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")}
SIMPLIFIED = str.maketrans({"絕": "绝", "機": "机", "級": "级"})


@dataclass(frozen=True, slots=True)
class Mark:
    """One row of the pack's `marks`, compiled."""

    rule: RuleRef
    code: str
    severity: Severity
    note: str
    exact: re.Pattern[str]


def _compile(pack: Pack) -> tuple[list[Mark], re.Pattern[str], str]:
    rows: list[dict[str, Any]] = pack.data["marks"]
    marks = [
        Mark(
            RuleRef(pack.id, pack.version, r["id"], r["citation"]),
            r["code"],
            Severity(r["severity"]),
            r["note"],
            re.compile(r["re"]),
        )
        for r in rows
    ]
    terms = [r["prefilter"] for r in rows] + [pack.data["disclosure_mark"]["prefilter"]]
    return marks, re.compile(pack.data["allow"]), "|".join(f"(?:{t})" for t in terms)


def _excused(text: str, match: re.Match[str], allow: re.Pattern[str]) -> bool:
    """True where the hit lies inside an allowed phrase (商业秘密, 竞争性磋商 …)."""
    start = max(0, match.start() - CONTEXT)
    near = text[start : match.end() + CONTEXT]
    return any(a.start() + start < match.end() and match.start() < a.end() + start for a in allow.finditer(near))


def _years(term: str) -> int | None:
    """Years of a term like `10年`, `十五年`; None for months, dates, 长期 or conditions."""
    if digits := re.fullmatch(r"(\d{1,2})\s*年", term):
        return int(digits[1])
    han = re.fullmatch(r"([一二三四五六七八九]?)(十?)([一二三四五六七八九]?)年", term)
    if not han:
        return None
    tens, ten, ones = han.groups()
    if not ten:
        return HAN_DIGITS.get(tens + ones)
    return (HAN_DIGITS[tens] if tens else 1) * 10 + (HAN_DIGITS[ones] if ones else 0)


def _about_term(
    match: re.Match[str], mark: Mark, limits: Mapping[str, int], issued_on: date | None, today: date
) -> Iterator[tuple[str, str, str]]:
    """(code, rule id, note) for a term that is over or can't be right (SEC-M-03, SEC-M-04)."""
    if "term" not in mark.exact.groupindex or not match["term"]:
        return
    level = re.sub(r"\s", "", match["level"]).translate(SIMPLIFIED)
    years = _years(match["term"].strip())
    if years is None:
        return
    if years > limits[level]:
        yield "secrecy-term-invalid", "SEC-M-04", f"标注的保密期限超过{level}级的上限 {limits[level]} 年，标志异常"
    if issued_on and issued_on.replace(day=1, year=issued_on.year + years) < today.replace(day=1):
        yield "secrecy-expired", "SEC-M-03", "标注的保密期限可能已满，仍须经保密审查、办理解密手续后方可公开"


def check_marks(
    reading: Reading,
    packs: Packs,
    *,
    file_name: str,
    contract: Contract | None,
    today: date,
    issued_on: date | None = None,
) -> tuple[Finding, ...]:
    """Findings for every mark in a reading; `issued_on` is the source document's date where it is known."""
    pack = packs["secrecy"]
    marks, allow, superset = _compile(pack)
    hits: list[tuple[tuple[str, Severity, RuleRef, str], Place]] = []
    seen_attribute = False
    for text in every_text(reading, file_name, superset):
        for mark in marks:
            for match in mark.exact.finditer(text.content):
                if _excused(text.content, match, allow):
                    continue
                hits.append(((mark.code, mark.severity, mark.rule, mark.note), text.place))
                for code, rule_id, note in _about_term(match, mark, pack.data["term_limit_years"], issued_on, today):
                    hits.append(
                        (
                            (code, Severity.HOLD, RuleRef(pack.id, pack.version, rule_id, mark.rule.citation), note),
                            text.place,
                        )
                    )
        for key, place in _disclosure(text, pack, contract):
            seen_attribute = True
            if key:
                hits.append((key, place))
    findings = group(hits)
    if contract and contract.dataset_type in pack.data["document_types"] and not seen_attribute:
        rule = _disclosure_rule(pack)
        findings.append(
            Finding(
                "disclosure-mark-conflict", Severity.HOLD, rule=rule, note="公文没有公开属性标识，应退回发文部门补注"
            )
        )
    return tuple(findings)


def _disclosure_rule(pack: Pack) -> RuleRef:
    mark = pack.data["disclosure_mark"]
    return RuleRef(pack.id, pack.version, mark["id"], mark["citation"])


def _disclosure(
    text: Text, pack: Pack, contract: Contract | None
) -> Iterator[tuple[tuple[str, Severity, RuleRef, str] | None, Place]]:
    """SEC-M-07: 此件… must agree with the contract's disclosure attribute; without a contract only refusals count."""
    mark = pack.data["disclosure_mark"]
    for match in re.finditer(mark["re"], text.content):
        meant = mark["attributes"][match["attribute"]]
        expected = contract.disclosure.value if contract else "proactive"
        agrees = meant == expected
        note = "文件上的公开属性标识与契约的公开属性不一致，请核对后退回或更正契约"
        yield (
            (None if agrees else ("disclosure-mark-conflict", Severity.BLOCK, _disclosure_rule(pack), note)),
            text.place,
        )
