"""The HTML report tells kinds, counts and places, holds no value, and fetches and runs nothing."""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from domain.errors import UsageInvalid
from domain.finding import Finding, Place, Severity, Source
from domain.masking import PARAMETERS
from domain.table import Coverage, TextPart
from flows.library import read_packs
from flows.report import words
from flows.report.facts import PLACES_SHOWN, Facts, facts_of
from flows.report.page import check_target, render, write_page
from redaction.forms import NAMES
from redaction.policy import COLUMN_REMEDIES, REMEDIES
from redaction.redact import redact_reading
from redaction.scan import coverage, scan_reading
from redaction.texts import shown
from tests.personal_data import id18, reading
from tests.tables import table_from_rows

ID = id18()
PACKS = read_packs(None)
ROWS: list[dict[str, str | None]] = [
    {f"证件{ID}": f"x{ID}", "<b>备注</b>": "马德顺", "金额": "1234567.5"} for _ in range(30)
]
SECRETS = (ID, ID[:6], ID[-4:], "马德顺", "1234567", "13900000003")


def facts_from(into: Path, *, redacted: bool = False, census: tuple[int, int] = (30, 3)) -> Facts:
    """The facts of a table that has an identifier in every place that a sender names."""
    table = replace(
        table_from_rows(into, f"表{ID}", ROWS, sheet=f"名单{ID}"), preamble=(TextPart("cell", "A1", f"经办人{ID}"),)
    )
    source = reading(table, parts=[TextPart("comment", f"名单{ID}!B2", "手机13900000003")])
    scan = scan_reading(
        source, PACKS, contract=None, header_map={}, hits_dir=into / "h", seed="s", file_name=f"{ID}.xlsx"
    )
    certificate, lost = coverage(source, scan, {table.name: census})
    done = redact_reading(source, scan, PACKS, into=into) if redacted else None
    raw = Finding(
        "hidden-sheet", Severity.WARN, 1, (Place(f"名单{ID}", locator=f"名单{ID}!A1"),), note="有隐藏的工作表"
    )
    return facts_of(
        source, certificate, (*scan.findings, *lost, raw), PACKS, file=f"{ID}.xlsx", shown=lambda t: shown(t, scan.lens),
        redaction_map=done.map if done else None, written=[f"{ID}-b.csv"] if done else (),
    )  # fmt: skip


