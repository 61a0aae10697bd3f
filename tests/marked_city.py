"""An installation in which files with marks are sent down every failing path, and what each path must leave behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.cities import ROOT, first_port
from tests.markers import Search, made
from tests.servers import free_port

DATASET, PAIR, RECORDS = "finance.marked", "finance.marked_pair", "finance.marked_records"
HEADERS = ("编码", "乡镇", "期初", "新增", "偿还", "期末", "日期", "备注", "姓名", "身份证号")
GOOD: tuple[dict[str, str], ...] = tuple(
    dict(zip(HEADERS, (f"AB{n:02}", "东塘镇", f"{n}", "2", "1", f"{n + 1}", "2026-03-01", "正常", "甲", ""), strict=True))
    for n in range(1, 9)
)  # fmt: skip
APART = ("store/quarantine/", "samples/", "run/orders/", "keys/", "prefect/profiles")
CONTRACT = """
id: {id}
title: {{zh: 标记, en: Marked}}
description: {{zh: 标记, en: Marked}}
department: finance
domain: budget
dataset_type: other
disclosure: proactive
legal_basis: [{{doc: 政府信息公开条例, article: 第二十条}}]
contact: {{name: 财政局, phone: 0311-00000000}}
frequency: irregular
{more}
review: {{tier: L1}}
catalogue: {{organization: finance-bureau}}
previous: {{compare: false}}
tables:
"""
FIELDS = """    fields:
      - {name: code, title: 编码, constraints: {required: true, pattern: '[A-Z]{2}[0-9]{2}'}}
      - {name: town, title: 乡镇, constraints: {maxLength: 8, enum: [东塘镇, 西塘镇, 合计]}}
      - {name: opening, title: 期初, type: number, constraints: {minimum: 0, maximum: 1000000}}
      - {name: issued, title: 新增, type: number}
      - {name: repaid, title: 偿还, type: number}
      - {name: balance, title: 期末, type: number}
      - {name: day, title: 日期, type: date}
      - {name: remark, title: 备注, sensitivity: free_text}
      - {name: person, title: 姓名, sensitivity: identifier, redaction: {operator: name}}
      - {name: id_number, title: 身份证号, sensitivity: identifier, redaction: {operator: drop}}
"""
CHECKS = """
checks:
  - {id: identity, kind: identity, expr: balance == opening + issued - repaid, when: "town != '合计'"}
  - {id: rule, kind: rows, expr: repaid <= 500000}
  - {id: division, kind: rows, expr: opening / (issued - 2) >= 0, when: "issued > 7"}
  - {id: total, kind: sum, fields: [opening], total: {town: 合计}}
"""
PAIR_TABLES = """
  - name: main
    sheet: 总表
    key: [code]
    fields:
      - {name: code, title: 编码}
      - {name: amount, title: 金额, type: number}
  - name: detail
    sheet: 明细
    fields:
      - {name: code, title: 编码}
      - {name: amount, title: 金额, type: number}
checks:
  - {id: pair, kind: cross, expr: sum(main.amount) == sum(detail.amount), group: [code]}
