"""What the console needs from other rooms, as flows hands it over: bytes, contracts, packs, the calendar, the runner's
progress and a place for orders. The console imports none of those rooms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.contract import Contract
from domain.errors import HomeInvalid
from domain.fault import Fault
from domain.pack import Packs
from domain.ports import ArtefactStore
from domain.release import Manifest


@dataclass(frozen=True, slots=True)
class Bench:
    """What the operator's bench needs. `contract_text`: the YAML in force, None where there is no such dataset. `check`: every
    fault of a contract's text, as `contract check` finds them. `draft`: a first contract for a file that was handed in
    (location, dataset), which is forgotten then. `sources`: prefixes of addresses that an operator may name; `source`: the
    address as it is kept in an order, or a named error."""

    contract_text: Callable[[str], str | None]
    check: Callable[[str], Sequence[Fault]]
    draft: Callable[[str, str], str]
    sources: Callable[[], Sequence[str]]
    source: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Outside:
    """`workdays`: after the first day up to and with the second, None where the holiday notice isn't known.
    `progress`: a running request's step, its number and how many there are. `order`: keeps what to prepare (dataset,
    location, period, dates, actor; `named=True` where the location was typed in) and returns its name. `upload`: keeps a file that was handed in, returns its location.
    `is_kept`: whether quarantine still holds the release's source. `original`: the text of one cell of it, at a place
    (Place as a dict); asked by pages/original alone, once a look is recorded. `due`: the earliest legal deadline of a release of
    that contract with those dates (ISO by name); None where one of them can't be computed. `packs_fault`: why the files
    of the packs can't be read now, while `packs` gives those read before; "" where they can."""

    store: ArtefactStore
    contracts: Callable[[], Mapping[str, Contract]]
    packs: Callable[[], Packs]
    workdays: Callable[[date, date], int | None]
    progress: Callable[[int], tuple[str, int, int] | None]
    order: Callable[..., str]
    upload: Callable[[str, Iterable[bytes]], str]
    is_kept: Callable[[Manifest], bool]
    original: Callable[[Manifest, Mapping[str, Any]], str]
    bench: Bench
    due: Callable[[Contract, Mapping[str, str]], date | None]
    packs_fault: Callable[[], str] = lambda: ""


_given: list[Outside] = []


def hand_over(outside: Outside) -> None:
    """Give this process's console its outside; a later one takes the place of an earlier."""
    _given[:] = [outside]


def outside() -> Outside:
    """What was handed over. Raises HomeInvalid where the console was started alone."""
    if not _given:
        raise HomeInvalid("the console was started without the installation's stores; start it with: mingjing serve")
    return _given[0]
