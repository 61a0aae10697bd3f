"""The play: editions of several datasets are published and withdrawn while one fault after another strikes.

After each act the publisher is started again until it ends well, as the runner does; at the end everything approved must
stand there whole, once, with its bytes, and everything withdrawn must be gone.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import random
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from catalog.ckan import Catalogue
from catalog.mapping import WITHDRAWN, resource_id
from catalog.sweep import sweep
from domain.release import Manifest
from tests.catalogue_release import Prepared, make_contract, prepare
from tests.chaos import publisher
from tests.chaos.bucket import BREAKS, PREFIX, STROKES, Bucket
from tests.chaos.stages import ROOT, Embedded, Real
from tests.chaos.watcher import Watcher
from tests.chaos.wire import KINDS, Wire

TIMEOUT = 3.0  # seconds that the publisher waits for one answer
MOST_TRIES = 40
CALM_TRIES = 6  # of which one must end well once nothing breaks any more
Stage = Embedded | Real


@dataclass
class Report:
    """What happened. `fired`: faults that took effect, by kind."""

    stage: str
    seed: int
    fired: Counter[str] = field(default_factory=Counter)
    published: int = 0
    withdrawn: int = 0
    runs: int = 0
    ends: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0
    looks: int = 0
    unanswered: int = 0
    downloads: int = 0
    queried: int = 0
    pages: int = 0
    copied: int = 0
    interval: float = 0.0
    seldom: float = 0.0  # of a hundred intervals one was longer
    longest: float = 0.0
    wrong: list[str] = field(default_factory=list)
    never: list[str] = field(default_factory=list)  # kinds that didn't fire

    @property
    def faults(self) -> int:
        return self.fired.total()

    def lines(self) -> list[str]:
        """For a person."""
        kinds = ", ".join(f"{kind} {n}" for kind, n in sorted(self.fired.items()))
        return [
            f"{self.stage}: seed {self.seed}, {self.seconds:.0f} s, {self.faults} faults fired ({kinds})",
            f"  {self.published} editions published, {self.withdrawn} withdrawn, {self.runs} runs of the publisher "
            f"(ends: {dict(sorted(self.ends.items()))})",
            f"  watcher: {self.looks} looks, intervals: median {self.interval * 1000:.0f} ms, 99 % {self.seldom * 1000:.0f} ms, longest {self.longest:.1f} s; {self.downloads} downloads compared, "
            f"{self.pages} pages read, {self.queried} tables and {self.copied} copies in a bucket compared, {self.unanswered} without an answer",
            *(f"  WRONG: {w}" for w in self.wrong),
        ]


class Play:
    """One play on one stage."""

    def __init__(
        self, stage: Stage, folder: Path, *, seed: int, datasets: int = 4, bucket: Bucket | None = None
    ) -> None:
        self.stage, self.folder, self.random, self.bucket = stage, folder, random.Random(seed), bucket
        self.report = Report(stage.name, seed)
        self.wire = Wire(stage.url, slow_seconds=TIMEOUT + 1)
        self.watcher = Watcher(stage.url, seed)
        run = secrets.token_hex(3)
        self.contracts = [
            make_contract(
                id=f"finance.chaos_{run}_{n}", title={"zh": f"故障演练 {n}", "en": f"Chaos {n}"},
                catalogue={"organization": f"chaos-{run}", "tags": ["债务"]},
            )
            for n in range(datasets)
        ]  # fmt: skip
        self.editions = dict.fromkeys(range(datasets), 0)
        self.standing: dict[str, Prepared] = {}
        self.gone: dict[str, Prepared] = {}
        self.owner = f"chaos-{run}"
        self.watcher.only = f"finance-chaos-{run}" if stage.shared else ""
        with (folder / "publisher.log").open("ab") as log:
            self._publisher = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.publisher"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                stderr=log, cwd=ROOT, env=os.environ | (bucket.environ if bucket else {}),
            )  # fmt: skip

    def run(self, faults: int, seconds: float, say: Callable[[str], None] = lambda _text: None) -> Report:
        """Play until `faults` have fired or the time is over, then let it come to rest and look at everything."""
        began = time.monotonic()
        self.watcher.start()
        try:
            while self.report.faults < faults and time.monotonic() - began < seconds:
                self._act()
                say(f"{self.stage.name}: {self.report.faults}/{faults}")
            self.report.wrong += self._look_at_everything()
        finally:
            self.watcher.stop()
            self.close()
        watcher, report = self.watcher, self.report
        report.seconds, report.looks, report.unanswered = time.monotonic() - began, watcher.looks, watcher.unanswered
        intervals = sorted(watcher.intervals)
        report.downloads, report.interval, report.longest = (
            watcher.downloads,
            intervals[len(intervals) // 2],
            intervals[-1],
        )
        report.pages, report.queried, report.copied = watcher.pages, watcher.queried, watcher.copied
        report.seldom = intervals[int(len(intervals) * 0.99)]
        report.wrong += sorted(set(watcher.violations))
        report.never = sorted(k for k in self.kinds if not report.fired[k])
        return report

    def close(self) -> None:
        """End the proxy and the publisher."""
        self.wire.close()
        self._publisher.communicate()

    # --- one act ---

    def _act(self) -> None:
        if self.standing and self.random.random() < 0.2:
            release_hash = self.random.choice(sorted(self.standing))
            ready = self.standing[release_hash]
            urls = self._addresses(ready.manifest)
            self._bring_about("withdraw", ready)
            self.gone[release_hash] = self.standing.pop(release_hash)
            self.watcher.withdrawn[release_hash] = urls
            self.report.withdrawn += 1
            return
        number = self.random.randrange(len(self.contracts))
        self.editions[number] += 1
        ready = self._prepared(number, self.editions[number])
        self.watcher.approved[ready.manifest.release_hash] = ready.manifest
        self.watcher.tables |= _tables(ready)
        if self.bucket:
            copies = self.bucket.copies(ready.manifest).items()
            self.watcher.copies |= {url: (ready.manifest.release_hash, sha256) for url, sha256 in copies}
        self.watcher.names = sorted({p.metadata["name"] for p in (*self.standing.values(), *self.gone.values(), ready)})
        self._bring_about("publish", ready)
        self.standing[ready.manifest.release_hash] = ready
        self.report.published += 1

    def _prepared(self, number: int, edition: int) -> Prepared:
        rows = [
            {"region": f"第{n}区", "limit_amount": str(self.random.randrange(10**6)), "region_code": str(n), "decided_on": "—"}
            for n in range(self.random.choice((3, 40, 900)))
        ]  # fmt: skip
        folder = self.folder / f"d{number}"
        ready = prepare(folder, contract=self.contracts[number], tables={"main": rows}, period=str(2000 + edition))
        self._job_file(ready).write_bytes(
            pickle.dumps(
                {
                    "manifest": ready.manifest, "metadata": ready.metadata, "approval": ready.approval,
                    "store": ready.store,
                }
            )
        )  # fmt: skip
        return ready

    def _home_file(self) -> Path:
        """Where the publisher reads the settings of its copies."""
        path = self.folder / "home.job"
        if not path.exists() and self.bucket:
            path.write_bytes(pickle.dumps(self.bucket.home()))
        return path

    def _job_file(self, ready: Prepared) -> Path:
        return self.folder / f"{ready.manifest.release_hash}.job"

    def _bring_about(self, act: str, ready: Prepared) -> None:
        """Start the publisher until it ends well: first under faults, then in calm."""
        for _ in range(MOST_TRIES):
            if self._run(act, ready, self._drawn()) == publisher.DONE:
                break
        self._disarm()
        ends = [self._run(act, ready, []) for _ in range(1)]
        while ends[-1] != publisher.DONE and len(ends) < CALM_TRIES:
            ends.append(self._run(act, ready, []))
        if ends[-1] != publisher.DONE:
            self.report.wrong.append(
                f"{act} doesn't end well after the last fault (ends {ends}), seed {self.report.seed}"
            )

    def _disarm(self) -> None:
        self.wire.disarm()
        if self.bucket:
            self.bucket.wire.disarm()

    def _drawn(self) -> list[str]:
        """What strikes during the next run; half the time what has struck least so far, so that nothing is left out."""
        kinds = sorted(self.kinds)
        least = min(self.report.fired[k] for k in kinds)
        rare = [k for k in kinds if self.report.fired[k] == least]
        return [
            self.random.choice(rare if self.random.random() < 0.5 else kinds)
            for _ in range(self.random.choice((1, 1, 2, 3)))
        ]

    @property
    def kinds(self) -> frozenset[str]:
        """Every kind of fault that this play knows."""
        own = ("kill-publisher", "token-expired", "clock-skew", "artefact-spoiled")
        return frozenset((*KINDS, *self.stage.strokes, *own, *((*BREAKS, *STROKES) if self.bucket else ())))

    def _run(self, act: str, ready: Prepared, faults: list[str]) -> int:
        """One run of the publisher; the exit status."""
        report, now = self.report, datetime.now(UTC)
        with ExitStack() as stack:
            token = self.stage.token
            if "token-expired" in faults:
                token = stack.enter_context(self.stage.bad_token())
            if "clock-skew" in faults:
                now += timedelta(days=self.random.choice((-400, -3, 2, 900)))
            spoiled = self._spoil(ready) if "artefact-spoiled" in faults and act == "publish" else None
            for kind in faults:
                if kind in KINDS:
                    self.wire.arm(kind, self.random.randrange(12))
                if self.bucket and kind in BREAKS:  # its client tries again by itself: now and then five in a row
                    for again in range(self.random.choice((1, 1, 5))):
                        self.bucket.wire.arm(kind.removeprefix(PREFIX), 0 if again else self.random.randrange(12))
            refusals = self.wire.refusals
            job = {
                "url": self.wire.url, "token": token, "timeout": TIMEOUT, "release": str(self._job_file(ready)), "act": act,
                "now": now.isoformat(timespec="seconds"), "home": str(self._home_file()) if self.bucket else "",
            }  # fmt: skip
            child = self._start(job)
            threads = [
                threading.Thread(target=self._strike, args=(f, *self._when(f)))
                for f in faults
                if f in (*self.stage.strokes, *STROKES)
            ]
            for thread in threads:
                thread.start()
            if "kill-publisher" in faults:
                self._kill_later(child, self.random.uniform(0.005, 0.8))
            end = int(self._publisher.stdout.readline())  # type: ignore[union-attr]
            for thread in threads:
                thread.join()
            report.runs += 1
            report.ends[end] += 1
            report.fired.update(self.wire.fired)
            self.wire.fired.clear()
            if self.bucket:
                report.fired.update({PREFIX + kind: n for kind, n in self.bucket.wire.fired.items()})
                self.bucket.wire.fired.clear()
            if "clock-skew" in faults and end != -signal.SIGKILL:  # it ran to its end under another day
                report.fired["clock-skew"] += 1
            if end == -signal.SIGKILL:
                report.fired["kill-publisher"] += 1
            if "token-expired" in faults and end == publisher.REFUSED and self.wire.refusals > refusals:
                report.fired["token-expired"] += 1
            if spoiled:
                if end == publisher.CHANGED:
                    report.fired["artefact-spoiled"] += 1
                spoiled()
            if end == publisher.UNFORESEEN:
                report.wrong.append(f"the publisher met something unforeseen; see publisher.log, seed {report.seed}")
            return end

    def _start(self, job: dict[str, Any]) -> int:
        self._publisher.stdin.write(json.dumps(job) + "\n")  # type: ignore[union-attr]
        self._publisher.stdin.flush()  # type: ignore[union-attr]
        return int(self._publisher.stdout.readline())  # type: ignore[union-attr]

    def _kill_later(self, pid: int, seconds: float) -> None:
        time.sleep(seconds)
        Path(f"/proc/{pid}").exists() and _kill(pid)

    def _when(self, stroke: str) -> tuple[float, float]:
        """Seconds after the start of a run, and for how long. A full disk is full before the publisher comes."""
        if stroke == "disk-full":
            return 0.0, self.random.uniform(1.5, 3)
        return self.random.uniform(0, 0.6), self.random.uniform(0.3, 2.5)

    def _strike(self, stroke: str, after: float, seconds: float) -> None:
        time.sleep(after)
        faults = self.wire.upstream_faults
        if self.bucket and stroke in STROKES:
            self.report.fired[stroke] += self.bucket.strike(stroke, seconds)
        elif self.stage.strike(stroke, seconds) and (stroke != "disk-full" or self.wire.upstream_faults > faults):
            self.report.fired[stroke] += 1

    def _spoil(self, ready: Prepared) -> Callable[[], None]:
        """Other bytes in the store, as a disk or a hand might leave them; what puts them right again."""
        artefact = self.random.choice(ready.manifest.exports)
        path = ready.store.root / artefact.sha256[:2] / artefact.sha256
        kept = path.with_suffix(".kept")
        shutil.copy2(path, kept)
        path.chmod(0o600)
        with path.open("r+b") as file:
            first = file.read(1)
            file.seek(0)
            file.write(bytes([first[0] ^ 1]))
        return lambda: kept.replace(path) and None

    # --- the end ---

    def _addresses(self, manifest: Manifest) -> list[str]:
        found = self._shown(self.standing[manifest.release_hash].metadata["name"])
        ours = [r for r in found["resources"] if r.get("release_hash") == manifest.release_hash]
        queries = ("api/3/action/datastore_search?resource_id=", "datastore/dump/")
        tables = [f"{self.stage.url}/{query}{r['id']}" for r in ours if r.get("datastore_active") for query in queries]
        copies = self.bucket.addresses(manifest) if self.bucket else ()
        return [f"{self.stage.url}/" + str(r["url"]).split("/", 3)[3] for r in ours] + tables + [*copies]

    def _shown(self, name: str) -> dict[str, Any]:
        answer = requests.get(f"{self.stage.url}/api/3/action/package_show", params={"id": name}, timeout=60)
        answer.raise_for_status()
        return dict(answer.json()["result"])

    def _look_at_everything(self) -> list[str]:
        """What isn't as it should be, now that everything has come to rest."""
        wrong: list[str] = []
        catalogue = Catalogue(self.stage.url, self.stage.token)
        where: dict[str, Any] = {"organization": self.owner} if self.stage.shared else {"files": self.stage.storage()}
        sweep(catalogue, apply=True, settled_seconds=0, **where)
        left = sweep(catalogue, settled_seconds=0, **where)
        wrong += [f"after sweeping there is still: {t.kind} {t.name}" for t in left if "chaos" in t.name]
        found = requests.get(f"{self.stage.url}/api/3/action/package_search", params={"rows": 1000}, timeout=60).json()
        catalogue.close()
        listed = Counter(p["name"] for p in found["result"]["results"])
        for ready in (*self.standing.values(), *self.gone.values()):
            name, manifest = ready.metadata["name"], ready.manifest
            if listed[name] != 1:
                wrong.append(f"{name} is found {listed[name]} times")
            ours = [r for r in self._shown(name)["resources"] if r.get("release_hash") == manifest.release_hash]
            if len({r["id"] for r in ours}) != len(ours):
                wrong.append(f"{name} lists a file twice")
            if manifest.release_hash in self.gone:
                wrong += [f"{name}: a withdrawn file isn't marked so" for r in ours if r["edition_state"] != WITHDRAWN]
            else:
                wrong += self._compare(name, manifest, ours)
        if self.bucket:
            wrong += self.bucket.differing([ready.manifest for ready in self.standing.values()])
        return wrong

    def _compare(self, name: str, manifest: Manifest, ours: list[dict[str, Any]]) -> list[str]:
        wrong = []
        if sorted(r["file_name"] for r in ours) != sorted(a.name for a in manifest.exports):
            wrong.append(f"{name}: edition {manifest.period} is lost or in part")
        sums = {a.name: a.sha256 for a in manifest.exports}
        for resource in ours:
            path = str(resource["url"]).split("/", 3)[3]
            data = requests.get(f"{self.stage.url}/{path}", timeout=60).content
            if hashlib.sha256(data).hexdigest() != sums.get(resource["file_name"]):
                wrong.append(f"{name}: {resource['file_name']} has other bytes")
        return wrong


def _tables(ready: Prepared) -> dict[str, list[dict[str, Any]]]:
    """The rows of each table as anybody may query them, from the Parquet files, by the id of the CSV file they belong to."""
    import pyarrow.parquet as pq

    release_hash, files = ready.manifest.release_hash, ready.metadata["files"]
    return {
        resource_id(release_hash, csv["name"], csv["sha256"]): [
            {k: v.isoformat() if isinstance(v, date) else v for k, v in row.items()}
            for row in pq.read_table(ready.store.local_path(parquet["sha256"])).to_pylist()
        ]
        for csv in files
        for parquet in files
        if (csv["format"], parquet["format"], csv["table"]) == ("csv", "parquet", parquet["table"])
    }


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
