"""Catalogues that this installation has adopted: their baselines and contract drafts on disk, and looking again.

HOME/adopted/HOST/baseline.json and HOME/adopted/HOST/drafts/. A draft takes effect where a person has completed it and put
it into HOME/datasets; a catalogue that is only watched needs none. What counts as a change is left to catalog/baseline.py.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from catalog.baseline import FORM, AdoptedFile, Baseline, Bytes, adopted, changes, renewed, unlooked
from catalog.foreign import ForeignDataset, ForeignResource, Listing, listing
from domain.canonical import canonical_json, sha256_hex
from domain.contract import is_dataset_id
from domain.errors import SourceUnreadable, UsageInvalid
from domain.finding import Finding, Place
from flows.audit.fetch import NotRead, Trip
from flows.audit.read import READING, Result
from flows.audit.state import State
from flows.home import Home
from flows.lookover import looking
from flows.marks import keep_bytes
from flows.progress import announce, listening

BASELINES: TypeAdapter[Baseline] = TypeAdapter(Baseline)
UNFINISHED_SECONDS = 12 * 3600  # an older look that was killed isn't gone on with: what it saw may have changed


@dataclass
class Adoption:
    """Taking one catalogue into the installation."""

    home: Home
    url: str

    @property
    def folder(self) -> Path:
        return folder_of(self.home, self.url)

    def draft(self, dataset: ForeignDataset, path: Path, shown: Callable[[str], str], under: Path) -> None:
        """A contract draft from the first file of the dataset that can be read."""
        ident = dataset_id(dataset)
        department, _, name = ident.partition(".")
        target = self.folder / "drafts" / department / f"{name}.yaml"
        if target.exists():
            return
        from intake.draft import draft_contract

        try:
            with (
                listening(lambda *_: None),
                looking(path, contract=None, home=self.home.root, limits=READING, under=under) as look,
            ):
                text = draft_contract(look.reading, dataset_id=ident)
        except SourceUnreadable:
            return
        head = f"# 目录 {shown(self.url)}，数据集 {shown(dataset.name)}：{shown(dataset.title)}\n"
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        keep_bytes(target, (head + text).encode())

    def finish(self, listed: Listing, files: Sequence[Result], shown: Callable[[str], str]) -> dict[str, Any]:
        """Keep the baseline; what it holds, and what is different from the one before. `files`: in the listing's order."""
        work = [(d.id, r.id) for d in listed.datasets for r in d.resources]
        seen = {ids: _bytes(result) for ids, result in zip(work, files, strict=True)}
        datasets = tuple(
            adopted(d, shown(d.title), [(r, shown(r.name), seen[d.id, r.id]) for r in d.resources])
            for d in listed.datasets
        )
        path = self.folder / "baseline.json"
        before = read_baseline(path) if path.is_file() else None
        new = Baseline(FORM, self.url, datetime.now(UTC).isoformat(timespec="seconds"), datasets, listed.gaps)
        new = renewed(before, new, seen, is_whole=not listed.gaps) if before else new
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        keep_bytes(path, BASELINES.dump_json(new))
        return {
            "datasets": len(new.datasets),
            "files": sum(f.sha256 is not None for f in _arrived(new)),
            "unseen": sum(len(d.files) for d in new.datasets) - sum(f.sha256 is not None for f in _arrived(new)),
            "drafts": len(list((self.folder / "drafts").glob("*/*.yaml"))),
            "folder": str(self.folder),
            "changes": rows_of(changes(before, listed, seen), shown, _contents(before, seen)) if before else [],
        }


def _arrived(baseline: Baseline) -> list[AdoptedFile]:
    """The files that were looked at when this baseline was made, not at an earlier time."""
    return [f for d in baseline.datasets if not d.is_unlisted for f in d.files if not f.is_missed]


