"""A cell or text that couldn't be scanned is told with its column, its rows and the reason, never with a piece of it."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from domain.finding import Severity, Source
from domain.table import Coverage, TextPart, UnreadReason
from flows.report.facts import facts_of
from flows.report.page import render
from redaction import detect, engine, unread
from redaction.detect import Recogniser, TextTooHard
from redaction.lens import LONGEST
from redaction.nested import DEPTH
from redaction.report import scan_json
from redaction.scan import Scan, coverage, scan_reading
from redaction.texts import shown
from redaction.unread import KEPT, reason_of
from review.console.words import UNREAD
from tests.personal_data import PACKS, id18, reading
from tests.tables import table_from_rows

NOISE = base64.b64encode(b"\x89PNG\r\n\x1a\n" + Random(4).randbytes(900)).decode()  # repeatable by intent
PACKED = base64.b64encode(gzip.compress(b"1" * 900_000)).decode()  # five of them say more than is looked at
HARD = "难"
TEXTS: dict[UnreadReason, str] = {
    UnreadReason.TOO_LONG: f"{id18()}," + "数" * LONGEST,
    UnreadReason.TOO_DEEP: f"{id18()}&" + "amp;" * (DEPTH + 2) + "#49;",
    UnreadReason.TOO_WRAPPED: f"{id18()} " + f"{PACKED} " * 5,
    UnreadReason.FILE_INSIDE: f"{id18()} data:image/png;base64,{NOISE}",
    UnreadReason.TOO_HARD: f"{HARD}{id18()}",
}


@pytest.fixture(autouse=True)
def hard_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pattern takes too long on texts that begin so."""
    real = Recogniser.find

    def find(self: Recogniser, text: str) -> Any:
        if text.startswith(HARD):
            raise TextTooHard
        return real(self, text)

    monkeypatch.setattr(detect.Recogniser, "find", find)


def scanned(into: Path, cells: list[str | None], *, part: str = "已核") -> tuple[Scan, Coverage, dict[str, Any], str]:
    """A table whose column 乙 holds the cells: its scan, its certificate, what `--json` and the HTML report say."""
    table = table_from_rows(into, "t", [{"甲": "1", "乙": c} for c in cells], columns=["甲", "乙"])
    source = reading(table, parts=[TextPart("comment", "B2", part)])
    scan = scan_reading(
        source, PACKS, contract=None, header_map={}, hits_dir=into / "hits", seed="s", file_name="名单.csv"
    )
    certificate, lost = coverage(source, scan, {"t": (len(cells), 2)})
    facts = facts_of(
        source, certificate, (*scan.findings, *lost), PACKS, file="名单.csv", shown=lambda t: shown(t, scan.lens)
    )
    return scan, certificate, scan_json(source, scan, certificate, file="名单.csv"), render(facts)


def test_every_reason_has_a_text_and_words() -> None:
    assert set(TEXTS) == set(UNREAD) == set(UnreadReason)


@pytest.mark.parametrize("reason", UnreadReason)
def test_reason_of_a_text(reason: UnreadReason) -> None:
    if reason is not UnreadReason.TOO_HARD:
        assert reason_of(TEXTS[reason]) is reason
    assert reason_of("普通文字") is UnreadReason.TOO_HARD  # what the lens refused for neither length nor wrapping


@pytest.mark.parametrize("reason", UnreadReason)
def test_unread_cell_is_told_with_its_place_everywhere(tmp_path: Path, reason: UnreadReason) -> None:
    text = TEXTS[reason]
    _, certificate, report, page = scanned(tmp_path, ["无", None, text, "无"])
    assert (certificate.complete, certificate.tables[0].cells_scanned) == (False, 7)
    (told,) = certificate.unscanned
    assert (told.reason, told.count, told.places[0].row, told.places[0].locator) == (reason, 1, 3, "line 4")
    assert report["unscanned"] == [
        {
            "reason": reason.value, "source": "cell", "table": "t", "column": "乙", "count": 1,
            "places": [{"row": 3, "locator": "line 4"}],
        }
    ]  # fmt: skip
    assert all(word in page for word in ("没有扫描的格和文字", "列“乙”", "line 4", *UNREAD[reason]))
    assert not [p for p in (text[:18], id18()) if p in page + json.dumps(report) + json.dumps(certificate.to_dict())]


@pytest.mark.parametrize("reason", UnreadReason)
def test_unread_cell_blocks_with_its_place_and_reason(tmp_path: Path, reason: UnreadReason) -> None:
    table = table_from_rows(tmp_path, "t", [{"乙": c} for c in ("无", TEXTS[reason])], columns=["乙"])
    source = reading(table)
    scan = scan_reading(source, PACKS, contract=None, header_map={}, hits_dir=tmp_path / "h", seed="s", file_name="a")
    _, (finding,) = coverage(source, scan, {"t": (2, 1)})
    assert (finding.code, finding.severity, finding.count) == ("coverage-incomplete", Severity.BLOCK, 1)
    assert finding.rule is not None
    assert finding.rule.id == f"coverage.{reason.value}"
    place = finding.places[0]
    assert (place.table, place.column, place.row, place.locator) == ("t", "乙", 2, "line 3")
    assert "1 个单元格没有扫描" in finding.note


def test_unread_cells_of_many_batches_are_counted_and_the_first_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BATCH_ROWS", 10)
    deep, hard = TEXTS[UnreadReason.TOO_DEEP], TEXTS[UnreadReason.TOO_HARD]
    _, certificate, _, page = scanned(tmp_path, [hard, *[f"{deep}{n}" for n in range(KEPT + 15)]])
    told = {u.reason: u for u in certificate.unscanned}
    assert {r: u.count for r, u in told.items()} == {UnreadReason.TOO_DEEP: KEPT + 15, UnreadReason.TOO_HARD: 1}
    assert [p.row for p in told[UnreadReason.TOO_DEEP].places] == list(range(2, KEPT + 2))
    assert certificate.tables[0].cells - certificate.tables[0].cells_scanned == KEPT + 16
    assert f"{KEPT + 15}" in page


@pytest.mark.parametrize("reason", UnreadReason)
def test_unread_text_around_the_cells_is_told(tmp_path: Path, reason: UnreadReason) -> None:
    _, certificate, report, page = scanned(tmp_path, ["无"], part=TEXTS[reason])
    (told,) = certificate.unscanned
    assert (certificate.complete, certificate.parts - certificate.parts_scanned) == (False, 1)
    assert (told.reason, told.places[0].source, told.places[0].locator) == (reason, Source.COMMENT, "B2")
    assert report["unscanned"][0]["source"] == "comment"
    assert all(word in page for word in ("B2", *UNREAD[reason]))


def test_other_faults_of_the_count_are_told_beside_unread_cells(tmp_path: Path) -> None:
    table = table_from_rows(tmp_path, "t", [{"乙": TEXTS[UnreadReason.TOO_HARD]}], columns=["乙"])
    source = reading(table)
    scan = scan_reading(source, PACKS, contract=None, header_map={}, hits_dir=tmp_path / "h", seed="s", file_name="a")
    _, lost = coverage(source, scan, {"t": (2, 1)})
    assert [f.rule and f.rule.id for f in lost] == ["coverage.too-hard", "coverage"]


def test_a_certificate_that_names_an_unread_cell_is_not_complete(tmp_path: Path) -> None:
    scan, certificate, *_ = scanned(tmp_path, [TEXTS[UnreadReason.TOO_HARD]])
    assert scan.tables["t"].unread == (unread.Unread("乙", UnreadReason.TOO_HARD, 1, ((1, 2),)),)
    assert not certificate.complete
