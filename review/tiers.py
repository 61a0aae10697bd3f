"""When a release is reviewed at the highest tier, whatever its contract says (REV-10, REV-12): before anything of its dataset
was ever published, and where its policy is looser than that of the last publication. Reads only.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from domain.canonical import sha256_hex
from domain.contract import Contract, Tier, stored_contract
from domain.errors import ContractInvalid
from domain.loosening import loosened
from domain.remedy import Override, under
from review.models import LedgerEntry, ReleaseRecord

HIGHEST = Tier.L3
FIRST, LOOSENED, UNREAD = "first", "loosened", "unread"


def _last(dataset: str) -> ReleaseRecord | None:
    """The newest release that was ever published, whatever became of it."""
    found = ReleaseRecord.objects.filter(dataset=dataset, receipt__isnull=False)
    return found.order_by("-edition", "-revision").first()


def is_first(dataset: str) -> bool:
    """Whether nothing of the dataset was ever published."""
    return not ReleaseRecord.objects.filter(dataset=dataset, receipt__isnull=False).exists()


def contract_before(dataset: str) -> str | None:
    """SHA-256 of the contract that the last publication was made under; None before the first."""
    last = _last(dataset)
    return last.contract_sha256 if last else None


def raised(contract: Contract, ordered: Sequence[dict[str, Any]], before: bytes | None) -> list[dict[str, str]]:
    """Why the highest tier holds, as the ledger keeps it: [{why: first | loosened | unread, …Loosening}]; empty where the
    contract's own does.

    `ordered`: overrides that the release will carry; `before`: content of the contract of the last publication. Where the
    contract changed and the earlier one can't be read (or isn't that one), nobody knows what was loosened: unread.
    """
    last = _last(contract.id)
    if last is None:
        return [{"why": FIRST}]
    content = contract.content if last.contract_sha256 == contract.sha256 else before
    if content is None or sha256_hex(content) != last.contract_sha256:
        return [{"why": UNREAD}]
    try:
        then = under(stored_contract(content), map(Override.from_dict, (last.manifest or {}).get("overrides", ())))
    except ContractInvalid:
        return [{"why": UNREAD}]
    now = under(contract, map(Override.from_dict, ordered))
    return [{"why": LOOSENED, **one.to_dict()} for one in loosened(then, now)]


def raised_by(release: str) -> list[dict[str, str]]:
    """What raised the release's tier when it was received, from its ledger line."""
    line = LedgerEntry.objects.filter(release=release, event="received").order_by("seq").first()
    return list(json.loads(line.body)["data"].get("raised", ())) if line else []
