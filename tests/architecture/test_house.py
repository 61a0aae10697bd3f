"""The house holds its own rules: imports one way, one vendor one door, approvals minted in one place."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("domain", "intake", "storage", "checks", "redaction", "review", "catalog", "flows")
SOURCES = sorted(p for room in ROOMS for p in (ROOT / room).rglob("*.py"))


def _calls(path: Path, name: str) -> list[int]:
    tree = ast.parse(path.read_text("utf-8"))
    return [
        n.lineno
        for n in ast.walk(tree)
        if isinstance(n, ast.Call) and getattr(n.func, "id", getattr(n.func, "attr", "")) == name
    ]


def test_imports_run_one_way_and_vendors_have_one_door() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_approval_is_minted_at_the_desk_alone_and_read_from_what_it_signed() -> None:
    minting = {p.relative_to(ROOT).as_posix() for p in SOURCES if _calls(p, "Approval")}
    assert minting == {"review/desk.py", "review/carried.py"}


def test_no_room_is_called_utils() -> None:
    banned = {"utils", "util", "common", "core", "base", "services", "manager", "helpers", "misc"}
    assert not [p for p in SOURCES if p.stem in banned or banned & set(p.relative_to(ROOT).parts)]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_module_says_what_it_is_for(path: Path) -> None:
    if "migrations" in path.parts:
        return
    assert (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").strip()


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_module_is_finished(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not [w for w in ("TODO", "FIXME", "XXX:", "raise NotImplementedError") if w in text]


def test_help_needs_no_heavy_library() -> None:
    code = (
        "import sys; sys.argv=['mingjing','--help']\n"
        "from flows.cli import build\n"
        "try: build()()\n"
        "except SystemExit: pass\n"
        "heavy={'prefect','django','great_expectations','presidio_analyzer','polars','pyarrow','duckdb','boto3','ckanapi','openpyxl','httpx'}\n"
        "print('HEAVY', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "HEAVY []" in done.stdout
