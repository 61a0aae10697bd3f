"""Texts of government tables that look like identifiers and are none, for recogniser tables."""

from __future__ import annotations

from tests.looking import look

INNOCENT = {
    "case number": "（2024）冀01民初1234号",
    "case number in a sentence": "依据（2024）冀0102执12345号裁定",
    "document number": "冀财社〔2024〕123号",
    "contract number": "HT-2026-000113-LSZX",
    "contract blank": "合同编号2026XXXXXXX",
    "order number": "20240115103000123",
    "order number with letters": "DD20240115A00012345",
    "amount": "12345678.90",
    "amount with commas": "1,234,567,890.1234",
    "amounts side by side": "114.51, 38.04",
    "date": "2024-01-15",
    "dates": "2026-10-12至2026-10-20",
    "moment": "2024-01-15 12:30:45",
    "moment with zone": "2024-01-15T10:30:00+08:00",
    "time": "12:30:45",
    "division code": "130102001001",
    "industry code": "C3972",
    "national standard": "GB/T 35273-2020",
    "standard's clause": "GB 50016-2014 第5.5.17条",
    "version": "版本V2.10.100.3",
    "section": "1.2.3.4 建设内容",
    "bid section": "第3标段ZB-2026-012-03",
    "ratio": "1:2000",
    "ratios": "1:2:3:4:5:6:7:8",
    "lottery": "01-05-12-18-22-30",
    "percentage": "37.123456%",
    "area": "面积120.3456㎡，共3层",
    "metro": "地铁1号线2号口",
    "household count": "全村3个小组120户",
    "teaching unit": "第3单元12课",
    "meeting": "三楼305会议室",
    "national road": "国道107号改造",
    "land parcel": "裕华路12号地块",
    "masked name": "张**、李*",
    "stars alone": "****",
    "C++": "std::vector::size",
    "growth": "+12345678.5",
    "scientific": "1.5E+06",
    "English": "Description of equipment shipped to the province, latest platform",
    "water use": "全国用水2020号文件，中国用户12345户",
    "WeChat service": "微信公众号由WeChat payment提供服务",
}  # fmt: skip


def hits_in_innocent(entity: str) -> list[str]:
    """Which of them hold a reported hit of this entity."""
    return [name for name, text in INNOCENT.items() if any(s.entity == entity for s in look(text))]
