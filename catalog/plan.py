"""What has to change in a catalogue so that an approved edition stands there whole. Pure: entry and target in, plan out.

The publisher asks this again after every step and every fault, so the same question answers a first run, a second
run and a run after a crash. Carrying it out is left to catalog/publish.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from catalog.entry import PUBLISHING, as_extras, edited_by_hand, extras_of, fingerprinted, reprinted, resources_of
from catalog.mapping import ARCHIVED, CURRENT, PUBLIC_STATES, SUPERSEDED, WITHDRAWN, package_for
from catalog.periods import period_order, period_span
from domain.errors import CatalogueEdited, CatalogueRefused, TransitionRefused
from domain.release import Manifest

TAKEN_OFF = "taken_off"  # marks files that didn't read back equal, until they are off the list
Entry = Mapping[str, Any]


class Step(StrEnum):
    """What comes next. Every step is one request, so that nobody sees half of it."""

    CREATE = "create-dataset"  # private, without files
    DROP_STALE = "drop-unpublished-files"  # of another release whose first publication never ended
    DROP_TOMBSTONE = "drop-tombstone"  # of this edition, whose withdrawal was reversed
    ADD = "add-edition"
    REVEAL = "make-public"
    DONE = "nothing"


@dataclass(frozen=True, slots=True)
class Target:
    """The edition that is to stand in the catalogue."""

    manifest: Manifest
    metadata: Mapping[str, Any]
    published_on: str
    reinstates: bool = False  # the desk reversed its withdrawal: a tombstone gives way
    release_hash: str = field(init=False)  # computed once: hashing the manifest is half the cost of a plan

    def __post_init__(self) -> None:
        object.__setattr__(self, "release_hash", self.manifest.release_hash)

    def wanted(self, found: Entry | None) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Package (fingerprinted) and resources, beside the editions that stand there already."""
        others = [] if found is None else _standing(found, besides=self.release_hash)
        spans = [span for r in others if (span := period_span(str(r["edition"])))]
        package, resources = package_for(
            self.metadata,
            release_hash=self.release_hash,
            published_on=self.published_on,
            revision=self.manifest.revision,
            is_correction=self.manifest.supersedes is not None,
            spans=spans,
        )
        return fingerprinted(package), resources


