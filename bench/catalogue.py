"""`python -m bench catalogue`: what publishing costs.

Memory: the publisher's growth over what it needs before it publishes, from 1 MB to 2 GB, upload and two read-backs, in a
fresh process, on the embedded catalogue, since it is the client's. Plans: a no-op publish among 1,000 datasets.
Inspection: all of 1,000 published datasets, with desk and ledger. Both on the embedded catalogue and on a real CKAN.
Throughput: one file to a real CKAN against a bare curl upload of the same bytes, the request that carries them; beside it a whole
publication, with its looks, its hashing, and for a first edition the making and showing of the dataset. Needs `make ckan-install`.
"""

from __future__ import annotations

import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from unittest.mock import patch

import requests

from bench.page import Row
from catalog.ckan import Catalogue
from catalog.publish import plan, publish
from domain.release import Receipt
from flows.catalogue import catalogue_for, embedded_url, start_embedded, token_file
from flows.home import Home
from flows.inspection import AT_ONCE
from tests.catalogue_release import Prepared, make_contract, prepare
from tests.ckan.stack import FIRST_PORT, Stack, in_use
from tests.made_platform import Made, made_platform
from tests.servers import free_port

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 6  # of each
MEMORY_MIB = (1, 200, 2048)
DATASETS = 1_000
CURL_MIB = 200

PUBLISHER = """
import json, os, sys, time
from dataclasses import replace
from pathlib import Path
from catalog.ckan import Catalogue, Session
from catalog.mapping import describe
import catalog.publish as publisher
from domain.canonical import canonical_json
from tests.catalogue_release import approve, make_contract, prepare
from tests.memory import forget_peak, peak_kb

url, token, name, folder, big = sys.argv[1], sys.stdin.read(), sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4])
period = sys.argv[5]
back = sending = 0.0

class Timed(Catalogue):
    def act(self, *words, **options):
        global sending
        began = time.perf_counter()
        try:
            return super().act(*words, **options)
        finally:
            sending += time.perf_counter() - began if options.get("uploads") else 0.0

real_read_back = publisher.read_back

def read_back(*words, **options):
    global back
    began = time.perf_counter()
    try:
        return real_read_back(*words, **options)
    finally:
        back += time.perf_counter() - began

publisher.read_back = read_back

ready = prepare(folder, contract=make_contract(id=name), period=period)
csv = ready.exports.files[0]
with big.open("rb") as stream:
    artefact = ready.store.put(stream, name=csv.name, role="export", media_type=csv.media_type)
csv = replace(csv, path=big, sha256=artefact.sha256, bytes=artefact.bytes, rows=2_000_000)  # of some 100 bytes each
metadata = describe(ready.contract, period=period, edition=1, dates={},
                    exports=replace(ready.exports, files=(csv, *ready.exports.files[1:])))
stored = ready.store.put_bytes(canonical_json(metadata), name="metadata.json", role="metadata")
manifest = replace(ready.manifest, exports=(artefact, *ready.manifest.exports[1:]), metadata=stored)
os.sync()  # as `rest`, right before the clock: what the store has just written isn't flushed under it
for _ in range(8):  # as warm as curl finds it: a server that nobody asked for seconds answers ten times slower at first
    warm = Catalogue(url, token)
    warm.look("package_search", {"rows": 1})
    warm.close()
forget_peak()
before, began = peak_kb(), time.perf_counter()
publisher.publish(Timed(url, token), approval=approve(manifest), manifest=manifest, metadata=metadata, store=ready.store,
        published_on="2025-04-02")
print(json.dumps({"seconds": time.perf_counter() - began - back, "read_back": back, "sending": sending, "kb": peak_kb() - before}))
"""


def curl_seconds(stack: Stack, owner: str, files: list[Path]) -> tuple[float, float, float]:
    """What bare requests take: a private dataset made, the files uploaded as its resources in one request, the dataset shown."""
    rest(stack)
    name = f"bench-{secrets.token_hex(4)}"
    head = ["curl", "-sf", "-o", "/dev/null", "-H", f"Authorization: {stack.token}"]
    package = json.dumps({"name": name, "owner_org": owner, "private": True})
    shown = json.dumps({"match": {"name": name}, "update": {"private": False}})
    typed = ["-H", "Content-Type: application/json", "-d"]
    uploads = [
        f"update__resources__-{n}__upload=@{f};type=text/csv"
        for n, f in zip(range(len(files), 0, -1), files, strict=True)
    ]
    listed = json.dumps([{"name": f.name, "url": f.name} for f in files])
    fields = [f"match__name={name}", f"update__resources__extend={listed}", *uploads]
    calls = (
        ("package_create", [*typed, package]),
        ("package_revise", [word for field in fields for word in ("-F", field)]),
        ("package_revise", [*typed, shown]),
    )
    seconds = []
    for action, words in calls:
        began = time.perf_counter()
        subprocess.run([*head, *words, f"{stack.url}/api/3/action/{action}"], check=True)
        seconds.append(time.perf_counter() - began)
    return seconds[0], seconds[1], seconds[2]


