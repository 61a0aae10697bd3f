"""A browser for tests: the system's chromium, driven by Playwright; nothing is ever downloaded.

Every visit is watched: a page that logs an error, breaks the content policy, asks any host but its own or lacks a part
fails the test when the visit ends. Playwright is imported here alone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

from tests.servers import chromium

__all__ = ["Browser", "Locator", "Page", "Window", "Windows", "expect", "opened"]
WAIT_MILLISECONDS = 30_000
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
EXCHANGED = ".htmx-request, .htmx-swapping, .htmx-settling"  # the classes of parts on their way
NAVIGATION_FAILED = (
    "Failed to load resource"  # logged for a page that is a refusal, too: its status is the walk's matter
)


@dataclass
class Watch:
    """What was wrong with anything that a visit loaded."""

    host: str
    faults: list[str] = field(default_factory=list)

    def follow(self, context: BrowserContext) -> None:
        context.on("request", self._asked)
        context.on("response", self._answered)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.faults.append(f"script: {error.error.name}"))

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme != "data" and parts.netloc != self.host:
            self.faults.append(f"asked another host: {parts.scheme}://{parts.netloc}")

    def _answered(self, response: Response) -> None:
        is_page = response.request.is_navigation_request()
        if response.status >= (500 if is_page else 400):
            self.faults.append(f"{response.status} for {urlsplit(response.url).path}")

    def _said(self, message: ConsoleMessage) -> None:
        is_refusal = message.text.startswith(NAVIGATION_FAILED)  # a missing part is caught by its answer
        if message.type in ("error", "warning") and not is_refusal:
            self.faults.append(f"{message.type}: {message.text}")


@dataclass
class Window:
    """One person's browser at the console."""

    page: Page
    base: str
    taps: int = 0

    def settled(self) -> Window:
        """Wait until the page that came is here whole and nothing of it is being exchanged: a count never waits."""
        self.page.wait_for_load_state()
        expect(self.page.locator(EXCHANGED)).to_have_count(0)
        return self

    def go(self, path: str) -> Window:
        self.page.goto(path if "://" in path else self.base + path)
        return self

    def press(self, name: str, *, within: Locator | None = None) -> Window:
        """Press the one button of that name, and wait for what comes."""
        (within or self.page).get_by_role("button", name=name, exact=True).click()
        self.taps += 1
        return self.settled()

    def follow(self, name: str, *, within: Locator | None = None) -> Window:
        """Follow the one link of that name."""
        (within or self.page).get_by_role("link", name=name).click()
        self.taps += 1
        return self.settled()

    def follow_release(self, release: str) -> Window:
        """From a list to the release: its row's first link."""
        self.page.locator("tr", has_text=release).get_by_role("link").first.click()
        self.taps += 1
        expect(self.page).to_have_url(re.compile(f"/releases/{release}$"))
        return self.settled()

    def reads(self, *texts: str) -> Window:
        """The page's text holds each of these, now or within the time that Playwright waits."""
        for text in texts:
            expect(self.page.locator("body")).to_contain_text(text)
        return self

    def lacks(self, *texts: str) -> Window:
        for text in texts:
            expect(self.page.locator("body")).not_to_contain_text(text)
        return self

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path


@dataclass
class Windows:
    """Opens windows for people, and ends the test where one saw a fault."""

    browser: Browser
    base: str
    kept: list[tuple[BrowserContext, Watch]] = field(default_factory=list)

    def open(self, base: str = "", *, phone: bool = False, language: str = "zh-CN", script: bool = True) -> Window:
        """An empty window at `base` (default: the console). `script`: whether it runs JavaScript."""
        base = base or self.base
        how: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True} if phone else {"viewport": DESK}
        context = self.browser.new_context(
            **how, locale=language, timezone_id="Asia/Shanghai", java_script_enabled=script, accept_downloads=True
        )
        context.set_default_timeout(WAIT_MILLISECONDS)
        watch = Watch(urlsplit(base).netloc)
        watch.follow(context)
        self.kept.append((context, watch))
        return Window(context.new_page(), base)

    def sign_in(self, person: str, password: str, **how: Any) -> Window:
        """A window in which the person has signed in through the page."""
        window = self.open(**how).go("/sign-in")
        window.page.locator("input[name=username]").fill(person)
        window.page.locator("input[name=password]").fill(password)
        window.page.locator("main button").click()
        expect(window.page).to_have_url(re.compile(r"/(queue|people)$"))
        return window

    def close(self) -> None:
        """Close every window. Raises AssertionError where one saw a fault."""
        faults = []
        for context, watch in self.kept:
            context.close()
            faults += watch.faults
        self.kept.clear()
        assert not faults, faults


@contextmanager
def opened() -> Iterator[Browser]:
    """The browser; skips where none is installed."""
    path = chromium()
    if path is None:
        pytest.skip("chromium not installed: make servers")
    expect.set_options(timeout=WAIT_MILLISECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, chromium_sandbox=os.geteuid() != 0)
        try:
            yield browser
        finally:
            browser.close()
