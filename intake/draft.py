"""A first contract for a file, for a person to correct: fields, types and cautious guesses from the headers alone.

It holds no value of any cell. What only a person can decide is marked `# 请核定`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import count

import polars as pl

from domain.contract import is_dataset_id
from domain.errors import SourceUnreadable, UsageInvalid
from domain.table import Reading, TableInfo
from intake.headers import UniqueNames, folded, unit_of, without_unit

ASK = "# 请核定"

NAMES = {
    "序号": "seq_no", "编号": "code", "代码": "code", "名称": "name", "单位": "unit_name", "单位名称": "unit_name",
    "部门": "department_name", "部门名称": "department_name", "地区": "region", "行政区": "district", "区县": "district",
    "区划": "district", "乡镇": "township", "村": "village", "项目": "project_name", "项目名称": "project_name",
    "金额": "amount", "合计": "total", "小计": "subtotal", "总计": "total", "预算金额": "budget", "预算数": "budget",
    "决算数": "final_account", "执行数": "executed", "合同金额": "contract_amount", "中标金额": "award_amount",
    "数量": "quantity", "面积": "area", "户数": "households", "人数": "persons", "单价": "unit_price",
    "日期": "date_on", "时间": "time_at", "年份": "year", "年度": "year", "月份": "month", "采购人": "buyer",
    "采购单位": "buyer", "供应商": "supplier", "科目编码": "subject_code", "科目名称": "subject_name", "类型": "kind",
    "类别": "category", "状态": "status", "备注": "remarks", "说明": "notes", "姓名": "person_name",
    "身份证号": "id_number", "身份证号码": "id_number", "联系人": "contact_person", "电话": "phone", "联系电话": "phone",
    "手机": "mobile", "手机号": "mobile", "地址": "address", "住址": "home_address", "账号": "account_no",
    "银行账号": "account_no", "邮箱": "email", "统一社会信用代码": "uscc", "geometry": "geometry",
}  # fmt: skip

YAML_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
GUESSES: tuple[tuple[str, str], ...] = (  # the first that fits; direct identifiers and sensitive facts are dropped
    (
        "identifier",
        "姓名|户主|身份证|证件|护照|电话|手机|联系方式|联系人|账号|账户|帐号|卡号|住址|家庭|邮箱|邮件|微信|qq|"
        "idcard|idnumber|phone|mobile|email|passport|account",
    ),
    ("sensitive", "疾病|病种|诊断|残疾|犯罪|处罚对象|宗教|低保|救助|贫困|困难|婚姻|未成年"),
    ("quasi_identifier", "出生|年龄|性别|民族|学历|职业|籍贯|birth|gender|age$"),
    ("free_text", "备注|说明|概况|内容|事由|摘要|描述|意见|情况|地址|remark|note|description|address"),
)
TYPES: tuple[tuple[str, str], ...] = (  # the first that every value matches in full
    ("integer", r"^(0|-?[1-9]\d{0,14})$"),
    ("number", r"^-?(0|[1-9]\d{0,17})(\.\d+)?$"),
    ("date", r"^((19|20)\d\d-\d{1,2}-\d{1,2}|(19|20)\d\d/\d{1,2}/\d{1,2}|(19|20)\d\d年\d{1,2}月\d{1,2}日)$"),
    ("datetime", r"^(19|20)\d\d-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?$"),
)


def draft_contract(reading: Reading, *, dataset_id: str) -> str:
    """YAML of a contract that `load_contract` accepts, withheld until a person has decided.

    Raises UsageInvalid where the id isn't `department.dataset`, SourceUnreadable where the file has no columns.
    """
    if not is_dataset_id(dataset_id):
        raise UsageInvalid("a dataset's id is department.dataset in small letters, digits and _; give it in that form")
    tables = [t for t in reading.tables if t.columns]
    if not tables:
        raise SourceUnreadable("the file holds no columns to draft a contract from", code="file-empty")
    return "\n".join((*_head(dataset_id), *_source(reading), *_tables(tables, dataset_id), *_foot(dataset_id))) + "\n"


def _head(dataset_id: str) -> Iterator[str]:
    department = dataset_id.partition(".")[0]
    yield from (
        "# 由文件生成的契约草稿：字段、类型和敏感级别只是据表头的推测，凡注“请核定”处由人决定后删去该注。",
        f"id: {dataset_id}",
        "version: 1",
        f"title: {{zh: 待定名称, en: Title to be decided}}  {ASK}",
        f"description: {{zh: 待定说明, en: Description to be decided}}  {ASK}",
        f"department: {department}  {ASK}",
        f"domain: undecided  {ASK}",
        f"dataset_type: undecided  {ASK}：期限规则包中的类型",
        f"disclosure: withheld  {ASK}：proactive 主动公开、on_request 依申请公开或 withheld 不予公开",
        "legal_basis:",
        f"  - {{doc: 待定依据}}  {ASK}",
        f"contact: {{name: 待定联系单位}}  {ASK}：办公室，不写个人",
        f"frequency: irregular  {ASK}",
    )


def _source(reading: Reading) -> Iterator[str]:
    parts = []
    if reading.format == "csv" and reading.encoding in ("utf-8", "gb18030", "utf-16"):
        parts.append(f"encoding: {reading.encoding}")
    if reading.format == "json" and len(reading.tables) == 1 and reading.parts:
        parts.append(f"records: {_quoted(reading.tables[0].name)}")
    yield f"source: {{{', '.join(parts)}}}  {ASK}：location"


def _tables(tables: list[TableInfo], dataset_id: str) -> Iterator[str]:
    yield "tables:"
    for number, table in enumerate(tables, 1):
        name = dataset_id.partition(".")[2][:50] + (f"_{number}" if len(tables) > 1 else "")
        yield f"  - name: {name}"
        if table.sheet and len(tables) > 1:
            yield f"    sheet: {_quoted('^' + re.escape(table.sheet) + '$')}"
        if table.unit:
            yield f"    unit: {_quoted(table.unit)}  {ASK}"
        yield f"    key: []  {ASK}：主键"
        yield "    fields:"
        yield from _fields(table)


def _fields(table: TableInfo) -> Iterator[str]:
    types = _types(table)
    names = UniqueFieldNames()
    titles = UniqueNames()
    for number, (column, header) in enumerate(zip(table.columns, table.headers, strict=True), 1):
        is_data = _looks_like_data(header)
        title = titles.name(None if is_data else header, number)
        parts = [f"name: {names.name('' if is_data else header, number)}", f"title: {_quoted(title)}"]
        guess = _sensitivity(header)
        kind = types.get(column, "string")
        if guess is None or guess == "quasi_identifier":
            parts.append(f"type: {_refined(kind, header)}")
        if unit := unit_of(header):
            parts.append(f"unit: {_quoted(unit)}")
        if guess:
            parts.append(f"sensitivity: {guess}")
        if guess in ("identifier", "sensitive"):
            parts.append("redaction: {operator: drop}")
        asked = f"  {ASK}" if guess or is_data or not header.strip() else ""
        yield f"      - {{{', '.join(parts)}}}{asked}"


def _looks_like_data(header: str) -> bool:
    """A header row that is really a data row must not carry its values into the contract."""
    return (
        bool(re.search(r"\d{5,}|@", header))
        or re.fullmatch(r"[\d\s.,:/年月日-]+", header) is not None
        or len(header) > 60
    )


def _sensitivity(header: str) -> str | None:
    plain = folded(header)
    return next((guess for guess, words in GUESSES if re.search(words, plain)), None)


def _refined(kind: str, header: str) -> str:
    if kind == "integer" and re.search("年份|年度|^year$", folded(header)):
        return "year"
    return "geojson" if folded(header) == "geometry" else kind


class UniqueFieldNames:
    """ASCII names for fields: known words, headers that are ASCII already, else f01, f02 …"""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def name(self, header: str, number: int) -> str:
        plain = without_unit(folded(header))
        known = NAMES.get(plain) or _slug(header) or f"f{number:02d}"
        name = known
        for twin in count(2):
            if name not in self._taken:
                break
            name = f"{known}_{twin}"
        self._taken.add(name)
        return name


def _slug(header: str) -> str | None:
    if not header.isascii():
        return None
    slug = re.sub(r"[^a-z0-9]+", "_", header.lower()).strip("_")[:50]
    if slug in YAML_WORDS:
        return f"{slug}_field"
    return slug if re.match(r"[a-z]", slug) else None


def _types(table: TableInfo) -> dict[str, str]:
    """The narrowest type that every value of a column has; columns without values are texts."""
    frame = pl.scan_parquet(table.path)
    found: dict[str, str] = {}
    for start in range(0, len(table.columns), 64):
        columns = table.columns[start : start + 64]
        fits = frame.select(
            pl.col(c).str.contains(pattern).all().alias(f"{i}:{kind}")
            for i, c in enumerate(columns)
            for kind, pattern in TYPES
        ).collect(engine="streaming")
        some = frame.select(pl.col(c).is_not_null().any().alias(str(i)) for i, c in enumerate(columns)).collect()
        for i, column in enumerate(columns):
            if some[str(i)].item():
                found[column] = next((k for k, _ in TYPES if fits[f"{i}:{k}"].item()), "string")
    return found


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _foot(dataset_id: str) -> Iterator[str]:
    department = dataset_id.partition(".")[0].replace("_", "-")
    yield from (
        "checks: []",
        f"review: {{tier: L3}}  {ASK}",
        f"catalogue: {{organization: {department}-bureau}}  {ASK}",
        f"examples: []  {ASK}：至少写一个合格的和一个有错的例子，用编造的数据",
    )
