"""What a test needs and this machine lacks is said; where servers are required (CI), it is a failure."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator
from typing import Any

import pytest

os.environ["OPENPYXL_LXML"] = (
    "False"  # tests alone need lxml; openpyxl is to write and read as where it isn't installed
)
ALLOWED = ("real sample files are absent",)
TOGETHER = {  # files whose tests share what is dear to make, by that
    **dict.fromkeys(("test_console.py", "test_demo.py", "test_refusals.py", "test_two_networks.py"), "city"),
    **dict.fromkeys(
        (
            "test_marker_faults.py",
            "test_marker_people.py",
            "test_marker_signals.py",
            "test_marker_sources.py",
            "test_markers.py",
        ),
        "marked",
    ),
    **{name: name for name in ("test_outside.py", "test_planted_corpus.py", "test_timed.py", "test_unsettled.py")},
}


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests that share a city run in one process; xdist's own groups don't work with this pytest (it can't rename an item)."""
    from xdist.scheduler import LoadScopeScheduling

    class ByCity(LoadScopeScheduling):  # type: ignore[misc]  # xdist's classes are untyped here
        def _split_scope(self, nodeid: str) -> str:
            path = nodeid.partition("::")[0]
            folder, _, name = path.rpartition("/")
            if folder.endswith("integration/browser"):
                return "browser"
            shared = folder.endswith(("/road", "integration/flows", "properties/redaction"))
            return TOGETHER.get(name, nodeid) if shared else nodeid

    return ByCity(config, log)


def pytest_collection_finish() -> None:
    """What has been collected stays to the end: it isn't searched for garbage again and again (an eighth of the time)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


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
