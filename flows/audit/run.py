"""One audit from its beginning or from where it was killed: list, read file by file, sum up, write the report.

Reading a file is left to read.py, what was done before to state.py, taking into the baseline to flows/adopted.
"""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from catalog.baseline import Baseline
from catalog.ckan import Catalogue
from catalog.foreign import ForeignDataset, ForeignResource, Listing, listing, visit
from catalog.wary import Pace
from domain.canonical import canonical_json, sha256_hex
from domain.contract import Limits
from domain.errors import UsageInvalid
from domain.finding import SEVERITIES
from domain.pack import Packs
from flows.audit.adopted import Adoption, baselines, look_again
from flows.audit.adopted import folder_of as adopted_folder
from flows.audit.entries import entries_in
from flows.audit.fetch import AGENT, Trip, read_robots
from flows.audit.read import ELSEWHERE, OTHER, READ, UNREAD, Reader, Result
from flows.audit.state import State, alone, keeping
from flows.home import MARK, Home, home_path, open_home
from flows.library import read_packs
from flows.marks import keep, kept
from flows.progress import announce
from flows.report.audit_page import audit_page
from flows.report.page import write_whole
from intake.connectors.gate import Gate

REQUESTS_A_SECOND = 2.0
FASTEST = 50.0
LONGEST_DELAY = 10.0  # of what a robots.txt may ask for
ASKED = "asked.json"  # beside the baseline: how its files were reached
PASTED = re.compile(r"/+(api(/\d)?(/action)?|dataset)?/*$")


@dataclass(frozen=True, slots=True)
class Asked:
    """What an audit was asked for. `rate`: requests a second; None: two, or fewer where robots.txt asks for it."""

    url: str
    home: Path | None = None
    out: Path | None = None
    other_hosts: bool = False
    ignore_robots: bool = False
    rate: float | None = None
    max_mb: int = 256
    seconds: int = 600
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Audited:
    """What was found. `summary`: the object of `audit --json` but for `files`, its `entries` as of flows/audit/entries;
    `folder`: where report and state lie."""

    summary: dict[str, Any]
    files: tuple[Result, ...]
    folder: Path

    @property
    def exit_status(self) -> int:
        """1 where something was found that a person has to look at: it is public, so nothing will take it out any more;
        2 where something wasn't read, else 0."""
        return {"blocks": 1, "holds": 1, "unread": 2}.get(self.summary["verdict"], 0)


def address_of(url: str) -> str:
    """The address of the CKAN itself, from what people paste.

    >>> address_of("data.example.gov.cn/dataset/"), address_of("http://h:5000/ckan/api/3/action")
    ('https://data.example.gov.cn', 'http://h:5000/ckan')
    """
    return PASTED.sub("", url.strip() if "://" in url else f"https://{url.strip()}")


@contextmanager
def visiting(asked: Asked, environ: Mapping[str, str], spool: Path) -> Iterator[Trip]:
    """A visitor at the catalogue. Raises UsageInvalid, CatalogueRefused, CatalogueUnreachable."""
    if asked.rate is not None and not 0.01 <= asked.rate <= FASTEST:
        raise UsageInvalid(f"--rate is from 0.01 to {FASTEST:.0f} requests a second")
    if asked.max_mb < 1 or asked.seconds < 1:
        raise UsageInvalid("--max-mb and --seconds are at least 1")
    url = address_of(asked.url)
    gate = Gate.of(url, environ, others=asked.other_hosts)
    limits = Limits(bytes=asked.max_mb << 20, seconds=asked.seconds)
    pace = Pace(asked.rate or REQUESTS_A_SECOND)
    catalogue = visit(url, gate, pace, ca_file=environ.get("SSL_CERT_FILE"))
    try:
        yield Trip(catalogue, gate, pace, spool, limits, environ)
    finally:
        catalogue.close()


@contextmanager
def unpacked(trip: Trip, asked: Asked) -> Iterator[None]:
    """On the spot, in a folder that is ours alone: knows what robots.txt asks for, and leaves no byte behind."""
    shutil.rmtree(trip.spool, ignore_errors=True)  # of one that was killed
    try:
        if not asked.ignore_robots:
            trip.robots = read_robots(trip)
            delay = trip.robots.crawl_delay(AGENT) if trip.robots else None
            if delay and asked.rate is None:
                trip.pace.slow_to(min(float(delay), LONGEST_DELAY))
        yield
    finally:
        shutil.rmtree(trip.spool, ignore_errors=True)


def folder_of(asked: Asked) -> Path:
    """Where report and state go: --out, else a folder named after the host."""
    name = re.sub(r"[^\w.-]+", "-", address_of(asked.url).partition("://")[2]).strip("-.")
    return asked.out or Path(f"audit-{name}")


def audit(asked: Asked, environ: Mapping[str, str], *, adopt: bool = False) -> Audited:
    """Read and scan every table that the catalogue shows; report.html, report.json and the state go to the folder.

    `adopt`: takes it into the installation's baseline too; then every file is fetched anew. Raises UsageInvalid, HomeInvalid,
    CatalogueRefused, CatalogueUnreachable; what was read until then is kept.
    """
    root = home_path(asked.home)
    home = open_home(root) if adopt or (root / MARK).exists() else None
    packs = read_packs(home)
    folder, url = folder_of(asked), address_of(asked.url)
    with (
        visiting(asked, environ, folder / "spool") as trip,
        keeping(folder, url, packs=_packs_key(packs), fresh=asked.fresh) as state,
        unpacked(trip, asked),
    ):
        with entries_in(folder) as entries:
            listed = listing(trip.catalogue, lambda done, of: announce("列出数据集", done, of), entries.hear)
            announce("检查条目", 1, 1)
            shown = labels(packs)
            told = entries.scanned(asked.home, packs, shown)
        adoption = Adoption(home, url) if adopt and home else None
        draft = (lambda d, path: adoption.draft(d, path, shown, trip.spool)) if adoption else None
        files = tuple(_read_all(listed, Reader(trip, asked.home, shown, draft), state))
        done = Audited(_summary(trip.catalogue, listed, files, packs, told), files, folder)
        if adoption:
            keep(adoption.folder / ASKED, _options(asked))
            done.summary["adopted"] = adoption.finish(listed, files, shown)
        write_whole(
            json.dumps({**done.summary, "files": files}, ensure_ascii=False, indent=1) + "\n", folder / "report.json"
        )
        write_whole(audit_page(done.summary, files), folder / "report.html")
        state.finish()
        return done


