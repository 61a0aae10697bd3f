"""One served town and one browser for all walks; each test has windows of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.browser import Browser, Window, Windows, opened
from tests.review_desk import PASSWORD
from tests.served_town import Town, served_town

Enter = Callable[..., Window]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with opened() as found:
        yield found


@pytest.fixture(scope="session")
def town(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Asked for after the browser, so that nothing is served where there is none."""
    del browser
    with served_town(tmp_path_factory.mktemp("town")) as found:
        yield found


@pytest.fixture
def windows(browser: Browser, town: Town) -> Iterator[Windows]:
    """This test's windows; a fault that one of them saw fails the test."""
    found = Windows(browser, town.console)
    yield found
    found.close()


@pytest.fixture
def enter(windows: Windows) -> Enter:
    """Signs a person of tests/review_desk in, in a new window."""

    def sign_in(person: str, **how: object) -> Window:
        return windows.sign_in(person, PASSWORD, **how)

    return sign_in
