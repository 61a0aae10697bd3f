"""Somebody anonymous who looks at the catalogue all the time, past the broken wire, and finds fault."""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import requests

from catalog.mapping import WITHDRAWN
from domain.release import Manifest


@dataclass
class Watcher:
    """What may be seen, and what was. `approved`: manifests by release hash; `withdrawn`: hashes whose withdrawal has ended."""

    url: str
    seed: int
    approved: dict[str, Manifest] = field(default_factory=dict)
    withdrawn: dict[str, list[str]] = field(default_factory=dict)  # hash: addresses that once served it
    names: list[str] = field(default_factory=list)  # of datasets, asked for one by one
    only: str = ""  # how the names begin that are judged: others share the catalogue
    violations: list[str] = field(default_factory=list)
    looks: int = 0
    unanswered: int = 0
    downloads: int = 0
    intervals: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stop, self._random = threading.Event(), random.Random(self.seed)
        self._session = requests.Session()
        self._session.trust_env = False
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(90)

    def _watch(self) -> None:
        last = time.monotonic()
        while not self._stop.wait(0.02):
            try:
                self._look()
            except (requests.RequestException, ValueError):
                self.unanswered += 1
            now = time.monotonic()
            self.intervals.append(now - last)
            last = now

    def _look(self) -> None:
        withdrawn = dict(self.withdrawn)  # what ends while we look isn't counted against it
        if self.looks % 3 or not self.names:
            found = self._ask("package_search", {"rows": 1000})["results"]
        else:
            found = [self._ask("package_show", {"id": self._random.choice(self.names)})]
        self.looks += 1
        self.judge([p for p in found if p and p["name"].startswith(self.only)])
        served = [(h, url) for h, urls in withdrawn.items() for url in urls]
        if served:
            release_hash, url = self._random.choice(served)
            answer = self._session.get(url, timeout=20, allow_redirects=False)
            if answer.status_code == 200:
                self.violations.append(f"withdrawn bytes of {release_hash[:8]} are served")

    def _ask(self, action: str, data: dict[str, Any]) -> Any:
        answer = self._session.get(f"{self.url}/api/3/action/{action}", params=data, timeout=20)
        if answer.status_code == 404:
            return None
        if answer.status_code != 200:
            raise ValueError(answer.status_code)
        return answer.json()["result"]

    def judge(self, packages: list[dict[str, Any]]) -> None:
        """Find fault with what is shown: unapproved, in part, twice; now and then with the bytes themselves."""
        for name, count in Counter(p["name"] for p in packages).items():
            if count > 1:
                self.violations.append(f"{name} is listed {count} times")
        for package in packages:
            if package.get("private"):
                self.violations.append(f"{package['name']} is private and shown")
            shown: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
            for resource in package["resources"]:
                if resource.get("edition_state") != WITHDRAWN:
                    shown[str(resource.get("release_hash"))].append(resource)
            for release_hash, resources in shown.items():
                self._judge_edition(package["name"], release_hash, resources)

    def _judge_edition(self, name: str, release_hash: str, resources: list[dict[str, Any]]) -> None:
        manifest = self.approved.get(release_hash)
        if manifest is None:
            self.violations.append(f"{name} shows {release_hash[:8]}, which nobody approved")
            return
        wanted, got = sorted(a.name for a in manifest.exports), sorted(str(r["file_name"]) for r in resources)
        if got != wanted:
            self.violations.append(f"{name} shows {len(got)} of the {len(wanted)} files of {release_hash[:8]}")
        if self._random.random() < 0.25:
            self._judge_bytes(name, manifest, self._random.choice(resources))

    def _judge_bytes(self, name: str, manifest: Manifest, resource: dict[str, Any]) -> None:
        path = "/" + str(resource["url"]).split("/", 3)[3]
        answer = self._session.get(self.url + path, timeout=20, allow_redirects=False)
        if answer.status_code != 200:  # it may have been withdrawn between the two looks
            return
        self.downloads += 1
        sums = {a.name: a.sha256 for a in manifest.exports}
        if hashlib.sha256(answer.content).hexdigest() != sums[resource["file_name"]]:
            self.violations.append(f"{name} serves other bytes as {resource['file_name']}")
