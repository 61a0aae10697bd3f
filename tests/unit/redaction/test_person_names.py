"""Names are found in the columns that hold them, by header and by content, and in no other column."""

from random import Random

import polars as pl
import pytest

from redaction.person_names import candidates, is_name_column, looks_named, name_spans, said_by
from redaction.personal import personal_rules
from tests.personal_data import PACKS

PERSONS = personal_rules(PACKS).persons
WORDS = PERSONS.names

SURNAMES = [
    s
    for s in PACKS["personal"].data["surnames"].split()
    if s not in {"扎", "才让", "旦", "阿", "买", "依", "殴", "撒", "那", "乜"}  # 音译名的首字，后面不是汉名用字
]
COMMON = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范"
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英秀兰玉华建国志文斌海波鹏飞浩宇轩梓涵子怡欣雨佳琪思诗梦瑶晨曦睿泽俊博嘉豪佑林峰"
    "永福德贵顺祥春冬梅雪莲凤珍淑慧红卫东兵学仁义礼信忠孝洁振兴家和立新成龙彪洪亮光辉世昌耀祖"
)


def made_up(count: int, surnames: list[str] | str, seed: int) -> list[str]:
    """Invented names, four fifths of them with two given characters."""
    draw = Random(seed)
    return [
        draw.choice(surnames) + "".join(draw.choice(GIVEN) for _ in range(1 + (draw.random() < 0.8)))
        for _ in range(count)
    ]


def is_names(texts: list[str]) -> bool:
    """The verdict on a column of these texts, each counted once."""
    distinct = pl.Series(texts, dtype=pl.String).unique(maintain_order=True)
    asked = distinct.filter(candidates(distinct))
    return len(asked) > 0 and is_name_column(*looks_named(asked, WORDS), len(distinct))


def spans(text: str, said: str = "names") -> list[str]:
    found = name_spans(pl.Series([text]), WORDS, said=said)
    return [text[a:b] for a, b in found.sort("start").select("start", "end").iter_rows()]


# --- headers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    ["姓名", "户主", "户主姓名", "申请人", "法定代表人", "供应商法定代表人", "项目联系人", "经办人", "负责人", "评审专家名单", "监护人", "2. 联系人及电话（必填）",
     "负责人/电话", "法定代表人（签字）", "* 姓 名", "full_name"],
)  # fmt: skip
def test_header_says_names(header: str) -> None:
    assert said_by(header, WORDS) == "names"


@pytest.mark.parametrize("header", ["土地使用权人", "受让人", "行政相对人名称", "name", "中标人"])
def test_header_says_persons_or_organisations(header: str) -> None:
    assert said_by(header, WORDS) == "mixed"


@pytest.mark.parametrize(
    "header",
    ["申请人数", "联系人电话", "负责人职务", "户主身份证号", "监护人手机号", "项目名称", "单位名称", "采购人", "备注", "法定代表人证件类型", "住户", "户名数",
     "project_name"],
)  # fmt: skip
def test_header_says_nothing_of_names(header: str) -> None:
    assert said_by(header, WORDS) is None


# --- by content ------------------------------------------------------------------------------------------------------


def test_names_of_common_surnames_are_recalled() -> None:
    names = pl.Series(made_up(20_000, COMMON, 1))
    assert (WORDS.model.scores(names) > 0).mean() >= 0.92


def test_names_of_all_listed_surnames_are_recalled() -> None:
    names = pl.Series(made_up(20_000, SURNAMES, 2))
    assert (WORDS.model.scores(names) > 0).mean() >= 0.86


@pytest.mark.parametrize("seed", range(40))
def test_column_of_names_is_one_whatever_their_surnames(seed: int) -> None:
    assert is_names(made_up(20, SURNAMES, seed))


HARD = {
    "kinds": "货物 服务 工程 货物类 服务类 工程类",
    "states": "已完成 未完成 进行中 高等级 终止 正常 平稳 连续 常态 成立 解除 和解",
    "metals": "金属 路灯 水泥 石材 钢材 管道 花卉 水泵 石油 温室 冷库 轴承 连杆 包装 安装",
    "plans": "方案 计划 任务 项目 程序 应急 安保 宣传 党建 文化 卫生 农业 林业 牧业 渔业 水利",
    "villages": "张家村 大柳村 小柳村 河湾村 前屯村 南河村 王家屯 李家沟 马庄 赵家庄 刘家堡 陈家营 高家寨 郭家桥村",
    "towns": "柳林镇 河口镇 石桥乡 白沙镇 东城区 西城区 南山县 北河县 临泉县 高新区 桥西区",
    "cities": "石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水 郑州 洛阳 安阳 许昌 商丘 周口 信阳 南阳",
    "bureaus": "财政局 教育局 水利局 民政局 司法局 审计局 统计局 商务局 党政办 综合科 经管站 农技站 水文站 办公室",
    "firms": "华为 联想 海尔 格力 美的 小米 方正 康佳 长虹 海信 万科 万达 华润 金蝶 用友 安踏",
    "days": "周一 周二 周三 周四 周五 周末 元旦 一月 二月 三月 四月 五月 六月 七月 季度 全年 秋季 夏季",
    "fruits": "苹果 花生 高粱 谷子 白菜 黄瓜 马铃薯 金银花 甘蓝 萝卜 胡萝卜 荷兰豆 茶叶 蓝莓 杏仁 桃子",
    "trees": "柳树 杨树 槐树 松树 柏树 白杨 银杏 桂花 梅花 常青藤 石榴 水杉 柏木",
    "houses": "危房 平房 楼房 别墅 安置房 商品房 廉租房 公租房 管理房 万元户 温泉",
    "yes and no": "是 否 无 有",
    "numbers": "一 二 三 四 五 六 七 八 九 十 百分之五 万元 万人 千克",
}


