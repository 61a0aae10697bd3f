"""The review room's installation with the console's outside handed over."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.console_visits import open_console


@pytest.fixture
def console(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    open_console(tmp_path_factory.mktemp("store"))
    return home
