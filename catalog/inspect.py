"""读网检查: fetch what is public as a stranger would, page, API, search and bytes, and compare it with what was approved.

Nothing is ever written: what a person changed in the catalogue by hand is reported with the fields' names. What
follows from a failed inspection is decided by flows and review/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from tempfile import TemporaryFile
from typing import Any

from catalog.ckan import Catalogue, NotThere, named_faults
from catalog.entry import differing, edited_by_hand, extras_of, resources_of, told
from catalog.mapping import WITHDRAWN, package_id, resource_id
from catalog.marks import wrong_marks
from catalog.plan import Target, recorded
from catalog.previews import has_foreign_preview
from catalog.tables import has_table, is_as_loaded, loadable
from domain.errors import CatalogueRefused
from domain.finding import Finding, Place, Severity
from domain.release import Manifest, Receipt

APART = frozenset({"id", "url", "format", "edition_state"})  # of what a file is given: looked at in ways of their own
OWN = frozenset({"superseded_by", "archived_by", "edition_newest"})  # marks beside what the metadata gives a file
OF_THE_SERVER = frozenset(
    {"id", "package_id", "position", "state", "url", "url_type", "created", "last_modified", "metadata_modified", "revision_id",
     "cache_last_updated", "datastore_active", "datastore_contains_all_records_of_source_file", "total_record_count",
     "tracking_summary"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Address:
    """One address that was fetched, and whether it answered with what was approved."""

    url: str
    status: int
    equal: bool


@dataclass(frozen=True, slots=True)
class InspectionResult:
    """What a stranger saw. `ok` if nothing is missing, changed or added."""

    release_hash: str
    dataset: str
    findings: tuple[Finding, ...]
    addresses: tuple[Address, ...]

    @property
    def ok(self) -> bool:
        return not any(f.severity in (Severity.BLOCK, Severity.HOLD) for f in self.findings)

    def with_findings(self, more: tuple[Finding, ...]) -> InspectionResult:
        """The same with what was seen elsewhere."""
        return replace(self, findings=(*self.findings, *more))

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready form."""
        return {
            "release_hash": self.release_hash,
            "dataset": self.dataset,
            "ok": self.ok,
            "findings": [f.to_dict() for f in self.findings],
            "addresses": [asdict(a) for a in self.addresses],
        }


def inspect(
    catalogue: Catalogue, *, manifest: Manifest, metadata: Mapping[str, Any], receipt: Receipt | None = None
) -> InspectionResult:
    """Inspect one published edition.

    Findings: catalogue-missing, catalogue-bytes-differ [block]; catalogue-edited, catalogue-foreign-file,
    catalogue-table-differs [hold]; catalogue-table-missing, catalogue-unlisted, catalogue-page-missing [warn]. `column` of a place is the changed field, `locator` the file.
    Raises CatalogueUnreachable: not seen is not the same as not there.
    """
    catalogue.begin()
    target = Target(manifest, metadata, receipt.published_on if receipt else "")
    with named_faults():
        found = _anonymous(catalogue, target)
        if found is None:
            missing = _finding("catalogue-missing", Severity.BLOCK, "数据集在目录中不可见（已删除、隐藏或改名）")
            return InspectionResult(target.release_hash, manifest.dataset, (missing,), ())
        target = target if receipt else recorded(target, found)
        addresses, byte_findings = _bytes(catalogue, target, found)
        derived = (*_tables(catalogue, target, found), *_previews(catalogue, target, found))
        findings = (*_fields(target, found), *_files(found), *byte_findings, *derived, *_surroundings(catalogue, found))
    return InspectionResult(target.release_hash, manifest.dataset, findings, addresses)


def _anonymous(catalogue: Catalogue, target: Target) -> dict[str, Any] | None:
    try:
        return catalogue.find(package_id(target.metadata["dataset"]), target.metadata["name"], anonymous=True)
    except CatalogueRefused:  # private: to a stranger the same as absent
        return None


def _fields(target: Target, found: dict[str, Any]) -> Iterator[Finding]:
    """Fields of the dataset and of this edition's files that aren't as approved."""
    names = set(edited_by_hand(found))
    if extras_of(found).get("described_by") == target.release_hash:
        names |= set(differing(target.wanted(found)[0], found))
    names |= {"name"} if found["name"] != target.metadata["name"] else set()
    yield from (_edited(field, None) for field in sorted(names - {"extras.platform_fields"}))
    shown = {r["id"]: r for r in resources_of(found, target.release_hash)}
    for want in target.wanted(found)[1]:
        have = shown.get(want["id"])
        if have is None:
            place = Place(table=want.get("table"), locator=want["file_name"])
            yield _finding("catalogue-missing", Severity.BLOCK, "已批准的文件不在目录中", place)
            continue
        compared = want.keys() - APART
        changed = sorted(f for f in compared if _plain(have.get(f)) != _plain(want[f]))
        changed += ["format"] if str(have.get("format")).lower() != want["format"].lower() else []
        changed += wrong_marks(found, have)
        changed += (
            ["url_type"] if have.get("url_type") != "upload" else []
        )  # the catalogue's own file, not a link elsewhere
        changed += ["url"] if not str(have.get("url")).endswith(f"/{have['id']}/download/{want['file_name']}") else []
        added = {k for k, v in have.items() if v and k not in OWN | OF_THE_SERVER | want.keys()}
        changed += sorted({told(k) for k in added})
        yield from (_edited(field, want["file_name"]) for field in changed)


