"""A column's treatment in words: the operator and what makes two of one kind differ."""

from __future__ import annotations

from domain.masking import Redaction
from review.console import words
from review.console.words import Pair

LEVELS: dict[str, Pair] = {
    "month": ("到月", "to the month"), "year": ("到年", "to the year"), "year5": ("到五年", "to five years"),
    "village": ("到村（社区）", "to the village"), "town": ("到乡镇（街道）", "to the township"), "county": ("到县（区）", "to the county"),
}  # fmt: skip


def operator(redaction: Redaction) -> Pair:
    """An operator with its parameters in words."""
    zh, en = words.pair(words.OPERATORS, redaction.operator)
    if redaction.operator == "keep_ends":
        return (
            f"{zh}（前 {redaction.prefix} 后 {redaction.suffix}）",
            f"{en} (first {redaction.prefix}, last {redaction.suffix})",
        )
    if redaction.level:
        level = LEVELS[redaction.level]
        return f"{zh}（{level[0]}）", f"{en} ({level[1]})"
    if redaction.digits is not None:
        return f"{zh}（{redaction.digits} 位小数）", f"{en} ({redaction.digits} decimals)"
    if redaction.width is not None:
        return f"{zh}（每 {redaction.width:g} 一档）", f"{en} (bands of {redaction.width:g})"
    return zh, en
