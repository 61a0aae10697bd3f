"""`python -m bench desk`: the desk with 10,000 releases and 200,000 ledger lines, on SQLite and, where it is installed, PostgreSQL.

The chain of the ledger is verified whole: hashes, seals, order, and replayed against the tables. Pages are asked for through
Django itself, without a web server; the slowest one's median is told.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from bench.page import Row
from tests.console_visits import open_console, queries_counted, table_release, visit
from tests.large_desk import LINES, PAGES, RELEASES, fill
from tests.review_desk import cheap_passwords, decide, open_desk
from tests.servers import postgres_bin, postgres_server

ROUNDS = 5


def rows() -> Iterator[Row]:
    """The figures of each database."""
    yield from _of("SQLite")
    if postgres_bin() is not None:
        yield from _of("PostgreSQL")


def _of(database: str) -> Iterator[Row]:
    from review.setup import close

    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        url = None
        if database == "PostgreSQL":
            server = held.enter_context(postgres_server())
            url = server.url(server.create_database(), password=True, driver="postgresql")
        held.enter_context(cheap_passwords())
        open_desk(folder / "home", url)
        held.callback(close)
        from review import ledger

        open_console(folder)
        release = table_release(run_key="real", period="real")
        decide(release, "sec", "section")
        fill(folder / "home")
        taken = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            assert ledger.verify().ok
            taken.append(time.perf_counter() - began)
        speed = RELEASES * LINES / statistics.median(taken)
        yield (f"ledger verify, {RELEASES * LINES:,} lines, {database}", f"{speed:,.0f} lines a second", "≥ 100,000")
        yield _slowest_page(release, database)


def _slowest_page(release: str, database: str) -> Row:
    client, medians, queries = visit("conf"), {}, {}
    for page in PAGES:
        address, taken = page.replace("<release>", release), []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            assert client.get(address).status_code == 200
            taken.append(time.perf_counter() - began)
        medians[page] = statistics.median(taken)
        with queries_counted() as found:
            client.get(address)
        queries[page] = found["n"]
    worst = max(medians, key=lambda page: medians[page])
    told = f"{1000 * medians[worst]:.0f} ms ({worst}); at most {max(queries.values())} queries"
    return (f"slowest of {len(PAGES)} pages, median of {ROUNDS}, {database}", told, "≤ 300 ms")
