"""Contracts and rule packs as files: the bundled starting set, and what the installation adds or replaces."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from domain.contract import Contract
from domain.contract_file import load_contract
from domain.errors import ContractInvalid, PackInvalid, UsageInvalid
from domain.pack import Pack, Packs, load_pack
from flows.home import BUNDLED, Home


def _text(path: Path, error: type[ContractInvalid] | type[PackInvalid]) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as fault:
        raise error(f"{path.name}: byte {fault.start} isn't UTF-8; save the file as UTF-8") from None
    except OSError as fault:
        raise error(f"{path}: can't be read ({fault.strerror}); give the path of a YAML file") from None


def read_contract(path: Path) -> Contract:
    """The contract in a file. Raises ContractInvalid with file, line and key."""
    return _parsed(_text(path, ContractInvalid), str(path))


@lru_cache(maxsize=256)
def _parsed(text: str, origin: str) -> Contract:
    """Parsing with line numbers costs a tenth of a second; equal text is the same (frozen) contract."""
    return load_contract(text, origin)


def read_contracts(home: Home | None) -> dict[str, Contract]:
    """All contracts by id: bundled ones, with those of HOME/datasets in their place or beside them."""
    found: dict[str, Contract] = {}
    for root in (BUNDLED / "datasets", *([home.root / "datasets"] if home else [])):
        here: dict[str, Path] = {}
        for path in sorted(root.glob("*/*.yaml")):
            contract = read_contract(path)
            if contract.id in here:
                raise ContractInvalid(
                    f"{path}, id: {contract.id} stands in {here[contract.id].name} too; give it another id"
                )
            if (path.parent.name, path.stem) != tuple(contract.id.split(".")):
                raise ContractInvalid(
                    f"{path}, id: the file of {contract.id} is {contract.id.replace('.', '/')}.yaml; move it or correct the id"
                )
            here[contract.id] = path
            found[contract.id] = contract
    return found


def contract_file(home: Home | None, dataset: str) -> Path | None:
    """The file in which the contract of that id has to stand: the installation's own before the bundled one."""
    department, _, name = dataset.partition(".")
    for root in (*([home.root / "datasets"] if home else []), BUNDLED / "datasets"):
        path = root / department / f"{name}.yaml"
        if name and path.is_file() and path.resolve().is_relative_to(root.resolve()):
            return path
    return None


def one_contract(home: Home | None, dataset: str) -> Contract:
    """The contract of that id, reading its file alone. Raises UsageInvalid where there is none."""
    path = contract_file(home, dataset)
    contract = read_contract(path) if path else None
    if contract is not None and contract.id == dataset:
        return contract
    raise UsageInvalid(f"no dataset {dataset!r}; `mingjing datasets` lists those there are")


def contract_text(home: Home | None, dataset: str) -> str | None:
    """The YAML in force, as its author wrote it; None where there is no such dataset."""
    path = contract_file(home, dataset)
    return _text(path, ContractInvalid) if path else None


@lru_cache(maxsize=64)
def _pack(text: str, name: str) -> Pack:
    """Parsing takes up to a second; equal text is the same pack."""
    return load_pack(text, name)


def _packs_in(root: Path) -> dict[str, Pack]:
    found: dict[str, Pack] = {}
    for path in sorted(root.glob("*.yaml")):
        pack = _pack(_text(path, PackInvalid), path.name)
        if pack.id in found:
            raise PackInvalid(f"{path.name}: pack {pack.id} stands in another file of this folder too")
        found[pack.id] = pack
    return found


def read_packs(home: Home | None) -> Packs:
    """All rule packs; a pack in HOME/rules takes the place of the bundled one of the same id. Raises PackInvalid."""
    own = _packs_in(home.root / "rules") if home else {}
    return Packs({**_packs_in(BUNDLED / "rules"), **own})


_LAST_READ: dict[Path, Packs] = {}
Stamp = tuple[tuple[str, int, int, int], ...]


def packs_in_force(home: Home) -> tuple[Packs, PackInvalid | None]:
    """All rule packs for showing; where a file can't be read by now, those that this process read last, and why. Nothing is
    prepared with those. Raises PackInvalid where it never read any.
    """
    try:
        _LAST_READ[home.root] = read_packs(home)
    except PackInvalid as fault:
        if home.root not in _LAST_READ:
            raise
        return _LAST_READ[home.root], fault
    return _LAST_READ[home.root], None


def stamp_of_packs(home: Home) -> Stamp:
    """Name, inode, size and time of every pack's file: unequal where one may have changed. Costs no reading."""
    found = []
    for root in (BUNDLED / "rules", home.root / "rules"):
        for path in sorted(root.glob("*.yaml")):
            with suppress(FileNotFoundError):
                seen = path.stat()
                found.append((str(path), seen.st_ino, seen.st_size, seen.st_mtime_ns))
    return tuple(found)
