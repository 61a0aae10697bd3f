"""The contract of one dataset: a YAML file that says what it is, whose, under which law, how it is checked, what is
removed, who reviews it and where it goes. Validated here; read by contract_file, carried out by the crafts.

The field vocabulary is Frictionless Table Schema v1 (name, title, type, format, constraints) plus `sensitivity`,
`redaction`, `mandate` and `unit`. Unknown keys are refused.
"""

from __future__ import annotations

import json
import re
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    ValidationError,
    field_validator,
    model_serializer,
    model_validator,
)

from domain.canonical import canonical_json, sha256_hex
from domain.errors import ContractInvalid
from domain.expression import expression_names
from domain.finding import Severity
from domain.frozen import Frozen, fault
from domain.masking import PARAMETERS, Redaction, RowDrop, misfit

FIELD_NAME = r"^[a-z][a-z0-9_]{0,59}$"


class Bilingual(Frozen):
    """A text in Chinese first and English."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Citation(Frozen):
    """Where a duty or a permission is written down."""

    doc: str
    article: str | None = None
    note: str | None = None

    def __str__(self) -> str:
        return self.doc + (self.article or "")


class Disclosure(StrEnum):
    """公开属性: proactive 主动公开, on_request 依申请公开, withheld 不予公开."""

    PROACTIVE = "proactive"
    ON_REQUEST = "on_request"
    WITHHELD = "withheld"


class Audience(StrEnum):
    """public: goes to the catalogue. local: a package for posting in the village, never in a catalogue."""

    PUBLIC = "public"
    LOCAL = "local"


class Sensitivity(StrEnum):
    PUBLIC = "public"
    IDENTIFIER = "identifier"
    QUASI_IDENTIFIER = "quasi_identifier"
    SENSITIVE = "sensitive"
    FREE_TEXT = "free_text"


class Tier(StrEnum):
    """审查级别 (REV-10): L1 two people, L2 three, L3 four."""

    L1 = "L1"
    L2 = "L2"
    L3 = "L3"


class Contact(Frozen):
    """The official contact for questions about the data (an office, not a person's private number)."""

    name: str
    phone: str | None = None
    email: str | None = None


# --- where the data comes from ---------------------------------------------------------------------------------------


class SourceSpec(Frozen):
    """Default source of the dataset; `--from` on the command line takes its place.

    `location`: a path or glob relative to the installation, `https://…`, `s3://bucket/key`, or a SQLAlchemy URL with
    `query` or `table`. Credentials never stand here: they come from the environment.
    """

    location: str | None = None
    table: str | None = None
    query: str | None = None
    encoding: Literal["utf-8", "gb18030", "utf-16"] | None = None
    delimiter: Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=1)] | None = None
    records: str | None = None  # JSON: dotted path to the array of records, e.g. "data.list"


class Limits(Frozen):
    """Bounds on what is taken in; past any of them the source is refused with a named finding."""

    bytes: int = Field(default=512 * 1024 * 1024, gt=0)
    rows: int = Field(default=5_000_000, gt=0)
    columns: int = Field(default=512, gt=0)
    seconds: int = Field(default=600, gt=0)


# --- tables and fields -----------------------------------------------------------------------------------------------


class Constraints(Frozen):
    """Frictionless constraints. minimum/maximum are in the field's unit, dates as text (`2020-01-01`)."""

    required: bool = False
    unique: bool = False
    minimum: float | str | None = None
    maximum: float | str | None = None
    min_length: int | None = Field(default=None, alias="minLength")
    max_length: int | None = Field(default=None, alias="maxLength")
    pattern: str | None = None  # full match, RE2 syntax (DuckDB's)
    enum: tuple[str, ...] | None = None
    severity: Severity = Severity.BLOCK  # of a value that breaks one of these


class Mandate(Frozen):
    """Law that orders this personal datum to be published (评审专家名单 …): the entities named here may stay."""

    entities: tuple[str, ...] = Field(min_length=1)  # CN_NAME, CN_LANDLINE, EMAIL …
    basis: Citation


class FieldSpec(Frozen):
    """One column. `title` is the header the department sends; `aliases` are other spellings of it."""

    name: str = Field(pattern=FIELD_NAME)
    title: str
    title_en: str | None = None
    aliases: tuple[str, ...] = ()
    type: Literal["string", "integer", "number", "date", "datetime", "year", "boolean", "geojson"] = "string"
    format: str | None = (
        None  # date: strptime patterns separated by |, default accepts 2026-01-02, 2026/1/2, 2026年1月2日, 20260102
    )
    unit: str | None = None  # 元, 万元, 亿元, 公顷, 户 …
    note: str | None = None
    missing: tuple[str, ...] = ()  # texts that mean "no value" besides the empty cell
    constraints: Constraints = Constraints()
    sensitivity: Sensitivity = Sensitivity.PUBLIC
    redaction: Redaction = Redaction()
    mandate: Mandate | None = None

    @model_validator(mode="after")
    def _safe(self) -> FieldSpec:
        direct = self.sensitivity in (Sensitivity.IDENTIFIER, Sensitivity.SENSITIVE)
        if direct and self.redaction.operator == "keep" and self.mandate is None:
            raise ValueError(
                f"a field of sensitivity {self.sensitivity.value} needs a redaction, or a mandate with its basis"
            )
        if why := misfit(self.redaction, self.type, self.constraints.max_length):
            raise fault(why, "redaction")
        return self


