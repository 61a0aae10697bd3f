"""What a hit means: which declared policy, law or contact list explains it, and how grave it is where nothing does.

One table of treatments, used by the scan's findings, by the redaction and by the residue check alike, so that they can't
disagree. Finding hits is left to engine.py, changing cells to operators.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from domain.contract import FieldSpec
from domain.finding import RuleRef, Severity
from domain.masking import Redaction
from domain.table import UnreadReason
from redaction.personal import EntityRule


class Treatment(StrEnum):
    """What happens to one hit."""

    WEAK = "weak"  # a shape without check digit or context: shown, not touched
    COLUMN = "column"  # the field's declared operator drops or rewrites the whole column
    PUBLIC = "public"  # the pack says that it may go out
    MANDATED = "mandated"  # law orders it published in this field
    OFFICIAL = "official"  # one of the contract's official contacts
    REPLACED = "replaced"  # a label takes its place
    UNPUBLISHED = "unpublished"  # it stands where nothing is published from: an undeclared column or part


EXPLAINED = frozenset({Treatment.COLUMN, Treatment.PUBLIC, Treatment.MANDATED, Treatment.OFFICIAL, Treatment.WEAK})

REMEDIES: dict[Treatment, str | None] = {
    Treatment.WEAK: None,
    Treatment.PUBLIC: None,
    Treatment.MANDATED: "kept-by-mandate",
    Treatment.OFFICIAL: "kept-official-contact",
    Treatment.REPLACED: "span-replaced",
    Treatment.UNPUBLISHED: "not-published",
}
COLUMN_REMEDIES: dict[str, str] = {
    "drop": "column-dropped",
    "mask": "column-masked",
    "keep_ends": "column-ends-kept",
    "name": "column-names-masked",
    "generalise": "column-generalised",
    "bucket": "column-bucketed",
    "serial": "column-numbered",
    "pseudonym": "column-pseudonymised",
}
NOTES: dict[Treatment, str] = {
    Treatment.WEAK: "疑似{title} {count} 处，仅凭形状不能确认，未作处理，请留意",
    Treatment.COLUMN: "{title} {count} 处，合同已声明该列的处理办法",
    Treatment.PUBLIC: "{title} {count} 处，依规可以公开",
    Treatment.MANDATED: "{title} {count} 处，该列依法应当公开（合同写明依据）",
    Treatment.OFFICIAL: "{title} {count} 处，是合同列明的办公联系方式",
    Treatment.REPLACED: "发现{title} {count} 处，公开前以标签替换，请核对",
    Treatment.UNPUBLISHED: "在不公开的部分发现{title} {count} 处，请核对来源文件",
}
UNREAD: dict[UnreadReason, str] = {
    UnreadReason.TOO_LONG: "{count} {what}没有扫描：一格文字过长；请在来源文件中拆开或删去这些内容后重新提交",
    UnreadReason.TOO_DEEP: "{count} {what}没有扫描：转义、实体或编码套了太多层；请换成普通文字后重新提交",
    UnreadReason.TOO_WRAPPED: "{count} {what}没有扫描：转义、标签或压缩文字展开后太多；请换成普通文字后重新提交",
    UnreadReason.FILE_INSIDE: "{count} {what}没有扫描：里面是编码后的文件或压缩内容；请删去，需要公开的另作文件提交",
    UnreadReason.TOO_HARD: "{count} {what}没有扫描：文字太难辨认，超过时限；请拆开或删去这些内容后重新提交",
}


@dataclass(frozen=True, slots=True)
class Ground:
    """Where hits stand: a contract's field, a column that the contract doesn't know, or a file without a contract."""

    field: FieldSpec | None
    published: bool  # whether cells of this place go out at all

    @property
    def operator(self) -> Redaction:
        return self.field.redaction if self.field else Redaction()


WITHOUT_CONTRACT = Ground(None, True)
OUTSIDE = Ground(None, False)


def treatment(rule: EntityRule, ground: Ground, *, sure: bool, official: bool) -> Treatment:
    """How a hit of this entity is treated on this ground."""
    if not sure:
        return Treatment.WEAK
    if ground.operator.operator != "keep":
        return Treatment.COLUMN
    if official:
        return Treatment.OFFICIAL
    if ground.field is None and not ground.published:
        return Treatment.PUBLIC if rule.publish == "public" else Treatment.UNPUBLISHED
    if rule.publish == "public" and ground.field is not None:
        return Treatment.PUBLIC
    if ground.field and ground.field.mandate and rule.entity in ground.field.mandate.entities:
        return Treatment.MANDATED
    return Treatment.REPLACED


def severity(rule: EntityRule, treated: Treatment, *, beside: bool = False) -> Severity:
    """Info where the treatment is declared, the pack's severity where nobody expected the hit.

    `beside`: an entity of the rule's `quiet_beside` stands in the same cell.
    """
    if treated in EXPLAINED or rule.publish == "public" or (beside and rule.quiet_beside):
        return Severity.INFO
    return rule.severity


def remedy(treated: Treatment, ground: Ground) -> str | None:
    """What the platform does about it, in one word."""
    if treated is Treatment.COLUMN:
        return COLUMN_REMEDIES[ground.operator.operator]
    return REMEDIES[treated]


def rule_ref(rule: EntityRule, treated: Treatment, ground: Ground) -> RuleRef:
    """The pack's rule, or the law that orders publication; the treatment is part of the rule's id."""
    ref = replace(rule.rule, id=f"{rule.rule.id}.{treated.value}")
    if treated is Treatment.MANDATED and ground.field and ground.field.mandate:
        return replace(ref, citation=str(ground.field.mandate.basis))
    return ref
