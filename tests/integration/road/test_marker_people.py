"""What people type by mistake (passwords, dispositions, contracts, bundles) isn't repeated by any refusal."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tests.marked_city import CHECKS, CONTRACT, FIELDS, MarkedCity, ends
from tests.markers import Mark

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def waiting(marked: MarkedCity) -> str:
    """A release in review."""
    release = marked.good()
    assert marked.signed("submit", release, user="finance_operator").status == 0
    return release


@pytest.mark.parametrize("act", ["submit", "decide", "withdraw", "user"])
def test_wrong_password_is_refused_and_never_repeated(marked: MarkedCity, waiting: str, act: str) -> None:
    mark = marked.search.mark(f"password {act}")
    words = {
        "submit": ("submit", waiting, "--as", "finance_operator"),
        "decide": (
            "decide", waiting, "--as", "finance_section", "--stage", "section", "--verdict", "approve",
            "--dispositions", str(marked.dispositions(waiting)),
        ),
        "withdraw": ("withdraw", waiting, "--as", "finance_chief", "--reason", "演示"),
        "user": ("user", "add", "finance_operator"),
    }[act]  # fmt: skip
    answer = marked.call(*words, "--password-stdin", stdin=f"{mark.word}{mark.number}\n")
    assert answer.status in (1, 2), answer.stderr
    ends(marked, answer)
    record = marked.call("show", waiting, "--json").json
    assert record["status"] == "in_review"
    assert "opened" not in {line["event"] for line in record["timeline"]}


@pytest.mark.parametrize("act", ["submit", "decide"])
def test_fault_at_the_desk_is_named_and_silent(marked: MarkedCity, waiting: str, act: str) -> None:
    mark = marked.search.mark(f"desk {act}")
    more = ("--stage", "section", "--verdict", "approve") if act == "decide" else ()
    user = "finance_section" if act == "decide" else "finance_operator"
    answer = marked.signed(act, waiting, *more, user=user, fault=act, text=" ".join(mark.values))
    assert answer.status == 3
    ends(marked, answer)


DISPOSITIONS = {
    "no-json": lambda m: f'{{"{m.phrase}": {m.number}',
    "no-list": lambda m: json.dumps({m.phrase: m.number}),
    "no-kind": lambda m: json.dumps([{"finding": m.phrase, "kind": m.word}]),
    "unknown-finding": lambda m: json.dumps([{"finding": m.number, "kind": "false_alarm", "reason": m.phrase}]),
    "finding-is-a-list": lambda m: json.dumps([{"finding": [m.phrase], "kind": "false_alarm", "reason": m.number}]),
    "reason-is-a-map": lambda m: json.dumps([{"finding": "x", "kind": "false_alarm", "reason": {m.phrase: m.number}}]),
}


@pytest.mark.parametrize("kind", DISPOSITIONS)
def test_bad_dispositions_are_refused_and_silent(marked: MarkedCity, waiting: str, kind: str, tmp_path: Path) -> None:
    mark = marked.search.mark(f"dispositions {kind}")
    path = tmp_path / "said.json"
    path.write_text(DISPOSITIONS[kind](mark), "utf-8")
    words = ("decide", waiting, "--stage", "section", "--verdict", "approve", "--dispositions", str(path))
    answer = marked.signed(*words, user="finance_section")
    assert answer.status == 2, answer.stderr
    ends(marked, answer)
    assert marked.status_of(waiting) == "in_review"


def _example(m: Mark) -> str:
    rows = [{"code": m.word, "opening": m.phrase, "issued": m.phone, "remark": m.number}]
    return CONTRACT.format(id="finance.example", more="") + "  - name: main\n    key: [code]\n" + FIELDS + CHECKS + "examples:\n  - " + json.dumps(
        {"name": "bad", "rows": rows, "expect": []}, ensure_ascii=False
    )  # fmt: skip


CONTRACTS = {
    "example-fails": (_example, 1),
    "example-names-no-field": (lambda m: _example(m).replace('"remark":', '"remarks":'), 2),
    "example-of-a-wrong-type": (lambda m: _example(m).replace(f'"{m.phone}"', f'["{m.phone}", "{m.phrase}"]'), 2),
    "not-yaml": (lambda m: _example(m).replace('"opening":', f'"{m.phrase}'), 2),
}


@pytest.mark.parametrize("kind", CONTRACTS)
def test_contract_whose_examples_fail_repeats_none_of_them(marked: MarkedCity, kind: str, tmp_path: Path) -> None:
    mark = marked.search.mark(f"contract {kind}")
    write, status = CONTRACTS[kind]
    path = tmp_path / "contract.yaml"
    path.write_text(write(mark), "utf-8")
    answer = marked.call("contract", "check", str(path))
    assert answer.status == status, answer.stderr
    ends(marked, answer)


@pytest.mark.parametrize("kind", ["no-zip", "strange-members", "strange-json"])
def test_evidence_that_is_none_is_refused_and_silent(marked: MarkedCity, kind: str, tmp_path: Path) -> None:
    mark = marked.search.mark(f"evidence {kind}")
    path = tmp_path / "e.zip"
    path.write_text(mark.phrase, "utf-8")
    if kind != "no-zip":
        name = mark.phrase if kind == "strange-members" else "record.json"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name, json.dumps({mark.phrase: mark.number}))
    answer = marked.call("evidence", "verify", str(path))
    assert answer.status in (1, 2), answer.stderr
    ends(marked, answer)
