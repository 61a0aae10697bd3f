"""Which sources an operator may name at the desk: those that begin as the setting `console_sources` says, none where it is empty.

A folder of this machine, `https://host/path/` or `s3://bucket/prefix/`, with blanks between. What an address may resolve to is
left to intake (link-local, metadata and loopback addresses are refused there, whatever stands here); a redirect that leads
elsewhere isn't followed. A contract's own source isn't asked about here: it was reviewed with the contract.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from domain.errors import UsageInvalid
from flows.home import Home

SCHEMES = ("https", "s3")
LONGEST = 1_000


def allowed_sources(home: Home) -> tuple[str, ...]:
    """The prefixes of the setting. Raises UsageInvalid for one that isn't a folder's absolute path, https:// or s3://."""
    found = tuple(home.console_sources.split())
    for prefix in found:
        scheme, separator, _ = prefix.partition("://")
        if separator and (scheme not in SCHEMES or not urlsplit(prefix).netloc):
            raise UsageInvalid(
                "console_sources names an address that is neither https:// nor s3://; correct the setting"
            )
        if not separator and not Path(prefix).is_absolute():
            raise UsageInvalid("console_sources names a folder by a relative path; write the whole path")
    return found


def named_source(home: Home, location: str) -> str:
    """The location as an order keeps it. Raises UsageInvalid where no prefix of the setting allows it."""
    location = location.strip()
    if not location or len(location) > LONGEST or any((c.isspace() and c != " ") or ord(c) < 32 for c in location):
        raise UsageInvalid("name one file: its path, or an address that begins with https:// or s3://")
    is_address = "://" in location
    for prefix in allowed_sources(home):
        if is_address != ("://" in prefix):
            continue
        if found := (_address(location, prefix) if is_address else _file(location, prefix)):
            return found
    raise UsageInvalid("this source isn't one of those that may be named here; the page says which may")


def _file(location: str, prefix: str) -> str | None:
    """The real path of a plain file within the folder; links that lead out of it, and patterns, aren't taken."""
    folder = Path(prefix)
    try:
        real, root = (folder / location).resolve(strict=True), folder.resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        return None
    return str(real) if real.is_relative_to(root) and real.is_file() else None


def _address(location: str, prefix: str) -> str | None:
    """The address where scheme, host and port are the prefix's and its path lies below."""
    try:
        said, allowed = urlsplit(location), urlsplit(prefix)
        same = (said.scheme.lower(), said.netloc.lower(), said.port) == (
            allowed.scheme,
            allowed.netloc.lower(),
            allowed.port,
        )
    except ValueError:
        return None
    path, below = said.path, allowed.path.rstrip("/") + "/"
    if not same or said.fragment or "@" in said.netloc or "\\" in location:
        return None
    if "*" in location or any(part in (".", "..") for part in _decoded(path).split("/")):
        return None
    return location if path.startswith(below) and path != below else None


def _decoded(path: str) -> str:
    """The path with percent signs read twice, as a careless server would."""
    from urllib.parse import unquote

    return unquote(unquote(path)).replace("\\", "/")


def fenced(home: Home, location: str) -> tuple[str, Path]:
    """A named source asked about again when its run begins, and the folder that it may not leave. Raises UsageInvalid."""
    location = named_source(home, location)
    if "://" in location:
        return location, home.root
    for prefix in allowed_sources(home):
        if "://" not in prefix and Path(location).is_relative_to(root := Path(prefix).resolve()):
            return str(Path(location).relative_to(root)), root
    raise UsageInvalid("this source isn't one of those that may be named here")
