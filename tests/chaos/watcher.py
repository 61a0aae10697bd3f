"""Somebody anonymous who looks at the catalogue all the time, past the broken wire, and finds fault."""

from __future__ import annotations

import hashlib
import random
import re
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import requests

from catalog.mapping import WITHDRAWN, resource_id
from domain.release import Manifest

DOWNLOAD = re.compile(r"/resource/([0-9a-f-]{36})/download")
MOST_ROWS = 32_000  # that CKAN gives in one answer


@dataclass
class Watcher:
    """What may be seen, and what was. `approved`: manifests by release hash; `withdrawn`: hashes whose withdrawal has ended."""

    url: str
    seed: int
    approved: dict[str, Manifest] = field(default_factory=dict)
    withdrawn: dict[str, list[str]] = field(default_factory=dict)  # hash: addresses that once served it
    names: list[str] = field(default_factory=list)  # of datasets, asked for one by one
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # approved rows by the id of their CSV file
    copies: dict[str, tuple[str, str]] = field(default_factory=dict)  # by address: release hash and sha256
    only: str = ""  # how the names begin that are judged: others share the catalogue
    violations: list[str] = field(default_factory=list)
    looks: int = 0
    unanswered: int = 0
    downloads: int = 0
    queried: int = 0  # tables that answered with rows
    pages: int = 0  # that answered
    copied: int = 0  # copies in the bucket that were there
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
        match self.looks % 6 if self.names else 0:
            case 1:
                found = self._ask("package_show", {"id": self._random.choice(self.names)})
                self.judge([found] if found else [])
            case 3:
                self._judge_page(self._random.choice(self.names), withdrawn)
            case 5 if self.tables:
                self._judge_table(self._random.choice(sorted(self.tables)))
            case _:
                found = self._ask("package_search", {"rows": 1000})["results"]
                self.judge([p for p in found if p["name"].startswith(self.only)])
        if self.copies:
            self._judge_copy(self._random.choice(sorted(self.copies)), withdrawn)
        self.looks += 1
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

    def _judge_page(self, name: str, withdrawn: dict[str, list[str]]) -> None:
        """The page that people see: whatever can be downloaded there was approved, whole, and isn't withdrawn."""
        answer = self._session.get(f"{self.url}/dataset/{name}", timeout=20)
        if answer.status_code != 200:
            return
        self.pages += 1
        linked = set(DOWNLOAD.findall(answer.text))
        for release_hash, manifest in list(self.approved.items()):
            files = {resource_id(release_hash, a.name, a.sha256) for a in manifest.exports}
            if linked & files and release_hash in withdrawn:
                self.violations.append(f"the page of {name} links what was withdrawn of {release_hash[:8]}")
            elif linked & files and not files <= linked:
                self.violations.append(f"the page of {name} shows a part of {release_hash[:8]}")
            linked -= files
        if linked:
            self.violations.append(f"the page of {name} links {len(linked)} files that nobody approved")

    def _judge_table(self, resource: str) -> None:
        """The table that people query: not there, or the approved rows, all of them."""
        query: dict[str, Any] = {"resource_id": resource, "sort": "_id", "limit": MOST_ROWS}
        answer = self._session.get(f"{self.url}/api/3/action/datastore_search", params=query, timeout=20)
        if answer.status_code != 200:
            return
        self.queried += 1
        rows = [{k: v for k, v in r.items() if k != "_id"} for r in answer.json()["result"]["records"]]
        if rows != self.tables[resource]:
            self.violations.append(f"the table of file {resource[:8]} holds other rows than were approved")

    def _judge_copy(self, url: str, withdrawn: dict[str, list[str]]) -> None:
        """A copy in the bucket: not there, or the approved bytes of what isn't withdrawn."""
        release_hash, sha256 = self.copies[url]
        answer = self._session.get(url, timeout=20)
        if answer.status_code != 200:
            return
        self.copied += 1
        if release_hash in withdrawn:
            self.violations.append(f"the bucket serves what was withdrawn of {release_hash[:8]}")
        if hashlib.sha256(answer.content).hexdigest() != sha256:
            self.violations.append(f"the bucket serves other bytes of {release_hash[:8]}")
