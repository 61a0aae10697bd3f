"""Whether the buckets that the settings name suit their purposes: data removable, records locked, each in its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain.errors import MingjingError
from flows.home import Home
from flows.stores import s3_place

DATA = ("store", "raw_store", "public_store")
RECORDS = "records_store"
PURPOSES = {
    "store": "脱敏数据须有自己的存储桶 redacted data",
    "raw_store": "原始数据须有自己的存储桶 raw data",
    "public_store": "公开副本须有自己的存储桶 public copies",
    RECORDS: "记录须有自己的存储桶 records",
}
WORDS = {"yes": "有 yes", "no": "无 no", "lacking": "端点不支持 lacking"}


@dataclass(frozen=True, slots=True)
class Bucket:
    """One setting and what its endpoint answered. `problem`: why it mustn't be used so; `remark`: what it lacks."""

    setting: str
    location: str
    versions: str = ""
    lock: str = ""
    problem: str = ""
    remark: str = ""


def check_buckets(home: Home) -> list[Bucket]:
    """Every place that the settings name, asked. An endpoint that can't be reached is a problem of that bucket."""
    named = {setting: getattr(home, setting) for setting in (*DATA, RECORDS) if getattr(home, setting)}
    asked: list[Any] = []  # one client for all: making one costs more than asking
    return [_checked(setting, location, named, asked) for setting, location in named.items()]


def _sharing(setting: str, bucket: str, named: dict[str, str]) -> list[str]:
    """The other settings that name the same bucket, under whatever prefix: policies, locks and versions are the bucket's."""
    shared = []
    for other, place in named.items():
        try:
            if other != setting and place != "file" and s3_place(place, other)[0] == bucket:
                shared.append(other)
        except MingjingError:  # the other's own problem
            continue
    return shared


def _checked(setting: str, location: str, named: dict[str, str], asked: list[Any]) -> Bucket:
    if location == "file" and setting in ("store", "raw_store"):
        return Bucket(setting, location)
    try:
        from storage.s3_client import client_from_environment
        from storage.s3_features import features

        bucket, _ = s3_place(location, setting)
        if not asked:
            asked.append(client_from_environment(None))
        can = features(asked[0], bucket)
    except MingjingError as fault:
        return Bucket(setting, location, problem=str(fault))
    shared = _sharing(setting, bucket, named)
    problem = remark = ""
    if shared:
        problem = f"{PURPOSES[setting]} share a bucket with {', '.join(shared)}; give them one of their own"
    elif setting == RECORDS:
        if can.lock != "yes":
            remark = "没有对象锁定：记录可以被删除 no object lock here: records can be removed"
    elif can.default_days:
        problem = f"默认锁定 {can.default_days} 天：数据将无法删除 a default lock keeps data from being removed; take it off this bucket"
    elif can.versions == "lacking" and setting == "public_store":
        problem = "端点不能列出版本：无法证明已删除 this endpoint can't list versions, so removal can't be proved; use another"
    elif can.versions == "lacking":
        remark = "端点不能列出版本 this endpoint can't list versions; see by hand that it keeps none"
    return Bucket(setting, location, WORDS[can.versions], WORDS[can.lock], problem, remark)
