"""Ways to write one text differently, and texts that look like identifiers and aren't: for recogniser tables."""

from __future__ import annotations

FILLER = "甲乙丙丁戊己庚辛壬癸" * 4


def wide(text: str) -> str:
    """Every printable ASCII character in its full-width form.

    >>> wide("A1(")
    'Ａ１（'
    """
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def apart(word: str, number: str, distance: int) -> str:
    """A word and a number with so many characters between them.

    >>> apart("号", "1", 2)
    '号甲乙1'
    """
    return word + FILLER[:distance] + number


NUMBERS = (
    "（2024）冀01民初1234号", "(2023)冀0102执12345号", "（2024）最高法知民终123号", "（2022）冀8601行赔初12号", "石裁执〔2024〕第0012号",
    "冀建房〔2024〕123号", "石政函〔2023〕45号", "国办发〔2018〕23号", "QP-HT-2026-00113", "HT20240315001", "GC-2024-0315-001",
    "DDH202403150001", "2024031512345678901", "PO20240315", "SN00123456789", "12345678.90", "1,234,567.00", "118.5万元", "20000000元",
    "100000000.00", "2024-01-15", "20240115", "2024年1月15日10时30分", "20240115103000", "2024/01/15 08:00:00", "GB/T 35273-2020",
    "GB 11643-1999", "GB/T 2260-2007", "DB13/T 1234-2020", "A0101", "130102", "1301020001", "12345678", "123456789", "1234567890",
    "000012345678", "123456789012345", "050000", "1:10000", "192.168.1.10", "v2.10.20240315", "上海1234号", "第130102001号", "2050202",
    "合同编号：20240315-0017", "2023-2024", "1 234 567 890", "10时30分至12时", "面积120㎡，3层", "P23130102-0007", "2026B00113",
)  # fmt: skip
