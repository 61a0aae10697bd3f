"""Write all made-up files and the truth about them. Equal seeds give equal bytes."""

from __future__ import annotations

from pathlib import Path
from random import Random

from flows.demo.samples import budget, civil, debt, enterprise, land, procurement
from flows.demo.samples.truth import Sample, Truth

SEED = 20261124
DEPARTMENTS = {
    "finance": (budget.samples, debt.samples, procurement.samples),
    "natural_resources": (land.samples,),
    "industry": (enterprise.samples,),
    "civil_affairs": (civil.samples,),
}


def write_samples(into: Path, *, seed: int = SEED) -> Truth:
    """Write every department's files under `into`, a folder each, and `truth.json` beside them; return that truth.

    Takes a few seconds: one file has fifty thousand rows.
    """
    found: list[Sample] = []
    for department, writers in DEPARTMENTS.items():
        (into / department).mkdir(parents=True, exist_ok=True)
        for writer in writers:
            # Each writer draws from its own stream, so that a change in one leaves the files of the others as they were.
            found += writer(into, Random(f"{seed}:{writer.__module__}"))  # noqa: S311  # made-up data, no secret
    truth = Truth(seed, tuple(found))
    (into / "truth.json").write_text(truth.to_json(), "utf-8")
    return truth