class Check(Frozen):
    """One quality rule beyond the field constraints.

    kind identity: `expr` is a comparison over the table's fields (`a == b + c`), rows where it fails by more than
    `tolerance` are found. kind rows: like identity, for any row condition, dates and texts too. kind sum: within the
    table, rows matching `total` (`{field: value}`) hold the sum of the others, per `group` fields, for `fields`.
    kind hierarchy: codes in `code` of the lengths in `lengths` sum up (Σ项 = 款, Σ款 = 类) for `fields`.
    kind cross: `expr` compares sums across tables of this release (`sum(main.amount) == sum(detail.amount)`).
    """

    id: str
    kind: Literal["identity", "rows", "sum", "hierarchy", "cross"]
    table: str | None = None
    expr: str | None = None
    when: str | None = None  # rows to which the rule applies
    fields: tuple[str, ...] = ()
    total: dict[str, str] | None = None
    group: tuple[str, ...] = ()
    code: str | None = None
    lengths: tuple[int, ...] = ()
    tolerance: float = Field(default=0.0, ge=0)
    severity: Severity = Severity.BLOCK
    note: str = ""
    citation: Citation | None = None

    @model_validator(mode="after")
    def _complete(self) -> Check:
        needs = {
            "identity": ["expr"],
            "rows": ["expr"],
            "cross": ["expr"],
            "sum": ["fields", "total"],
            "hierarchy": ["fields", "code", "lengths"],
        }
        missing = [k for k in needs[self.kind] if not getattr(self, k)]
        if missing:
            raise ValueError(f"kind {self.kind} needs {', '.join(missing)}")
        for text in (self.expr, self.when):
            if text is not None:
                expression_names(text)
        return self


class TableSpec(Frozen):
    """One table of the dataset. `sheet` is a regular expression on the sheet's name; None takes the only table."""

    name: str = Field(pattern=FIELD_NAME)
    title: Bilingual | None = None
    sheet: str | None = None
    unit: str | None = None  # expected unit line
    header_rows: int = Field(default=1, ge=1, le=4)
    key: tuple[str, ...] = ()
    fields: tuple[FieldSpec, ...] = Field(min_length=1)
    empty_allowed: bool = False  # FIN-C-04: an empty table with a note is lawful
    drop_rows: tuple[RowDrop, ...] = ()  # rows that don't go out; one condition met is enough

    @model_validator(mode="after")
    def _names(self) -> TableSpec:
        names = [f.name for f in self.fields]
        if twice := {n for n in names if names.count(n) > 1}:
            raise ValueError(f"field named twice: {', '.join(sorted(twice))}")
        if unknown := set(self.key) - set(names):
            raise ValueError(f"key names no field: {', '.join(sorted(unknown))}")
        for index, drop in enumerate(self.drop_rows):
            if drop.field not in names:
                raise fault(f"names no field: {drop.field}", "drop_rows", index, "field")
            if why := drop.misfit(self.field(drop.field).type):
                raise fault(why, "drop_rows", index, drop.condition)
        return self

    def field(self, name: str) -> FieldSpec:
        """The field of that name; KeyError if there is none."""
        for spec in self.fields:
            if spec.name == name:
                return spec
        raise KeyError(name)


class PreviousRelease(Frozen):
    """Comparison with the last published edition. Ratios are of rows or of column sums, new to old."""

    compare: bool = True
    unit_slip: bool = True  # a numeric column whose sum is ×1e4, ×1e-4 or ×1e8 of the last one (FIN-Q-05)
    rows_lost: float = Field(default=0.3, ge=0, le=1)  # more than this share fewer rows is a hold
    keys_must_stay: bool = False  # append-only series: a key that was there must still be there


class Deadline(Frozen):
    """A legal deadline of the deadlines pack and the release date that starts it."""

    rule: str  # GEN-T-01, FIN-T-01 …
    start: str  # name of a release date: formed_on, changed_on, approved_on …
    field: str | None = None  # per-row start: the date stands in this field


