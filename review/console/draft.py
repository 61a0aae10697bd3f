"""A decision that isn't signed yet: kept in the person's session, bound to the release hash, gone once it is signed.

Nothing here counts; the desk looks at what is signed, whole.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from django.http import HttpRequest

from domain.release import Disposition, DispositionKind

TEXTS = ("verdict", "reason", "reason_code", "basis")


@dataclass
class Draft:
    """Dispositions by finding, and what was typed into the decision's boxes."""

    release_hash: str
    dispositions: dict[str, dict[str, str]] = field(default_factory=dict)
    verdict: str = ""
    reason: str = ""
    reason_code: str = ""
    basis: str = ""
    overrides: list[str] = field(default_factory=list)  # as domain/remedy.parse reads them

    def confirmed(self) -> tuple[str, ...]:
        """Findings disposed of by confirming what was said last time."""
        return tuple(finding for finding, d in self.dispositions.items() if d.get("confirmed"))

    def said(self) -> tuple[Disposition, ...]:
        """The dispositions as the desk takes them."""
        return tuple(
            Disposition(finding, DispositionKind(d["kind"]), d["basis"], d["reason"])
            for finding, d in self.dispositions.items()
        )


def _key(release: str) -> str:
    return f"draft:{release}"


def draft_of(request: HttpRequest, release: str, release_hash: str) -> Draft:
    """The visitor's draft. One that was made for other bytes keeps its words and loses its dispositions."""
    kept: dict[str, Any] = request.session.get(_key(release)) or {}
    words = {name: str(kept.get(name, "")) for name in TEXTS}
    same = kept.get("release_hash") == release_hash
    orders = list(kept.get("overrides", ())) if same else []
    return Draft(release_hash, dict(kept.get("dispositions", {})) if same else {}, **words, overrides=orders)


def keep(request: HttpRequest, release: str, draft: Draft) -> None:
    """Keep it for the next visit."""
    request.session[_key(release)] = asdict(draft)


def forget(request: HttpRequest, release: str) -> None:
    """After it was signed."""
    request.session.pop(_key(release), None)
