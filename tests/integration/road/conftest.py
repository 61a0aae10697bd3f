"""One city in which the whole demo has been played, for all tests of the road."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from flows.demo.samples.truth import Truth
from tests.cities import City, run
from tests.marked_city import MarkedCity, founded


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    home = tmp_path_factory.mktemp("city") / "home"
    done = run("demo", "--home", str(home))
    assert done.returncode == 0, done.stderr
    truth = Truth.from_json((home / "samples" / "truth.json").read_text("utf-8"))
    users = json.loads((home / "demo-users.json").read_text("utf-8"))
    return City(home, done.stdout + done.stderr, truth, {u["user"]: u["password"] for u in users})


@pytest.fixture(scope="session")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MarkedCity]:
    """An installation with a warm process for files whose cells hold marks."""
    with founded(tmp_path_factory.mktemp("marked") / "home") as made:
        yield made
