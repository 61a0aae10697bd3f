"""A fault inside any step, whatever its message quotes, ends in one quiet line and a release that can be prepared again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.marked_city import DATASET, MarkedCity, blocked, csv_text, ends, rows
from tests.marked_files import bad_zip, comments
from tests.markers import Mark

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def sound(m: Mark, folder: Path) -> Path:
    """A file that may be published, marks in the cells that are removed on the way."""
    path = folder / "sound.csv"
    path.write_text(csv_text(rows(备注=f"联系{m.phone}", 姓名=m.phrase, 身份证号=m.number)), "utf-8")
    return path


def test_prepare_sound_file_with_marks_is_checked_and_silent(marked: MarkedCity, tmp_path: Path) -> None:
    answer = marked.prepare(sound(marked.search.mark("sound"), tmp_path))
    assert answer.json["status"] == "checked", answer.stderr
    ends(marked, answer, marked.call("show", answer.json["release"]))


@pytest.mark.parametrize("make", [comments, bad_zip], ids=["hidden-parts", "archive"])
def test_prepare_container_with_marks_is_blocked_and_silent(marked: MarkedCity, make: object, tmp_path: Path) -> None:
    mark = marked.search.mark(f"container {getattr(make, '__name__', '')}")
    answer = marked.prepare(make(mark, tmp_path))  # type: ignore[operator]  # comments or bad_zip
    shown, _ = blocked(marked, answer)
    ends(marked, answer, shown)


FAULTS = (
    "pull", "reader", "fit", "quality", "gx", "marks", "recogniser", "operator", "census", "residue", "export",
    "store-export", "store-named", "receive", "checked", "order", "interrupt", "memory",
)  # fmt: skip
AGAIN = ("checked", "interrupt", "store-export")


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_in_a_step_is_named_and_silent(marked: MarkedCity, fault: str, tmp_path: Path) -> None:
    mark, public = marked.search.mark(f"fault {fault}"), marked.public()
    text = {"recogniser": mark.number, "operator": mark.phrase}.get(fault, " ".join(mark.values))
    path, period = sound(mark, tmp_path), marked.period()
    words = ("prepare", DATASET, "--from", str(path), "--period", period, "--json")
    answer = marked.call(*words, fault=fault, text=text)
    assert (answer.status, answer.stdout) == (3, ""), answer.stderr
    assert "run it again" in answer.stderr or "run again" in answer.stderr
    listed = marked.call("releases", "--json")
    ends(marked, answer, listed)
    assert {r["status"] for r in listed.json if r["period"] == period} <= {"received"}
    assert marked.public() == public
    if fault in AGAIN:
        again = marked.call(*words)
        assert again.json["status"] == "checked", again.stderr
        assert len([r for r in marked.call("releases", "--json").json if r["period"] == period]) == 1


def test_fault_while_a_blocked_release_is_recorded_is_silent(marked: MarkedCity, tmp_path: Path) -> None:
    mark = marked.search.mark("fault blocked")
    path = tmp_path / "bad.csv"
    path.write_text(csv_text(rows(期初=mark.phrase, 身份证号=mark.number)), "utf-8")
    answer = marked.prepare(path, fault="blocked", text=mark.phrase)
    assert answer.status == 3
    ends(marked, answer)


def test_text_too_hard_to_scan_blocks_and_is_silent(marked: MarkedCity, tmp_path: Path) -> None:
    mark = marked.search.mark("too hard")
    answer = marked.prepare(sound(mark, tmp_path), fault="too-hard", text=mark.number)
    shown, findings = blocked(marked, answer)
    assert "coverage-incomplete" in {f["code"] for f in findings}
    ends(marked, answer, shown)


@pytest.mark.parametrize("fault", ["receive", "reader", ""])
def test_runner_reports_a_fault_without_its_words(marked: MarkedCity, fault: str, tmp_path: Path) -> None:
    mark = marked.search.mark(f"runner {fault}")
    parameters = json.dumps({"dataset": DATASET, "order": _order(marked, mark, tmp_path) if fault else "none"})
    answer = marked.call("prepare", parameters, fault=fault, text=" ".join(mark.values), runner=True)
    assert answer.status == 1
    assert answer.json["error"] == ("step-failed" if fault else "usage-invalid")
    ends(marked, answer)


def _order(city: MarkedCity, mark: Mark, folder: Path) -> str:
    from flows.home import open_home
    from flows.orders import Order, write_order

    return write_order(open_home(city.home), Order(DATASET, str(sound(mark, folder)), city.period()))


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("look", ("scan", "{}", "--json")),
        ("recogniser", ("scan", "{}", "--json")),
        ("operator", ("redact", "{}", "--out", "{}.out.csv", "--contract", DATASET)),
        ("plain", ("redact", "{}", "--out", "{}.out.csv")),
        ("draft", ("contract", "draft", "{}")),
        ("installation", ("releases", "--json")),
    ],
)
def test_fault_in_a_look_is_named_and_silent(
    marked: MarkedCity, fault: str, words: tuple[str, ...], tmp_path: Path
) -> None:
    mark = marked.search.mark(f"look {fault}")
    path = sound(mark, tmp_path)
    text = {"recogniser": mark.number, "operator": mark.phrase}.get(fault, " ".join(mark.values))
    answer = marked.call(*(w.format(path) for w in words), fault=fault, text=text)
    assert answer.status == 3, (answer.stderr, answer.stdout)
    ends(marked, answer)
    assert [p.name for p in tmp_path.iterdir()] == ["sound.csv"]


def test_stored_source_with_other_bytes_is_refused_and_silent(marked: MarkedCity, tmp_path: Path) -> None:
    import hashlib

    mark = marked.search.mark("tampered")
    path = sound(mark, tmp_path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    stored = marked.home / "store" / "quarantine" / digest[:2] / digest
    assert marked.prepare(path).status == 0
    stored.chmod(0o600)
    stored.write_bytes(path.read_bytes() + mark.phrase.encode())
    answer = marked.prepare(path)
    stored.write_bytes(path.read_bytes())
    assert answer.status == 1
    ends(marked, answer)
