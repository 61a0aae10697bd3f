"""The road as its user waits for it: start-up, demo, preparation cold, while `serve` runs, and large.

Each figure is of a whole process, measured from outside (wall seconds, largest resident set of it and its children).
"""

from __future__ import annotations

import csv
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.page import Row

ROOT = Path(__file__).resolve().parent.parent
MINGJING = [sys.executable, "-m", "flows.cli"]
ROWS = 1_000_000
FIELDS = ["project", "unit", "amount", "price", "day", "code", "town", "kind", "state", "remark"]

CONTRACT = """\
id: finance.bench
title: {{zh: 基准, en: Benchmark}}
description: {{zh: 一百万行十列, en: A million rows of ten columns}}
department: finance
domain: bench
dataset_type: bench
disclosure: proactive
legal_basis: [{{doc: 政府信息公开条例, article: 第十九条}}]
contact: {{name: 基准}}
frequency: annual
tables:
  - name: main
    key: [project]
    fields:
{fields}
review: {{tier: L1}}
catalogue: {{organization: finance-bureau}}
"""


def run(*words: str, env: dict[str, str] | None = None, stdin: str = "") -> tuple[float, float]:
    """Wall seconds and peak resident MB (largest single process) of one command; raises where it fails."""
    code = (
        "import resource,subprocess,sys,time;t=time.perf_counter();p=subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL,stderr=subprocess.PIPE);"
        "print(time.perf_counter()-t,resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss/1024);sys.stderr.write(p.stderr.decode()[-2000:]);sys.exit(p.returncode)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *MINGJING, *words],
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"mingjing {words[0]} ended with {done.returncode}: {done.stderr}")
    seconds, megabytes = done.stdout.split()
    return float(seconds), float(megabytes)


def write_table(path: Path, rows: int) -> None:
    """A made-up table without personal data, the same for the same number of rows."""
    draw = random.Random(rows)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(FIELDS)
        for n in range(rows):
            amount = draw.randrange(10_000, 99_999_999)
            writer.writerow(
                [f"XM-{n:08d}", f"市第{draw.randrange(300)}中学", amount, f"{amount / 100:.2f}", f"2026-{draw.randrange(1, 13):02d}-15", f"{draw.randrange(10**7):07d}",
                 f"第{draw.randrange(90)}镇", "货物", "已完成", f"按合同第{draw.randrange(60)}条验收"]
            )  # fmt: skip


def prepare_large(home: Path, folder: Path, rows: int) -> tuple[float, float]:
    source = folder / f"{rows}.csv"
    write_table(source, rows)
    return run("prepare", "finance.bench", "--from", str(source), "--period", f"{rows}", "--home", str(home), "--json")


def rows() -> Iterator[Row]:
    """Start-up, the demo, and preparations cold, under `serve` and large."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        helps = [run("--help")[0] for _ in range(5)]
        yield "`mingjing --help`, median of 5", f"{statistics.median(helps):.2f} s", "≤ 1 s"
        seconds, _ = run("demo", "--home", str(folder / "demo"))
        yield "demo, 26 files, set-up excluded", f"{seconds:.0f} s", "≤ 90 s"
        home = folder / "home"
        run("init", "--password-stdin", "--home", str(home), stdin="a-long-password\n")
        (home / "datasets" / "finance").mkdir(parents=True)
        fields = "\n".join(
            f"      - {{name: {f}, title: {f}{', type: number' if f in ('amount', 'price') else ', type: date' if f == 'day' else ''}}}"
            for f in FIELDS
        )
        (home / "datasets" / "finance" / "bench.yaml").write_text(CONTRACT.format(fields=fields), "utf-8")
        colds = [prepare_large(home, folder, rows)[0] for rows in (100, 101, 102)]
        small = statistics.median(colds)
        yield "prepare of 100 rows, cold, median of 3", f"{small:.1f} s", "≤ 25 s"
        with served(home):
            warm = [prepare_large(home, folder, rows)[0] for rows in range(103, 109)][1:]
        yield "prepare of 100 rows while `serve` runs, median of 5", f"{statistics.median(warm):.1f} s", "≤ 4 s"
        tenth, _ = prepare_large(home, folder, ROWS // 10)
        whole, peak = prepare_large(home, folder, ROWS)
        for count, took in ((ROWS // 10, tenth), (ROWS, whole)):
            cost = f"{(took - small) / count * 1e6:.0f} µs a row"
            yield f"prepare of {count:,} × 10, start-up taken off", cost, "flat" if count == ROWS else ""
        yield f"prepare of {ROWS:,} × 10, peak memory", f"{peak:,.0f} MB", "≤ 1,200 MB"


@contextmanager
def served(home: Path) -> Iterator[None]:
    """`mingjing serve` on this home, ready to take orders."""
    serving = subprocess.Popen(
        [*MINGJING, "serve", "--home", str(home)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert serving.stderr is not None
        for line in serving.stderr:
            if "管理台" in line:  # its first words, said when everything runs
                break
        yield
    finally:
        serving.terminate()
        serving.wait(60)
