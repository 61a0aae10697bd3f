"""`mingjing demo`: the whole road on made-up files, with the real runner, the real crafts and the real desk.

Samples → prepare → submit → decide → publish → withdraw one → inspect; then one table and where to look further. The
runner works in a process of its own, as under `serve`; this process is the people who ask, submit and decide.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from domain.errors import HomeInvalid
from domain.release import Verdict
from domain.withdrawal import Cause
from flows.ask import follow
from flows.catalogue import catalogue_for
from flows.cli.say import bar, table, tell
from flows.demo.cast import USERS_FILE, Saying, decide, seat_everybody, submit
from flows.demo.samples.truth import Sample, Truth
from flows.home import MARK, Home, home_path, open_home
from flows.orders import Order, write_order
from flows.platform import Platform, open_platform
from flows.serve import Service, runner_of

WITHHELD = "industry.sme_arrears"
ESCALATED = "natural_resources.requisition_batches"
WITHDRAWN = "finance.procurement_contracts"


@dataclass(slots=True)
class Stage:
    """What the story has at hand while it is told."""

    platform: Platform
    samples: Path
    passwords: dict[str, str]
    say: Callable[[str], None]
    runner: Service
    rows: list[list[Any]] = field(default_factory=list)


def play(home: Path | None) -> None:
    """Tell the story in `home`, which must be new, empty or made by an earlier demo (that one is cleared)."""
    began = time.monotonic()
    root = clear(home_path(home))
    with bar("明镜演示") as say:
        stage = set_up(root, say)
        try:
            truth = write_samples(stage)
            with catalogue_for(stage.platform.home):  # one start for the whole story
                for chapter in chapters(truth):
                    tell_chapter(stage, chapter, truth)
                finish(stage)
        finally:
            stage.runner.stop()
    report(stage, time.monotonic() - began)


def clear(root: Path) -> Path:
    """An empty place for the demo; only what a demo made is cleared. Raises HomeInvalid."""
    if (root / MARK).is_file():
        if not open_home(root).is_demo:
            raise HomeInvalid(f"{root} is a real installation; the demo never runs in one, give another --home")
        shutil.rmtree(root)
    elif root.exists() and any(root.iterdir()):
        raise HomeInvalid(f"{root} isn't empty and no demo made it; give another --home")
    return root


def set_up(root: Path, say: Callable[[str], None]) -> Stage:
    from flows.install import install

    say("建立演示环境")
    home: Home = install(root, admin="admin", password=secrets.token_urlsafe(16), kind="demo")
    platform = open_platform(root)
    runner = runner_of(home)
    runner.start(home)
    return Stage(platform, root / "samples", seat_everybody(home), say, runner)


def write_samples(stage: Stage) -> Truth:
    from flows.demo.samples.write import write_samples as write

    stage.say("生成部门文件")
    return write(stage.samples)


def chapters(truth: Truth) -> list[list[Sample]]:
    """The files that the story tells of: earlier editions; what is blocked, what is returned and the rest; corrections.

    A chapter begins when the one before has ended, for an edition is compared with the published one before it.

    Where a period has a file whose faults redaction cures (an identifier in a remark, a hidden sheet), that one goes the
    whole way instead of the clean one; files with other doubts that nobody corrects are left to the tests.
    """
    corrected = {s.corrects for s in truth.samples if s.corrects}
    cured = {(s.dataset, s.period) for s in truth.samples if _is_cured(s) and s.file not in corrected}

    def rank(sample: Sample) -> tuple[int, int] | None:
        if sample.role == "previous":
            return 0, 0
        if sample.expected_status == "blocked":
            return 1, 0
        if sample.file in corrected:
            return 1, 1
        if sample.role == "correction":
            return 2, 0
        if _is_cured(sample) or (sample.role == "clean" and (sample.dataset, sample.period) not in cured):
            return 1, 2
        return None

    ranked = [(place, s.dataset, s.file, s) for s in truth.samples if (place := rank(s)) is not None]
    ordered = sorted(ranked, key=lambda r: r[:3])
    return [[s for *_, s in told] for _, told in groupby(ordered, key=lambda r: r[0][0])]


def order_of(truth: Truth) -> list[Sample]:
    """The same in one list."""
    return [sample for chapter in chapters(truth) for sample in chapter]


def _is_cured(sample: Sample) -> bool:
    kinds = {p.code for p in sample.planted}
    return (
        sample.role == "faulty"
        and "personal-data" in kinds
        and kinds <= {"personal-data", "hidden-sheet", "sheet-unexpected"}
    )


def tell_chapter(stage: Stage, chapter: list[Sample], truth: Truth) -> None:
    """Ask for everything at once. What of a department has been prepared is submitted one by one and decided in one sitting,
    while the runner prepares the next department's files."""
    asked = [(sample, ask(stage, sample)) for sample in chapter]
    for _, works in groupby(asked, key=lambda pair: pair[0].dataset.partition(".")[0]):
        waiting: dict[str, Saying] = {}
        for sample, work in works:
            stage.say(f"{sample.dataset} {sample.period}")
            result = follow(stage.platform.home, work, is_lost=stage.runner.has_ended)
            if result["status"] == "checked":
                submit(result["release"], stage.passwords)
                waiting[result["release"]] = saying(stage, sample, truth)
            stage.rows.append([result["release"], sample])
        decide(waiting, stage.passwords)
    stage.say("发布已批准的各期")
    wait_for_publication(stage)


