"""Named refusals. A rule that forbids an act raises one of these; a fault in the data is a Finding instead;
a bug is a plain exception and the run fails closed.

Every message says what to do next and none holds a cell's value, a password or a key. `exit_status` is the command
line's answer: 1 refused, 2 wrong usage or nothing to read, 3 fault (docs/reference/errors.md is generated from here).
"""

from __future__ import annotations

from domain.fault import Fault


class MingjingError(Exception):
    """Root of all named errors."""

    exit_status = 1

    @classmethod
    def name(cls) -> str:
        """The class's name in kebab case, as it is written to the ledger and to `--json`."""
        return "".join("-" + c.lower() if c.isupper() else c for c in cls.__name__).lstrip("-")


class ContractInvalid(MingjingError):
    """A contract file can't be accepted; the message names file, line and key.

    `faults`: each of them on its own, where the text itself was read.
    """

    exit_status = 2

    def __init__(self, message: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(message)
        self.faults = faults


class PackInvalid(MingjingError):
    """A rule pack can't be accepted; the message names file and key."""

    exit_status = 2


class HomeInvalid(MingjingError):
    """The directory isn't an installation, or isn't the kind that the command needs."""

    exit_status = 2


class UsageInvalid(MingjingError):
    """The command was asked for something that doesn't exist or doesn't fit."""

    exit_status = 2


class SourceUnavailable(MingjingError):
    """The source's bytes never arrived whole; nothing was stored.

    `transient`: the same request may well succeed in a minute (a connection that broke, a server that is restarting).
    `limit`: which limit it went past, `bytes` or `seconds`.
    """

    exit_status = 2

    def __init__(self, message: str, *, transient: bool = False, limit: str | None = None) -> None:
        super().__init__(message)
        self.transient = transient
        self.limit = limit


class SourceUnreadable(MingjingError):
    """The bytes arrived and are kept in quarantine, but no table could be read from them.

    `code` is the finding's code (kebab case), `locator` where the sender sees the fault (`byte 1024`, `Sheet1!B7`).
    """

    exit_status = 2

    def __init__(self, message: str, *, code: str = "source-unreadable", locator: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.locator = locator


class ContentChanged(MingjingError):
    """Bytes, contract or rule packs differ from those that were approved (or that a hash names)."""


class ArtefactMissing(MingjingError):
    """An artefact that a record names isn't in the store."""


class StorageUnavailable(MingjingError):
    """The artefact store didn't answer, refused the credentials or has no room left; nothing was kept half."""

    exit_status = 3


class ReleaseNotApproved(MingjingError):
    """No complete set of valid decisions exists for exactly this release."""


class ReleaseNotFound(MingjingError):
    """No such release, or not visible to the one who asks."""

    exit_status = 2


class TransitionRefused(MingjingError):
    """The lifecycle has no such step from the status that the release is in."""


class ReviewerIsSubmitter(MingjingError):
    """The person who submitted a release can't decide on it."""


class ReviewerHasDecided(MingjingError):
    """One person holds one stage of a release, not two."""


class NotPermitted(MingjingError):
    """The person holds no role, in the unit in charge, that allows the act."""


class SignatureRefused(MingjingError):
    """The password given as signature (or the code beside it) isn't the person's."""


class SecondFactorMissing(MingjingError):
    """The person's role signs with a second factor, and none is set up yet."""


class DispositionMissing(MingjingError):
    """A hold finding hasn't been opened or has no disposition yet."""


class FindingBlocks(MingjingError):
    """A block finding stands; no one may wave it through."""


class LedgerBroken(MingjingError):
    """The ledger doesn't verify: an entry was edited, removed, reordered or cut off."""


class EvidenceInvalid(MingjingError):
    """An evidence bundle doesn't verify against the pinned key."""


class PackageInvalid(MingjingError):
    """A package carried from the other network isn't signed with a pinned key, is damaged or of another kind."""


class CatalogueRefused(MingjingError):
    """The catalogue answered no: token, permission or validation. Trying again won't help."""


class CatalogueUnreachable(MingjingError):
    """The catalogue didn't answer, or not in time. The publication can be run again safely."""

    exit_status = 3


class PublicationDiffers(MingjingError):
    """Bytes read back from the catalogue aren't those that were approved; they were taken off."""


class DisclosureForbidden(MingjingError):
    """The contract's disclosure or audience keeps this dataset out of a public catalogue."""


class CatalogueEdited(MingjingError):
    """The catalogue entry was changed by hand since the platform wrote it; nothing was overwritten."""


class WithdrawalIncomplete(MingjingError):
    """A withdrawn file still answers at an address that served it. `proof` lists what each address answered."""

    def __init__(self, message: str, *, proof: object = None) -> None:
        super().__init__(message)
        self.proof = proof