def compare(asked: Asked, environ: Mapping[str, str]) -> list[dict[str, Any]]:
    """What is different in adopted catalogues (all, or that of `asked.url`) since they were adopted; see `look_again`.

    Raises HomeInvalid, UsageInvalid, CatalogueRefused, CatalogueUnreachable.
    """
    home = open_home(home_path(asked.home))
    shown = labels(read_packs(home))
    wanted = baselines(home, address_of(asked.url) if asked.url else None)
    return [compare_one(home, baseline, asked, environ, shown) for baseline in wanted]


def compare_one(
    home: Home, baseline: Baseline, asked: Asked, environ: Mapping[str, str], shown: Callable[[str], str]
) -> dict[str, Any]:
    """What is different in one adopted catalogue (see `look_again`), looked at as it was when it was adopted: with the options
    of then, or wider ones of now. Raises UsageInvalid (another look goes on), CatalogueRefused, CatalogueUnreachable.
    """
    folder = adopted_folder(home, baseline.catalogue)
    each = _as_adopted(replace(asked, url=baseline.catalogue), kept(folder / ASKED))
    with visiting(each, environ, folder / "spool") as trip, alone(folder), unpacked(trip, each):
        return look_again(baseline, trip, shown, folder)


def _options(asked: Asked) -> dict[str, Any]:
    """How the files of an adopted catalogue were reached; read by `_as_adopted`."""
    rate = None if asked.rate is None else str(asked.rate)
    return {
        "other_hosts": asked.other_hosts, "ignore_robots": asked.ignore_robots, "rate": rate, "max_mb": asked.max_mb,
        "seconds": asked.seconds,
    }  # fmt: skip


def _as_adopted(asked: Asked, then: Mapping[str, Any]) -> Asked:
    if not then:
        return asked
    return replace(
        asked,
        other_hosts=asked.other_hosts or then["other_hosts"],
        ignore_robots=asked.ignore_robots or then["ignore_robots"],
        rate=asked.rate or (None if then["rate"] is None else float(then["rate"])),
        max_mb=max(asked.max_mb, then["max_mb"]),
        seconds=max(asked.seconds, then["seconds"]),
    )


def _read_all(listed: Listing, reader: Reader, state: State) -> Iterator[Result]:
    work: list[tuple[ForeignDataset, ForeignResource]] = [(d, r) for d in listed.datasets for r in d.resources]
    for number, (dataset, resource) in enumerate(work, start=1):
        announce("检查文件", number, len(work))
        result = state.known(dataset, resource, of_this_run=reader.draft is not None)
        if result is None:
            result, is_final = reader.result(dataset, resource)
            if is_final and (result["status"] in (READ, UNREAD) or "sha256" in result):
                state.keep(dataset, resource, result)
        yield result


def labels(packs: Packs) -> Callable[[str], str]:
    """A stranger's text with labels for the identifiers in it."""
    from catalog.foreign import plain
    from redaction.lens import open_lens
    from redaction.texts import shown

    lens = open_lens(packs)
    return lambda text: shown(plain(text), lens) if text else ""


def _packs_key(packs: Packs) -> str:
    return sha256_hex(canonical_json([[p.id, p.version, p.sha256] for p in packs.refs]))


def _summary(
    catalogue: Catalogue, listed: Listing, files: Sequence[Result], packs: Packs, entries: Mapping[str, Any]
) -> dict[str, Any]:
    by_status = Counter(f["status"] for f in files)
    seen = [f for f in files if f["status"] == READ]
    counts = {s.value: sum(f["counts"][s.value] for f in seen) for s in SEVERITIES}
    both = {s: n + entries["counts"][s] for s, n in counts.items()}
    is_whole = (
        not listed.gaps and not by_status[UNREAD] and all(f["complete"] for f in seen) and bool(entries["complete"])
    )
    return {
        "catalogue": catalogue.url,
        "on": datetime.now(UTC).isoformat(timespec="seconds"),
        "verdict": _verdict(both, len(seen), is_whole),
        "complete": is_whole,
        "datasets": len(listed.datasets),
        "read": by_status[READ],
        "unread": by_status[UNREAD],
        "elsewhere": by_status[ELSEWHERE],
        "other_format": by_status[OTHER],
        "cells": sum(f["cells"] for f in seen),
        "cells_scanned": sum(f["cells_scanned"] for f in seen),
        "counts": counts,
        "entries": dict(entries),
        "gaps": list(listed.gaps),
        "packs": [{"id": p.id, "version": p.version, "sha256": p.sha256} for p in packs.refs],
    }


def _verdict(counts: Mapping[str, int], seen: int, is_whole: bool) -> str:
    if counts["block"]:
        return "blocks"
    if counts["hold"]:
        return "holds"
    if not is_whole:
        return "unread"
    return "clean" if seen else "nothing"
