"""The hosts that reading a foreign catalogue may reach: the catalogue's own, and others only where the caller says so.

Its entries are written by strangers, so every address that they name, and every redirect, is judged here anew; which
addresses no source may ever have is left to addresses.py.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from domain.errors import UsageInvalid
from intake.connectors.addresses import LOOPBACK_SWITCH, allowed_address, is_public

WEB_PORTS = frozenset({80, 443})
THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


class OtherHost(UsageInvalid):
    """A host that isn't the catalogue's own, where only that was to be read."""


@dataclass
class Gate:
    """May a request go to this host and port, and at which address? `others`: hosts beside the catalogue's own too.

    Others have public addresses, unless the catalogue itself lies in a private network. A catalogue on this machine is
    reached where its address says so in words; a name that merely resolves to it is refused.
    """

    host: str
    port: int
    environ: Mapping[str, str] = field(repr=False)
    others: bool = False
    _is_private: bool | None = None

    @classmethod
    def of(cls, url: str, environ: Mapping[str, str], *, others: bool = False) -> Gate:
        """The gate for the catalogue at `url`. Raises UsageInvalid where that isn't a plain web address."""
        try:
            parts = urlsplit(url)
            port = parts.port or {"http": 80, "https": 443}[parts.scheme]
            host = parts.hostname or ""
            host = host if ":" in host else host.encode("idna").decode("ascii")
        except (ValueError, KeyError, UnicodeError):
            raise UsageInvalid("a catalogue's address is written https://host/path; correct it") from None
        if not host or parts.username is not None or parts.query or parts.fragment:
            raise UsageInvalid("a catalogue's address is written https://host/path, without login or query; correct it")
        return cls(host.lower(), port, environ, others)

    def is_own(self, host: str, port: int) -> bool:
        """Whether that is the catalogue itself; http and https at their usual ports are one."""
        return host.lower().strip("[]") == self.host and (port == self.port or {port, self.port} <= WEB_PORTS)

    def __call__(self, host: str, port: int) -> str:
        """The address to connect to. Raises OtherHost, UsageInvalid where the address isn't allowed, SourceUnavailable."""
        own = self.is_own(host, port)
        if not own and not self.others:
            raise OtherHost(f"it leads to another host ({printable_host(host)}); --other-hosts reads it too")
        environ = {k: v for k, v in self.environ.items() if k != LOOPBACK_SWITCH}
        if own and self.host in THIS_MACHINE:
            environ[LOOPBACK_SWITCH] = "1"
        address = allowed_address(host.strip("[]"), port, environ)
        if own:
            self._is_private = _is_private(address)
        elif _is_private(address) and not self._own_is_private():
            raise UsageInvalid(
                f"{printable_host(host)} has a private address, which a public catalogue has no business with"
            )
        return address

    def _own_is_private(self) -> bool:
        if self._is_private is None:
            self(self.host, self.port)
        return bool(self._is_private)


def printable_host(host: str) -> str:
    """A host's name as a message may quote it."""
    return "".join(c for c in host if c.isalnum() or c in ".-:[]_")[:100]


def _is_private(address: str) -> bool:
    return not is_public(ipaddress.ip_address(address))
