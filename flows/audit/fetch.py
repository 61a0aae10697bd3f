"""One file of a foreign catalogue onto this disk: within the gate, the pace, the limits and what robots.txt allows.

The bytes lie in a private spool for as long as the block lasts. What is in them is left to read.py.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from catalog.ckan import Catalogue
from catalog.foreign import ForeignResource
from catalog.wary import Pace
from domain.contract import Limits, SourceSpec
from domain.errors import SourceUnavailable, UsageInvalid
from domain.release import Artefact
from intake.connectors.gate import Gate, OtherHost

if TYPE_CHECKING:
    from storage.filesystem import FileStore

AGENT = "mingjing"
ROBOTS = Limits(bytes=512 * 1024, seconds=30)
TRIES = 2


class NotRead(Exception):
    """A file that wasn't read. `code`: of flows/audit/words.py; `final`: trying again brings nothing else;
    `was_refused`: the server said no, rather than nothing."""

    def __init__(self, code: str, detail: str = "", *, final: bool = True, was_refused: bool = True) -> None:
        super().__init__(code)
        self.code, self.detail, self.final, self.was_refused = code, detail, final, was_refused


@dataclass
class Trip:
    """What all files of one audit share."""

    catalogue: Catalogue
    gate: Gate
    pace: Pace
    spool: Path
    limits: Limits  # of one download
    environ: Mapping[str, str] = field(repr=False)
    robots: RobotFileParser | None = None

    def address(self, resource: ForeignResource) -> str:
        """Where the file is fetched: an upload at the catalogue's own origin, whatever its entry calls that. Raises NotRead."""
        try:
            url = self.catalogue.here(resource.url) if resource.is_upload else resource.url
            parts = urlsplit(url)
            port = parts.port or {"http": 80, "https": 443}[parts.scheme.lower()]
            host = parts.hostname or ""
        except (ValueError, KeyError):
            raise NotRead("no-web-address") from None
        if not host:
            raise NotRead("no-web-address")
        if not self.gate.others and not self.gate.is_own(host, port):
            raise NotRead("elsewhere")
        own = self.gate.is_own(host, port)
        if own and self.robots is not None and not self.robots.can_fetch(AGENT, url):
            raise NotRead("robots")
        return url

    @contextmanager
    def fetched(self, resource: ForeignResource) -> Iterator[tuple[Path, Artefact]]:
        """The file under its own name, until the end of the block. Raises NotRead."""
        url = self.address(resource)
        self._sweep()
        try:
            artefact = self._pull(url)
            yield self._named(artefact, resource), artefact
        finally:
            self._sweep()

    def _pull(self, url: str) -> Artefact:
        for attempt in range(1, TRIES + 1):
            self.pace.wait()
            try:
                return pull_one(url, self.store, self.limits, self.environ, self.gate)
            except UsageInvalid as refused:
                code = "elsewhere" if isinstance(refused, OtherHost) else "not-allowed"
                raise NotRead(code, str(refused)) from None
            except SourceUnavailable as fault:
                if fault.limit:
                    code = "too-large" if fault.limit == "bytes" else "too-slow"
                    raise NotRead(code, final=False, was_refused=False) from None
                if attempt == TRIES or not fault.transient:
                    raise NotRead("not-answered", str(fault), final=False, was_refused=not fault.transient) from None
                self.pace.hold("")
        raise AssertionError("unreachable")

    @property
    def store(self) -> FileStore:
        """Where fetched bytes lie."""
        from storage.filesystem import FileStore

        return FileStore(self.spool / "store", private=True)

    def _named(self, artefact: Artefact, resource: ForeignResource) -> Path:
        """A link with the file's own name, and with the ending that the entry names where the file's own says nothing."""
        from intake.sniff import KINDS

        name = artefact.name
        ending = Path(name).suffix.lower()
        if ending not in KINDS and resource.kind:
            name += resource.kind
        elif ending not in KINDS and not resource.kind:
            name = Path(name).stem or "file"
        folder = self.spool / "file"
        folder.mkdir(mode=0o700)
        stored = self.store.local_path(artefact.sha256)
        try:
            os.link(stored, folder / name)
        except OSError:  # a file system without hard links
            shutil.copyfile(stored, folder / name)
        return folder / name

    def _sweep(self) -> None:
        shutil.rmtree(self.spool, ignore_errors=True)
        self.spool.mkdir(mode=0o700)


def pull_one(url: str, store: FileStore, limits: Limits, environ: Mapping[str, str], gate: Gate) -> Artefact:
    """The bytes at a URL, through the http connector. Credentials of a netrc file stay at home."""
    from intake.connect import pull

    bare = {k: v for k, v in environ.items() if k != "NETRC"}
    return pull(url, spec=SourceSpec(), limits=limits, store=store, base=store.root, environ=bare, admit=gate)[0]


def read_robots(trip: Trip) -> RobotFileParser | None:
    """What the catalogue asks of programs that fetch its files; None where it asks nothing."""
    parts = urlsplit(trip.catalogue.url)
    store = trip.store
    with suppress(SourceUnavailable, UsageInvalid):
        trip.pace.wait()
        artefact = pull_one(f"{parts.scheme}://{parts.netloc}/robots.txt", store, ROBOTS, trip.environ, trip.gate)
        rules = RobotFileParser()
        rules.parse(store.read(artefact.sha256).decode("utf-8", "replace").splitlines())
        return rules
    return None
