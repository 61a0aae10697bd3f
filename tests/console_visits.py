"""Visits to the console: people of tests/review_desk with a browser that has no JavaScript, and an outside made of parts.

Use it as `from tests.console_visits import …` after the `home` fixture; `open_console` is called by its conftest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from domain.canonical import canonical_json
from domain.contract import Contract
from domain.errors import ArtefactMissing
from domain.finding import Finding
from domain.pack import Packs, load_pack
from domain.release import PackRef
from domain.table import Coverage, TableCoverage, Unscanned
from tests.review_desk import HOLD, PASSWORD, PEOPLE, RULES, STORE, WARN, MemoryStore, make_contract, make_manifest

HAN = re.compile(r"[\u4e00-\u9fff]+")
ORDERS: list[tuple[Any, ...]] = []
UPLOADS: list[tuple[str, bytes]] = []
CONTRACTS: dict[str, Contract] = {}


@cache
def packs() -> Packs:
    found = [load_pack(p.read_text("utf-8"), p.name) for p in sorted(RULES.glob("*.yaml"))]
    return Packs({p.id: p for p in found})


def industry_contract(**changes: Any) -> Contract:
    """A dataset of another department."""
    return make_contract(
        **{"id": "industry.arrears", "department": "industry", "catalogue": {"organization": "industry"}} | changes
    )


class DiskStore(MemoryStore):
    """The same bytes, with a file on disk for whoever wants one."""

    def __init__(self, kept: dict[str, bytes], folder: Path) -> None:
        self.kept, self.folder = kept, folder

    def local_path(self, sha256: str) -> str:
        path = self.folder / sha256
        path.write_bytes(self.read(sha256))
        return str(path)


def open_console(folder: Path, *contracts: Contract) -> None:
    """Hand the console its outside; `contracts` stand beside the usual two, or take their place."""
    from django.test.utils import _TestState, setup_test_environment

    from checks.timeliness.calendar import CalendarUnknown, load_calendar
    from review.console.outside import Outside, hand_over

    if not hasattr(_TestState, "saved_data"):  # so that a response tells what its page was made from
        setup_test_environment()
    CONTRACTS.clear()
    CONTRACTS.update({c.id: c for c in (make_contract(), industry_contract(), *contracts)})
    calendar = load_calendar(packs()["calendar"])

    def workdays(start: date, end: date) -> int | None:
        try:
            return calendar.workdays_between(start, end)
        except CalendarUnknown:
            return None

    def order(*said: Any, named: bool = False) -> str:
        ORDERS.append((*said, "named") if named else said)
        return "0" * 24

    def progress(_work: int) -> tuple[str, int, int] | None:
        return "检查", 3, 6

    def upload(name: str, chunks: Iterable[bytes]) -> str:
        UPLOADS.append((name, b"".join(chunks)))
        return f"/uploads/{len(UPLOADS)}"

    hand_over(
        Outside(
            DiskStore(STORE.kept, folder), lambda: CONTRACTS, packs, workdays, progress, order, upload, *_original(),
            bench=_bench(), due=_due,
        )
    )  # fmt: skip


def _due(contract: Contract, dates: Mapping[str, str]) -> date | None:
    from flows.console import earliest_deadline

    return earliest_deadline(packs(), contract, dates)


FAULTS: list[Any] = []  # what a check of a contract beyond its own text finds
SOURCES: list[str] = []  # prefixes that may be named


def _bench() -> Any:
    """The operator's bench: contracts as YAML of CONTRACTS, checks that find FAULTS, sources that begin as SOURCES say."""
    import yaml

    from domain.errors import UsageInvalid
    from review.console.outside import Bench

    FAULTS.clear()
    SOURCES.clear()

    def text(dataset: str) -> str | None:
        return contract_yaml(CONTRACTS[dataset]) if dataset in CONTRACTS else None

    def source(location: str) -> str:
        if not any(location.startswith(prefix) for prefix in SOURCES):
            raise UsageInvalid("this source isn't one of those that may be named here")
        return location

    def draft(location: str, dataset: str) -> str:
        return yaml.safe_dump({"id": dataset, "from": location})

    return Bench(text, lambda _: tuple(FAULTS), draft, lambda: tuple(SOURCES), source)


def contract_yaml(contract: Contract) -> str:
    """The contract as somebody would write it."""
    import yaml

    said = contract.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return str(yaml.safe_dump(said, allow_unicode=True, sort_keys=False))


def propose_change(person: str = "op", **changes: Any) -> int:
    """A change to the debt limit's contract, proposed; its number."""
    from review import desk

    before = CONTRACTS["finance.debt_limit"]
    now = make_contract(**{"version": before.version + 1, "domain": "other"} | changes)
    return desk.propose_contract(person, now, contract_yaml(now), in_force=before, base_sha256=before.sha256)


ORIGINALS: dict[str, str] = {}  # sha256 of a source → the text of each of its cells, while quarantine holds it


def _original() -> tuple[Any, Any]:
    """Whether quarantine holds a release's source, and its cells."""
    ORIGINALS.clear()

    def original(manifest: Any, _place: Mapping[str, Any]) -> str:
        if manifest.sources[0].sha256 not in ORIGINALS:
            raise ArtefactMissing("gone")
        return ORIGINALS[manifest.sources[0].sha256]

    return lambda manifest: manifest.sources[0].sha256 in ORIGINALS, original


