"""What may stay of a release's words once it is off: asked before each take-down, of the contract that was approved and of the reason
that a person typed, under the packs of now. Which words there are and how they go is left to catalog/; why it came off to the desk.

Fail closed: what can't be looked at (a contract that is gone, packs that can't be read) stays nowhere; taking off itself waits for
neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.contract import Contract, stored_contract
from domain.errors import MingjingError
from domain.pack import Packs
from domain.withdrawal import OWN_WORDS, may_keep_words, plain_reason
from flows.declared import declared, may_be_shown
from flows.platform import Platform

OF_THE_CONTACT = "contact."


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Whether title, notes and names may stay, whom the public asks, and which reason it reads."""

    keeps_words: bool
    contact: str
    reason: str


def tombstone(platform: Platform, record: Mapping[str, Any]) -> Tombstone:
    """For a release as queries.show gives it. The contact is the contract's, unless something was found in it: then it is the
    unit in charge."""
    from review import queries

    code = record["reason_code"] or ""
    try:
        manifest = queries.manifest(record["release"])
        contract = stored_contract(platform.stores.read(manifest.contract.sha256))
        found = declared(contract, platform.packs)
    except MingjingError:
        return Tombstone(False, _unit(record["department"]), plain_reason(code))
    office = contract.contact
    contact = " ".join(part for part in (office.name, office.phone, office.email) if part)
    if any((place.locator or "").startswith(OF_THE_CONTACT) for finding in found for place in finding.places):
        contact = _unit(record["department"])
    return Tombstone(
        not found and may_keep_words(code), contact, shown_reason(record["reason"], code, platform.packs, contract)
    )


def shown_reason(said: str, code: str, packs: Packs, contract: Contract | None = None) -> str:
    """What a person typed, where that may go out; else the platform's own words for an order of this code. An order waits for no
    correction of its words, which stay on the desk, and for no fault of the scan."""
    plain = plain_reason(code)
    if code in OWN_WORDS or said == plain:
        return said
    try:
        return said if may_be_shown(said, packs, contract) else plain
    except (
        Exception
    ):  # a model that can't be loaded, no memory: words that nobody looked at stay in; the order is carried out
        return plain


def _unit(code: str) -> str:
    from review import queries

    return next((str(u["title"]["zh"]) for u in queries.units() if u["code"] == code), "")
