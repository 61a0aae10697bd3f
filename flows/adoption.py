"""Brings an adopted contract into force: its file is written into HOME/datasets, whole or not at all.

Woken by the adoption, it trusts nothing: the ledger has to show who proposed and who adopted exactly this text, and the
contract in force has to be the one that the proposal was made against. Safe to run again after any crash.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from domain.contract_file import load_contract
from domain.errors import ContentChanged, UsageInvalid
from flows.home import Home
from flows.library import contract_file, read_contract
from flows.platform import Platform


def in_force(home: Home, dataset: str) -> str:
    """SHA-256 of the contract in force, "" where there is none."""
    path = contract_file(home, dataset)
    return read_contract(path).sha256 if path else ""


def bring_into_force(platform: Platform, proposal: int) -> dict[str, Any]:
    """Write the contract of an adopted proposal; {dataset, contract_sha256}.

    Raises ReleaseNotApproved where the ledger doesn't show the adoption, ContentChanged where another contract came into
    force meanwhile, UsageInvalid where the place is taken by something that isn't a contract's file.
    """
    from review import desk, proposals

    adopted = proposals.adopted(proposal)
    contract = load_contract(adopted.text, adopted.dataset)
    if (contract.id, contract.sha256) != (adopted.dataset, adopted.contract_sha256):
        raise ContentChanged(f"the text of proposal {proposal} isn't the one that was adopted; propose it again")
    now = in_force(platform.home, contract.id)
    if now != contract.sha256:
        if now != adopted.base_sha256:
            raise ContentChanged(
                f"the contract of {contract.id} changed since proposal {proposal} was made; compare and propose again"
            )
        write_contract(platform.home, contract.id, adopted.text)
    desk.record_in_force(proposal)
    return {"dataset": contract.id, "contract_sha256": contract.sha256}


def write_contract(home: Home, dataset: str, text: str) -> Path:
    """Put the file in its place in one step. Raises UsageInvalid where the place leads out of the library."""
    root = (home.root / "datasets").resolve()
    department, _, name = dataset.partition(".")
    path = root / department / f"{name}.yaml"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.parent.resolve().is_relative_to(root) or path.is_symlink() or (path.exists() and not path.is_file()):
        raise UsageInvalid(f"the place of {dataset} in HOME/datasets isn't a plain file; put it right there first")
    part = path.with_name(f".{name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb") as out:
            out.write(text.encode())
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return path
