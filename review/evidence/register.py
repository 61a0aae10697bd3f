"""政府信息公开（数据发布）审查登记表: the form of rules.md §5 with what the platform knows, and as one HTML page.

A field that nothing is known about says so; it is never filled by guess. On paper it is register_paper.py's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from domain.release import Manifest, Status
from review.lifecycle import TITLES

UNKNOWN = "—（未登记）"
STAGES = {
    "section": "科室负责人意见", "confidentiality": "保密审查机构意见", "legal": "政务公开（法制）机构意见", "chief": "分管领导审批",
}  # fmt: skip
SEATS = {"section": "科室", "confidentiality": "保密", "legal": "法制", "chief": "分管领导"}
VERDICTS = {
    "approve": "公开",
    "return": "退回",
    "remedy": "删减（去标识）后公开",
    "withhold": "不予公开或依申请公开",
    "escalate": "需报审",
}
KINDS = {
    "redact_as_proposed": "真阳性-已处理",
    "redact_more": "真阳性-须再删减",
    "keep_by_law": "依法应公开",
    "false_alarm": "误报",
}
DISCLOSURE = {"proactive": "主动公开", "on_request": "依申请公开", "withheld": "不予公开"}
SEVERITY = {"block": "阻断", "hold": "待核", "warn": "提示", "info": "说明"}
STYLE = (
    "body{font:14px/1.6 'Noto Serif CJK SC',SimSun,serif;margin:2em auto;max-width:60em;color:#111}"
    "h1{font-size:1.4em;text-align:center}table{border-collapse:collapse;width:100%;margin:1em 0}"
    "th,td{border:1px solid #555;padding:.3em .6em;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
    "th{width:14em;background:#f3f3f3;font-weight:normal}caption{text-align:left;font-weight:bold;padding:.3em 0}"
)
TITLE = "政府信息公开（数据发布）审查登记表"
Rows = list[tuple[str, str]]


@dataclass(frozen=True)
class Sheet:
    """One table of the form. Without `head` the first cell of each row names the second."""

    caption: str
    rows: Sequence[tuple[str, ...]]
    head: tuple[str, ...] = ()


def sheets(
    record: Mapping[str, Any], manifest: Manifest, files: Mapping[str, bytes], codes: Iterable[Mapping[str, str]]
) -> tuple[Sheet, ...]:
    """The filled-in form. `record`: queries.show; `files`: contract.json, findings.json, coverage.json,
    opinions.json of the bundle."""
    contract = json.loads(files["contract.json"])
    findings = json.loads(files["findings.json"])
    coverage = json.loads(files["coverage.json"])
    return (
        Sheet("登记", _identity(record, manifest, contract)),
        Sheet("公开属性与依据", _disclosure(record, manifest, contract)),
        Sheet("是否涉及", _concerns(findings)),
        Sheet("自动检查", _machine(record, manifest, coverage)),
        Sheet(
            "逐项发现与处置",
            _dispositions(findings, record["decisions"]),
            ("编号", "级别", "发现", "数量", "规则", "处置"),
        ),
        Sheet(
            "意见与签署",
            _opinions(record, json.loads(files["opinions.json"]), {c["code"]: c["title_zh"] for c in codes}),
        ),
        Sheet("发布与归档", _publication(record)),
    )


def page(form: Iterable[Sheet]) -> str:
    """The form in HTML, whole in itself."""
    head = f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{TITLE}</title><style>{STYLE}</style></head>'
    return f"{head}<body><h1>{TITLE}</h1>{''.join(map(_table, form))}</body></html>\n"


def _identity(record: Mapping[str, Any], manifest: Manifest, contract: dict[str, Any]) -> Rows:
    gone = {(o["table"], o["field"]) for o in manifest.overrides if o["redaction"]["operator"] == "drop"}
    fields = "；".join(
        f"{t['name']}（{'、'.join(f['title'] for f in t['fields'] if f['redaction']['operator'] != 'drop' and (t['name'], f['name']) not in gone)}）"
        for t in contract["tables"]
    )
    contact = contract["contact"]
    hashes = "；".join(f"{a.name} {a.sha256}" for a in manifest.exports)
    return [
        ("编号", record["release"]),
        ("年度", record["received_at"][:4]),
        ("标题 / 数据集", f"{record['title']['zh']}（{record['dataset']}）"),
        ("文号 / 索引号", UNKNOWN),
        ("信息来源", "；".join(f"来源文件 SHA-256 {a.sha256}" for a in manifest.sources)),
        ("制作机关 / 承办科室", record["department"]),
        ("承办人 / 电话", " / ".join([record["submitter"] or UNKNOWN, contact["name"], contact["phone"] or UNKNOWN])),
        ("期次 / 版次", f"{manifest.period}，第 {manifest.edition} 期，第 {manifest.revision} 版"),
        ("形成（变更）日期", "；".join(f"{k} {v}" for k, v in sorted(manifest.dates.items())) or UNKNOWN),
        ("法定公开期限", "；".join(f"{d['rule']}（自 {d['start']} 起）" for d in contract["deadlines"]) or UNKNOWN),
        ("载体形式", "数据"),
        ("行数 / 字段", f"{manifest.rows} 行；{fields}"),
        ("发布文件哈希（SHA-256）", hashes),
        ("证据编号（发布哈希）", manifest.release_hash),
    ]


def _disclosure(record: Mapping[str, Any], manifest: Manifest, contract: dict[str, Any]) -> Rows:
    basis = "；".join(c["doc"] + (c["article"] or "") for c in contract["legal_basis"])
    days = contract["publication_days"]
    return [
        ("公开属性", DISCLOSURE[record["disclosure"]]),
        ("拟公开方式", "公示栏（本地张贴）" if record["audience"] == "local" else "开放平台"),
        (
            "拟公开期限 / 范围",
            f"{f'{days} 日' if days else '长期'} / {'本村（社区）' if record['audience'] == 'local' else '社会公众'}",
        ),
        ("公开依据", basis),
        ("审查级别", record["tier"]),
        ("合同版本", f"第 {contract['version']} 版，SHA-256 {manifest.contract.sha256}"),
    ]


def _concerns(findings: list[dict[str, Any]]) -> Rows:
    """What the machine found, by kind; whether a person agrees stands in the dispositions."""
    kinds = (
        ("国家秘密", ("secrecy-mark", "secrecy-term-invalid", "secrecy-expired")),
        ("工作秘密 / 内部事务", ("working-secret",)),
        ("过程性信息", ("process-information",)),
        ("个人信息", ("personal-data", "masked-identifier")),
        ("负面清单", ("negative-list",)),
    )
    rows = [(title, _told([f for f in findings if f["code"] in codes])) for title, codes in kinds]
    return [*rows, ("商业秘密、未成年人、地理信息、执法案卷、第三方", "由审查人判断，见下列意见")]


def _told(found: list[dict[str, Any]]) -> str:
    if not found:
        return "自动检查未见"
    sums: dict[str, int] = {}
    for one in found:
        kind = one["entity"] or one["code"]
        sums[kind] = sums.get(kind, 0) + one["count"]
    return "；".join(f"{kind} {n} 处" for kind, n in sorted(sums.items()))


def _machine(record: Mapping[str, Any], manifest: Manifest, coverage: dict[str, Any]) -> Rows:
    counts = "，".join(f"{title} {record['findings'].get(key, 0)}" for key, title in SEVERITY.items())
    cells = sum(t["cells"] for t in coverage["tables"])
    scanned = sum(t["cells_scanned"] for t in coverage["tables"])
    return [
        ("规则包版本", "；".join(f"{p.id} {p.version}" for p in manifest.packs)),
        ("命中数", counts),
        ("扫描覆盖", f"文件内 {cells} 格，已扫描 {scanned} 格；{'完整' if coverage['complete'] else '不完整'}"),
        ("去标识化措施", f"脱敏记录 SHA-256 {manifest.redaction_map.sha256}{_remedies(manifest.overrides)}"),
        ("汇聚关联风险结论", UNKNOWN),
    ]


def _remedies(overrides: tuple[dict[str, Any], ...]) -> str:
    """What a reviewer's order took away beyond the contract."""
    said = "、".join(f"{o['table']}.{o['field']} {o['redaction']['operator']}" for o in overrides)
    return f"；按审查意见在契约之外删减：{said}" if said else ""


