"""The table that scanning is measured on: 200,000 rows, 10 text columns, about 46 MB of CSV, all values made up.

`raw` writes identity numbers and telephone numbers as they are; without it they are masked as departments mask them. One
remark in a hundred holds personal data in both. Seeded: equal arguments give equal bytes.
"""

from __future__ import annotations

import csv
from pathlib import Path
from random import Random

COLUMNS = ("编号", "姓名", "身份证号", "联系电话", "所在村", "补贴项目", "金额", "发放日期", "批次号", "备注")
PROJECTS = (
    "耕地地力保护补贴",
    "农机购置补贴",
    "高标准农田建设补助",
    "残疾人两项补贴",
    "退耕还林补助",
    "城乡居民养老补助",
)
TOWNS = ("曲阳桥镇", "新安镇", "诸福屯街道", "南牛乡", "西平乐乡", "北早现乡", "南楼乡", "新城铺镇")
REMARKS = (
    "经村民代表会议讨论通过，已在村务公开栏公示七日，无异议，按规定标准核发，第{n}号台账。",
    "面积以确权登记为准，本次核减{n}平方米，原因见附件，已告知本人。",
    "上年度结转资金{n}元，本年度据实结算，由乡镇财政所统一拨付。",
    "该户享受政策期限至2026年12月，到期后重新申请，乡镇负责复核（{n}）。",
)  # fmt: skip
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国志海"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identity_number(draw: Random) -> str:
    """An invented number with a right check character, of a division that doesn't exist."""
    day = f"{draw.randrange(1940, 2010)}{draw.randrange(1, 13):02}{draw.randrange(1, 29):02}"
    head = f"1301{draw.randrange(90, 100)}{day}{draw.randrange(1000):03}"
    return head + "10X98765432"[sum(int(d) * w for d, w in zip(head, WEIGHTS, strict=True)) % 11]


def mobile(draw: Random) -> str:
    return f"1{draw.choice('3589')}{draw.randrange(10):01}{draw.randrange(10**8):08}"


def write_table(path: Path, rows: int, *, raw: bool, seed: int = 1) -> None:
    """Write the CSV (UTF-8) of `rows` data rows."""
    draw = Random(seed)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        for n in range(rows):
            number, phone = identity_number(draw), mobile(draw)
            remark = draw.choice(REMARKS).format(n=draw.randrange(10**6))
            if draw.randrange(100) == 0:
                remark += draw.choice(
                    (f"代领人证件{identity_number(draw)}", f"联系电话{mobile(draw)}", f"改卡{number}X")
                )
            writer.writerow(
                (
                    f"HM{2026000000 + n}",
                    draw.choice(SURNAMES) + draw.choice(GIVEN) + draw.choice(("", *GIVEN)),
                    number if raw else f"{number[:6]}********{number[14:]}",
                    phone if raw else f"{phone[:3]}****{phone[7:]}",
                    f"正定县{draw.choice(TOWNS)}{draw.choice('东西南北')}{draw.choice('王张李刘')}{draw.choice('庄村')}",
                    draw.choice(PROJECTS),
                    f"{draw.randrange(1_000, 9_000_000) / 100:.2f}",
                    f"2026-{draw.randrange(1, 13):02}-{draw.randrange(1, 29):02}",
                    f"ZD2026{draw.randrange(10**6):06}",
                    remark,
                )
            )
