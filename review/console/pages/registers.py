"""台账 and 清单: the register of every release and the list of what has to be public, in the columns of the trade's forms
(rules.md section 5), with filters and export. What nobody told the platform is a dash, never a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from domain.contract import Contract
from domain.release import Status, Verdict
from review import listing
from review.console import words
from review.console.due import Dues, days_late
from review.console.outside import outside
from review.console.pages.datasets import contracts_for, newest, titles_of_units
from review.console.pages.lists import asked, choices
from review.console.paging import pages_of
from review.console.sheets import XLSX, Cell, csv_bytes, download, xlsx_bytes
from review.console.tags import day, say
from review.console.visitor import visitor
from review.console.words import Pair
from review.models import DispositionRecord, ReleaseRecord

MOST = 50_000  # rows of one export
UNKNOWN = "—"
LEDGER: tuple[Pair, ...] = (
    ("序号", "No."), ("登记日期", "Registered"), ("标题", "Title"), ("责任单位", "Unit"), ("类型（合同 id）", "Type (contract id)"), ("属性", "Disclosure"),
    ("公开依据", "Legal basis"), ("截止日期", "Deadline"), ("审查级别", "Tier"), ("承办人", "Operator"), ("科室负责人", "Section reviewer"),
    ("保密审查人", "Confidentiality reviewer"), ("审批人", "Approved by"), ("审查结论", "Outcome"), ("命中摘要", "Findings"), ("处置", "Dispositions"),
    ("第三方意见", "Third party"), ("发布日期", "Published"), ("渠道/URL", "Channel/URL"), ("是否逾期（天）", "Overdue (days)"), ("读网结果", "Inspection"),
    ("复审日期", "Reviewed again"), ("撤回/更正", "Withdrawal/correction"), ("证据包编号", "Evidence"), ("备注", "Remarks"),
)  # fmt: skip
LIST: tuple[Pair, ...] = (
    ("目录编号", "Item"), ("事项", "Subject"), ("依据", "Legal basis"), ("责任单位", "Unit"), ("周期", "Frequency"), ("时限规则号", "Deadline rules"),
    ("数据集 id", "Dataset id"), ("状态", "State"),
)  # fmt: skip


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def registered(request: HttpRequest) -> QuerySet[ReleaseRecord]:
    """Releases of the filter in the address, newest first."""
    found = listing.matching(asked(request, visitor(request).departments))
    if since := _date(request.GET.get("since", "")):
        found = found.filter(received_at__date__gte=since)
    if until := _date(request.GET.get("until", "")):
        found = found.filter(received_at__date__lte=until)
    return found.order_by("-year", "-number")


def ledger(request: HttpRequest) -> HttpResponse:
    """台账, a page of it or the whole of it as a file."""
    found = registered(request)
    if kind := request.GET.get("as"):
        return exported(kind, ("台账", "register"), LEDGER, ledger_rows(found[:MOST]))
    pages = pages_of(request, found.count())
    rows = list(ledger_rows(found[pages.start : pages.stop]))
    names = [str(r[0]) for r in rows]
    shown = list(zip(names, rows, strict=True))
    return render(request, "ledger.html", {"head": LEDGER, "rows": shown, "pages": pages, **choices(visitor(request))})


def ledger_rows(found: QuerySet[ReleaseRecord]) -> Iterable[tuple[Cell, ...]]:
    """One row for each release; six queries whatever their number."""
    records = list(
        found.select_related("unit", "submitter", "supersedes", "replaced_by")
        .defer("manifest", "takedown", "stages")
        .annotate(dates=F("manifest__dates"))
    )
    approved = listing.approving([r.pk for r in records])
    disposed: dict[int, dict[str, int]] = {}
    for release, kind in DispositionRecord.objects.filter(
        decision__release__in=[r.pk for r in records], decision__verdict=Verdict.APPROVE.value
    ).values_list("decision__release_id", "kind"):
        counts = disposed.setdefault(release, {})
        counts[kind] = counts.get(kind, 0) + 1
    contracts, dues = outside().contracts(), Dues()
    return [
        _ledger_row(
            r, approved.get(r.pk, {}), disposed.get(r.pk, {}), contracts.get(r.dataset),
            dues.of(r.contract_sha256, getattr(r, "dates", None)),
        )
        for r in records
    ]  # fmt: skip


def _ledger_row(
    r: ReleaseRecord, by: dict[str, str], kinds: dict[str, int], contract: Contract | None, due: date | None
) -> tuple[Cell, ...]:
    receipt, inspection = r.receipt or {}, r.inspection or {}
    late = days_late(due, _date(str(receipt.get("published_on", ""))[:10]), r.status, timezone.localdate())
    told = [f"{say(words.SEVERITIES[s])} {r.counts[s]}" for s in words.SEVERITIES if r.counts.get(s)]
    done = [f"{say(words.DISPOSITIONS[k])} {n}" for k, n in sorted(kinds.items())]
    looked = say(("一致", "equal") if inspection.get("ok") else ("不一致", "differs"))
    changed = [
        say((f"更正 {r.supersedes.public_id}", f"corrects {r.supersedes.public_id}")) if r.supersedes else "",
        say((f"换为 {r.replaced_by.public_id}", f"replaced by {r.replaced_by.public_id}")) if r.replaced_by else "",
        say(words.STATUSES[Status.WITHDRAWN]) if r.status == Status.WITHDRAWN.value else "",
    ]
    return (
        r.public_id, timezone.localdate(r.received_at).isoformat(), f"{say((r.title_zh, r.title_en))} {r.period}",
        say((r.unit.title_zh, r.unit.title_en)), r.dataset, say(words.DISCLOSURES[r.disclosure]),
        basis_of(contract), due.isoformat() if due else UNKNOWN, r.tier, _name(r.submitter), by.get("section", UNKNOWN),
        by.get("confidentiality", UNKNOWN), by.get("chief", UNKNOWN), say(words.STATUSES[r.status]),
        "；".join(told) or say(("无", "none")), "；".join(done) or UNKNOWN, UNKNOWN, str(receipt.get("published_on", UNKNOWN))[:10],
        r.public_url or UNKNOWN, UNKNOWN if late is None else late, f"{looked} {str(inspection.get('at', ''))[:10]}" if inspection else UNKNOWN, UNKNOWN,
        "；".join(filter(None, changed)) or UNKNOWN, r.release_hash or UNKNOWN, r.reason,
    )  # fmt: skip


def _name(user: Any) -> str:
    return (user.name or user.username) if user else UNKNOWN


def basis_of(contract: Contract | None) -> str:
    return "；".join(str(c) for c in contract.legal_basis) if contract else UNKNOWN


def disclosure_list(request: HttpRequest) -> HttpResponse:
    """清单: what has to be public, by whom, how often, and what stands of it."""
    contracts = list(contracts_for(request).values())
    unit, search = request.GET.get("unit", ""), request.GET.get("q", "")[:100].lower()
    wanted = [
        c for c in contracts
        if (not unit or c.department == unit) and all(w in f"{c.id} {c.title.zh} {c.title.en}".lower() for w in search.split())
    ]  # fmt: skip
    wanted.sort(key=lambda c: (c.statutory_item is None, c.statutory_item or "", c.id))
    if kind := request.GET.get("as"):
        return exported(kind, ("清单", "list"), LIST, list_rows(wanted))
    pages = pages_of(request, len(wanted), 50)
    rows = list_rows(wanted[pages.start : pages.stop])
    shown = list(zip([c.id for c in wanted[pages.start : pages.stop]], rows, strict=True))
    return render(request, "list.html", {"head": LIST, "rows": shown, "pages": pages, **choices(visitor(request))})


def list_rows(contracts: Sequence[Contract]) -> list[tuple[Cell, ...]]:
    """One row for each contract; two queries whatever their number."""
    public = newest([c.id for c in contracts], [Status.PUBLISHED.value])
    units = titles_of_units([c.department for c in contracts])
    return [
        (
            c.statutory_item or UNKNOWN, say((c.title.zh, c.title.en)), basis_of(c),
            say((units[c.department]["zh"], units[c.department]["en"])) if c.department in units else c.department,
            say(words.FREQUENCIES[c.frequency]), "、".join(d.rule for d in c.deadlines) or UNKNOWN, c.id,
            _state(public.get(c.id), c),
        )
        for c in contracts
    ]  # fmt: skip


def _state(public: ReleaseRecord | None, contract: Contract) -> str:
    if public:
        return say(
            (
                f"已公开 {public.period}（{day(public.changed_at)}）",
                f"public: {public.period} ({day(public.changed_at)})",
            )
        )
    return (
        say(("尚未公开", "not public yet"))
        if contract.disclosure.value == "proactive"
        else say(words.DISCLOSURES[contract.disclosure.value])
    )


def exported(kind: str, name: Pair, head: Sequence[Pair], rows: Iterable[Sequence[Cell]]) -> HttpResponse:
    """As CSV, or as XLSX for anything else."""
    today, title, columns = timezone.localdate().isoformat(), say(name), [say(h) for h in head]
    if kind == "csv":
        return download(csv_bytes(columns, rows), f"{title}-{today}.csv", "text/csv; charset=utf-8")
    return download(xlsx_bytes(title, columns, rows), f"{title}-{today}.xlsx", XLSX)