def _dispositions(findings: list[dict[str, Any]], decisions: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    said: dict[str, list[str]] = {}
    for decision in decisions:
        for one in decision["dispositions"]:
            repeated = decision.get("confirmed_from") or {"release": "", "findings": ()}
            again = f"照 {repeated['release']} 确认" if one["finding"] in repeated["findings"] else ""
            words = "，".join(w for w in (KINDS[one["kind"]], one["basis"], one["reason"], again) if w)
            said.setdefault(one["finding"], []).append(f"{SEATS[decision['stage']]}：{words}")
    rows: list[tuple[str, ...]] = []
    for one in findings:
        rule = one["rule"]
        cited = f"{rule['id']} {rule['citation']}" if rule else ""
        done = "；".join(said.get(one["id"], [])) or (one["remedy"] or "")
        rows.append(
            (one["id"], SEVERITY[one["severity"]], f"{one['code']} {one['note']}", str(one["count"]), cited, done)
        )
    return rows


def _opinions(record: Mapping[str, Any], pairs: list[dict[str, Any]], codes: Mapping[str, str]) -> Rows:
    rows: Rows = [("承办人意见（自查并提交）", f"同意提交，{record['submitter']}" if record["submitter"] else UNKNOWN)]
    rows += [("第三方意见", UNKNOWN), ("会签单位意见", UNKNOWN)]
    for stage in (s["name"] for s in record["stages"]):
        given = [f"背靠背意见：{_opinion(o, codes)}" for o in pairs if o["stage"] == stage]
        given += [_opinion(d, codes) for d in record["decisions"] if d["stage"] == stage]
        rows.append((STAGES[stage], "；".join(given) or UNKNOWN))
    answers = [d["answer"] for d in record["decisions"] if d["answer"]]
    told = "；".join(f"{a['authority']} {a['document']}：{a['answer']}" for a in answers)
    return [*rows, ("需报审：报送机关、文号、答复", told or "无"), ("最终结论", TITLES[Status(record["status"])])]


def _opinion(decision: dict[str, Any], codes: Mapping[str, str]) -> str:
    code = decision["reason_code"]
    words = [
        VERDICTS[decision["verdict"]],
        f"{code} {codes.get(code, '')}".strip(),
        decision["basis"],
        decision["reason"],
    ]
    who = decision["name"] or decision["user"]
    deputy = f"（代 {decision['deputy_of']}）" if decision["deputy_of"] else ""
    return f"{'，'.join(w for w in words if w)} —— {who}{deputy}，{decision['unit']}，{decision['at'][:10]}"


def _publication(record: Mapping[str, Any]) -> Rows:
    receipt, inspection = record["receipt"] or {}, record["inspection"] or {}
    looked = f"{inspection['at']}，{'一致' if inspection['ok'] else '不一致'}" if inspection else UNKNOWN
    corrected = "；".join(
        text
        for text in (
            f"更正 {record['supersedes_release']}" if record["supersedes_release"] else "",
            f"由 {record['replaced_by']} 换版" if record["replaced_by"] else "",
            f"撤回：{record['reason']}" if record["status"] == "withdrawn" else "",
        )
        if text
    )
    return [
        ("发布时间", receipt.get("published_on", UNKNOWN)),
        ("渠道 / URL", record["public_url"] or UNKNOWN),
        ("目录编号（CKAN id）", receipt.get("package_id", UNKNOWN)),
        ("读网检查", looked),
        ("归档号 / 保管期限", f"{record['release']} / 审查记录 10 年，不予公开与撤回永久"),
        ("撤回 / 更正记录", corrected or "无"),
    ]


def _table(sheet: Sheet) -> str:
    named = not sheet.head
    head = "".join(f"<th scope=col>{escape(h)}</th>" for h in sheet.head)
    lines = [f"<tr>{head}</tr>"] if head else []
    for row in sheet.rows:
        cells = [f"<td>{escape(c)}</td>" for c in row]
        lines.append(f"<tr>{''.join([f'<th scope=row>{escape(row[0])}</th>', *cells[1:]] if named else cells)}</tr>")
    return f"<table><caption>{escape(sheet.caption)}</caption>{''.join(lines)}</table>"
