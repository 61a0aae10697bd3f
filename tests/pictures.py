"""Pictures of the console's main pages for docs/images, in both languages: `python -m tests.pictures HOME` (make pictures).

HOME was made by the demo; what waits in it is prepared and submitted here if nothing waits. Pages hold no script, so each
is written to a file as the visitor would get it and shown to the system's chromium.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.servers import chromium

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "review/console/static"
HEAD = 90  # pixels that chromium takes for a head that isn't drawn
WAITING = (
    ("finance.three_public", "finance/2026年三公经费预算表（带隐藏表）.xlsx", "2027"),
    ("natural_resources.land_transfers", "natural_resources/2026年10月供地结果（使用权人带证件号）.xls", "2026-11"),
    ("finance.budget_revenue", "finance/2026年一般公共预算收入表.xlsx", "2027"),
)
SHOTS = (  # name, person, address, width, height
    ("queue", "confidentiality", "/queue?scope=all", 1280, 760),
    ("release", "finance_section", "/releases/<release>", 1280, 1700),
    ("overview", "auditor", "/overview", 1280, 1100),
    ("list", "auditor", "/list", 1280, 1000),
    ("release-phone", "finance_section", "/releases/<release>", 500, 1600),  # chromium's narrowest window
)


def lay_out(home: Path) -> str:
    """Three releases that wait for a section reviewer; the one to show."""
    from flows.ask import prepare_now
    from review import desk, queries

    users = json.loads((home / "demo-users.json").read_text("utf-8"))
    passwords = {u["user"]: u["password"] for u in users}
    if not queries.releases(status="in_review"):
        for dataset, file, period in WAITING:
            made = prepare_now(home, dataset, str(home / "samples" / file), period, {})
            operator = f"{dataset.partition('.')[0]}_operator"
            desk.submit(made["release"], operator, passwords[operator])
    found = [r["release"] for r in queries.releases(status="in_review") if r["dataset"] == WAITING[0][0]]
    first = queries.findings(found[0])[:1]
    desk.open_findings("finance_section", found[0], [f["id"] for f in first])
    return found[0]


def page(person: str, address: str, language: str) -> str:
    """The page as that person's browser gets it, with static files from disk."""
    from tests.console_visits import visit

    answer: Any = visit(person, language).get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return str(answer.content.decode()).replace('"/static/', f'"file://{STATIC}/')


def main() -> None:
    """Write docs/images/console-NAME-LANGUAGE.png."""
    home, browser = Path(sys.argv[1]).resolve(), chromium()
    if browser is None:
        sys.exit("chromium isn't installed; make servers installs it")
    from flows.console import outside_of
    from flows.home import open_home
    from flows.platform import open_platform
    from review.console.outside import hand_over

    open_platform(home)
    hand_over(outside_of(open_home(home)))
    release = lay_out(home)
    with tempfile.TemporaryDirectory() as folder:
        for name, person, address, width, height in SHOTS:
            for language, word in (("zh-hans", "zh"), ("en", "en")):
                source = Path(folder) / "page.html"
                source.write_text(page(person, address.replace("<release>", release), language), "utf-8")
                out = ROOT / "docs/images" / f"console-{name}-{word}.png"
                look = [
                    f"--screenshot={out}",
                    f"--window-size={width},{height + HEAD}",
                    "--hide-scrollbars",
                    "--disable-gpu",
                ]
                command = [
                    browser,
                    "--headless",
                    "--no-sandbox",
                    f"--user-data-dir={folder}/profile",
                    *look,
                    f"file://{source}",
                ]
                subprocess.run(command, check=True, capture_output=True, timeout=120)
                print(out.relative_to(ROOT))


if __name__ == "__main__":
    main()