def _plain(value: object) -> str:
    """A field as text; what isn't there and what is empty are the same."""
    return "" if value is None else str(value)


def _files(found: dict[str, Any]) -> Iterator[Finding]:
    """Files that stand among ours but come from nobody we know: their id isn't the one their content gives."""
    for resource in found["resources"]:
        digest = str(resource.get("hash")).removeprefix("sha256:")
        ours = resource_id(str(resource.get("release_hash")), str(resource.get("file_name")), digest)
        if resource["id"] != ours and resource.get("edition_state") != WITHDRAWN:
            place = Place(locator=f"resource {resource['id']}")
            yield _finding(
                "catalogue-foreign-file", Severity.HOLD, "数据集中有不是由本平台发布的文件，或其标识被改动", place
            )


def _bytes(
    catalogue: Catalogue, target: Target, found: dict[str, Any]
) -> tuple[tuple[Address, ...], tuple[Finding, ...]]:
    addresses, findings = [], []
    wanted = {r["id"]: r for r in target.wanted(found)[1]}
    for resource in resources_of(found, target.release_hash):
        want = wanted.get(resource["id"])
        if want is None:
            continue  # reported as a foreign file
        equal = False
        if (
            resource.get("url_type") == "upload"
        ):  # else a link elsewhere: what it serves us says nothing of what others get
            got = catalogue.fetch(catalogue.here(str(resource.get("url"))), anonymous=True, limit=want["size"])
            equal = (got.status, f"sha256:{got.sha256}") == (200, want["hash"])
            addresses.append(Address(str(resource.get("url")), got.status, equal))
        if not equal:
            place = Place(table=want.get("table"), locator=want["file_name"])
            note = "公众下载到的文件与批准的内容不一致（SHA-256 不同或无法下载）"
            findings.append(_finding("catalogue-bytes-differ", Severity.BLOCK, note, place))
    return tuple(addresses), tuple(findings)


def _tables(catalogue: Catalogue, target: Target, found: dict[str, Any]) -> Iterator[Finding]:
    """The tables that people query: there, and row for row what was approved."""
    if "datastore" not in catalogue.extensions:
        return
    ours = loadable(found, target.release_hash, target.metadata)
    for resource in resources_of(found, target.release_hash):
        if resource not in ours and has_table(catalogue, resource["id"]):
            note = "文件有在线查询用的数据表，但不是由本平台载入的"
            place = Place(table=resource.get("table"), locator=str(resource.get("file_name")))
            yield _finding("catalogue-table-differs", Severity.HOLD, note, place)
    for resource in ours:
        place = Place(table=resource["table"], locator=resource["file_name"])
        try:
            is_equal = _is_as_approved(catalogue, target, found, resource)
        except NotThere:
            note = "在线查询用的数据表不存在，重新发布或在目录中重新载入"
            yield _finding("catalogue-table-missing", Severity.WARN, note, place)
            continue
        if not is_equal:
            note = "在线查询用的数据表与批准的不同（行数、内容或字段说明）"
            yield _finding("catalogue-table-differs", Severity.HOLD, note, place)


def _previews(catalogue: Catalogue, target: Target, found: dict[str, Any]) -> Iterator[Finding]:
    """Views that somebody made by hand, with words or addresses of their own."""
    for resource in resources_of(found, target.release_hash):
        if has_foreign_preview(catalogue, resource["id"]):
            yield _edited("resource_views", str(resource.get("file_name")))


def _is_as_approved(catalogue: Catalogue, target: Target, found: dict[str, Any], resource: dict[str, Any]) -> bool:
    """The table's rows are held against the public Parquet file; where its bytes aren't the approved ones, nothing is equal."""
    file = next(f for f in target.metadata["files"] if f["table"] == resource["table"] and f["format"] == "parquet")
    ours = resources_of(found, target.release_hash)
    address = next((r for r in ours if r.get("file_name") == file["name"] and r.get("url_type") == "upload"), None)
    if address is None:
        return False
    with TemporaryFile() as content:
        url = catalogue.here(str(address.get("url")))
        got = catalogue.fetch(url, anonymous=True, limit=file["bytes"], into=content)
        return got.sha256 == file["sha256"] and is_as_loaded(catalogue, resource, target.metadata, content)


def _surroundings(catalogue: Catalogue, found: dict[str, Any]) -> Iterator[Finding]:
    """The page that people see, and the search by which they come there."""
    if catalogue.fetch(f"{catalogue.url}/dataset/{found['name']}", anonymous=True).status != 200:
        yield _finding("catalogue-page-missing", Severity.WARN, "数据集页面打不开")
    query = {"fq": f'name:"{found["name"]}"', "rows": 2}
    if catalogue.look("package_search", query, anonymous=True)["count"] != 1:
        yield _finding("catalogue-unlisted", Severity.WARN, "检索不到数据集，请重建目录的检索索引")


def _edited(field: str, file: str | None) -> Finding:
    what = f"文件 {file} 的" if file else "数据集的"
    return _finding(
        "catalogue-edited", Severity.HOLD, f"{what}字段 {field} 与批准的不同", Place(column=field, locator=file)
    )


def _finding(code: str, severity: Severity, note: str, place: Place | None = None) -> Finding:
    return Finding(code, severity, places=(place,) if place else (), note=note)
