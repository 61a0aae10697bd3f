"""What a look at a catalogue of others says, and its words. Pure; what stands there is kept by review/acts/adopted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.finding import Severity

LOOKED, CHANGED, AWAY, FORGOTTEN = "adopted-looked", "adopted-changed", "adopted-away", "adopted-forgotten"
WORDS: Mapping[str, tuple[str, str]] = {
    "adopted-away": ("目录核对不成", "the catalogue couldn't be looked at"),
    "adopted-missing": ("数据集已不可见", "the dataset can't be seen any more"),
    "adopted-bytes-differ": ("文件的字节与接管时不同", "a file's bytes aren't those that were adopted"),
    "adopted-file-missing": ("接管时有的文件已不在", "a file that was adopted is gone"),
    "adopted-file-refused": ("文件现在下载不到", "a file can't be fetched any more"),
    "adopted-file-new": ("新出现的文件，尚未查过", "a new file that nobody has scanned"),
    "adopted-new": ("新出现的数据集，尚未查过", "a new dataset that nobody has scanned"),
    "adopted-edited": ("条目与接管时不同", "the entry isn't as it was adopted"),
    "adopted-file-edited": ("文件条目与接管时不同", "a file's entry isn't as it was adopted"),
    "adopted-unlisted": ("目录没有列全，这次没有看到", "not listed this time, for the listing had gaps"),
    "adopted-unseen": ("这次没有下载到，变没变说不上", "didn't arrive this time; nobody can say whether it changed"),
    "adopted-unhashed": (
        "接管时没有下载到，没有指纹可比",
        "didn't arrive when it was adopted, so there is nothing to compare with",
    ),
}
UNLOOKED = frozenset({"adopted-unlisted", "adopted-unseen", "adopted-unhashed"})  # no changes: what a look couldn't see


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a catalogue. `changes`: {key, code, severity, dataset, field, file} each, `key` the same as long as the change
    is, those of UNLOOKED among them; `unseen`: (dataset, file) that didn't arrive this time; `is_whole`: the listing had no gaps. `fault`: the name of the
    error that kept the look away; then the rest says nothing."""

    catalogue: str
    adopted_on: str
    counts: Mapping[str, int] = field(default_factory=dict)
    changes: Sequence[Mapping[str, Any]] = ()
    unseen: frozenset[tuple[str, str]] = frozenset()
    is_whole: bool = True
    fault: str = ""

    def judges(self, change: Mapping[str, Any]) -> bool:
        """Whether this look would have seen that change if it still stood. What an earlier one couldn't see says nothing now."""
        if change["code"] in UNLOOKED:
            return not self.fault
        return not self.fault and self.is_whole and (change["dataset"], change["file"]) not in self.unseen


def is_hold(change: Mapping[str, Any]) -> bool:
    """Whether a change is one that a person has to look at."""
    return change["severity"] in (Severity.HOLD.value, Severity.BLOCK.value)


def newest_first(changes: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Holds in front, then the newest; what couldn't be seen at the end."""
    by_age = sorted(changes, key=lambda c: c["since"], reverse=True)
    return sorted(by_age, key=lambda c: (not is_hold(c), c["code"] in UNLOOKED))
