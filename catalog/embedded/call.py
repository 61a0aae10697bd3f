"""One call of an action: who asks, what, of which catalogue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from sqlite3 import Row
from typing import Any

from catalog.embedded.fields import Body
from catalog.embedded.holding import Holding
from catalog.embedded.packages import Site, is_public
from catalog.embedded.refusals import Forbidden


@dataclass(frozen=True)
class Call:
    """One call of an action. `trusted`: it came with the token."""

    holding: Holding
    site: Site
    data: Body
    trusted: bool


Action = Callable[[Call], Any]


def refuse_private(call: Call, row: Row) -> None:
    """Raises Forbidden where the dataset isn't public and the token is missing."""
    if not is_public(row) and not call.trusted:
        raise Forbidden("this dataset isn't public")