def as_adopted(baseline: Baseline, shown: Callable[[str], str]) -> dict[str, Any]:
    """What stands at once after adopting, before the first night: {datasets, files, unseen, unhashed, gaps (numbers), unlooked}
    as `look_again` counts them."""
    files = [(d.id, f) for d in baseline.datasets if not d.is_unlisted for f in d.files]
    unseen = {(d, f.id) for d, f in files if f.is_missed and f.sha256 is not None}
    unlisted = {d.id for d in baseline.datasets if d.is_unlisted}
    return {
        "datasets": len(baseline.datasets) - len(unlisted),
        "files": sum(f.sha256 is not None for f in _arrived(baseline)),
        "unseen": len(unseen),
        "unhashed": sum(f.sha256 is None for _, f in files),
        "gaps": len(baseline.gaps),
        "unlooked": rows_of(unlooked(baseline, unlisted, unseen), shown, {}),
    }


def _bytes(result: Result) -> Bytes:
    return Bytes(result.get("sha256"), result.get("bytes"), result.get("was_refused", False))


def folder_of(home: Home, url: str) -> Path:
    """Where the installation keeps what it knows of the catalogue at `url`."""
    name = re.sub(r"[^\w.-]+", "-", url.partition("://")[2]).strip("-.")
    return home.root / "adopted" / name


def dataset_id(dataset: ForeignDataset) -> str:
    """A contract's id for a foreign dataset: its organization and its name, in the letters that an id may have."""
    department, name = _slug(dataset.organization, "department"), _slug(dataset.name, "dataset")
    if name != dataset.name.replace("-", "_"):  # two names may have become one
        name = f"{name[:40]}_{sha256_hex(dataset.id.encode('utf-8', 'replace'))[:8]}"
    assert is_dataset_id(f"{department}.{name}")
    return f"{department}.{name}"


def _slug(text: str, otherwise: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:50].strip("_")
    return slug if slug[:1].isalpha() else f"{otherwise}_{slug}".strip("_")


def read_baseline(path: Path) -> Baseline:
    """A baseline as it was kept. Raises UsageInvalid where it can't be read."""
    try:
        found = BASELINES.validate_json(path.read_bytes())
    except (ValidationError, OSError):
        raise UsageInvalid(
            f"{path} can't be read; adopt the catalogue again: mingjing audit CKAN_URL --adopt"
        ) from None
    if found.form != FORM:
        raise UsageInvalid(f"{path} was written by another version; adopt the catalogue again")
    return found


def baselines(home: Home, url: str | None) -> Iterator[Baseline]:
    """All baselines, or that of one catalogue. Raises UsageInvalid where it wasn't adopted."""
    if url:
        path = folder_of(home, url) / "baseline.json"
        if not path.is_file():
            raise UsageInvalid(f"{url} wasn't adopted; do that first: mingjing audit {url} --adopt")
        yield read_baseline(path)
        return
    found = baseline_files(home)
    if not found:
        raise UsageInvalid("no catalogue was adopted; do that first: mingjing audit CKAN_URL --adopt")
    yield from map(read_baseline, found)


def baseline_files(home: Home) -> list[Path]:
    """The baseline of every catalogue that was adopted."""
    return sorted((home.root / "adopted").glob("*/baseline.json"))