def edition_files(junk: Path, folder: Path) -> list[Path]:
    """The files of an edition whose CSV file is this one, as `publish_seconds` publishes it."""
    ready = prepare(folder / "bare")
    return [junk, *(Path(ready.store.local_path(a.sha256)) for a in ready.manifest.exports[1:])]


def rest(stack: Stack) -> None:
    """Until the disk has written what the last upload left, and CKAN has answered a few times: whoever comes next starts even."""
    os.sync()
    for _ in range(8):
        act(stack, "package_search", rows=1)


def publish_seconds(
    url: str, token: str, path: Path, folder: Path, *, name: str = "", period: str = "2025"
) -> dict[str, float]:
    """A publication with this file in a fresh process: seconds without and of read-back, of the request with the bytes, memory
    growth in KiB."""
    name = name or f"finance.bench_{secrets.token_hex(4)}"
    command = [sys.executable, "-c", PUBLISHER, url, name, str(folder / f"{name}-{period}"), str(path), period]
    done = subprocess.run(command, input=token, capture_output=True, text=True, cwd=ROOT, check=False)
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


@contextmanager
def embedded(root: Path) -> Iterator[tuple[str, str]]:
    """An embedded catalogue as a process of its own: address and token."""
    home = Home(root, catalogue_port=free_port())
    for folder in (home.keys, home.run):
        folder.mkdir(parents=True)
    token = secrets.token_urlsafe(32)
    token_file(home).write_text(token, "utf-8")
    process = start_embedded(home)
    try:
        yield embedded_url(home), token
    finally:
        process.terminate()
        process.wait(timeout=30)


def memory_rows(folder: Path, sizes: tuple[int, ...] = MEMORY_MIB) -> Iterator[Row]:
    """Growth of the client's memory by size of the file."""
    grown: list[float] = []
    for mib in sizes:
        with tempfile.TemporaryDirectory(dir=folder) as place, embedded(Path(place) / "catalogue") as (url, token):
            junk = Path(place) / "junk"
            write_junk(junk, mib)
            told = publish_seconds(url, token, junk, Path(place))
        grown.append(told["kb"] / 1024)
        seconds = f"up {told['seconds']:.1f} s, two read-backs {told['read_back']:.1f} s"
        yield f"publishing a file of {mib:,} MiB, client's memory", f"+{grown[-1]:.0f} MiB ({seconds})", ""
    yield "the same, largest over smallest", f"+{grown[-1] - grown[0]:.0f} MiB", "≤ +16 MiB"


def plan_rows(folder: Path, datasets: int = DATASETS) -> Iterator[Row]:
    """A plan that finds nothing to do, for each of many datasets that stand there."""
    with embedded(folder / "many") as (url, token):
        catalogue = Catalogue(url, token)
        standing: list[dict[str, Any]] = []
        for number in range(datasets):
            one = prepare(folder / "each", contract=make_contract(id=f"finance.many_{number}"))
            options = {"manifest": one.manifest, "metadata": one.metadata, "published_on": "2025-04-02"}
            publish(catalogue, approval=one.approval, store=one.store, **options)
            standing.append(options)
        yield _planned(catalogue, standing, "in the embedded catalogue")
        catalogue.close()


def inspection_rows(folder: Path, datasets: int = DATASETS) -> Iterator[Row]:
    """An inspection of many published datasets, with its ledger lines: page, search, API and every byte, as a stranger."""
    with made_platform(folder / "inspected") as made, catalogue_for(made.home) as catalogue:
        for number in range(1, datasets + 1):
            _stand(made, catalogue, folder / "each", number)
        figure = _inspected(datasets)
    yield f"inspection of {datasets:,} datasets in the embedded catalogue", figure, "≤ 600 s for 1,000"


def standing_rows(folder: Path, datasets: int = DATASETS) -> Iterator[Row]:
    """The same, and plans that find nothing to do, of many datasets in a real CKAN of its own."""
    stack = Stack(name="bench", first_port=FIRST_PORT + 20)
    if not stack.is_installed:
        yield f"{datasets:,} datasets in a real CKAN", "not measured: no CKAN installed here", ""
        return
    with (
        in_use(stack),
        patch.dict(os.environ, MINGJING_CATALOGUE_TOKEN=stack.token),
        made_platform(folder / "apart", catalogue_url=stack.url) as made,
        catalogue_for(made.home) as catalogue,
    ):
        act(stack, "organization_create", name=make_contract(id="finance.any").catalogue.organization)
        standing = [_stand(made, catalogue, folder / "each", number) for number in range(1, datasets + 1)]
        yield _planned(catalogue, standing, "in a real CKAN")
        figure = _inspected(datasets)
    yield f"inspection of {datasets:,} datasets in a real CKAN", figure, "≤ 600 s for 1,000"


