"""What a contract itself makes public, looked at under the packs of now: which texts is the catalogue's to say, what may not
go out the scanner's. Asked by `contract check`, by the console's editor, at preparing, and again when the packs change.
"""

from __future__ import annotations

from collections.abc import Iterator

from domain.contract import Contract
from domain.finding import Finding
from domain.pack import Packs

Key = tuple[str | int, ...]


def declared(contract: Contract, packs: Packs) -> tuple[Finding, ...]:
    """Blocking findings of the contract's public texts; places name keys, such as `tables[0].fields[3].note`."""
    from catalog.declared import declared_texts, key_text
    from redaction.declared import declared_findings

    return declared_findings(((key_text(key), text) for key, text in declared_texts(contract)), packs, contract)


def named_persons(contract: Contract, packs: Packs) -> tuple[Finding, ...]:
    """What the same texts hold for the reviewer: persons' names that stand alone."""
    from catalog.declared import declared_texts, key_text
    from redaction.declared import declared_names

    return declared_names(((key_text(key), text) for key, text in declared_texts(contract)), packs, contract)


def may_be_shown(text: str, packs: Packs, contract: Contract | None = None) -> bool:
    """Whether words that a person typed may go out: no trace of a person in them, everything looked at. `contract`: whose official
    contacts are no find. Raises PackInvalid."""
    from redaction.declared import is_about_nobody

    return is_about_nobody(text, packs, contract)


def declared_faults(contract: Contract, packs: Packs) -> Iterator[tuple[Key, str]]:
    """(key, what to do about it) of each place, none of the text in it."""
    from catalog.declared import declared_texts, key_text

    keys = {key_text(key): key for key, _ in declared_texts(contract)}
    for finding in declared(contract, packs):
        what = f"holds personal data ({finding.entity})" if finding.entity else "is too long or too deep to be scanned"
        for at in dict.fromkeys(place.locator or "" for place in finding.places):
            yield (
                keys[at],
                f"{at} becomes public and {what}; remove it, or list an office's own under official_contacts",
            )
