"""Both languages whole: every page in English holds no Chinese but what is the data's own, and every set of words is complete."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from domain import errors
from domain.errors import MingjingError
from domain.release import DispositionKind, Status, Verdict
from review.permissions import Role
from tests.console_visits import HAN, industry_contract, propose_change, table_release, text_of, visit
from tests.integration.review.console.test_permission_matrix import ROLE_OF, address, documented
from tests.review_desk import BLOCK, HOLD2, PASSWORD, approved, checked, decide, published

ROOT = Path(__file__).resolve().parents[4]


@pytest.mark.parametrize(
    "role", ["section_reviewer", "operator", "auditor", "administrator", "confidentiality_reviewer"]
)
def test_english_is_complete(console: Path, role: str) -> None:
    release = table_release(findings=[HOLD2])
    made = [release, published(period="a", run_key="a"), checked(period="b", run_key="b", findings=[BLOCK]), approved(period="c", run_key="c"), table_release(run_key="d", period="d", submit=False)]  # fmt: skip
    escalated = table_release(run_key="e", period="e")
    decide(escalated, "sec", "section", "escalate", reason="can't be determined")
    propose_change()
    client = visit(ROLE_OF[role], "en")
    client.post(f"/releases/{release}/open", {"finding": HOLD2.id})
    for name, (method, where, _roles) in documented().items():
        if method != "GET" or name in ("note", "evidence"):
            continue
        for one in [*made, escalated] if "<release>" in where else [release]:
            page = client.get(address(name, one))
            if page.status_code == 302:
                continue
            assert (name, HAN.findall(text_of(page))) == (name, []), one
            assert 'lang="en"' in page.content.decode()
    assert role in {r for _, _, roles in documented().values() for r in roles}


def test_english_where_nothing_is_there_yet_and_in_refusals(console: Path) -> None:
    for person in ("op", "auditor"):
        client = visit(person, "en")
        for where in (
            "/queue",
            "/releases",
            "/runs",
            "/ledger",
            "/list",
            "/overview",
            "/packs",
            "/people",
            "/releases/R-1",
            "/queue?q=x",
        ):
            assert HAN.findall(text_of(client.get(where))) == [], where
    page = visit(None, "en").post("/sign-in", {"username": "op", "password": "wrong password"})
    assert HAN.findall(text_of(page)) == []


def test_chinese_is_the_first_language(console: Path) -> None:
    for accepted in ("fr", "zh-CN", "", "*"):
        assert 'lang="zh-CN"' in visit("op", accepted).get("/queue").content.decode(), accepted
    assert 'lang="en"' in visit("op", "en-GB").get("/queue").content.decode()


def test_templates_say_everything_twice() -> None:
    """No Chinese outside the tag that has the English beside it, and none of the two is empty."""
    for path in sorted((ROOT / "review/console/templates").glob("*.html")):
        if path.name == "500.html":  # rendered without a visitor: both languages stand in it
            continue
        text = path.read_text("utf-8")
        pairs = re.findall(r'{% t "([^"]*)" "([^"]*)"', text)
        assert all(zh.strip() and en.strip() and not HAN.search(en) for zh, en in pairs), path.name
        plain = re.sub(r'{% t "[^"]*" "[^"]*"', "", text)
        rest = [w for w in HAN.findall(re.sub(r"{%.*?%}|{{.*?}}", "", plain)) if w != "中文"]
        assert rest == [], path.name
        said = (
            re.findall(r"{(\w+)}", " ".join(zh for zh, _ in pairs)),
            re.findall(r"{(\w+)}", " ".join(en for _, en in pairs)),
        )
        assert set(said[0]) == set(said[1]), path.name


def tables() -> dict[str, dict[str, tuple[str, str]]]:
    from review.console import words

    return {k: v for k, v in vars(words).items() if k.isupper() and not k.endswith("_TAGS")}


def test_words_are_pairs() -> None:
    for name, table in tables().items():
        for key, (zh, en) in table.items():
            assert HAN.search(zh), (name, key)
            assert en, (name, key)
            assert not HAN.search(en), (name, key)


def calls(folder: str, name: str) -> set[str]:
    """First string argument of every call of that method in the room."""
    found = set()
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == name and node.args:
                for one in ast.walk(node.args[0]):
                    if isinstance(one, ast.Constant) and isinstance(one.value, str):
                        found.add(one.value)
    return found


def test_every_closed_set_has_words() -> None:
    from checks.quality import run
    from flows.prepare import STEPS
    from review.acts.work import KINDS
    from review.console import words

    assert run
    named = {k.name() for k in vars(errors).values() if isinstance(k, type) and issubclass(k, MingjingError)}
    pairs: list[tuple[Any, set[str]]] = [
        (words.STATUSES, set(Status)), (words.ROLES, set(Role)), (words.VERDICTS, set(Verdict)), (words.DISPOSITIONS, set(DispositionKind)),
        (words.EVENTS, calls("review", "write") & {c for c in calls("review", "write") if re.fullmatch("[a-z-]+", c)}), (words.REFUSALS, named),
        (words.WORK_KINDS, set(KINDS)), (words.STEPS, set(STEPS)), (words.STAGES, {"section", "confidentiality", "legal", "chief"}),
    ]  # fmt: skip
    for table, wanted in pairs:
        assert wanted - set(table) == set()


def test_every_finding_code_has_words() -> None:
    """Codes that the crafts write: constants named CODE or *_CODE, and first arguments of Finding(…)."""
    from review.console import words

    codes = set()
    for folder in ("checks", "redaction", "intake", "flows"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and getattr(node.func, "id", "") == "Finding"
                    and node.args
                    and isinstance(node.args[0], ast.Constant)
                ):
                    codes.add(node.args[0].value)
                if (
                    isinstance(node, ast.Assign)
                    and isinstance(node.value, ast.Constant)
                    and any(getattr(x, "id", "").endswith("CODE") for x in node.targets)
                ):
                    codes.add(node.value.value)
    assert codes
    assert {c for c in codes if isinstance(c, str) and re.fullmatch(r"[a-z]+(-[a-z]+)*", c)} - set(words.CODES) == set()


def test_password_and_hash_are_in_no_page(console: Path) -> None:
    industry_contract()
    release = table_release()
    for name, (method, _, _) in documented().items():
        if method == "GET":
            page = visit("auditor").get(address(name, release))
            assert PASSWORD.encode() not in page.content, name
            assert b"argon2" not in page.content, name
