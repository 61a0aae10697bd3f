"""Words for a contract's keys, values and faults: what changed in it and what is wrong with it, as people say it.

What counts as a change is domain/contract_changes', what as a fault domain/fault's.
"""

from __future__ import annotations

from collections.abc import Mapping

from review.console.words import (
    AUDIENCES,
    DISCLOSURES,
    FREQUENCIES,
    ROLES,
    SEVERITIES,
    Pair,
)

SENSES: Mapping[str, Pair] = {
    "looser": ("放宽", "looser"),
    "stricter": ("收紧", "stricter"),
    "neutral": ("不涉松紧", "neither"),
}
SENSE_TAGS: Mapping[str, str] = {"looser": "hold", "stricter": "ok", "neutral": ""}

PARTS: Mapping[str, Pair] = {
    "contract": ("整份契约", "the contract"),
    "table": ("表", "table"),
    "field": ("列", "column"),
    "rows": ("不公开的行，按列", "rows kept back, by column"),
    "check": ("检查", "check"),
    "stage": ("审查环节", "stage"),
}

KEYS: Mapping[str, Pair] = {
    "version": ("版本", "version"),
    "title": ("名称", "title"), "title.zh": ("中文名称", "Chinese title"), "title.en": ("英文名称", "English title"),
    "title_en": ("英文名称", "English title"),
    "description.zh": ("中文说明", "Chinese description"), "description.en": ("英文说明", "English description"),
    "department": ("责任单位", "department"), "domain": ("领域", "domain"), "dataset_type": ("数据集类型", "dataset type"),
    "statutory_item": ("目录编号", "statutory item"), "disclosure": ("公开属性", "disclosure"), "legal_basis": ("依据", "legal basis"),
    "audience": ("公开范围", "audience"), "publication_days": ("公示天数", "days of publication"),
    "contact.name": ("联系单位", "contact"), "contact.phone": ("联系电话", "contact's telephone"),
    "contact.email": ("联系邮箱", "contact's mailbox"), "frequency": ("周期", "frequency"),
    "source.location": ("来源地址", "source's address"), "source.table": ("来源表", "source's table"),
    "source.query": ("来源查询", "source's query"), "source.encoding": ("来源编码", "source's encoding"),
    "source.delimiter": ("来源分隔符", "source's delimiter"), "source.records": ("来源记录路径", "path of the source's records"),
    "limits.bytes": ("最多字节", "most bytes"), "limits.rows": ("最多行数", "most rows"),
    "limits.columns": ("最多列数", "most columns"), "limits.seconds": ("最长秒数", "most seconds"),
    "previous.compare": ("与上期比较", "comparison with the last edition"),
    "previous.unit_slip": ("单位写错检查", "unit slips looked for"), "previous.rows_lost": ("行数减少的限度", "share of rows that may be lost"),
    "previous.keys_must_stay": ("主键不得减少", "keys must stay"), "deadlines": ("期限规则", "deadline rules"),
    "official_contacts": ("可以保留的办公联系方式", "official contacts that may stay"),
    "catalogue.organization": ("目录中的机构", "organisation in the catalogue"), "catalogue.groups": ("目录分组", "groups in the catalogue"),
    "catalogue.tags": ("目录标签", "tags in the catalogue"), "catalogue.license_id": ("许可", "licence"),
    "catalogue.editions_listed": ("目录列出的期数", "editions listed"), "schedule": ("定时", "schedule"),
    "schedule.cron": ("定时", "schedule"), "schedule.timezone": ("定时的时区", "schedule's time zone"),
    "examples": ("例子个数", "number of examples"), "review.tier": ("审查级别", "tier"),
    "review.stages": ("环节次序", "order of stages"), "tables": ("表的次序", "order of tables"), "checks": ("检查的次序", "order of checks"),
    "order": ("先后次序", "order"),
    "sheet": ("工作表", "sheet"), "unit": ("单位", "unit"), "header_rows": ("表头行数", "header rows"), "key": ("主键", "key"),
    "empty_allowed": ("可以是空表", "may be empty"), "drop_rows.reason": ("不公开行的理由", "reason for keeping rows back"),
    "fields": ("列的次序", "order of columns"),
    "redaction": ("处理", "treatment"), "redaction.reason": ("处理的理由", "reason for the treatment"),
    "sensitivity": ("敏感级别", "sensitivity"), "mandate": ("依法可留的信息", "what may stay by law"),
    "aliases": ("别名", "other spellings"), "type": ("类型", "type"), "format": ("格式", "format"), "note": ("注", "note"),
    "missing": ("表示缺值的写法", "texts that mean no value"),
    "constraints.required": ("必填", "required"), "constraints.unique": ("不重复", "unique"),
    "constraints.minimum": ("最小值", "minimum"), "constraints.maximum": ("最大值", "maximum"),
    "constraints.minLength": ("最短", "least length"), "constraints.maxLength": ("最长", "greatest length"),
    "constraints.pattern": ("格式要求", "pattern"), "constraints.enum": ("取值范围", "values allowed"),
    "constraints.severity": ("不合要求时", "if it fails"),
    "is_in": ("取值为", "value is one of"), "not_in": ("取值不为", "value is none of"), "below": ("小于", "below"),
    "at_least": ("不小于", "at least"), "filled": ("有没有值", "has a value"),
    "kind": ("种类", "kind"), "table": ("表", "table"), "expr": ("应当成立", "must hold"), "when": ("适用的行", "rows it applies to"),
    "total": ("合计行", "row of totals"), "group": ("分组", "groups"), "code": ("编码列", "column of codes"), "lengths": ("编码长度", "lengths of codes"),
    "tolerance": ("容差", "tolerance"), "severity": ("不成立时", "if it fails"), "citation": ("依据", "citation"),
    "role": ("角色", "role"), "blind": ("背靠背人数", "blind reviewers"), "unit_of_stage": ("单位", "unit"),
    "days": ("公示天数", "days of publication"), "tier": ("审查级别", "tier"), "stage": ("审查环节", "stages"),
    "column": ("列", "columns"), "operator": ("处理", "treatment"), "rows": ("不公开的行", "rows kept back"),
    "contacts": ("办公联系方式", "official contacts"),
}  # fmt: skip

