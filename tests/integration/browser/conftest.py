"""One served town for all walks, a browser for each file, windows for each test.

The browser ends with its file: Playwright keeps an event loop in this thread, and Django refuses its database beside one.
The town ends with the last walk, so that nothing is served beside other tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.browser import Browser, Window, Windows, opened
from tests.review_desk import PASSWORD
from tests.served_town import Town, served_town
from tests.servers import chromium

Enter = Callable[..., Window]
SERVED = ExitStack()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened() as found:
        yield found


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Nothing is served where there is no browser."""
    if chromium() is None:
        pytest.skip("chromium not installed: make servers")
    return SERVED.enter_context(served_town(tmp_path_factory.mktemp("town")))


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    if nextitem is None or "integration/browser/" not in nextitem.nodeid:
        SERVED.close()


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
