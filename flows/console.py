"""The console's own process: `python -m flows.console --host 127.0.0.1 --port 8480`, started by `mingjing serve`.

Hands the console what it needs from other rooms. MINGJING_HOME says which installation, MINGJING_TLS=1 that it stands
behind https, MINGJING_HOSTS (names with blanks between) under which names beside localhost.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping
from datetime import date

from domain.contract import Contract
from domain.errors import PackInvalid
from domain.pack import Packs
from flows.aside import check_contract_text, draft_contract_text
from flows.ask import progress_of
from flows.home import Home, home_path, open_home
from flows.library import contract_text, packs_in_force, read_contracts, read_packs
from flows.orders import Order, write_order
from flows.original import is_kept, original_cell
from flows.sources import allowed_sources, named_source
from flows.stores import open_stores
from flows.uploads import forget_upload, keep_upload
from review.console.outside import Bench, Outside, hand_over

Workdays = Callable[[date, date], int | None]


def outside_of(home: Home) -> Outside:
    """The installation as the console may see it."""

    def progress(work: int) -> tuple[str, int, int] | None:
        said = progress_of(home, work)
        return (str(said[0]), int(said[1]), int(said[2])) if said else None

    def order(
        dataset: str,
        location: str | None,
        period: str | None,
        dates: Mapping[str, str],
        actor: str,
        named: bool = False,
    ) -> str:
        return write_order(home, Order(dataset, location, period, dict(dates), actor, is_named=named))

    return Outside(
        store=open_stores(home),
        contracts=lambda: read_contracts(home),
        packs=lambda: packs_in_force(home)[0],
        packs_fault=lambda: str(packs_in_force(home)[1] or ""),
        workdays=workdays_of(home),
        progress=progress,
        order=order,
        upload=lambda name, chunks: keep_upload(home, name, chunks),
        is_kept=lambda manifest: is_kept(home, manifest),
        original=lambda manifest, place: original_cell(home, read_packs(home), manifest, place),
        bench=bench_of(home),
        due=lambda contract, dates: earliest_deadline(packs_in_force(home)[0], contract, dates),
    )


def earliest_deadline(packs: Packs, contract: Contract, dates: Mapping[str, str]) -> date | None:
    """Of the deadlines that hang on a release date; None where there is none or one of them can't be computed."""
    from checks.timeliness.deadlines import due

    given = {name: date.fromisoformat(text) for name, text in dates.items()}
    found = [due(d, given, packs).on for d in contract.deadlines if d.field is None]
    told = [on for on in found if on is not None]
    return min(told) if told and len(told) == len(found) else None


def bench_of(home: Home) -> Bench:
    """The operator's bench."""

    def draft(location: str, dataset: str) -> str:
        try:
            return draft_contract_text(home, location, dataset)
        finally:
            forget_upload(home, location)

    return Bench(
        contract_text=lambda dataset: contract_text(home, dataset),
        check=lambda text: check_contract_text(home, text),
        draft=draft,
        sources=lambda: allowed_sources(home),
        source=lambda location: named_source(home, location),
    )


def workdays_of(home: Home) -> Workdays:
    """Counts workdays by the calendar pack; None where a holiday notice isn't known, or the pack can't be read."""
    from checks.timeliness.calendar import CalendarUnknown, load_calendar

    try:
        calendar = load_calendar(packs_in_force(home)[0]["calendar"])
    except PackInvalid:  # the page of the packs says so; the console is needed to take things off
        return lambda *_days: None

    def workdays(start: date, end: date) -> int | None:
        try:
            return calendar.workdays_between(start, end)
        except CalendarUnknown:
            return None

    return workdays


def main() -> None:
    """Run until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m flows.console")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8480)
    given = parser.parse_args()
    from review.console.serving import serve
    from review.setup import configure

    home = open_home(home_path(None))
    configure(
        home.root, database_url=os.environ.get("MINGJING_DATABASE_URL") or None, time_zone=home.timezone,
        tls=os.environ.get("MINGJING_TLS") == "1", hosts=os.environ.get("MINGJING_HOSTS", "").split(),
        factor_roles=home.second_factor_roles,
    )  # fmt: skip
    hand_over(outside_of(home))
    serve(given.host, given.port)


if __name__ == "__main__":
    main()