SENSITIVITIES: Mapping[str, Pair] = {
    "public": ("公开", "public"), "identifier": ("直接标识", "identifier"), "quasi_identifier": ("准标识", "quasi-identifier"),
    "sensitive": ("敏感", "sensitive"), "free_text": ("自由文字", "free text"),
}  # fmt: skip
TYPES: Mapping[str, Pair] = {
    "string": ("文字", "text"), "integer": ("整数", "whole number"), "number": ("数", "number"), "date": ("日期", "date"),
    "datetime": ("时刻", "moment"), "year": ("年份", "year"), "boolean": ("是否", "yes or no"), "geojson": ("地理图形", "geometry"),
}  # fmt: skip
VALUES: Mapping[str, Mapping[str, Pair]] = {  # key → words of its values
    "disclosure": DISCLOSURES, "audience": AUDIENCES, "frequency": FREQUENCIES, "sensitivity": SENSITIVITIES, "type": TYPES,
    "role": ROLES, "severity": SEVERITIES, "constraints.severity": SEVERITIES,
}  # fmt: skip

FAULTS: Mapping[str, Pair] = {
    "yaml": (
        "写法不是 YAML（常见：缩进、冒号后没有空格、引号没有配对）",
        "not YAML; look at indentation, blanks after colons, quotes",
    ),
    "mapping": ("契约由“键: 值”组成，这里是别的东西", "a contract is made of keys and values; this is something else"),
    "size": ("太长或层次太深，请写得平实些", "too long or too deep; write it plainly"),
    "missing": ("缺这一项，请补上", "this key is missing; add it"),
    "unknown": ("没有这个键，请删去或改正拼写", "there is no such key; remove it or correct its spelling"),
    "choice": ("不在可选的值里，可选的是", "not one of the values there are, which are"),
    "type": ("值的类型不对", "a value of the wrong type"),
    "bound": ("值太大、太小、太长或太短", "a value that is too large, small, long or short"),
    "form": ("值的写法不合要求", "a value of the wrong form"),
    "value": ("与契约的规定不合", "against what a contract may say"),
    "deadline-rule": ("期限规则包里没有这条规则", "the deadlines pack has no such rule"),
    "unit": ("单位表里没有这个单位", "the units pack has no such unit"),
    "no-examples": (
        "还没有例子：至少写一个合格的和一个有错的，用编造的数据",
        "no examples yet: give a clean and a faulty one, made up",
    ),
    "rule": ("这条检查做不成", "this check can't be carried out"),
    "example": ("例子的结果与所写的不符", "an example doesn't give what it says"),
    "stages": ("照现在的任职，审查环节没有人能办", "with today's seats a stage can't be held by anybody"),
    "personal": (
        "这里的文字会公开，里面像有个人信息，请删去；确是办公联系方式的，列入 official_contacts",
        "this text becomes public and seems to hold personal data; remove it, or list an office's own under official_contacts",
    ),
}
STATES: Mapping[str, Pair] = {
    "open": ("待批准", "waits to be adopted"), "adopted": ("已批准，正在生效", "adopted, coming into force"), "in_force": ("已生效", "came into force"),
    "failed": ("已批准，没有生效", "adopted, not in force"), "refused": ("没有批准", "refused"), "retracted": ("已收回", "taken back"),
}  # fmt: skip
STATE_TAGS: Mapping[str, str] = {
    "open": "hold",
    "adopted": "here",
    "in_force": "ok",
    "failed": "block",
    "refused": "block",
}
