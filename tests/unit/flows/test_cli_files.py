"""`mingjing scan` and `mingjing redact` on a file alone: JSON on stdout, everything else on stderr, all written or nothing."""

import json
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from domain.errors import FindingBlocks, UsageInvalid
from flows import lookover
from flows.cli import build
from flows.cli.say import bar
from flows.progress import announce, counting, listening
from tests.personal_data import id18

ID = id18()
TEXT = f"类别,备注\n第一类,无\n第二类,证件{ID}，电话13900000001\n第三类,\n"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MINGJING_HOME", raising=False)
    path = tmp_path / "名单.csv"
    path.write_text(TEXT, "utf-8")
    return path


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(build(), [str(w) for w in words])


def left(folder: Path) -> Sequence[str]:
    return sorted(p.name for p in folder.iterdir())


def test_scan_json_stands_alone_on_stdout(file: Path) -> None:
    done = call("scan", file, "--json", "--report", "r.html")
    report = json.loads(done.stdout)
    assert (done.exit_code, report["complete"], report["tables"][0]["cells_scanned"]) == (0, True, 6)
    assert [f["entity"] for f in report["findings"]] == ["CN_ID18", "MOBILE"]
    assert "r.html" in done.stderr
    page = (file.parent / "r.html").read_text("utf-8")
    assert "居民身份证号码" in page
    assert "line 3" in page
    assert not [s for s in (ID, "13900000001", "第二类") if s in page + done.stderr]


def test_scan_of_a_secret_file_blocks_and_reports(file: Path) -> None:
    file.write_text("秘密★10年,备注\n1,2\n", "utf-8")
    done = call("scan", file, "--report", "r.html")
    assert done.exit_code == 1
    assert "有阻断的发现" in (file.parent / "r.html").read_text("utf-8")


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet", "jsonl"])
def test_redact_writes_one_clean_file_and_a_report(file: Path, suffix: str) -> None:
    done = call("redact", file, "--out", f"b.{suffix}", "--report", "r.html", "--json")
    report = json.loads(done.stdout)
    assert (done.exit_code, report["spans_replaced"], report["rows_dropped"], report["columns_dropped"]) == (
        0,
        2,
        0,
        [],
    )
    assert report["files"] == [f"b.{suffix}"]
    assert left(file.parent) == sorted([file.name, f"b.{suffix}", "r.html"])
    assert ID.encode() not in (file.parent / f"b.{suffix}").read_bytes()
    assert "已脱敏，再查无残留" in (file.parent / "r.html").read_text("utf-8")
    again = json.loads(call("scan", f"b.{suffix}", "--json").stdout)
    assert again["findings"] == []


def test_redact_twice_gives_the_same_bytes(file: Path) -> None:
    for name in ("1.csv", "2.csv", "1.xlsx", "2.xlsx", "1.parquet", "2.parquet"):
        call("redact", file, "--out", name)
    for suffix in ("csv", "xlsx", "parquet"):
        assert Path(f"1.{suffix}").read_bytes() == Path(f"2.{suffix}").read_bytes()
    call("redact", "1.csv", "--out", "3.csv")
    assert Path("3.csv").read_bytes() == Path("1.csv").read_bytes()


def test_redact_that_finds_a_residue_writes_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("redaction.rewrite._labelled", lambda cells, spans, work, lens: cells)
    done = call("redact", file, "--out", "b.csv", "--report", "r.html")
    assert isinstance(done.exception, FindingBlocks)
    assert "residue" in str(done.exception)
    assert ID not in str(done.exception) + done.stderr + done.stdout
    assert left(file.parent) == [file.name]


def test_redact_of_a_secret_or_half_read_file_writes_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("机密★启用前,备注\n1,2\n", "utf-8")
    assert isinstance(call("redact", file, "--out", "b.csv").exception, FindingBlocks)
    file.write_text(TEXT, "utf-8")
    monkeypatch.setattr("intake.census.census", lambda path, reading: {reading.tables[0].name: (4, 2)})
    done = call("redact", file, "--out", "b.csv")
    assert "coverage-incomplete" in str(done.exception)
    assert left(file.parent) == [file.name]


