"""The overlap rule, case by case."""

from dataclasses import dataclass

import pytest

from redaction.overlap import without_overlaps

ORDER = {"CN_ID18": 0, "BANKCARD": 1, "USCC_STRICT": 2, "EMAIL": 3}


@dataclass(frozen=True)
class Hit:
    start: int
    end: int
    entity: str
    score: float
    valid: bool | None = None


CASES = {
    "apart": ([Hit(0, 5, "EMAIL", 0.9), Hit(5, 9, "USCC_STRICT", 0.9)], ["EMAIL", "USCC_STRICT"]),
    "sure before a longer guess": ([Hit(0, 20, "BANKCARD", 0.3), Hit(2, 9, "EMAIL", 0.9)], ["EMAIL"]),
    "reported before a longer hint": ([Hit(0, 20, "BANKCARD", 0.1), Hit(2, 9, "USCC_STRICT", 0.3)], ["USCC_STRICT"]),
    "longer before shorter": ([Hit(0, 11, "CN_ID18", 1.0, True), Hit(0, 18, "EMAIL", 0.9)], ["EMAIL"]),
    "right check digit first": (
        [Hit(0, 18, "CN_ID18", 0.7, False), Hit(0, 18, "USCC_STRICT", 0.9, True)],
        ["USCC_STRICT"],
    ),
    "both right, the pack's order": (
        [Hit(0, 18, "USCC_STRICT", 1.0, True), Hit(0, 18, "CN_ID18", 1.0, True)],
        ["CN_ID18"],
    ),
    "across two of one kind": (
        [Hit(0, 17, "USCC_STRICT", 0.3, True), Hit(10, 35, "EMAIL", 0.9, True), Hit(18, 35, "USCC_STRICT", 0.3, True)],
        ["USCC_STRICT", "USCC_STRICT"],
    ),
    "across two of which one is wrong": (
        [Hit(0, 17, "USCC_STRICT", 0.3, True), Hit(10, 35, "EMAIL", 0.9, True), Hit(18, 35, "USCC_STRICT", 0.3, False)],
        ["EMAIL"],
    ),
    "across two kinds": (
        [Hit(0, 17, "USCC_STRICT", 0.3, True), Hit(10, 35, "EMAIL", 0.9, True), Hit(18, 35, "BANKCARD", 0.3, True)],
        ["EMAIL"],
    ),
    "beyond the second": (
        [Hit(0, 17, "USCC_STRICT", 0.3, True), Hit(10, 36, "EMAIL", 0.9, True), Hit(18, 35, "USCC_STRICT", 0.3, True)],
        ["EMAIL"],
    ),
    "around both": (
        [Hit(0, 17, "USCC_STRICT", 0.3, True), Hit(0, 35, "EMAIL", 0.9, True), Hit(18, 35, "USCC_STRICT", 0.3, True)],
        ["EMAIL"],
    ),
    "across the second and third": (
        [Hit(0, 17, "USCC_STRICT", 0.3, True), Hit(18, 35, "USCC_STRICT", 0.3, True), Hit(28, 50, "EMAIL", 0.9, True), Hit(36, 53, "USCC_STRICT", 0.3, True)],
        ["USCC_STRICT", "USCC_STRICT", "USCC_STRICT"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("hits", "kept"), CASES.values(), ids=CASES.keys())
def test_overlap_keeps(hits: list[Hit], kept: list[str]) -> None:
    for order in (hits, hits[::-1]):
        assert [h.entity for h in without_overlaps(order, ORDER, sure=0.4, reported=0.25)] == kept