@dataclass(frozen=True, slots=True)
class Change:
    """One step of a plan in plain words; `names` are the files or fields it touches."""

    step: Step
    text: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What publishing would change, in order; empty if all stands there already. `edited`: fields changed by hand."""

    dataset: str
    release_hash: str
    changes: tuple[Change, ...]
    edited: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        changes = [{"step": c.step.value, "text": c.text, "names": list(c.names)} for c in self.changes]
        return {
            "dataset": self.dataset,
            "release_hash": self.release_hash,
            "changes": changes,
            "edited_by_hand": list(self.edited),
        }


def next_step(found: Entry | None, target: Target, *, accept_edits: bool = False) -> Step:
    """The step that brings the entry nearer to the target.

    Raises CatalogueRefused where the name is another's, CatalogueEdited where a person changed the entry,
    TransitionRefused where this release was withdrawn or a later revision of it is public already.
    """
    if found is None:
        return Step.CREATE
    extras = extras_of(found)
    if extras.get("contract_id") != target.metadata["dataset"]:
        raise CatalogueRefused(
            f"the name {target.metadata['name']} is taken by a dataset that isn't the platform's; rename one of them"
        )
    edited = edited_by_hand(found)
    if edited and not (accept_edits and set(edited).isdisjoint({"state"})):
        raise CatalogueEdited(
            f"{target.metadata['name']} was changed by hand in the catalogue ({', '.join(edited)}); "
            "inspect it, then undo the change there or publish with the changes accepted as overwritten"
        )
    ours, draft = resources_of(found, target.release_hash), PUBLISHING in extras
    if any(r.get("edition_state") == WITHDRAWN and not r.get(TAKEN_OFF) for r in ours):
        if not target.reinstates:
            raise TransitionRefused("this release was withdrawn from the catalogue; a correction is a new revision")
        _refuse_older(found, target)
        return Step.DROP_TOMBSTONE
    if draft and any(r.get("release_hash") != target.release_hash for r in found["resources"]):
        return Step.DROP_STALE
    if not ours:
        _refuse_older(found, target)
        return Step.ADD
    wanted = {r["id"] for r in target.wanted(found)[1]}
    if {r["id"] for r in ours} != wanted:
        raise CatalogueEdited(
            f"{target.metadata['name']}: a file of this edition was removed or added by hand; withdraw it and publish "
            "a new revision"
        )
    return Step.REVEAL if draft or found.get("private") else Step.DONE


def plan_changes(found: Entry | None, target: Target) -> Plan:
    """The whole plan for the entry as it stands. Raises as `next_step`, foreign edits apart: they are listed."""
    step = next_step(found, target, accept_edits=True)
    _, resources = target.wanted(found)
    files = tuple(r["file_name"] for r in resources)
    superseded = tuple(r["name"] for r in _superseded(found, target)) if found else ()
    archived = _to_archive(found, target) if found else []
    name = target.metadata["name"]
    texts = {
        Step.CREATE: Change(Step.CREATE, f"create {name}, private until every byte was read back"),
        Step.DROP_STALE: Change(Step.DROP_STALE, "remove files of a release that never became public"),
        Step.DROP_TOMBSTONE: Change(Step.DROP_TOMBSTONE, "remove the tombstone: its withdrawal was reversed"),
        Step.ADD: Change(
            Step.ADD,
            f"add {len(files)} files as edition {target.manifest.period}"
            + (f", move edition {', '.join(archived)} to the archive" if archived else ""),
            files + superseded,
        ),
        Step.REVEAL: Change(Step.REVEAL, f"make {name} public"),
    }
    draft = found is None or PUBLISHING in extras_of(found)
    road = [Step.CREATE, Step.DROP_STALE, Step.DROP_TOMBSTONE, Step.ADD, Step.REVEAL]
    steps = [] if step is Step.DONE else road[road.index(step) :]
    steps = [s for s in steps if s is step or s is Step.ADD or (s is Step.REVEAL and draft)]
    edited = edited_by_hand(found) if found else ()
    return Plan(target.metadata["dataset"], target.release_hash, tuple(texts[s] for s in steps), edited)


def creation(target: Target) -> dict[str, Any]:
    """The package_create call of a private, empty dataset, marked as being published."""
    package, _ = target.wanted(None)
    extras = extras_of(package) | {PUBLISHING: target.release_hash}
    return {**package, "private": True, "extras": as_extras(extras)}


def addition(found: Entry, target: Target) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The package_revise call that adds the edition whole, without its uploads, and the resources in their order.

    The same call marks what it supersedes, archives what is no longer listed and brings the dataset's own fields up to
    date if this edition is the newest.
    """
    package, resources = target.wanted(found)
    newest = _is_newest(found, target)
    call = _revise(found)
    call["filter"], call["update"] = _fields_update(found, target, package, newest=newest)
    gone, listed = {r["id"] for r in _superseded(found, target)}, _listed(found, target)
    state = CURRENT if str(target.manifest.period) in listed else ARCHIVED
    own = {"edition_newest": newest, "edition_state": state}
    call["update__resources__extend"] = [{"url": r["file_name"], **r, **own} for r in resources]
    for other in found["resources"]:
        change: dict[str, Any] = {}
        if other["id"] in gone:
            change |= {"edition_state": SUPERSEDED, "superseded_by": target.release_hash}
        elif other.get("edition_state") == CURRENT and str(other["edition"]) not in listed:
            change |= {"edition_state": ARCHIVED, "archived_by": target.release_hash}
        if newest and other.get("edition_newest"):
            change |= {"edition_newest": False}
        if change:
            call[f"update__resources__{other['id']}"] = change
    return call, resources


def _fields_update(found: Entry, target: Target, package: Entry, *, newest: bool) -> tuple[list[str], dict[str, Any]]:
    """Filter and update of the dataset's own fields. CKAN merges lists item by item: a list goes first, then comes anew."""
    draft = {PUBLISHING: target.release_hash} if PUBLISHING in extras_of(found) else {}
    if not newest:
        times = {k: v for k, v in extras_of(package).items() if k in ("temporal_start", "temporal_end")}
        return ["-extras"], {"extras": reprinted(found, extras_of(found) | times | draft)}
    fields = {k: v for k, v in package.items() if k not in ("id", "private", "extras")}
    whole = {k: v for k, v in found.items() if k != "organization"} | fields | {"extras": package["extras"]}
    fields["extras"] = as_extras(extras_of(fingerprinted(whole)) | draft)
    return [f"-{k}" for k in ("extras", "tags", "groups") if k in fields], fields


def revelation(found: Entry) -> dict[str, Any]:
    """The package_revise call that makes the dataset public; refused by the catalogue if anything changed meanwhile."""
    extras = {k: v for k, v in extras_of(found).items() if k != PUBLISHING}
    update = {"private": False, "extras": as_extras(extras)}
    return {**_revise(found), "match__private": True, "filter": ["-extras"], "update": update}


