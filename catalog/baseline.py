"""What a catalogue that others fill showed on the day it was adopted, and what is different now. Pure.

A baseline holds no text of an entry, only the fingerprint of each field, and of each file what its bytes hashed to. Where it
is kept, and fetching the bytes of today, is left to flows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from catalog.foreign import ForeignDataset, ForeignResource, Listing
from domain.finding import Finding, Place, Severity

FORM = "mingjing-baseline/1"


@dataclass(frozen=True, slots=True)
class AdoptedFile:
    """One file. `sha256` and `bytes` are None where it was never fetched; where it merely didn't arrive on this adoption
    (`is_missed`) they are those of an earlier one."""

    id: str
    name: str
    url: str
    format: str
    sha256: str | None
    bytes: int | None
    is_missed: bool = False


@dataclass(frozen=True, slots=True)
class AdoptedDataset:
    """One dataset. `fields`: fingerprints by field; `is_unlisted`: kept from an earlier adoption, for the listing had gaps."""

    id: str
    name: str
    title: str
    fields: tuple[tuple[str, str], ...]
    files: tuple[AdoptedFile, ...]
    is_unlisted: bool = False


@dataclass(frozen=True, slots=True)
class Baseline:
    """A catalogue as it was adopted. `on`: ISO date-time; `gaps`: of the listing, in words for people."""

    form: str
    catalogue: str
    on: str
    datasets: tuple[AdoptedDataset, ...]
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bytes:
    """What an address gives now. `sha256` None: nothing arrived; `was_refused`: and it won't on another try."""

    sha256: str | None
    bytes: int | None = None
    was_refused: bool = False


def adopted(dataset: ForeignDataset, title: str, files: Iterable[tuple[ForeignResource, str, Bytes]]) -> AdoptedDataset:
    """A dataset as it goes into a baseline. `title` and the files' names as people may read them."""
    kept = (
        AdoptedFile(r.id, name, r.url, r.format, b.sha256, b.bytes, b.sha256 is None and not b.was_refused)
        for r, name, b in files
    )
    return AdoptedDataset(dataset.id, dataset.name, title, dataset.fields, tuple(kept))


def renewed(before: Baseline, new: Baseline, seen: Mapping[tuple[str, str], Bytes], *, is_whole: bool) -> Baseline:
    """The new baseline, which forgets nothing that merely didn't show this time: a file that didn't arrive keeps the hash it
    had, and where the listing has gaps (not `is_whole`) a dataset that isn't in it stays."""
    old = {(d.id, f.id): f for d in before.datasets for f in d.files}

    def file(dataset: AdoptedDataset, now: AdoptedFile) -> AdoptedFile:
        then, got = old.get((dataset.id, now.id)), seen[dataset.id, now.id]
        if then is None or got.sha256 is not None or got.was_refused:
            return now
        return replace(now, sha256=then.sha256, bytes=then.bytes)

    datasets = [replace(d, files=tuple(file(d, f) for f in d.files)) for d in new.datasets]
    listed = {d.id for d in datasets}
    datasets += [] if is_whole else [replace(d, is_unlisted=True) for d in before.datasets if d.id not in listed]
    return replace(new, datasets=tuple(datasets))


def changes(before: Baseline, now: Listing, fetched: Mapping[tuple[str, str], Bytes]) -> tuple[Finding, ...]:
    """What is different. `fetched`: by ids of dataset and file, of the files whose bytes were looked at.

    adopted-missing, adopted-bytes-differ, adopted-file-missing, adopted-file-refused, adopted-file-new, adopted-new [hold];
    adopted-edited, adopted-file-edited [warn]. `table` of a place is the dataset's name, `column` the field, `locator` the file. A file that
    doesn't arrive now and may later is no change; the caller says that it wasn't seen.
    """
    today = {d.id: d for d in now.datasets}
    known = {d.id for d in before.datasets}
    found: list[Finding] = []
    for then in before.datasets:
        dataset = today.get(then.id)
        if dataset is None:
            found.append(
                _finding("adopted-missing", Severity.HOLD, "数据集已不可见（删除、隐藏或改为私有）", Place(then.name))
            )
            continue
        found += _fields(then, dataset)
        found += _files(then, dataset, fetched)
    for dataset in now.datasets:
        if dataset.id not in known:
            note = "接管之后新出现的数据集，尚未查过；请再运行 mingjing audit --adopt"
            found.append(_finding("adopted-new", Severity.HOLD, note, Place(dataset.name)))
    return tuple(found)


