"""Template tags: a sentence in both languages, dates and counts in words. Everything that they return is escaped."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from review.console import words
from review.console.words import Pair
from review.permissions import SYSTEM

if TYPE_CHECKING:
    from review.console.redacted import Cell

register = template.Library()
IN_PLACE = SafeString('hx-boost="true" hx-target="#main" hx-select="#main" hx-swap="outerHTML show:none"')
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def is_english() -> bool:
    return (get_language() or "").startswith("en")


@register.simple_tag
def t(zh: str, en: str, **values: Any) -> str:
    """`{% t "{n} 处" "1 place||{n} places" n=count %}`: the sentence in the visitor's language; `||` parts one from many."""
    if not is_english():
        return zh.format(**values)
    one, _, many = en.partition("||")
    return (one if not many or str(values.get("n")) == "1" else many).format(**values)


@register.filter
def say(pair: Pair | None) -> str:
    """A pair of words in the visitor's language."""
    return pair[is_english()] if pair else ""


@register.filter
def word(key: object, table: str) -> str:
    """`{{ status|word:"STATUSES" }}`: a key's words from a table of words.py."""
    return say(words.pair(getattr(words, table), key))


@register.filter
def word_tag(status: str) -> str:
    """The colour that a status has."""
    return words.STATUS_TAGS.get(status, "")


@register.filter
def case_tag(status: str) -> str:
    """The colour that a case's status has."""
    return words.CASE_TAGS.get(status, "")


@register.filter
def title(both: dict[str, str] | None) -> str:
    """A {zh, en} text."""
    return both["en" if is_english() else "zh"] if both else ""


def _local(value: Any) -> datetime | date | None:
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value) if len(value) == len("2026-01-31") else datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return timezone.localtime(value) if timezone.is_aware(value) else value
    return value if isinstance(value, date) else None


@register.filter
def day(value: Any) -> str:
    """A date or moment as a day in words: 2026年11月26日, 26 Nov 2026."""
    when = _local(value)
    if when is None:
        return str(value or "")
    return (
        f"{when.day} {MONTHS[when.month - 1]} {when.year}"
        if is_english()
        else f"{when.year}年{when.month}月{when.day}日"
    )


@register.filter
def moment(value: Any) -> str:
    """A moment in words, to the minute, where the bureau is."""
    when = _local(value)
    return f"{day(value)} {when:%H:%M}" if isinstance(when, datetime) else day(value)


@register.filter
def count(value: Any) -> str:
    """A whole number with separators."""
    return f"{value:,}" if isinstance(value, int) else str(value if value is not None else "")


@register.filter
def number(value: float) -> str:
    """A sum with separators, as many decimals as it has, two at most."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


@register.filter
def signed(value: float) -> str:
    """A change in percent, one decimal, with its sign."""
    return f"{value:+.1f}".replace("-", "−")


@register.filter
def actor(name: str) -> str:
    """Who did it; the platform's own acts have no person."""
    return say(("系统", "the platform")) if name == SYSTEM else name


@register.simple_tag
def cell_text(cell: Cell) -> SafeString:
    """A cell of a redacted table: what stands for something redacted as a dark bar, a cell of a treated column underlined."""
    pieces = format_html_join(
        "", "{}", ((format_html('<mark class="mark">{}</mark>', p) if is_mark else p,) for is_mark, p in cell.pieces)
    )
    return format_html('<span class="treated">{}</span>', pieces) if cell.is_rewritten else pieces


@register.simple_tag
def in_place() -> str:
    """On whatever holds links or a search form: HTMX exchanges the page's main part alone; without script they work as ever."""
    return IN_PLACE


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The page's own query string with changes; an empty value takes a key away. For links of pagers and tabs."""
    given = context["request"].GET.copy()
    for key, value in changes.items():
        if value in ("", None):
            given.pop(key, None)
        else:
            given[key] = str(value)
    return f"?{given.urlencode()}"