class Stage(Frozen):
    """One stage of the review: `role` held in the unit in charge (`department`) or in a pool of a higher unit.

    `blind: 2`: two people decide without knowing what the other said; a third resolves where they differ. A stage of one is
    written without the key, so that contracts keep their hashes.
    """

    name: Literal["section", "confidentiality", "legal", "chief"]
    role: Literal["section_reviewer", "confidentiality_reviewer", "legal_reviewer", "releasing_chief"]
    unit: str | None = None  # None: the contract's department
    blind: Literal[1, 2] = 1

    @model_serializer(mode="wrap")
    def _as_written(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        said: dict[str, Any] = plain(self)
        return {k: v for k, v in said.items() if (k, v) != ("blind", 1)}


class Review(Frozen):
    tier: Tier
    stages: tuple[Stage, ...] = ()  # empty: the tier's standard stages


class CatalogueSpec(Frozen):
    organization: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{1,98}$")
    groups: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    license_id: str = "other-open"
    editions_listed: int = Field(default=12, ge=1)


class Schedule(Frozen):
    cron: str
    timezone: str = "Asia/Shanghai"


class Expected(Frozen):
    """A finding an example must produce: its code and, where given, the field, row (from 1) and entity."""

    code: str
    field: str | None = None
    row: int | None = None
    entity: str | None = None


class Example(Frozen):
    """Made-up rows and exactly the block and hold findings they must give. `make test` runs every one."""

    name: str
    table: str | None = None
    rows: tuple[dict[str, str | None], ...]
    expect: tuple[Expected, ...] = ()
    dates: dict[str, str] = Field(default_factory=dict)


class Contract(Frozen):
    """A dataset's contract, whole."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")
    version: int = Field(default=1, ge=1)
    title: Bilingual
    description: Bilingual
    department: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    domain: str
    dataset_type: str  # the deadlines pack's word: gov_budget, award_notice …
    statutory_item: str | None = None  # 20-7, 21-4 …
    disclosure: Disclosure
    legal_basis: tuple[Citation, ...] = Field(min_length=1)
    audience: Audience = Audience.PUBLIC
    publication_days: int | None = Field(default=None, gt=0)  # then taken down
    contact: Contact
    frequency: Literal["once", "annual", "quarterly", "monthly", "weekly", "irregular"]
    source: SourceSpec = SourceSpec()
    limits: Limits = Limits()
    tables: tuple[TableSpec, ...] = Field(min_length=1)
    checks: tuple[Check, ...] = ()
    previous: PreviousRelease = PreviousRelease()
    deadlines: tuple[Deadline, ...] = ()
    official_contacts: tuple[str, ...] = ()  # office numbers and mailboxes that may stand in any cell
    review: Review
    catalogue: CatalogueSpec
    schedule: Schedule | None = None
    examples: tuple[Example, ...] = ()

    @field_validator("tables")
    @classmethod
    def _tables(cls, tables: tuple[TableSpec, ...]) -> tuple[TableSpec, ...]:
        names = [t.name for t in tables]
        if len(set(names)) < len(names):
            raise ValueError("two tables with one name")
        return tables

    @model_validator(mode="after")
    def _references(self) -> Contract:
        if self.audience is Audience.LOCAL and self.publication_days is None:
            raise ValueError("audience: local needs publication_days (the days it stays posted)")
        for index, check in enumerate(self.checks):
            if check.kind == "cross":
                continue
            try:
                table = self.table(check.table)
            except KeyError as unknown:
                raise ValueError(f"checks[{index}] ({check.id}): no table {unknown}") from None
            known = {f.name for f in table.fields}
            used = {n for text in (check.expr, check.when) if text for n in expression_names(text)}
            used |= (
                set(check.fields) | set(check.total or ()) | set(check.group) | ({check.code} if check.code else set())
            )
            if wrong := used - known:
                raise ValueError(f"checks[{index}] ({check.id}): names no field: {', '.join(sorted(wrong))}")
        for index, example in enumerate(self.examples):
            known = {f.name for f in self.table(example.table).fields}
            if wrong := {k for row in example.rows for k in row} - known:
                raise ValueError(f"examples[{index}]: names no field: {', '.join(sorted(wrong))}")
        return self

    def table(self, name: str | None) -> TableSpec:
        """The table of that name; None means the first. KeyError if there is none."""
        if name is None:
            return self.tables[0]
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)

    @property
    def content(self) -> bytes:
        """Canonical bytes of everything the contract says; comments and layout of the YAML apart."""
        return canonical_json(self.model_dump(mode="json", by_alias=True))

    @property
    def sha256(self) -> str:
        return sha256_hex(self.content)

    @property
    def slug(self) -> str:
        """The dataset's name in URLs and catalogues: `finance-debt-limit`."""
        return self.id.replace(".", "-").replace("_", "-")


def stored_contract(content: bytes) -> Contract:
    """The contract whose `content` these bytes are. Raises ContractInvalid where they aren't one of this version."""
    data = json.loads(content)
    for table in data["tables"]:
        for spec in table["fields"]:  # parameters of other operators stand there with their defaults
            own = PARAMETERS.get(spec["redaction"]["operator"], ())
            spec["redaction"] = {k: v for k, v in spec["redaction"].items() if k in ("operator", "reason", *own)}
    try:
        return Contract.model_validate(data)
    except ValidationError as wrong:
        raise ContractInvalid(f"the stored contract can't be read: {wrong.errors()[0]['msg']}") from None


def is_dataset_id(text: str) -> bool:
    """True for `department.dataset`."""
    return re.fullmatch(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", text) is not None