def unlooked(before: Baseline, unlisted: Collection[str], unseen: Collection[tuple[str, str]]) -> tuple[Finding, ...]:
    """Of what nobody can say whether it changed: adopted-unlisted, adopted-unseen, adopted-unhashed [warn]. `unlisted`: ids of
    datasets that a listing with gaps didn't show; `unseen`: ids of dataset and file that didn't arrive."""
    found: list[Finding] = []
    for dataset in before.datasets:
        if dataset.id in unlisted:
            note = "目录这次没有列全，这个数据集没有列出，变没变说不上"
            found.append(_finding("adopted-unlisted", Severity.WARN, note, Place(dataset.name)))
            continue
        for file in dataset.files:
            place = Place(dataset.name, locator=file.name or file.id)
            if file.sha256 is None:
                note = "接管时没有下载到，没有指纹可比；能下载时请再运行 mingjing audit --adopt"
                found.append(_finding("adopted-unhashed", Severity.WARN, note, place))
            elif (dataset.id, file.id) in unseen:
                note = "这次没有下载到，变没变说不上"
                found.append(_finding("adopted-unseen", Severity.WARN, note, place))
    return tuple(found)


def _fields(then: AdoptedDataset, dataset: ForeignDataset) -> Iterator[Finding]:
    before, now = dict(then.fields), dict(dataset.fields)
    for field in sorted(before.keys() | now.keys()):
        if before.get(field) != now.get(field):
            note = f"数据集的字段 {field} 与接管时不同"
            yield _finding("adopted-edited", Severity.WARN, note, Place(then.name, field))


def _files(
    then: AdoptedDataset, dataset: ForeignDataset, fetched: Mapping[tuple[str, str], Bytes]
) -> Iterator[Finding]:
    now = {r.id: r for r in dataset.resources}
    for file in then.files:
        place = Place(then.name, locator=file.name or file.id)
        resource = now.get(file.id)
        if resource is None:
            yield _finding("adopted-file-missing", Severity.HOLD, "接管时有的文件已不在数据集中", place)
            continue
        for field, was, is_now in (("url", file.url, resource.url), ("format", file.format, resource.format)):
            if was != is_now:
                note = f"文件条目的字段 {field} 与接管时不同"
                yield _finding(
                    "adopted-file-edited", Severity.WARN, note, Place(then.name, field, locator=place.locator)
                )
        got = fetched.get((then.id, file.id))
        if got is None or file.sha256 is None:
            continue
        if got.sha256 is None and got.was_refused:
            yield _finding("adopted-file-refused", Severity.HOLD, "接管时能下载的文件现在下载不到", place)
        elif got.sha256 not in (None, file.sha256):
            note = "文件的字节与接管时不同（SHA-256 不同）；请再运行 mingjing audit --adopt 查过新内容"
            yield _finding("adopted-bytes-differ", Severity.HOLD, note, place)
    for resource in dataset.resources:
        if resource.id not in {f.id for f in then.files}:
            note = "接管之后新出现的文件，尚未查过；请再运行 mingjing audit --adopt"
            yield _finding(
                "adopted-file-new", Severity.HOLD, note, Place(then.name, locator=resource.name or resource.id)
            )


def _finding(code: str, severity: Severity, note: str, place: Place) -> Finding:
    return Finding(code, severity, places=(place,), note=note)
