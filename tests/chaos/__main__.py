"""`python -m tests.chaos`: the whole play on the embedded catalogue and on a real CKAN; the report on standard output.

Bounded in time; exit status 1 where anything was wrong, too few faults fired, or a kind never did.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from pathlib import Path

from tests.chaos.bucket import Bucket
from tests.chaos.play import Play, Report, Stage
from tests.chaos.stages import Embedded, Real
from tests.ckan.stack import FIRST_PORT, NotStarted, Stack, in_use
from tests.servers import S3_SERVER


def main() -> int:
    """Play both."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--faults", type=int, default=200, help="on the embedded catalogue")
    parser.add_argument("--real", type=int, default=110, help="on the real CKAN; 0: leave it out")
    parser.add_argument("--minutes", type=float, default=15, help="at most, on each")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    asked = parser.parse_args()
    reports = []
    with tempfile.TemporaryDirectory(prefix="mingjing-chaos-") as folder:
        stage = Embedded(Path(folder))
        bucket = Bucket(Path(folder)) if S3_SERVER.exists() else None
        stage.start()
        try:
            reports.append(play(stage, Path(folder) / "embedded", asked.faults, asked, bucket))
        finally:
            stage.end()
            if bucket:
                bucket.close()
        if asked.real:
            try:
                with in_use(
                    Stack(name="chaos", first_port=FIRST_PORT + 20)
                ) as stack:  # nobody else's: its servers are killed
                    reports.append(play(Real(stack), Path(folder) / "ckan", asked.real, asked))
            except NotStarted as missing:
                print(f"LEFT OUT, the real CKAN: {missing}")
                return 1
    for report in reports:
        print("\n".join(report.lines()))
    enough = sum(r.faults for r in reports) >= asked.faults + asked.real
    never = sorted({f"{r.stage}: {kind}" for r in reports for kind in r.never})
    if not enough or never:
        print(f"too few faults fired in the time; give it more --minutes. Never fired: {', '.join(never) or 'none'}")
    if not bucket:
        print("LEFT OUT, public copies in a bucket: no S3 server here; make s3-install")
    return 0 if enough and bucket and not never and not any(r.wrong for r in reports) else 1


def play(stage: Stage, folder: Path, faults: int, asked: argparse.Namespace, bucket: Bucket | None = None) -> Report:
    folder.mkdir()
    say = (
        (lambda text: print(f"\r{text}   ", end="", file=sys.stderr, flush=True))
        if sys.stderr.isatty()
        else (lambda _text: None)
    )
    report = Play(stage, folder, seed=asked.seed, bucket=bucket).run(faults, asked.minutes * 60, say)
    if report.wrong:
        print((folder / "publisher.log").read_text("utf-8")[-4000:], file=sys.stderr)
    return report


if __name__ == "__main__":
    sys.exit(main())
