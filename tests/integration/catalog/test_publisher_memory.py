"""A publication's memory doesn't grow with its files: 200 MB go up and are read back in the same few MB as 1 MB."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.catalog.conftest import Backend

PUBLISHER = """
import hashlib, sys
from dataclasses import replace
from pathlib import Path
from catalog.ckan import Catalogue
from catalog.mapping import describe
from catalog.publish import publish
from domain.canonical import canonical_json
from tests.catalogue_release import approve, make_contract, prepare

url, token, name, folder, size = sys.argv[1], sys.stdin.read(), sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])

def peak_kib():
    return int(next(l for l in open("/proc/self/status") if l.startswith("VmHWM")).split()[1])

ready = prepare(folder, contract=make_contract(id=name))
big, digest, block = folder / "big", hashlib.sha256(), bytes(range(256)) * 4096
with big.open("wb") as out:
    for number in range(size >> 20):
        piece = number.to_bytes(4, "big") + block[4:]
        out.write(piece)
        digest.update(piece)
csv = replace(ready.exports.files[0], path=big, sha256=digest.hexdigest(), bytes=big.stat().st_size)
exports = replace(ready.exports, files=(csv, *ready.exports.files[1:]))
metadata = describe(ready.contract, period="2025", edition=1, dates={}, exports=exports)
with big.open("rb") as stream:
    artefact = ready.store.put(stream, name=csv.name, role="export", media_type=csv.media_type)
stored = ready.store.put_bytes(canonical_json(metadata), name="metadata.json", role="metadata")
manifest = replace(ready.manifest, exports=(artefact, *ready.manifest.exports[1:]), metadata=stored)
before = peak_kib()
receipt = publish(Catalogue(url, token), approval=approve(manifest), manifest=manifest, metadata=metadata,
                  store=ready.store, published_on="2025-04-02")
assert receipt.resources[0]["bytes"] == size
print(peak_kib() - before)
"""


def growth_mib(backend: Backend, folder: Path, size: int) -> float:
    """Peak memory that a publication with a file of `size` bytes adds to a fresh process."""
    folder.mkdir()
    name = backend.contract().id
    done = subprocess.run(
        [sys.executable, "-c", PUBLISHER, backend.url, name, str(folder), str(size)],
        input=backend.token,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
        env={k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "HOME", "TMPDIR")},
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return int(done.stdout.split()[-1]) / 1024


@pytest.mark.slow
def test_publish_of_200_mb_needs_no_more_memory_than_1_mb(backend: Backend, tmp_path: Path) -> None:
    small = growth_mib(backend, tmp_path / "small", 1 << 20)
    large = growth_mib(backend, tmp_path / "large", 200 << 20)
    assert large < small + 16
