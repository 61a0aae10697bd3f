"""The order of one person to take an edition down at once, on the publishing side of two networks: signed with that
person's own key, which is pinned there. Needs no database. Taking down is left to flows, the ledger to review/acts/hidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from domain.canonical import canonical_json
from domain.errors import PackageInvalid, SignatureRefused, UsageInvalid
from review import keys, texts

PURPOSE = "mingjing.hide.v1"
PERSONS = "persons.pub"  # in HOME/keys: a name and a public key to a line
NAME_LIMIT = 60


@dataclass(frozen=True, slots=True)
class HideOrder:
    """Who orders which edition down, and why. `ordered_at`: ISO date-time."""

    release: str
    release_hash: str
    dataset: str
    person: str
    reason: str
    ordered_at: str


@dataclass(frozen=True, slots=True)
class SignedOrder:
    """The order, the public key of who signed it, and the signature (hex)."""

    order: HideOrder
    key: str
    signature: str

    def to_dict(self) -> dict[str, object]:
        return asdict(self)


def pinned_persons(home: Path) -> dict[str, str]:
    """Names by public key, as pinned in HOME/keys/persons.pub."""
    path = home / "keys" / PERSONS
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    words = [line.split() for line in lines]
    return {pair[1]: pair[0] for pair in words if len(pair) == 2 and len(pair[1]) == 64}


def check_person(name: str, key: str) -> None:
    """Raises UsageInvalid for what can't stand in the list of pinned persons."""
    if not name or len(name) > NAME_LIMIT or name.split() != [name]:
        raise UsageInvalid(
            f"a person's name is one word of at most {NAME_LIMIT} characters, best the platform's user name"
        )
    if len(key) != 64 or set(key) - set("0123456789abcdef"):
        raise UsageInvalid("a person's public key is 64 hex digits; `mingjing outside key` prints it")


def signed_order(home: Path, pem: bytes, passphrase: str, order: HideOrder) -> SignedOrder:
    """The order signed by the person whose key it is; `order.person` is filled in from the pinned keys.

    Raises SignatureRefused where key and passphrase don't fit or the key isn't pinned here, UsageInvalid for the reason.
    """
    reason = texts.clean(order.reason, "a reason", needed=True)
    key, _ = keys.sign_as_person(pem, passphrase, PURPOSE, b"")
    person = pinned_persons(home).get(key)
    if person is None:
        raise SignatureRefused(f"this key isn't pinned here; have it written into keys/{PERSONS} first")
    whole = HideOrder(order.release, order.release_hash, order.dataset, person, reason, order.ordered_at)
    _, signature = keys.sign_as_person(pem, passphrase, PURPOSE, canonical_json(asdict(whole)))
    return SignedOrder(whole, key, signature)


def read_order(said: Mapping[str, object]) -> SignedOrder:
    """The order out of its plain form, its signature verified with the key beside it. Raises PackageInvalid."""
    try:
        fields = said["order"]
        if not isinstance(fields, Mapping):
            raise TypeError("an order is an object")
        found = SignedOrder(
            HideOrder(**{k: str(v) for k, v in fields.items()}), str(said["key"]), str(said["signature"])
        )
    except (KeyError, TypeError):
        raise PackageInvalid("the order to hide can't be read; update the older of the two sides") from None
    if not keys.is_signed(found.key, PURPOSE, canonical_json(asdict(found.order)), found.signature):
        raise PackageInvalid("the order to hide isn't signed with the key it names; ask the publishing side")
    return found
