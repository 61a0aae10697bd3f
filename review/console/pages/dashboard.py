"""概览: how many releases stand where, how long they wait, what came in and what was found week by week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncWeek
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from domain.finding import Severity
from domain.release import Status
from review.console import words
from review.console.charts import lying, standing
from review.console.outside import outside
from review.console.visitor import visitor
from review.console.words import Pair
from review.models import FindingRecord, ReleaseRecord

WEEKS = 12
LATE = "deadline-missed"
ORDER = (
    Status.RECEIVED, Status.CHECKED, Status.IN_REVIEW, Status.ESCALATED, Status.APPROVED, Status.PUBLISHED, Status.RETURNED, Status.BLOCKED,
    Status.WITHHELD, Status.WITHDRAWN,
)  # fmt: skip
SHOWN = (Severity.BLOCK, Severity.HOLD, Severity.WARN)


def dashboard(request: HttpRequest) -> HttpResponse:
    """The page; everything within the departments that the visitor may see."""
    departments = list(visitor(request).departments)
    releases = ReleaseRecord.objects.filter(unit__in=departments)
    counts = dict(releases.order_by().values_list("status").annotate(n=Count("pk")))
    statuses = [(words.STATUSES[s], counts.get(s.value, 0), words.STATUS_TAGS.get(s, "")) for s in ORDER]
    weeks = _weeks(timezone.localdate())
    since = timezone.make_aware(datetime.combine(weeks[0], time()))
    came = dict(
        releases.filter(received_at__gte=since).order_by().annotate(week=TruncWeek("received_at")).values_list("week").annotate(n=Count("pk"))
    )  # fmt: skip
    arrivals = [(_week(w), [n]) for w, n in _filled(weeks, {_day(k): n for k, n in came.items()})]
    found = FindingRecord.objects.filter(release__unit__in=departments, release__received_at__gte=since)
    per_week: dict[str, dict[date, int]] = defaultdict(dict)
    rows = (
        found.order_by()
        .annotate(week=TruncWeek("release__received_at"))
        .values_list("week", "severity")
        .annotate(n=Count("pk"))
    )
    for week, severity, n in rows:
        per_week[severity][_day(week)] = n
    findings = [(_week(w), [per_week[s].get(w, 0) for s in SHOWN]) for w in weeks]
    waiting = _waiting(releases)
    late = (
        releases.filter(status__in=[s.value for s in ORDER[:5]], findings__code=LATE)
        .order_by()
        .values("pk")
        .distinct()
        .count()
    )
    series = [(words.SEVERITIES[s], s.value) for s in SHOWN]
    return render(
        request,
        "dashboard.html",
        {
            "statuses": statuses,
            "status_chart": lying(statuses),
            "arrivals": arrivals,
            "arrival_chart": standing(arrivals, [(("收到", "received"), "here")]),
            "findings": findings,
            "finding_chart": standing(findings, series),
            "series": series,
            "waiting": waiting,
            "waiting_chart": lying([(w["title"], w["number"], "here") for w in waiting]),
            "late": late,
            "total": sum(counts.values()),
            "open": sum(counts.get(s.value, 0) for s in (Status.IN_REVIEW, Status.ESCALATED)),
            "public": counts.get(Status.PUBLISHED.value, 0),
        },
    )


def _waiting(releases: Any) -> list[dict[str, Any]]:
    """For each stage how many wait there, and for how many workdays the longest has."""
    oldest: dict[str, list[Any]] = defaultdict(list)
    for stage, changed in releases.filter(status=Status.IN_REVIEW.value).values_list("stage", "changed_at"):
        oldest[stage].append(changed)
    return [
        {
            "title": title,
            "number": len(oldest[name]),
            "longest": outside().workdays(timezone.localdate(min(oldest[name])), timezone.localdate())
            if oldest[name]
            else None,
        }
        for name, title in words.STAGES.items()
    ]


def _weeks(today: date) -> list[date]:
    """Mondays of the last weeks, this one included."""
    monday = today - timedelta(days=today.weekday())
    return [monday - timedelta(weeks=n) for n in reversed(range(WEEKS))]


def _filled(weeks: list[date], counts: Mapping[date, int]) -> list[tuple[date, int]]:
    return [(week, counts.get(week, 0)) for week in weeks]


def _day(moment: Any) -> date:
    return timezone.localdate(moment)


def _week(monday: date) -> Pair:
    return (f"{monday.month}/{monday.day}", f"{monday.month}/{monday.day}")