def ask(stage: Stage, sample: Sample) -> int:
    """Ask the runner to prepare one file; the number of the work."""
    from review import desk

    order = Order(sample.dataset, str(stage.samples / sample.file), sample.period, sample.dates)
    name = write_order(stage.platform.home, order)
    return desk.ask("prepare", {"dataset": sample.dataset, "order": name})


def wait_for_publication(stage: Stage) -> None:
    """Until the runner has published what was approved. It does so unasked; asked by name, its refusals are heard here."""
    from review import desk, queries

    approved = [r["release"] for r in queries.releases(status="approved")]
    for work in [desk.ask("publish", {"release": release}) for release in approved]:
        follow(stage.platform.home, work, is_lost=stage.runner.has_ended)


def saying(stage: Stage, sample: Sample, truth: Truth) -> Saying:
    """What the story's people say of this file."""
    contract = stage.platform.contract(sample.dataset)
    corrected = {s.corrects for s in truth.samples if s.corrects}
    if sample.file in corrected:
        return Saying(contract, Verdict.RETURN, "数据有疑问，请部门核对后重报（见发现清单）")
    if sample.dataset == WITHHELD and sample.role == "clean":
        reason, basis = "本期汇总含未核定数据，核定后公开", "政府信息公开条例第十六条"
        return Saying(contract, Verdict.WITHHOLD, reason, "A16-2b", basis)
    if sample.dataset == ESCALATED and sample.role == "clean":
        return Saying(contract, Verdict.ESCALATE, "是否涉密不能确定，报保密行政管理部门")
    return Saying(contract)


def finish(stage: Stage) -> None:
    """Withdraw one published release, then inspect all that is public."""
    from flows.ask import inspect_now, withdraw_now
    from review import queries

    stage.say("撤回一期并巡检")
    published = [r for r in queries.releases(status="published") if r["dataset"] == WITHDRAWN]
    if published:
        home, user = stage.platform.home.root, "confidentiality"
        reason = "演示：合同附件需更正，更正后重新公开"
        withdraw_now(home, published[0]["release"], user, stage.passwords[user], reason, cause=Cause.WRONG)
    results = inspect_now(stage.platform.home.root, None)
    failed = [r["release"] for r in results if not r["ok"]]
    if failed:
        tell(f"巡检未通过：{', '.join(failed)}")


def report(stage: Stage, seconds: float) -> None:
    """The table and the way on."""
    from flows.cli.release import STATUS_ZH
    from review import queries

    lines = []
    for release, sample in stage.rows:
        record = queries.show(release)
        counts = record["findings"]
        found = (
            " ".join(
                f"{word}{counts[key]}"
                for key, word in (("block", "阻断"), ("hold", "待处置"), ("warn", "提示"))
                if counts[key]
            )
            or "—"
        )
        lines.append(
            [
                record["dataset"],
                record["period"],
                f"{sample.rows:,}",
                found,
                STATUS_ZH[record["status"]],
                where_or_why(record),
            ]
        )
    table("", ("数据集", "期间", "行数", "发现", "状态", "公开地址，或不公开的原因"), lines, right=(2,))
    root = stage.platform.home.root
    tell(f"\n用时 {seconds:.0f} 秒。再看看：")
    for command in (
        f".venv/bin/mingjing releases --home {root}",
        f".venv/bin/mingjing show {stage.rows[-1][0]} --home {root}",
        f".venv/bin/mingjing ledger verify --home {root}",
        f".venv/bin/mingjing serve --home {root}    # 目录 http://127.0.0.1:{stage.platform.home.catalogue_port}/",
    ):
        tell(f"  {command}")
    tell(f"演示用户与口令在 {root / USERS_FILE}")


def where_or_why(record: dict[str, Any]) -> str:
    """Public address, or the reason why there is none."""
    if record["status"] in ("published", "superseded") and record["public_url"]:
        return str(record["public_url"])
    if record["status"] == "blocked":
        from review import queries

        notes = [f["note"] for f in queries.findings(record["release"]) if f["severity"] == "block"]
        return notes[0] if notes else ""
    return str(record["reason"] or "")