"""


def contracts(home: Path) -> None:
    """The contracts under which marked files are sent."""
    folder = home / "datasets" / "finance"
    folder.mkdir()
    limits = "limits: {bytes: 2000000, rows: 2000, columns: 40, seconds: 60}"
    one = "  - name: main\n    key: [code]\n" + FIELDS + CHECKS
    texts = {
        DATASET: CONTRACT.format(id=DATASET, more=limits) + one,
        PAIR: CONTRACT.format(id=PAIR, more=limits) + PAIR_TABLES,
        RECORDS: CONTRACT.format(id=RECORDS, more=limits + "\nsource: {records: data.list}") + one,
    }
    for dataset, text in texts.items():
        (folder / f"{dataset.partition('.')[2]}.yaml").write_text(text, "utf-8")


def rows(**changed: str) -> list[dict[str, str]]:
    """Good rows with the cells of the fourth one changed."""
    made = [dict(row) for row in GOOD]
    made[3] |= changed
    return made


def csv_text(records: list[dict[str, str]], headers: tuple[str, ...] = HEADERS) -> str:
    """Rows as a CSV text."""
    return "\n".join([",".join(headers), *(",".join(r[h] for h in headers) for r in records)]) + "\n"


@dataclass
class Answer:
    """How a command ended."""

    status: int
    stdout: str
    stderr: str
    raised: str

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)


@dataclass
class MarkedCity:
    """The warm process in its installation, the folder that departments send from, and the search."""

    home: Path
    process: subprocess.Popen[str]
    passwords: dict[str, str]
    search: Search = field(default_factory=Search)
    count: int = 0

    @property
    def sent(self) -> Path:
        return self.home.parent / "sent"

    def call(self, *words: str, stdin: str = "", fault: str = "", text: str = "", runner: bool = False) -> Answer:
        """Run one command in the warm process."""
        assert self.process.stdin
        assert self.process.stdout
        asked = {"words": words, "stdin": stdin, "fault": fault, "text": text, "runner": runner}
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, "the warm process died"
        return Answer(**json.loads(answer))

    def period(self) -> str:
        """A period that no release has yet."""
        self.count += 1
        return f"P{self.count:03}"

    def prepare(self, source: Path | str, dataset: str = DATASET, **how: str) -> Answer:
        return self.call("prepare", dataset, "--from", str(source), "--period", self.period(), "--json", **how)  # type: ignore[arg-type]  # texts

    def good(self) -> str:
        """A release that is checked."""
        path = self.sent / "good.csv"
        path.write_text(csv_text(rows(备注=f"正常{self.count}")), "utf-8")
        done = self.prepare(path)
        assert done.status == 0, (done.stderr, done.stdout)
        return str(done.json["release"])

    def signed(self, *words: str, user: str, password: str = "", **how: Any) -> Answer:
        return self.call(
            *words, "--as", user, "--password-stdin", stdin=(password or self.passwords[user]) + "\n", **how
        )

    def approved(self) -> str:
        """A release that every stage approved."""
        release = self.good()
        assert self.signed("submit", release, user="finance_operator").status == 0
        for stage in [s["name"] for s in self.call("show", release, "--json").json["stages"]]:
            user = {"section": "finance_section", "chief": "finance_chief"}.get(stage, stage)
            words = ("decide", release, "--stage", stage, "--verdict", "approve")
            done = self.signed(*words, "--dispositions", str(self.dispositions(release)), user=user)
            assert done.status == 0, done.stderr
        return release

    def dispositions(self, release: str) -> Path:
        """A file that disposes of every hold finding of the release."""
        held = [f["id"] for f in self.call("show", release, "--json").json["findings_list"] if f["severity"] == "hold"]
        path = self.sent / "dispositions.json"
        path.write_text(
            json.dumps([{"finding": f, "kind": "false_alarm", "reason": "固定用语"} for f in held]), "utf-8"
        )
        return path

    def published(self) -> str:
        release = self.approved()
        done = self.call("publish", release, "--json")
        assert done.status == 0, done.stderr
        return release

    def status_of(self, release: str) -> str:
        return str(self.call("show", release, "--json").json["status"])

    def newest(self) -> dict[str, Any]:
        return dict(self.call("releases", "--json").json[0])

    def public(self) -> dict[str, tuple[int, int]]:
        """What the catalogue holds, as files with their moments and sizes."""
        found = (self.home / "catalogue").rglob("*")
        return {str(p): (p.stat().st_mtime_ns, p.stat().st_size) for p in found if p.is_file() and p.name != "lock"}

    def leaks(self, *answers: Answer) -> dict[str, set[str]]:
        """Where marks stand that stand nowhere but in quarantine: answers, files changed since the last look."""
        found = self.search.in_files(self.home, apart=APART)
        for number, answer in enumerate(answers):
            for name in ("stdout", "stderr", "raised"):
                if hits := self.search.in_bytes(getattr(answer, name).encode("utf-8", "surrogatepass")):
                    found[f"answer {number}, {name}"] = hits
        return found

    def quarantine_is_whole(self) -> bool:
        """Every file in quarantine has the bytes of its name, and none is half written."""
        import hashlib

        folder = self.home / "store" / "quarantine"
        files = [p for p in folder.rglob("*") if p.is_file() and p.name != "lock"]
        return all(hashlib.sha256(p.read_bytes()).hexdigest() == p.name for p in files if len(p.name) == 64) and not [
            p for p in files if p.suffix == ".part"
        ]


def ends(city: MarkedCity, answer: Answer, *more: Answer) -> None:
    """What every failing path leaves: no mark, no half file, no run's directory, a last line that names the fault."""
    assert not (leaks := city.leaks(answer, *more)), leaks
    assert city.quarantine_is_whole()
    assert list((city.home / "work").iterdir()) == []
    assert "Traceback" not in answer.stderr
    if answer.status in (2, 3):
        said = [line for line in answer.stderr.splitlines() if line.startswith("mingjing: ")]
        assert len(said) == 1, said
        assert ";" in said[0] or "," in said[0], f"it says what to do next: {said[0]}"


def blocked(city: MarkedCity, answer: Answer) -> tuple[Answer, list[dict[str, object]]]:
    """The blocked release that a preparation ended in, as `show` prints it, and its block findings."""
    assert answer.status == 1, (answer.stdout, answer.stderr)
    release = answer.json["release"]
    shown = city.call("show", release, "--json")
    record = shown.json
    assert (record["status"], record["release_hash"] or None) == ("blocked", None)
    findings = [f for f in record["findings_list"] if f["severity"] == "block"]
    assert findings
    return shown, findings


@contextmanager
def founded(home: Path) -> Iterator[MarkedCity]:
    """Found the installation and keep its warm process until the block ends."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("MINGJING_", "PREFECT_", "AWS_", "PG"))}
    environ |= {"MINGJING_FIRST_PORT": str(first_port() + 16), "MINGJING_ALLOW_LOOPBACK_SOURCES": "1"}
    environ |= {  # an object store that nobody serves, its secret a mark
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}", "AWS_ACCESS_KEY_ID": "key", "AWS_DEFAULT_REGION": "x",
        "AWS_SECRET_ACCESS_KEY": made("source s3-refused").word, "AWS_MAX_ATTEMPTS": "1",
    }  # fmt: skip
    with (home.parent / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.marker_worker", str(home)],
            cwd=ROOT, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
    try:
        city = MarkedCity(home, process, {})
        (home.parent / "sent").mkdir()
        assert city.call("datasets", "--json").status == 0, (home.parent / "worker.log").read_text("utf-8")
        users = json.loads((home / "demo-users.json").read_text("utf-8"))
        city.passwords |= {u["user"]: u["password"] for u in users}
        contracts(home)
        yield city
    finally:
        process.stdin.close() if process.stdin else None
        process.wait(timeout=30)
        process.stdout.close() if process.stdout else None
