"""What a test needs and this machine lacks is said; where servers are required (CI), it is a failure."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import pytest

ALLOWED = ("real sample files are absent",)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, pytest.TestReport]:
    report: pytest.TestReport = yield
    required = os.environ.get("MINGJING_SERVERS_REQUIRED") == "1"
    if (
        required
        and report.skipped
        and not hasattr(report, "wasxfail")
        and not any(a in str(report.longrepr) for a in ALLOWED)
    ):
        report.outcome = "failed"
        report.longrepr = f"left out although servers are required: {report.longrepr}"
    return report
