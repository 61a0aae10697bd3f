"""What a disposition has to say to be complete: asked by the desk when a decision is signed, and earlier by whoever drafts one."""

from __future__ import annotations

from domain.errors import DispositionMissing
from domain.release import Disposition, DispositionKind
from review import texts


def complete(said: Disposition, remedy: str | None) -> Disposition:
    """The disposition with clean texts. `remedy`: what the platform did about the finding.

    Raises DispositionMissing where basis or reason are needed and missing, UsageInvalid for texts that can't be kept.
    """
    kind, name = DispositionKind(said.kind), said.finding
    basis, reason = texts.clean(said.basis, "a basis"), texts.clean(said.reason, "a reason")
    if kind is DispositionKind.KEEP_BY_LAW and not basis:
        raise DispositionMissing(f"finding {name}: keeping by law needs its basis (the article)")
    if kind is DispositionKind.FALSE_ALARM and not reason:
        raise DispositionMissing(f"finding {name}: a false alarm needs its reason")
    if kind is DispositionKind.REDACT_AS_PROPOSED and not remedy and not reason:
        raise DispositionMissing(f"finding {name}: nothing was redacted there; say in a reason how it was dealt with")
    return Disposition(name, kind, basis, reason)