class Tags(HTMLParser):
    """Every start tag with its attributes, and all text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("redacted", [False, True], ids=["scan", "redaction"])
def test_report_holds_no_value_wherever_it_stands(tmp_path: Path, redacted: bool) -> None:
    page = render(facts_from(tmp_path, redacted=redacted))
    visible = re.sub(r"sha256-[^']+'|[0-9a-f]{64}|<style>.*?</style>", "", page, flags=re.S)
    assert not [s for s in SECRETS if s in visible]
    assert "[身份证号]" in page


@pytest.mark.parametrize("redacted", [False, True], ids=["scan", "redaction"])
def test_report_fetches_and_runs_nothing(tmp_path: Path, redacted: bool) -> None:
    page = render(facts_from(tmp_path, redacted=redacted))
    tags = Tags(page).tags
    assert not {t for t, _ in tags} & {
        "script",
        "img",
        "link",
        "iframe",
        "object",
        "embed",
        "form",
        "svg",
        "base",
        "a",
        "b",
    } - {"b"}
    names = {name for _, attributes in tags for name in attributes}
    assert not {n for n in names if n.startswith("on")} | names & {"src", "href", "style", "action", "srcset"}
    assert not re.search(r"https?:|url\(|@import|//[a-z]", page)
    policy = next(a["content"] for t, a in tags if a.get("http-equiv") == "Content-Security-Policy")
    style = re.search(r"<style>(.*?)</style>", page, re.S)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_report_escapes_what_the_sender_wrote(tmp_path: Path) -> None:
    page = render(facts_from(tmp_path, redacted=True))
    assert "&lt;b&gt;备注&lt;/b&gt;" in page
    assert "<b>备注" not in page


def test_report_is_the_same_again(tmp_path: Path) -> None:
    assert render(facts_from(tmp_path / "1")) == render(facts_from(tmp_path / "2"))


def test_report_counts_every_place_and_lists_the_first(tmp_path: Path) -> None:
    facts = facts_from(tmp_path)
    group = next(g for g in facts.groups if g.entity == "CN_ID18" and "单元格" in g.where[0] and g.count > 1)
    assert (group.count, len(group.places), group.places[0]) == (30, PLACES_SHOWN, "名单[身份证号]!A2")
    assert facts.counts[Severity.WARN] == 1
    text = Tags(render(facts)).text
    assert "只列前 12 处" in text
    assert "90／90" in text
    assert facts.verdict == words.SCANNED_HOLDS


def test_report_of_an_incomplete_scan_never_says_clean(tmp_path: Path) -> None:
    facts = facts_from(tmp_path, census=(31, 3))
    text = Tags(render(facts)).text
    assert (facts.verdict, facts.verdict_severity) == (words.INCOMPLETE, "block")
    assert "不完整" in text
    assert "计数不符" in text
    assert words.SCANNED_CLEAN[0] not in text


VERDICTS: dict[str, tuple[tuple[Finding, ...], bool, words.Pair, str]] = {
    "nothing": ((), True, words.SCANNED_CLEAN, "ok"),
    "information": ((Finding("x", Severity.INFO),), True, words.SCANNED_CLEAN, "ok"),
    "to be decided": ((Finding("x", Severity.HOLD), Finding("y", Severity.WARN)), True, words.SCANNED_HOLDS, "hold"),
    "blocks": ((Finding("x", Severity.HOLD), Finding("y", Severity.BLOCK)), True, words.SCANNED_BLOCKS, "block"),
    "incomplete": ((), False, words.INCOMPLETE, "block"),
}


@pytest.mark.parametrize(("findings", "complete", "verdict", "severity"), VERDICTS.values(), ids=VERDICTS.keys())
def test_verdict(findings: tuple[Finding, ...], complete: bool, verdict: words.Pair, severity: str) -> None:
    certificate = Coverage("0" * 64, 1, (), 1, 1 if complete else 0, canaries_planted=1, canaries_found=1)
    facts = facts_of(reading(), certificate, findings, PACKS, file="a.csv", shown=lambda t: t)
    assert (facts.verdict, facts.verdict_severity) == (verdict, severity)
    assert verdict[0] in render(facts)


def test_report_tells_dropped_rows_and_operators(tmp_path: Path) -> None:
    columns = {n: {"operator": n, "changed": 1, "emptied": 2, "spans": {"MOBILE": 3}} for n in PARAMETERS}
    dropped = [{"field": "age", "condition": "below", "reason": "未成年人", "dropped": 1234, "unread": 5}]
    done: dict[str, Any] = {"tables": {"t": {"rows": 7, "rows_dropped": dropped, "columns": columns}}}
    certificate = Coverage("0" * 64, 1, (), 1, 1, canaries_planted=1, canaries_found=1)
    facts = facts_of(
        reading(), certificate, (), PACKS, file="a", shown=lambda t: t, redaction_map=done, written=["b.csv"]
    )
    text = Tags(render(facts)).text
    assert "按“age”去掉 1,234 行，其中无法辨认而去掉 5 行：未成年人" in text
    assert all(f"{zh} {en}" in text for zh, en in words.OPERATORS.values())
    assert "手机号码 × 3" in text


def test_words_are_complete() -> None:
    assert set(words.SEVERITIES) == set(Severity)
    assert set(words.SOURCES) == set(Source)
    assert set(words.REMEDIES) == {*COLUMN_REMEDIES.values(), *(r for r in REMEDIES.values() if r)}
    assert set(words.OPERATORS) == set(PARAMETERS) == {*NAMES, "keep", "drop"}
    assert set(COLUMN_REMEDIES) == set(PARAMETERS) - {"keep"}


TARGETS: dict[str, Callable[[Path], Path]] = {
    "not html": lambda p: p / "a.csv",
    "the file": lambda p: p / "in.html",
    "the output": lambda p: p / "out.html",
    "another way to write the file": lambda p: p / "x" / ".." / "in.html",
    "no such folder": lambda p: p / "no" / "a.html",
    "a folder": lambda p: p / "d.html",
}


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS.keys())
def test_check_target_refuses(tmp_path: Path, target: Callable[[Path], Path]) -> None:
    (tmp_path / "in.html").write_text("x")
    (tmp_path / "x").mkdir()
    (tmp_path / "d.html").mkdir()
    with pytest.raises(UsageInvalid):
        check_target(target(tmp_path), tmp_path / "in.html", tmp_path / "out.html")


def test_write_page_is_whole_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = facts_from(tmp_path / "in")
    out = tmp_path / "a.html"
    write_page(facts, out)
    assert out.read_text("utf-8") == render(facts)
    out.write_text("old")

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UsageInvalid, match="No space left"):
        write_page(facts, out)
    assert out.read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.html", "in"]
