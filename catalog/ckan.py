"""ckanapi's only door: a thin client with a time-out on every call, streaming both ways, and faults sorted by class.

A read may simply be tried again (`look`); a write whose answer was lost is Uncertain: the caller looks again, then
decides, and never repeats blindly (facts: CKAN goes on working after the client has given up). Server messages are
translated and may quote the payload, so only error types and field names are read, and no message holds more.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeVar
from urllib.parse import urljoin, urlsplit, urlunsplit
from weakref import WeakSet

import requests
from ckanapi import RemoteCKAN
from ckanapi.errors import (
    CKANAPIError,
    NotAuthorized,
    NotFound,
    SearchError,
    SearchIndexError,
    ServerIncompatibleError,
    ValidationError,
)

from catalog.bounded import Held, Sockets, cut_off, seconds_asked
from catalog.upload import MultipartBody, Upload
from domain.errors import CatalogueRefused, CatalogueUnreachable

CHUNK = 1 << 20
TRY_LATER = frozenset({408, 425, 429})
AGENT = "mingjing-publisher"
# what a look as the public looks like: a server that knows us mustn't be able to answer us alone
STRANGER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
T = TypeVar("T")


class NotThere(CatalogueRefused):
    """The catalogue holds no such thing (404)."""


class Conflict(CatalogueRefused):
    """The entry changed meanwhile, or a name or id is taken: look again."""

    def __init__(self, message: str, fields: frozenset[str]) -> None:
        super().__init__(message)
        self.fields = fields


class Uncertain(CatalogueUnreachable):
    """No answer, or not a whole one: the act may have been done or not. Look again, then decide."""


@contextmanager
def named_faults() -> Iterator[None]:
    """Give the faults that only this room tells apart their public names."""
    try:
        yield
    except Uncertain as fault:
        raise CatalogueUnreachable(f"{fault}; run it again, that is safe") from None
    except (Conflict, NotThere) as fault:
        raise CatalogueRefused(str(fault)) from None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address answered: status, SHA-256 and length of the body, where it led if it redirected, and the media type."""

    status: int
    sha256: str
    bytes: int
    redirected_to: str | None = None
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often an address is tried, how long each time it may stay silent, and how slowly it may give its bytes."""

    attempts: int
    silence_seconds: float
    bytes_a_second: int = 0  # at least; 0: however slowly, up to the deadline


class Session(requests.Session):
    """A session that streams uploads, follows no stale credentials file, tells a server's fault from its answer, and ends:
    `seconds` bounds each request, answer included."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = math.inf
        self.asked_to_wait = 0.0  # by the last answer, in seconds
        self._sockets: Sockets = WeakSet()
        for scheme in ("http://", "https://"):
            self.mount(scheme, Held(self._sockets))
        self.auth = lambda request: request  # else ~/.netrc would take the token's place
        self.max_redirects = 5
        self.last_status = 0

    @contextmanager
    def bounded(self) -> Iterator[None]:
        """What is asked and read inside ends in time. Raises TookTooLong."""
        with cut_off(self._sockets, min(self.seconds, threading.TIMEOUT_MAX)):
            yield

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """One request, and those that it leads to."""
        self.asked_to_wait = 0.0
        with self.bounded():
            response = super().send(request, **kwargs)
        self.asked_to_wait = seconds_asked(response.headers.get("Retry-After", ""))
        return response

    def post(self, url: Any, data: Any = None, json: Any = None, **kwargs: Any) -> requests.Response:
        files: Mapping[str, Upload] = kwargs.pop("files", None) or {}
        if files:
            body = MultipartBody({k.decode(): v.decode() for k, v in data.items()}, files)
            kwargs["headers"] = {**kwargs["headers"], "Content-Type": body.content_type}
            data = body
        self.last_status = 0
        response = super().post(url, data=data, json=json, **kwargs)
        self.last_status = response.status_code
        response.encoding = "utf-8"  # else the library guesses
        if "json" in response.headers.get("Content-Type", ""):
            response.json()  # raises a RequestException where a proxy cut the answer short
        return response


