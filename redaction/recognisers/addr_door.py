"""Address to the door (门牌到户的住址): street and number with flat, 单元 and room, or house number in a village group.

GB/T 23705-2009, 国务院 地名管理条例: below village or community nothing of a person's address may go out, so the span is what lies
below: 长安区某某路1号2栋3单元401室 is found from the street on, 张家村3组12号 from the group on. Flats (单元), 小区3-2-301 and houses
of a village group are sure; a room without 单元 or a bare street number may be an office: weak without a word or
header of dwelling, and a room in an office building is not even told.

>>> import re
>>> rx = "|".join(p[1] for p in PATTERNS[:3])
>>> [bool(re.search(rx, t)) for t in ("某某路1号2栋3单元401室", "某某小区3-2-401", "某某村3组12号", "第3单元12课", "地铁1号线")]
[True, True, True, False, False]
"""

from __future__ import annotations

from random import Random

from redaction.shapes import HAN

ENTITY = "ADDR_DOOR"
_LETTER = f"(?:(?<=小)区|(?!街道|(?<=街)道|[省市县区镇乡村旗州盟住在于址为是位到至从往向由的及和与距沿经])[{HAN}])"  # of a name below the village
_COUNT = "[0-9一二三四五六七八九十]"
_WAY = "(?:(?<![线公铁电回支管水])路|街|巷|胡同|弄|(?<![河渠轨管隧通跑航频街国省县乡匝])道|(?<![公千百万村城家海])里)"
_STREET = f"{_LETTER}{{1,8}}{_WAY}[东南西北中]?[附甲乙丙]?[0-9]{{1,5}}(?:-[0-9]{{1,4}})?号院?"
_BUILDING = r"(?:[0-9A-Z]|[一二三四五六七八九十]){1,4}(?:号楼|栋|幢|座|#楼?|号)"
_ROOM = r"[0-9]{1,4}\s?(?:室|号(?!楼|线))|[0-9]{3,4}(?![0-9户人套平个米元年月课㎡])"
_ESTATE = f"{_LETTER}{{1,10}}(?:小区|花园|家园|公寓|[苑园府城湾庭院])"
_RUN = rf"[{HAN}0-9A-Z#\-,、\s()]"
_OFFICE = "(?:大厦|写字楼|广场|中心|大楼|办公|商务|商场|产业园|园区|科技|工业|公司|委员会|银行|医院|学校|学院|大学)"
_HOUSE = r"[0-9]{1,4}(?:-[0-9]{1,3})?号(?![线文令楼井桩标点站池塘泵门])(?!地块|宗地)"
_WITH_ROOM = (
    rf"(?:{_STREET}{_RUN}{{0,24}}?|{_LETTER}{{0,10}}{_BUILDING}(?<!号){_RUN}{{0,10}}?)(?<![0-9])[A-Z]?[0-9]{{2,5}}室"
)
_VILLAGE = "(?:(?<=[村屯庄寨])|(?<=村委会)|(?<=村民委员会)|(?<=社区))"
PATTERNS = (
    (
        "flat",
        rf"(?:{_STREET}[,、\s]?)?(?:{_LETTER}{{0,10}}{_BUILDING}[,、\s]?)?(?:{_COUNT}|[A-Z]){{1,2}}\s?单元[\s-]?(?:{_COUNT}{{1,2}}[层楼]\s?)?(?:{_ROOM})",
        0.5,
    ),
    ("flat by hyphens", rf"(?:{_ESTATE}|{_STREET})[0-9A-Z]{{1,3}}-[0-9]{{1,2}}-[0-9]{{3,4}}(?![0-9-])室?", 0.45),
    ("house of a group", rf"{_VILLAGE}第?{_COUNT}{{1,3}}(?:村民小组|小组|组|队|社)[{HAN}]{{0,6}}{_HOUSE}", 0.5),
    ("room", rf"(?!{_RUN}{{0,40}}?{_OFFICE}{_RUN}{{0,30}}?室){_WITH_ROOM}", 0.3),
    ("room of an office", _WITH_ROOM, 0.1),
    ("house of a village", rf"{_VILLAGE}{_HOUSE}", 0.25),
    ("street number", rf"{_STREET}(?![线文令楼井桩标点站泵门])(?!地块|宗地)", 0.25),
    ("bare room", r"(?<![0-9])[0-9]{3,4}室", 0.1),
    ("building", rf"{_ESTATE}[0-9A-Z]{{1,3}}(?:号楼|栋|幢|座)", 0.1),
)
PREFILTER = (
    rf"单元[\s-]?[0-9一二三四五六七八九十]|[0-9]\s?室|[路街巷道里弄同][东南西北中]?[附甲乙丙]?[0-9]{{1,5}}(?:-[0-9]{{1,4}})?号"
    rf"|[组队社村屯庄寨会区][{HAN}]{{0,6}}[0-9]{{1,4}}(?:-[0-9]{{1,3}})?号|[区园寓苑府城湾庭院号][0-9A-Za-z]{{1,3}}(?:-[0-9]{{1,2}}-[0-9]{{3}}|号楼|[栋幢座])"
)
SIEVE = "places"
CONTEXT = ("住址", "户籍地", "家庭地址", "居住地", "现住", "home address")


def made_up(draw: Random) -> str:
    """An invented flat in an invented street."""
    return f"某某路{draw.randrange(1, 1000)}号{draw.randrange(1, 30)}栋{draw.randrange(1, 5)}单元{draw.randrange(101, 999)}室"