def test_redact_that_cannot_write_its_last_file_leaves_none(file: Path) -> None:
    book = openpyxl.Workbook()
    for name in ("甲", "乙"):
        sheet = book.active if name == "甲" else book.create_sheet()
        sheet.title = name
        for row in (["列", "备注"], ["1", "2"], ["3", "4"]):
            sheet.append(row)
    book.save("两表.xlsx")
    Path("b-乙.csv").mkdir()
    before = left(file.parent)
    done = call("redact", "两表.xlsx", "--out", "b.csv")
    assert isinstance(done.exception, UsageInvalid)
    assert left(file.parent) == before
    Path("b-乙.csv").rmdir()
    assert json.loads(call("redact", "两表.xlsx", "--out", "b.csv", "--json").stdout)["files"] == [
        "b-甲.csv",
        "b-乙.csv",
    ]


@pytest.mark.parametrize(
    "words",
    [
        ("redact", "名单.csv", "--out", "名单.csv"),
        ("redact", "名单.csv", "--out", "b.docx"),
        ("redact", "名单.csv", "--out", "b.csv", "--report", "b.csv"),
        ("redact", "名单.csv", "--out", "b.csv", "--report", "名单.csv"),
        ("scan", "名单.csv", "--report", "no/r.html"),
        ("scan", "名单.csv", "--report", "r.txt"),
    ],
    ids=["over itself", "no such format", "report over the output", "report over the file", "no folder", "not html"],
)
def test_wrong_names_are_refused_before_anything_is_read(
    file: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookover, "looking", None)  # whoever reads the file fails on this
    assert isinstance(call(*words).exception, UsageInvalid)
    assert file.read_text("utf-8") == TEXT
    assert left(file.parent) == [file.name]


# --- progress --------------------------------------------------------------------------------------------------------


def test_rows_are_told_batch_by_batch_in_every_pass(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("redaction.engine.BATCH_ROWS", 2)
    told: list[tuple[str, int, int]] = []
    step = ""

    def follow(title: str, number: int, of: int) -> None:
        nonlocal step
        step = title

    with listening(follow, lambda done, of: told.append((step, done, of))):
        lookover.redact_file(file, file.parent / "b.csv", contract=None, home=None)
    passes = ("扫描", "脱敏", "再查")
    assert told == [(p, done, 3) for p in passes for done in (2, 3)]


def test_counting_without_a_listener_is_silent() -> None:
    counting(3)(3)


def test_bar_says_step_and_rows_on_stderr_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    with bar("扫描"):
        announce("扫描", 2, 3)
        counting(1_200_000)(50_000)
    out, err = capsys.readouterr()
    assert out == ""
    assert "50,000／1,200,000 行" in err


@pytest.mark.parametrize("rows", [1, 3])
def test_scan_json_is_one_object_printed_as_it_is_read(tmp_path: Path, rows: int) -> None:
    (tmp_path / "n.csv").write_text("甲,乙\n" + f"{ID},x\n" * (rows - 1) + "y,x\n", "utf-8")
    done = call("scan", tmp_path / "n.csv", "--json")
    report = json.loads(done.stdout)
    assert list(report) == ["file", "sha256", "bytes", "tables", "complete", "unscanned", "findings"]
    assert [f["row"] for f in report["findings"]] == [*range(1, rows)]
    assert done.stdout == json.dumps(report, ensure_ascii=False, indent=2) + "\n"


def test_scan_tells_where_a_cell_was_not_scanned_and_why(file: Path) -> None:
    deep = "&" + "amp;" * 12 + "#49;"
    file.write_text(f"类别,备注\n第一类,无\n第二类,{ID}{deep}\n", "utf-8")
    done = call("scan", file)
    assert done.exit_code == 1
    assert "没有扫描：表“名单”，列“备注”，单元格，转义、实体或编码套了太多层，1 处：line 3" in done.stderr
    assert ID not in done.stderr + done.stdout
