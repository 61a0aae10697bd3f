"""A tombstone without a word of the contract: for what was taken off because the entry's own words may hold what mustn't be
public. What stays is named; everything else goes, so that an extra which is new goes too. Pure.

The address stays, and so do state, reason, code, day and contact. Which withdrawal is such a one is decided by flows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from catalog.entry import FINGERPRINTS, PUBLISHING, Entry, extras_of, reprinted
from catalog.mapping import PUBLIC_STATES, UNUSED, WITHDRAWN, edition_label

MARK = "withdrawn_words"  # on a file's tombstone: the words went with the bytes
WORDS_GONE = "gone"
TITLE, TITLE_EN = "已撤下的数据集", "Withdrawn dataset"
TITLE_STANDING, TITLE_STANDING_EN = "名称已撤下的数据集", "Dataset whose title was withdrawn"
NOTES = (
    "本数据集的名称和说明可能含有不应公开的内容，已随文件一并撤下。\n\n"
    "Title and description may hold what mustn't be public; they were withdrawn with the files."
)
NAME = "{label} 已撤下"
KEPT = frozenset(
    {"contract_id", "contract_version", "contract_sha256", "department", "described_by", "editions_listed", "evidence_id", "publication_until",
     "report_url", "temporal_start", "temporal_end", FINGERPRINTS, PUBLISHING}
)  # fmt: skip
WITHDRAWAL = "withdrawn_"
LISTS = ("tags", "groups")
DROPPED = ("file_name", "table", "dates_json", "rows")  # of a file: the contract's names of tables and days


def words_go(resources: Sequence[Mapping[str, Any]], described_by: str) -> bool:
    """Whether the dataset's own words go, given its files as they will be: where an edition without words gave them, and
    where none stands any more and one of those that were taken off is without words."""
    wordless = {r.get("release_hash") for r in resources if is_wordless(r)}
    return described_by in wordless or (bool(wordless) and not _stands(resources))


def is_wordless(resource: Mapping[str, Any]) -> bool:
    """Whether the file's tombstone was made without words."""
    return resource.get("edition_state") == WITHDRAWN and resource.get(MARK) == WORDS_GONE


def bare_extras(extras: Mapping[str, str], resources: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The extras without the contract's words. `resources`: the files as they will be."""
    kept = {k: v for k, v in extras.items() if k in KEPT or k.startswith(WITHDRAWAL)}
    own = {"title_en": TITLE_STANDING_EN if _stands(resources) else TITLE_EN, "contact_name": _contact(resources)}
    return kept | {k: v for k, v in own.items() if v}


def bare_fields(resources: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The dataset's own fields without them. Lists are given apart: a catalogue merges them item by item."""
    title = TITLE_STANDING if _stands(resources) else TITLE
    own = {"title": title, "notes": NOTES, "maintainer": _contact(resources), "maintainer_email": ""}
    return own | dict.fromkeys(UNUSED, "")


def _stands(resources: Iterable[Mapping[str, Any]]) -> bool:
    return any(r.get("edition_state") in PUBLIC_STATES for r in resources)


def _contact(resources: Iterable[Mapping[str, Any]]) -> str:
    """Whom the newest of the withdrawals without words names."""
    said = [(str(r.get("withdrawn_on")), str(r.get("withdrawn_contact") or "")) for r in resources if is_wordless(r)]
    return max(said, default=("", ""))[1].strip()


def bare_file(resource: Mapping[str, Any]) -> dict[str, Any]:
    """What a file's tombstone says instead of its words."""
    return {"name": NAME.format(label=edition_label(str(resource["edition"]))), "description": "", MARK: WORDS_GONE}


def dropped(resource: Mapping[str, Any]) -> list[str]:
    """The keys of a file that go, as patterns of package_revise's filter."""
    return [f"-resources__{resource['id']}__{key}" for key in DROPPED if key in resource]


def without_words(call: dict[str, Any], found: Entry, extras: Mapping[str, str]) -> dict[str, Any]:
    """The package_revise call that takes files off, with what it leaves of the words, and the dataset's `extras`."""
    after = [r | call.get(f"update__resources__{r['id']}", {}) for r in found["resources"]]
    is_bare, fields, filters = words_go(after, extras.get("described_by", "")), dict[str, Any](), list[str]()
    is_over = is_bare and not _stands(after)
    bare = [r for r in after if is_wordless(r) or (is_over and r.get("edition_state") == WITHDRAWN)]
    for resource in bare:
        key = f"update__resources__{resource['id']}"
        call[key] = call.get(key, {}) | bare_file(resource)
        filters += dropped(resource)
    if is_bare:
        extras, fields = bare_extras(extras, after), bare_fields(after)
        filters += [f"-{key}" for key in LISTS if found.get(key)]
    if extras != extras_of(found) or fields:
        fields |= {key: list[Any]() for key in LISTS if is_bare}  # said to be empty: a list that isn't named stays
        call["update"] = {**fields, "extras": reprinted(found, extras, fields)}
        filters.append("-extras")
    return call | ({"filter": filters} if filters else {})


def left_words(found: Entry, release_hash: str) -> tuple[str, ...]:
    """Names of the fields in which a word of the contract is left though the withdrawal of this release takes them."""
    resources = found.get("resources") or []
    ours = [r for r in resources if r.get("release_hash") == release_hash]
    left = {f"resources.{key}" for r in ours for key in _words_of_file(r)}
    if words_go(resources, extras_of(found).get("described_by", "")):
        want = bare_fields(resources)
        left |= {key for key, value in want.items() if str(found.get(key) or "").strip() != value}
        left |= {key for key in LISTS if found.get(key)}
        bare = bare_extras(extras_of(found), resources)
        left |= {f"extras.{k}" for k, v in extras_of(found).items() if bare.get(k) != v}
    return tuple(sorted(left))


def _words_of_file(resource: Mapping[str, Any]) -> Iterable[str]:
    want = bare_file(resource)
    yield from (key for key, value in want.items() if str(resource.get(key) or "") != value)
    yield from (key for key in DROPPED if resource.get(key) not in (None, ""))
