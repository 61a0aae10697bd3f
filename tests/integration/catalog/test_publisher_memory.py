"""A publication's memory doesn't grow with its files: 200 MB go up and are read back in the same few MB as 1 MB.

`python -m bench publishing` measures the same up to 2 GB.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.catalogue import publish_seconds, write_junk
from tests.integration.catalog.conftest import Backend


def growth_mib(backend: Backend, folder: Path, mib: int) -> float:
    """Peak memory that a publication with a file of `mib` MiB adds to what a fresh process has before it."""
    folder.mkdir()
    write_junk(folder / "junk", mib)
    return publish_seconds(backend.url, backend.token, folder / "junk", folder)["kb"] / 1024


@pytest.mark.slow
def test_publish_of_200_mb_needs_no_more_memory_than_1_mb(backend: Backend, tmp_path: Path) -> None:
    small = growth_mib(backend, tmp_path / "small", 1)
    large = growth_mib(backend, tmp_path / "large", 200)
    assert small > 0, "nothing was measured"
    assert large < small + 16