class Catalogue:
    """One CKAN (or the embedded catalogue) at `url`; `token` may be empty for reading as the public does.

    `timeout_seconds` bounds each wait for the server, `deadline_seconds` a whole publication (see `begin`), each of its requests too. `session`
    makes the HTTP sessions (tests break them on purpose); `sleep` waits between attempts.
    """

    def __init__(
        self,
        url: str,
        token: str = "",
        *,
        timeout_seconds: float = 60,
        connect_seconds: float = 20,
        deadline_seconds: float = 1800,
        attempts: int = 6,
        session: Callable[[], Session] = Session,
        sleep: Callable[[float], None] = time.sleep,
        ca_file: str | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.attempts = attempts
        self._timeout = (connect_seconds, timeout_seconds)
        self._deadline_seconds = deadline_seconds
        self._sleep = sleep
        self._token = token
        self._extensions: frozenset[str] | None = None
        self._sessions = {anonymous: session() for anonymous in (False, True)}
        for each in self._sessions.values():
            each.trust_env = urlsplit(self.url).hostname not in ("127.0.0.1", "localhost", "::1")
            each.verify = ca_file or True
        self._doors = {
            False: RemoteCKAN(self.url, apikey=token or None, user_agent=AGENT, session=self._sessions[False]),
            True: RemoteCKAN(self.url, user_agent=STRANGER, session=self._sessions[True]),
        }
        self.begin()

    def __repr__(self) -> str:
        return f"Catalogue({self.url!r})"

    def begin(self) -> None:
        """Start the clock of a new operation."""
        self._ends_at = time.monotonic() + self._deadline_seconds

    def close(self) -> None:
        """Close the connections."""
        for session in self._sessions.values():
            session.close()

    def act(
        self, action: str, data: dict[str, Any], *, uploads: Mapping[str, Upload] | None = None, anonymous: bool = False
    ) -> Any:
        """Call one action once and return its result.

        Raises NotThere, Conflict, CatalogueRefused (trying again won't help) or Uncertain (look again, then decide).
        """
        session = self._timed(anonymous)
        with self._faults(action, session):
            return self._doors[anonymous].call_action(
                action,
                _form(data) if uploads else data,
                files=dict(uploads) if uploads else None,
                requests_kwargs={"timeout": self._timeout},
            )

    def look(self, action: str, data: dict[str, Any], *, anonymous: bool = False) -> Any:
        """Call an action that changes nothing, again after a fault. Raises NotThere, CatalogueRefused, Uncertain."""
        return self.patiently(lambda: self.act(action, data, anonymous=anonymous))

    @property
    def extensions(self) -> frozenset[str]:
        """The plugins that the catalogue runs; asked once."""
        if self._extensions is None:
            self._extensions = frozenset(self.look("status_show", {}).get("extensions") or ())
        return self._extensions

    def find(self, package_id: str, name: str, *, anonymous: bool = False) -> dict[str, Any] | None:
        """The dataset by its id, else by its name (a token without full rights can't choose the id); None if absent."""
        for key in (package_id, name):
            try:
                found: dict[str, Any] = self.look("package_show", {"id": key}, anonymous=anonymous)
            except NotThere:
                continue
            return found
        return None

    def fetch(
        self,
        url: str,
        *,
        anonymous: bool,
        limit: int | None = None,
        follow: bool = True,
        patience: Patience | None = None,
        into: BinaryIO | None = None,
    ) -> Fetched:
        """Read an address to its end in constant memory, or until it gave more than `limit` bytes; again after a fault.

        Without `follow` a redirect is the answer: its status, and where it leads. The token goes to the catalogue's own
        origin only. `patience`: where it isn't the client's own. `into`: a file that takes the body. Raises Uncertain.
        """
        given = patience or Patience(self.attempts, self._timeout[1])
        return self.patiently(lambda: self._fetch(url, anonymous, limit, follow, given, into), given.attempts)

    def patiently(self, read: Callable[[], T], attempts: int | None = None) -> T:
        """The answer of `read`, tried again while it is Uncertain, at most `attempts` times (default: the client's)."""
        for attempt in range(1, attempts or self.attempts):
            try:
                return read()
            except Uncertain:
                self.wait(attempt)
        return read()

    def wait(self, attempt: int) -> None:
        """Wait before the next attempt: 0.1, 0.2, 0.4 … at most 5 seconds, or as long as the catalogue asked for. Raises
        CatalogueUnreachable where that is past the deadline."""
        seconds = max(min(0.05 * 2**attempt, 5.0), *(s.asked_to_wait for s in self._sessions.values()))
        if time.monotonic() + seconds > self._ends_at:
            raise CatalogueUnreachable(f"{self.url} didn't come round in time; run the publication again, that is safe")
        self._sleep(seconds)

    def _timed(self, anonymous: bool) -> Session:
        """The session, its request bound by the deadline; past that a request still gets one time-out, so that what has to be
        put right can be."""
        session = self._sessions[anonymous]
        session.seconds = max(self._ends_at - time.monotonic(), self._timeout[1])
        return session

    def here(self, url: str) -> str:
        """The same address at this catalogue's origin: its public name may be one that this network can't reach."""
        mine, theirs = urlsplit(self.url), urlsplit(url)
        return urlunsplit((mine.scheme, mine.netloc, theirs.path, theirs.query, ""))

    def _fetch(
        self, url: str, anonymous: bool, limit: int | None, follow: bool, given: Patience, into: BinaryIO | None = None
    ) -> Fetched:
        session = self._timed(anonymous)
        headers = {
            "Accept-Encoding": "identity",
            "Cache-Control": "no-cache",
            "User-Agent": STRANGER if anonymous else AGENT,
        }
        if not anonymous and self._token and urlsplit(url)[:2] == urlsplit(self.url)[:2]:
            headers["Authorization"] = self._token
        silence = min(given.silence_seconds, self._timeout[1])
        if given.bytes_a_second:
            session.seconds = min(session.seconds, silence + (limit or 0) / given.bytes_a_second)
        digest, size = hashlib.sha256(), 0
        if into is not None:
            into.seek(0)
            into.truncate()
        session.last_status = 0
        with (
            self._faults("download", session),
            session.bounded(),
            session.get(
                url,
                headers=headers,
                stream=True,
                timeout=(min(self._timeout[0], silence), silence),
                allow_redirects=follow,
            ) as response,
        ):
            session.last_status = response.status_code
            _raise_for_fault("download", response.status_code)
            for chunk in response.iter_content(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                if into is not None:
                    into.write(chunk)
                if limit is not None and size > limit:
                    break
            led = response.url if response.history else None
            if response.is_redirect:
                led = urljoin(url, response.headers["location"])
            kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            return Fetched(response.status_code, digest.hexdigest(), size, led, kind)

    @contextmanager
    def _faults(self, action: str, session: Session) -> Iterator[None]:
        """Turn the libraries' errors into ours; their texts may quote the payload and go no further."""
        try:
            yield
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema):
            raise CatalogueRefused("the catalogue's address isn't a web address; correct catalogue_url") from None
        except requests.exceptions.SSLError:
            raise CatalogueRefused(f"{self.url}: its certificate isn't trusted; name its CA file") from None
        except requests.exceptions.RequestException as fault:
            raise Uncertain(f"{self.url}: no whole answer to {action} ({type(fault).__name__})") from None
        except NotFound:
            raise NotThere(f"{self.url}: {action} found nothing") from None
        except NotAuthorized:
            raise CatalogueRefused(
                f"{self.url} doesn't allow {action}; check the token and its rights in the organization"
            ) from None
        except ValidationError as invalid:
            raise _invalid(self.url, action, invalid) from None
        except (SearchError, SearchIndexError):
            raise Uncertain(f"{self.url}: the search index failed during {action}") from None
        except (CKANAPIError, ServerIncompatibleError, KeyError):
            _raise_for_fault(action, session.last_status)
            if session.last_status == 200:
                raise Uncertain(f"{self.url}: the answer to {action} was cut short") from None
            raise CatalogueRefused(
                f"{self.url} answered {action} with status {session.last_status} and no CKAN result; "
                "check the address, and the upload limit if the status is 413"
            ) from None


def _raise_for_fault(action: str, status: int) -> None:
    if status >= 500 or status in TRY_LATER:
        raise Uncertain(f"the catalogue answered {action} with status {status}") from None


def _invalid(url: str, action: str, invalid: Any) -> CatalogueRefused:
    keys = invalid.error_dict if isinstance(invalid.error_dict, dict) else {}
    fields = frozenset(str(k) for k in keys if re.fullmatch(r"[a-z_]{1,40}", str(k)) and k != "__type")
    names = ", ".join(sorted(fields)) or "unnamed field"
    if fields & {"match", "id", "name"}:
        return Conflict(f"{url}: {action} met another change or a taken name ({names})", fields)
    return CatalogueRefused(f"{url} refused {action}: {names} not valid there; compare contract and catalogue")


def _form(data: dict[str, Any]) -> dict[str, str]:
    return {k: v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for k, v in data.items()}
