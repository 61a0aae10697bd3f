"""Rule packs: the law and the word lists as data. A pack's version and hash go into every manifest that used it.

Reading files is left to flows; what the rules mean is left to checks/ and redaction/.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from domain.canonical import canonical_json, sha256_hex
from domain.errors import PackInvalid
from domain.release import PackRef


@dataclass(frozen=True, slots=True)
class Pack:
    """One pack. `data` is the whole YAML mapping, `pack` and `version` included; treat it as read-only."""

    id: str
    version: str
    data: dict[str, Any]
    sha256: str

    @property
    def ref(self) -> PackRef:
        return PackRef(self.id, self.version, self.sha256)


@dataclass(frozen=True, slots=True)
class Packs:
    """All packs of an installation by id: personal, secrecy, negative_list, deadlines, calendar, reason_codes …"""

    by_id: dict[str, Pack]

    def __getitem__(self, pack_id: str) -> Pack:
        try:
            return self.by_id[pack_id]
        except KeyError:
            raise PackInvalid(f"rule pack {pack_id} is missing; put its YAML file under rules/") from None

    @property
    def refs(self) -> tuple[PackRef, ...]:
        return tuple(self.by_id[k].ref for k in sorted(self.by_id))


def load_pack(text: str, origin: str) -> Pack:
    """A pack from YAML text; `origin` is the file's name for messages. Raises PackInvalid."""
    try:
        data = YAML(typ="safe", pure=True).load(StringIO(text))
    except YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        raise PackInvalid(f"{origin}{f', line {mark.line + 1}' if mark else ''}: not YAML") from None
    if not isinstance(data, dict) or not isinstance(data.get("pack"), str) or not isinstance(data.get("version"), str):
        raise PackInvalid(f"{origin}: a pack needs the keys pack and version, both text")
    try:
        content = canonical_json(data)
    except (TypeError, ValueError) as fault:
        raise PackInvalid(f"{origin}: write dates and long numbers as quoted text ({type(fault).__name__})") from None
    return Pack(data["pack"], data["version"], data, sha256_hex(content))
