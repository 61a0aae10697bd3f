"""A night's inspection holds nobody up: while one goes on in `mingjing serve`, a file is prepared and published and another release
is taken off; the night is one row with its progress, and ends with its numbers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from catalog.upload import Upload
from flows.catalogue import catalogue_for, one_at_a_time
from tests.review_desk import PASSWORD
from tests.served_town import Town, served_town

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
OTHER = "地区,债务限额\n某人,1\n".encode()
NAMES = ("fund_twice", "fund_back", "fund_less")
PROMPT = 60.0  # seconds: 撤下 within minutes


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with served_town(tmp_path_factory.mktemp("lanes")) as found:
        yield found


def until(true: Callable[[], Any], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_night_goes_on_beside_publication_and_withdrawal(town: Town) -> None:
    from flows.ask import progress_of
    from review import desk, queries

    first, second, third = NAMES
    watched, other = town.published(first), town.published(second)
    until(lambda: town.show(watched)["inspection"] and town.show(other)["inspection"])
    resource = town.show(watched)["receipt"]["resources"][0]
    upload = Upload("other.csv", "text/csv", len(OTHER), lambda: iter([OTHER]))
    with catalogue_for(town.home) as catalogue:
        catalogue.act("resource_patch", {"id": resource["id"]}, uploads={"upload": upload})

    def work(number: int) -> dict[str, Any]:
        return dict(town.do(queries.work_of, number))

    dataset = f"finance.{first}"
    with one_at_a_time(town.home, dataset):  # the night wants to be sure of the difference, and waits for this turn
        night = town.do(desk.ask, "inspect", {"release": watched, "due": False})
        until(lambda: progress_of(town.home, night))
        began = time.monotonic()
        town.do(desk.withdraw, other, "chief", PASSWORD, "疑有差错")
        until(lambda: town.show(other)["takedown"], PROMPT)
        fresh = town.published(third)
        assert time.monotonic() - began < 2 * PROMPT
        assert town.show(fresh)["status"] == "published"
        row = work(night)
        assert (row["state"], row["attempts"]) == ("running", 1), "it went on all the while"
        assert row["worker"].startswith("inspect-")
    until(lambda: work(night)["state"] == "done")
    (result,) = work(night)["result"]["answer"]
    assert (result["release"], result["ok"], result["hidden"]) == (watched, False, True)
    until(lambda: town.show(watched)["takedown"], PROMPT)