def _stand(made: Made, catalogue: Catalogue, folder: Path, number: int) -> dict[str, Any]:
    """A published dataset, and what a plan of it asks for. How it came to be isn't measured: its record is laid down without a
    review."""
    one = prepare(folder, contract=make_contract(id=f"finance.watched_{number}"))
    for artefact in one.manifest.artefacts:
        made.platform.stores.put_bytes(one.store.read(artefact.sha256), name=artefact.name, role=artefact.role)
    made.platform.stores.put_bytes(one.manifest.content, name="manifest.json", role="manifest")
    options = {"manifest": one.manifest, "metadata": one.metadata, "published_on": "2025-04-02"}
    lay_down(one, publish(catalogue, approval=one.approval, store=one.store, **options), number)
    return options


def _inspected(datasets: int) -> str:
    from flows.watch import inspect_published

    began = time.perf_counter()
    results = inspect_published()
    seconds = time.perf_counter() - began
    assert [r["ok"] for r in results] == [True] * datasets
    return f"{seconds:.0f} s ({seconds / datasets * 1000:.0f} ms each, {AT_ONCE} at once)"


def _planned(catalogue: Catalogue, standing: list[dict[str, Any]], where: str) -> Row:
    took: list[float] = []
    for options in standing:
        began = time.perf_counter()
        made = plan(catalogue, **options)
        took.append((time.perf_counter() - began) * 1000)
        assert made.changes == ()
    took.sort()
    figure = f"median {statistics.median(took):.1f} ms, 99 % {took[int(len(took) * 0.99) - 1]:.1f} ms, most {took[-1]:.1f} ms"
    return f"plan of a no-op publish, {len(standing):,} datasets standing {where}", figure, "≤ 50 ms each"


def lay_down(one: Prepared, receipt: Receipt, number: int) -> None:
    """The record of a published release."""
    from django.utils import timezone

    from review.models import ReleaseRecord

    contract, now = one.contract, timezone.now()
    ReleaseRecord.objects.create(
        public_id=f"R-2025-{number:04d}", year=2025, number=number, dataset=contract.id, title_zh=contract.title.zh,
        title_en=contract.title.en, unit_id=contract.department, tier="L1", stages=[], audience=contract.audience.value,
        disclosure=contract.disclosure.value, contract_version=contract.version, contract_sha256=contract.sha256,
        run_key=contract.id, period="2025", edition=1, revision=1, status="published", prepared_by="bench",
        release_hash=one.manifest.release_hash, manifest=one.manifest.to_dict(),
        receipt=json.loads(json.dumps(asdict(receipt))), received_at=now, changed_at=now,
    )  # fmt: skip


def throughput_rows(folder: Path, mib: int = CURL_MIB) -> Iterator[Row]:
    """Publishing to a real CKAN over curl, in one run."""
    if not Stack().is_installed:
        yield f"publishing {mib} MiB to a real CKAN", "not measured: no CKAN installed here", "≥ 0.8 × curl"
        return
    with in_use(Stack()) as stack:
        owner = act(stack, "organization_create", name=f"bench-{secrets.token_hex(4)}")["id"]
        junk = folder / "junk"
        write_junk(junk, mib)
        files = edition_files(junk, folder)
        sent, whole, first, later = [], [], [], []
        for number in range(2 * ROUNDS):
            if number % 4 in (0, 3):  # bare, ours, ours, bare, …: neither is always the first
                made, uploaded, shown = curl_seconds(stack, owner, files)
                sent.append(uploaded)
                whole.append(made + uploaded + shown)
                continue
            name = f"finance.bench_{secrets.token_hex(4)}"
            for period, into in (("2025", first), ("2026", later)):
                into.append(publish_seconds(stack.url, stack.token, junk, folder, name=name, period=period))
    curl, all_three = statistics.median(sent), statistics.median(whole)
    yield (
        f"sending {mib} MiB (and an edition's {len(files) - 1} small files) to a real CKAN, against curl's {curl:.2f} s, median of {ROUNDS}",
        _times(curl, [o["sending"] for o in (*first, *later)]),
        "≥ 0.8 × curl",
    )
    yield (
        f"publishing it as a dataset's next edition, whole but for its read-back ({_read_back(later)})",
        _times(curl, [o["seconds"] for o in later]),
        "≥ 0.8 × curl",
    )
    yield (
        f"publishing it as a dataset's first edition, whole but for two read-backs ({_read_back(first)}), against curl making the dataset, sending and showing it ({all_three:.2f} s)",
        _times(all_three, [o["seconds"] for o in first]),
        "≥ 0.8 × curl",
    )
    yield "the same against curl's sending alone", _times(curl, [o["seconds"] for o in first]), ""


def _read_back(timed: list[dict[str, float]]) -> str:
    return f"{statistics.median(o['read_back'] for o in timed):.2f} s"


def _times(curl: float, seconds: list[float]) -> str:
    median = statistics.median(seconds)
    return f"{curl / median:.2f} × ({median:.2f} s)"


def rows() -> Iterator[Row]:
    """Memory and throughput."""
    with tempfile.TemporaryDirectory() as place:
        yield from memory_rows(Path(place))
        yield from throughput_rows(Path(place))


def many_rows() -> Iterator[Row]:
    """Plans and inspections where many datasets stand."""
    with tempfile.TemporaryDirectory() as place:
        for measure in (plan_rows, inspection_rows, standing_rows):
            yield from measure(Path(place))