def look_again(baseline: Baseline, trip: Trip, shown: Callable[[str], str], folder: Path) -> dict[str, Any]:
    """What is different now: {catalogue, adopted, gaps, datasets, files, unseen, unhashed, changes, unlooked}. `files`: how many
    could be compared; `unseen`: files that didn't arrive this time; `unhashed`: how many never did; `unlooked`: rows as of
    `changes` for all of which nobody can say whether they changed. `folder`: keeps what was seen until the look is whole, so that a killed one goes on where it was.
    """
    listed = listing(trip.catalogue, lambda done, of: announce("列出数据集", done, of))
    today = {(d.id, r.id): (d, r) for d in listed.datasets for r in d.resources}
    path = folder / "look.jsonl"
    is_old = path.exists() and time.time() - path.stat().st_mtime > UNFINISHED_SECONDS
    try:
        state = State(path, baseline.catalogue, baseline.on, fresh=is_old)
    except UsageInvalid:  # of an address that the catalogue had before
        state = State(path, baseline.catalogue, baseline.on, fresh=True)
    work = [(d, f) for d in baseline.datasets for f in d.files if f.sha256 is not None and (d.id, f.id) in today]
    fetched: dict[tuple[str, str], Bytes] = {}
    unseen, missed = [], set[tuple[str, str]]()
    for number, (dataset, file) in enumerate(work, start=1):
        announce("核对文件", number, len(work))
        got = _now(trip, *today[dataset.id, file.id], state)
        fetched[dataset.id, file.id] = got
        if got.sha256 is None and not got.was_refused:
            missed.add((dataset.id, file.id))
            unseen.append({"dataset": shown(dataset.name), "file": shown(file.name or file.id)})
    found = changes(baseline, listed, fetched)
    if listed.gaps:  # what wasn't listed whole isn't thereby gone
        found = tuple(f for f in found if f.code != "adopted-missing")
    listed_ids = {d.id for d in listed.datasets}
    gone = {d.id for d in baseline.datasets if d.id not in listed_ids}
    known = [f for d in baseline.datasets if d.id not in gone for f in d.files]
    left = replace(baseline, datasets=tuple(d for d in baseline.datasets if listed.gaps or d.id not in gone))
    path.unlink(missing_ok=True)
    return {
        "catalogue": baseline.catalogue, "adopted": baseline.on, "gaps": list(listed.gaps), "datasets": len(listed.datasets),
        "files": len(work) - len(unseen), "unseen": unseen, "unhashed": sum(f.sha256 is None for f in known),
        "changes": rows_of(found, shown, _contents(baseline, fetched)), "unlooked": rows_of(unlooked(left, gone, missed), shown, {}),
    }  # fmt: skip


def _now(trip: Trip, dataset: ForeignDataset, resource: ForeignResource, state: State) -> Bytes:
    """The file's bytes, fetched in this look. What may arrive on another try isn't kept."""
    if (known := state.known(dataset, resource, of_this_run=True)) is not None:
        return Bytes(**known)
    try:
        with trip.fetched(resource) as (_, artefact):
            got = Bytes(artefact.sha256, artefact.bytes)
    except NotRead as fault:
        got = Bytes(None, was_refused=fault.was_refused)
    if got.sha256 is not None or got.was_refused:
        state.keep(dataset, resource, asdict(got))
    return got


Contents = Mapping[tuple[str | None, str | None], str]


def _contents(baseline: Baseline, fetched: Mapping[tuple[str, str], Bytes]) -> Contents:
    """(dataset, file) as places name them → what its bytes hash to now."""
    found: dict[tuple[str | None, str | None], list[str]] = defaultdict(list)
    for dataset in baseline.datasets:
        for file in dataset.files:
            if (got := fetched.get((dataset.id, file.id))) is not None and got.sha256:
                found[dataset.name, file.name or file.id].append(got.sha256)
    return {place: ",".join(sorted(hashes)) for place, hashes in found.items()}


def _key(finding: Finding, place: Place, contents: Contents) -> str:
    """The same as long as the change is the same: other bytes than yesterday's are another one."""
    now = contents.get((place.table, place.locator), "") if finding.code == "adopted-bytes-differ" else ""
    parts = (finding.code, place.table, place.column, place.locator, now)
    return sha256_hex(canonical_json([str(p or "").encode("utf-8", "replace").decode() for p in parts]))[:16]


def rows_of(found: Sequence[Finding], shown: Callable[[str], str], contents: Contents) -> list[dict[str, Any]]:
    """Changes as `--json` lists them. `key`: names the change for as long as it stands."""
    return [
        {
            "key": _key(f, p, contents), "code": f.code, "severity": f.severity.value, "dataset": shown(p.table or ""), "field": p.column,
            "file": shown(p.locator) if p.locator else None, "note": f.note,
        }
        for f in found for p in f.places
    ]  # fmt: skip
