"""What the made-up files hold: which faults, where. Codes, fields, rows and counts only, never a value."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Role = Literal["clean", "faulty", "previous", "correction"]


@dataclass(frozen=True, slots=True)
class Planted:
    """One block or hold finding that a file must give. `row` is the first such data row, from 1; `count` is exact
    (a key that stands twice counts both rows).

    `field` is the contract's field name, `locator` what the sender sees where there is no field (a sheet, a title cell).
    """

    code: str
    severity: Literal["block", "hold"]
    entity: str | None = None
    table: str | None = None
    field: str | None = None
    row: int | None = None
    locator: str | None = None
    count: int = 1
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One file. `file` is relative to the samples folder; `dates` are release dates as ISO texts.

    role clean: nothing to find · faulty: `planted` is all there is to find at block and hold · previous: the clean
    edition before, to be published first (`previous` of another sample names it) · correction: the clean file that
    replaces `corrects` after a reviewer returned it.
    """

    file: str
    dataset: str
    period: str
    role: Role
    format: str
    rows: int
    dates: dict[str, str] = field(default_factory=dict)
    planted: tuple[Planted, ...] = ()
    previous: str | None = None
    corrects: str | None = None

    @property
    def expected_status(self) -> Literal["checked", "blocked"]:
        """Where `prepare` ends."""
        return "blocked" if any(p.severity == "block" for p in self.planted) else "checked"


@dataclass(frozen=True, slots=True)
class Truth:
    """All samples of one seed."""

    seed: int
    samples: tuple[Sample, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready form; keys without a value are left out of `planted`."""
        samples = []
        for sample in self.samples:
            plain = asdict(sample)
            plain["planted"] = [{k: v for k, v in asdict(p).items() if v is not None} for p in sample.planted]
            samples.append({**plain, "expected_status": sample.expected_status})
        return {"seed": self.seed, "samples": samples}

    def to_json(self) -> str:
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1) + "\n"

    @staticmethod
    def from_json(text: str) -> Truth:
        """Inverse of `to_json`."""
        data = json.loads(text)
        return Truth(data["seed"], tuple(_sample(s) for s in data["samples"]))

    def of(self, dataset: str, role: Role) -> tuple[Sample, ...]:
        """Samples of a dataset in that role, in the order in which the department sent them."""
        return tuple(s for s in self.samples if s.dataset == dataset and s.role == role)


def _sample(data: dict[str, Any]) -> Sample:
    known = {k: v for k, v in data.items() if k != "expected_status"}
    return Sample(**{**known, "planted": tuple(Planted(**p) for p in data["planted"])})
