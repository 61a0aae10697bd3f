"""A runner that ended because its work was cancelled is started again, however often, and counts as no death."""

from __future__ import annotations

import sys
from pathlib import Path

from flows.holding import STOPPED
from flows.home import Home
from flows.serve import DEATHS_ALLOWED, Service, _revive


def test_cancelled_work_is_no_death_of_its_service(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.run.mkdir()
    service = Service("runner", [sys.executable, "-c", f"raise SystemExit({STOPPED})"], {})
    service.start(home)
    for _ in range(DEATHS_ALLOWED + 2):
        before = service.process
        assert before is not None
        before.wait(timeout=60)
        _revive([service], home)
        assert service.process is not before
    assert service.deaths == []
    assert service.process is not None
    service.process.wait(timeout=60)
