"""What somebody asked to prepare. A location may carry a token, so it stays in a private file of the installation;
request rows, Prefect and the ledger are told the file's name alone. No Prefect here: the command line needs it fast.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path

from domain.canonical import sha256_hex
from domain.errors import UsageInvalid
from flows.home import Home


@dataclass(frozen=True, slots=True)
class Order:
    """Empty fields mean: as the contract says."""

    dataset: str
    location: str | None = None
    period: str | None = None
    dates: dict[str, str] = field(default_factory=dict)
    actor: str = "system"
    is_named: bool = (
        False  # its location was typed in at the desk: held to the setting console_sources, redirects not followed
    )
    remedy_of: str | None = None  # the release whose stored input is prepared again under a remedy


def _file(home: Home, name: str) -> Path:
    return home.run / "orders" / f"{name}.json"


def write_order(home: Home, order: Order) -> str:
    """Keep an order (0600) and return its name; equal orders have one name."""
    data = json.dumps(asdict(order), ensure_ascii=False, sort_keys=True).encode()
    name = sha256_hex(data)[:24]
    path = _file(home, name)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    part = path.with_name(f"{name}.{os.getpid()}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(data)
    part.replace(path)
    return name


def read_order(home: Home, dataset: str, name: str) -> Order:
    """The order of that name; without a name, what the dataset's contract says (scheduled runs). Raises UsageInvalid."""
    if not name:
        return Order(dataset)
    path = _file(home, name)
    if not re.fullmatch(r"[0-9a-f]{24}", name) or not path.is_file():
        raise UsageInvalid("the order isn't there any more; ask for the preparation again")
    return Order(**json.loads(path.read_bytes()))