def clearing(found: Entry, ids: set[str], *, address: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The package_revise call that removes the bytes of the resources `ids` in one act, and sets `values` on each."""
    call = _revise(found)
    for resource in found["resources"]:
        if resource["id"] in ids:
            call[f"update__resources__{resource['id']}"] = {"clear_upload": True, "url": address, **values}
    return call


def relisting(found: Entry, files: list[dict[str, Any]]) -> dict[str, Any]:
    """The package_revise call that lists these files (again), without a byte."""
    return {**_revise(found), "update__resources__extend": [{"clear_upload": True, **file} for file in files]}


def removal(found: Entry, ids: set[str], release_hash: str) -> dict[str, Any]:
    """The package_revise call that takes the resources off the list and undoes what their release had superseded."""
    call = _revise(found)
    call["filter"] = ["-extras", *(f"-resources__{i}" for i in sorted(ids))]
    standing = []
    for other in (r for r in found["resources"] if r["id"] not in ids):
        pushed_by = (other.get("superseded_by"), other.get("archived_by"))
        undone = other.get("edition_state") in (SUPERSEDED, ARCHIVED) and release_hash in pushed_by
        if undone:
            call[f"update__resources__{other['id']}"] = {
                "edition_state": CURRENT, "superseded_by": "", "archived_by": "",
            }  # fmt: skip
        if undone or other.get("edition_state") in PUBLIC_STATES:
            standing.append(other)
    for key, change in in_front(standing).items():
        call[key] = call.get(key, {}) | change
    call["update"] = {"extras": reprinted(found, evidence_after(found, standing))}
    return call


def unburial(found: Entry, target: Target) -> dict[str, Any]:
    """The package_revise call that takes this edition's tombstones off the list; they hold no bytes. What it had
    superseded stays so: the edition comes back with the next call."""
    call = _revise(found)
    call["filter"] = [f"-resources__{i}" for i in sorted(r["id"] for r in resources_of(found, target.release_hash))]
    return call


def in_front(standing: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What to change so that the newest of the editions `standing` is marked as such, and listed."""
    if not standing:
        return {}
    last = max(period_order(str(r["edition"])) for r in standing)
    change = {"edition_newest": True, "edition_state": CURRENT}
    return {
        f"update__resources__{r['id']}": change
        for r in standing
        if period_order(str(r["edition"])) == last and not r.get("edition_newest")
    }


def evidence_after(found: Entry, standing: list[dict[str, Any]]) -> dict[str, str]:
    """The entry's extras once only the editions `standing` count: evidence id, times and last day of those."""
    extras = extras_of(found)
    if not standing:
        return extras
    newest = max(standing, key=lambda r: (period_order(str(r["edition"])), int(r.get("edition_revision") or 1)))
    extras = {k: v for k, v in extras.items() if k != "publication_until"} | {"evidence_id": newest["release_hash"]}
    if newest.get("publication_until"):
        extras["publication_until"] = newest["publication_until"]
    if spans := [span for r in standing if (span := period_span(str(r["edition"])))]:
        extras |= {"temporal_start": min(s for s, _ in spans), "temporal_end": max(e for _, e in spans)}
    return extras


def recorded(target: Target, found: Entry) -> Target:
    """The target with the day on which the catalogue says it was published: a second run doesn't move it."""
    days = [r["published_on"] for r in resources_of(found, target.release_hash) if r.get("published_on")]
    return replace(target, published_on=min(days)) if days else target


def _revise(found: Entry) -> dict[str, Any]:
    """An optimistic lock: the catalogue refuses the call if the entry changed since it was shown."""
    return {"match__id": found["id"], "match__metadata_modified": found["metadata_modified"]}


def _standing(found: Entry, *, besides: str) -> list[dict[str, Any]]:
    return [
        r
        for r in found.get("resources") or []
        if r.get("edition_state") in PUBLIC_STATES and r.get("release_hash") != besides and r.get("edition")
    ]


def _superseded(found: Entry, target: Target) -> list[dict[str, Any]]:
    same = str(target.manifest.period)
    return [r for r in _standing(found, besides=target.release_hash) if str(r["edition"]) == same]


def _listed(found: Entry, target: Target) -> set[str]:
    """The newest periods, as many as the contract lists, once the target stands there."""
    periods = {str(r["edition"]) for r in _standing(found, besides=target.release_hash)} | {str(target.manifest.period)}
    return set(sorted(periods, key=period_order, reverse=True)[: int(target.metadata["editions_listed"])])


def _to_archive(found: Entry, target: Target) -> list[str]:
    """Periods listed now that this edition pushes out of the list."""
    standing = _standing(found, besides=target.release_hash)
    return sorted({str(r["edition"]) for r in standing if r["edition_state"] == CURRENT} - _listed(found, target))


def _is_newest(found: Entry, target: Target) -> bool:
    mine = period_order(target.manifest.period)
    return all(period_order(str(r["edition"])) <= mine for r in _standing(found, besides=target.release_hash))


def _refuse_older(found: Entry, target: Target) -> None:
    for other in _superseded(found, target):
        if int(other.get("edition_revision") or 1) > target.manifest.revision:
            raise TransitionRefused(
                f"a later revision of {target.manifest.period} is public already; this one can't take its place"
            )