@pytest.mark.parametrize("words", HARD.values(), ids=HARD.keys())
def test_column_of_other_words_is_none_of_names(words: str) -> None:
    assert not is_names(words.split())


def test_drawn_columns_of_other_words_are_none_of_names() -> None:
    """Columns of four to thirty words drawn from all of the above, as a status or a list of goods could be."""
    every = [w for words in HARD.values() for w in words.split()]
    draw = Random(7)
    false = sum(is_names(draw.sample(every, draw.randrange(4, 30))) for _ in range(1000))
    assert false == 0


def test_column_is_judged_by_half_of_its_distinct_texts() -> None:
    names = made_up(40, COMMON, 3)
    assert is_names([*names, *[f"第{i}号" for i in range(30)]])
    assert not is_names([*names, *[f"第{i}号" for i in range(60)]])


def test_one_name_alone_makes_no_column() -> None:
    assert not is_names(["马德顺"])
    assert is_names(["马德顺", "白桂兰"])


def test_column_of_several_names_a_cell_is_one_of_names() -> None:
    names = made_up(60, COMMON, 4)
    joined = [
        sep.join(names[i : i + 3]) for i, sep in zip(range(0, 60, 3), "、，,;/ \n、，,;/ \n、，,;/ \n", strict=False)
    ]
    assert is_names(joined)


def test_column_of_padded_and_dotted_names_is_one_of_names() -> None:
    assert is_names(["张　伟", "李 娜", "王  芳"])
    assert is_names(["阿卜杜拉·买买提", "古丽米热·艾力", "才仁•多杰"])


def test_invisible_characters_hide_no_column() -> None:
    assert is_names(["\u200b".join(n) for n in made_up(10, COMMON, 5)])


# --- spans -----------------------------------------------------------------------------------------------------------

CELLS = {
    "one": ("马德顺", ["马德顺"]),
    "rare surname": ("昝某松", []),
    "unlisted surname": ("豆建国", ["豆建国"]),
    "three": ("周明、白雪、郝建国", ["周明", "白雪", "郝建国"]),
    "commas and slashes": ("周明,白雪/郝建国；王强", ["周明", "白雪", "郝建国", "王强"]),
    "lines": ("周明\n白雪\r\n郝建国", ["周明", "白雪", "郝建国"]),
    "blanks": ("王强 李明", ["王强", "李明"]),
    "padded": ("王　强", ["王　强"]),
    "compound": ("欧阳修远", ["欧阳修远"]),
    "dotted": ("阿卜杜拉·买买提", ["阿卜杜拉·买买提"]),
    "latin": ("Zhang Wei", ["Zhang Wei"]),
    "role behind": ("周明（组长）、白雪（组员）", ["周明", "白雪"]),
    "role before": ("组长：周明", ["周明"]),
    "telephone behind": ("周明13900000000", ["周明"]),
    "invisible": ("欧\u200b阳修", ["欧\u200b阳修"]),
    "organisation": ("清平启明科技有限公司", []),
    "office": ("综合科", []),
    "organisation and person": ("清平启明有限公司、周明", ["周明"]),
    "nobody": ("无", []),
    "slash": ("/", []),
    "masked": ("马**", []),
    "masked in the middle": ("马*顺", []),
    "anonymous": ("张某", []),
    "label": ("[姓名]", []),
    "label and name": ("[姓名]、周明", ["周明"]),
    "number": ("13900000000", []),
}


@pytest.mark.parametrize(("cell", "expected"), CELLS.values(), ids=CELLS.keys())
def test_names_stand_where_they_stand(cell: str, expected: list[str]) -> None:
    assert spans(cell) == expected


def test_whole_cell_is_told_from_a_part() -> None:
    found = name_spans(pl.Series(["周明", " 周明 ", "周明、白雪"]), WORDS, said="names")
    assert dict(found.group_by("text").agg(pl.col("whole").all()).iter_rows()) == {
        "周明": True,
        " 周明 ": True,
        "周明、白雪": False,
    }


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("马德顺", ["马德顺"]), ("清平启明有限公司", []), ("宏远加油站", []), ("水泥", []), ("周明、白桂兰", ["周明", "白桂兰"])],
    ids=["person", "company", "station", "word", "two"],
)  # fmt: skip
def test_mixed_column_gives_only_what_looks_like_a_name(cell: str, expected: list[str]) -> None:
    assert spans(cell, "mixed") == expected