def visit(person: str | None, language: str = "zh-hans") -> Any:
    """A browser in which that person is signed in already."""
    from django.test import Client

    from review.models import User

    client = Client(SERVER_NAME="localhost", headers={"accept-language": language})
    if person:
        client.force_login(User.objects.get(username=person), backend="review.console.login.SignatureBackend")
    return client


VOID = {"meta", "link", "input", "br", "img", "hr"}
READ = ("title", "aria-label", "placeholder", "data-label")


class _Text(HTMLParser):
    """Text that is shown or read aloud; what is marked as of another language than the page's is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.page, self.foreign, self.found = "", 0, [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "html":
            self.page = said.get("lang") or ""
        is_foreign = tag in ("script", "style") or said.get("lang", self.page) != self.page
        if tag not in VOID and (self.foreign or is_foreign):
            self.foreign += 1
        if not self.foreign:
            self.found += [said[name] or "" for name in READ if name in said]

    def handle_endtag(self, tag: str) -> None:
        if self.foreign and tag not in VOID:
            self.foreign -= 1

    def handle_data(self, data: str) -> None:
        if not self.foreign:
            self.found.append(data)


def text_of(response: Any) -> str:
    """A page's text in its own language."""
    reader = _Text()
    reader.feed(response.content.decode())
    return " ".join(reader.found)


@contextmanager
def queries_counted() -> Iterator[Mapping[str, int]]:
    """How many queries the block made: {"n": …}."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    found = {"n": 0}
    with CaptureQueriesContext(connection) as seen:
        yield found
    found["n"] = len(seen)


EVERYBODY = [*sorted(PEOPLE), None]


# --- releases with real redacted tables ---------------------------------------------------------------------------


def parquet(columns: Mapping[str, Sequence[str | None]]) -> bytes:
    """A redacted table as flows stores it: every column text."""
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(pa.table({n: pa.array(v, pa.string()) for n, v in columns.items()}), out)
    return out.getvalue()


FIELDS: list[dict[str, Any]] = [
    {"name": "region", "title": "地区", "constraints": {"required": True}},
    {"name": "amount", "title": "金额", "type": "number", "unit": "万元"},
    {"name": "note", "title": "备注", "sensitivity": "free_text"},
    {"name": "holder", "title": "户主", "sensitivity": "identifier", "redaction": {"operator": "name"}},
    {"name": "card", "title": "账号", "sensitivity": "identifier", "redaction": {"operator": "drop"}},
]


def table_contract(**changes: Any) -> Contract:
    """A dataset with a key, an amount, a remark and a column that is dropped."""
    tables = [{"name": "main", "key": ["region"], "fields": FIELDS}]
    return make_contract(**{"id": "finance.subsidy", "tables": tables} | changes)


ROWS: dict[str, Sequence[str | None]] = {
    "region": ["城关镇", "大河乡", "南牛乡"],
    "amount": ["12.50", "1,000", "7"],
    "note": ["补发[身份证号]两户", None, "=HYPERLINK(1)"],
    "holder": ["张*", "李**", "王*"],
}


def table_release(
    contract: Contract | None = None, rows: Mapping[str, Sequence[str | None]] = ROWS, *, period: str = "2026", run_key: str = "t1",
    findings: Sequence[Finding] = (HOLD, WARN), previous: str | None = None, submit: bool = True,
    packs: tuple[PackRef, ...] = (), unscanned: tuple[Unscanned, ...] = (),
) -> str:  # fmt: skip
    """A release whose package is whole: contract, redacted Parquet, redaction map, coverage. `previous`: a release hash."""
    from dataclasses import replace

    from review import desk, queries

    contract = contract or table_contract()
    CONTRACTS[contract.id] = contract
    release = desk.receive(contract, period, run_key)
    made = make_manifest(queries.show(release), contract, list(findings), run_key)
    height = len(next(iter(rows.values())))
    logs = {
        f.name: {
            "operator": f.redaction.operator,
            "changed": 1 if f.name == "note" else 0,
            "emptied": 0,
            "spans": {"CN_ID18": 1} if f.name == "note" else {},
        }
        for f in contract.tables[0].fields
    }
    treated = {
        "tables": {
            "main": {
                "rows": height,
                "rows_dropped": [{"field": "region", "reason": "x", "dropped": 2, "unread": 0}],
                "columns": logs,
            }
        }
    }
    coverage = Coverage(
        "0" * 64,
        9,
        (TableCoverage("Sheet1", height, 5, height * 5, height * 5),),
        3,
        3,
        canaries_planted=1,
        canaries_found=1,
        unscanned=unscanned,
    )
    manifest = replace(
        made,
        redacted=(STORE.put_bytes(parquet(rows), name="main.parquet", role="redacted"),),
        redaction_map=STORE.put_bytes(canonical_json(treated), name="redaction_map.json", role="redaction_map"),
        coverage=STORE.put_bytes(canonical_json(coverage.to_dict()), name="coverage.json", role="coverage"),
        rows=height, previous=previous, overrides=queries.overrides(contract.id, period), packs=packs or made.packs,
    )  # fmt: skip
    STORE.put_bytes(manifest.content, name="manifest.json", role="manifest")
    desk.record_checked(release, manifest, list(findings))
    if submit and not any(f.severity.value == "block" for f in findings):
        desk.submit(release, "op", PASSWORD)
    return release
