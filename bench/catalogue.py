"""`python -m bench.catalogue [MB …]`: publishing one large file to a real CKAN, against a bare curl upload of the same bytes.

Each round: curl, then a publication in a fresh process; the read-backs are timed apart. Peak memory is the publisher's
growth over what it needs before it publishes. Needs `make ckan-install`.
"""

from __future__ import annotations

import json
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import requests

from tests.ckan.stack import Stack, in_use

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 3

PUBLISHER = """
import hashlib, json, sys, time
from dataclasses import replace
from pathlib import Path
from catalog.ckan import Catalogue, Session
from catalog.mapping import describe
from catalog.publish import publish
from domain.canonical import canonical_json
from tests.catalogue_release import approve, make_contract, prepare
from tests.memory import peak_kb

url, token, name, folder, big = sys.argv[1], sys.stdin.read(), sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4])
back = 0.0

class Timed(Catalogue):
    def fetch(self, *words, **options):
        global back
        began = time.perf_counter()
        try:
            return super().fetch(*words, **options)
        finally:
            back += time.perf_counter() - began

ready = prepare(folder, contract=make_contract(id=name))
csv = ready.exports.files[0]
with big.open("rb") as stream:
    artefact = ready.store.put(stream, name=csv.name, role="export", media_type=csv.media_type)
csv = replace(csv, path=big, sha256=artefact.sha256, bytes=artefact.bytes)
metadata = describe(ready.contract, period="2025", edition=1, dates={},
                    exports=replace(ready.exports, files=(csv, *ready.exports.files[1:])))
stored = ready.store.put_bytes(canonical_json(metadata), name="metadata.json", role="metadata")
manifest = replace(ready.manifest, exports=(artefact, *ready.manifest.exports[1:]), metadata=stored)
before, began = peak_kb(), time.perf_counter()
publish(Timed(url, token), approval=approve(manifest), manifest=manifest, metadata=metadata, store=ready.store,
        published_on="2025-04-02")
print(json.dumps({"seconds": time.perf_counter() - began - back, "read_back": back, "kb": peak_kb() - before}))
"""


def curl_seconds(stack: Stack, package: str, path: Path) -> float:
    """A bare upload of the file as a new resource."""
    command = [
        "curl", "-sf", "-o", "/dev/null", "-H", f"Authorization: {stack.token}", "-F", f"package_id={package}",
        "-F", "url=", "-F", "name=bare", "-F", f"upload=@{path};type=text/csv",
        f"{stack.url}/api/3/action/resource_create",
    ]  # fmt: skip
    began = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - began


def publish_seconds(stack: Stack, path: Path, folder: Path) -> dict[str, float]:
    """A publication with this file in a fresh process: seconds without and of read-back, memory growth in KiB."""
    name = f"finance.bench_{secrets.token_hex(4)}"
    command = [sys.executable, "-c", PUBLISHER, stack.url, name, str(folder / name), str(path)]
    done = subprocess.run(command, input=stack.token, capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return dict(json.loads(done.stdout))


def act(stack: Stack, action: str, **data: Any) -> Any:
    head = {"Authorization": stack.token}
    answer = requests.post(f"{stack.url}/api/3/action/{action}", json=data, headers=head, timeout=60)
    return answer.json()["result"]


def write_junk(path: Path, mib: int) -> None:
    block = secrets.token_bytes(1 << 20)
    with path.open("wb") as out:
        for number in range(mib):
            out.write(number.to_bytes(4, "big") + block[4:])


def main() -> None:
    """One line for each size."""
    sizes = [int(word) for word in sys.argv[1:]] or [1, 200, 2000]
    with in_use(Stack()) as stack, tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        owner = act(stack, "organization_create", name=f"bench-{secrets.token_hex(4)}")["id"]
        package = act(stack, "package_create", name=f"bench-{secrets.token_hex(4)}", owner_org=owner)["id"]
        for mib in sizes:
            junk = folder / "junk"
            write_junk(junk, mib)
            bare, ours = [], []
            for _ in range(ROUNDS):
                bare.append(curl_seconds(stack, package, junk))
                ours.append(publish_seconds(stack, junk, folder))
            curl, mine = statistics.median(bare), statistics.median(o["seconds"] for o in ours)
            back, grown = statistics.median(o["read_back"] for o in ours), max(o["kb"] for o in ours) / 1024
            print(
                f"{mib} MiB: curl {curl:.2f} s, publish {mine:.2f} s ({curl / mine:.2f} x curl's throughput), "
                f"two read-backs {back:.2f} s, memory +{grown:.0f} MiB"
            )


if __name__ == "__main__":
    main()
