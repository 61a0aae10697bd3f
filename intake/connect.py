"""From a location to stored bytes: picks the connector by the location's scheme. Nothing is parsed here or before.

    path or glob · http:// https:// · s3://bucket/key · sqlite:///file · postgresql+psycopg://user@host/database

Credentials never stand in a location; they come from the environment: AWS_… for S3, PGPASSWORD for PostgreSQL, NETRC
(the path of a netrc file) for http. MINGJING_ALLOW_LOOPBACK_SOURCES=1 lets http sources lie on this machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

from domain.contract import Limits, SourceSpec
from domain.errors import UsageInvalid
from domain.ports import ArtefactStore
from domain.release import Artefact
from intake.connectors.arrival import Admit, Budget, Request

CONNECTORS = {
    "http": "http",
    "https": "http",
    "s3": "s3",
    "sqlite": "sql",
    "sqlite+pysqlite": "sql",
    "postgresql": "sql",
    "postgresql+psycopg": "sql",
}


def pull(
    location: str,
    *,
    spec: SourceSpec,
    limits: Limits,
    store: ArtefactStore,
    base: Path,
    environ: Mapping[str, str],
    clock: Callable[[], float] = time.monotonic,
    admit: Admit | None = None,
    follow: bool = True,
) -> tuple[Artefact, ...]:
    """Stream every file that `location` names into `store` under its sha256; role `source`, name the file's own.

    `admit`: which hosts an http source and its redirects may lead to, and at which address; None: as addresses.py allows.
    `base`: where relative paths start and which they may not leave. `spec` gives table or query of a database.
    `follow`: whether a redirect of an http source may lead elsewhere. Limits count over all files together. Raises SourceUnavailable where a file never arrived whole (files before it
    may stand in the store, each of them whole), UsageInvalid where the location itself is wrong.
    """
    scheme, separator, _ = location.partition("://")
    if separator and scheme.lower() not in CONNECTORS:
        raise UsageInvalid(f"no connector for this location; use a path, or one of {', '.join(sorted(CONNECTORS))}")
    if "\0" in location or not location.strip():
        raise UsageInvalid("the location is empty or holds a zero byte; name a path or a URL")
    connector = import_module(f"intake.connectors.{CONNECTORS[scheme.lower()] if separator else 'local'}")
    request = Request(location, spec, store, base, environ, Budget(limits, clock), admit, follow)
    artefacts: tuple[Artefact, ...] = connector.pull(request)
    return artefacts
