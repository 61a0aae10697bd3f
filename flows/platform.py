"""An installation opened for work: home, stores, packs and the desk's database, wired together."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from domain.contract import Contract
from domain.errors import PackInvalid
from domain.pack import Packs
from flows.home import Home, home_path, open_home
from flows.library import one_contract, read_packs
from flows.stores import Stores, open_stores


@dataclass(frozen=True, slots=True)
class Platform:
    """What a flow needs at hand. `rules`: the packs, or why they can't be read."""

    home: Home
    stores: Stores
    rules: Packs | PackInvalid = field(repr=False)

    @property
    def packs(self) -> Packs:
        """The rule packs. Raises PackInvalid: what needs none goes on without, taking off above all."""
        if isinstance(self.rules, PackInvalid):
            raise PackInvalid(str(self.rules))
        return self.rules

    def contract(self, dataset: str) -> Contract:
        return one_contract(self.home, dataset)

    def today(self) -> date:
        """Today where the bureau is; MINGJING_TODAY (ISO) takes its place in rehearsals of a demo home only."""
        given = os.environ.get("MINGJING_TODAY")
        if given and self.home.is_demo:
            return date.fromisoformat(given)
        return datetime.now(ZoneInfo(self.home.timezone)).date()

    def moment(self) -> str:
        """This moment where the bureau is; its day is the day that the public is told."""
        return moment_at(self.home)


def moment_at(home: Home) -> str:
    """This moment in the installation's time zone, ISO to the second."""
    return datetime.now(ZoneInfo(home.timezone)).replace(microsecond=0).isoformat()


def now() -> str:
    """The moment in UTC, ISO to the second."""
    return datetime.now(UTC).replace(microsecond=0).isoformat()


def connect(home: Home) -> None:
    """Point this process at the installation's database, whatever its state. Raises HomeInvalid."""
    from review.setup import configure

    os.environ["MINGJING_HOME"] = str(home.root)
    configure(
        home.root, database_url=os.environ.get("MINGJING_DATABASE_URL") or None, factor_roles=home.second_factor_roles
    )


def open_platform(root: Path | None = None) -> Platform:
    """Open the installation at `root` (default: MINGJING_HOME) and its database. Raises HomeInvalid.

    Packs that can't be read are told by whoever asks for them.
    """
    from review.setup import check_schema

    home = open_home(home_path(root))
    connect(home)
    check_schema()
    rules: Packs | PackInvalid
    try:
        rules = read_packs(home)
    except PackInvalid as fault:
        rules = fault
    return Platform(home, open_stores(home), rules)
