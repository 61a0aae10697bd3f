"""The catalogue this installation publishes to: a CKAN that the settings name, or the embedded one, started when needed."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from domain.errors import CatalogueRefused, CatalogueUnreachable
from flows.holding import check_held
from flows.home import Home
from flows.loopback import answers

if TYPE_CHECKING:
    from catalog.ckan import Catalogue

START_SECONDS = 30.0
TURN_SECONDS = 600.0


def token_file(home: Home) -> Path:
    return home.keys / "catalogue.token"


def catalogue_token(home: Home) -> str:
    """The write token: MINGJING_CATALOGUE_TOKEN, else the installation's own file."""
    if given := os.environ.get("MINGJING_CATALOGUE_TOKEN"):
        return given
    path = token_file(home)
    if not path.is_file():
        raise CatalogueRefused(
            f"no token for {home.catalogue_url or 'the catalogue'}; set MINGJING_CATALOGUE_TOKEN or write it to {path}"
        )
    return path.read_text("utf-8").strip()


def embedded_url(home: Home) -> str:
    return f"http://127.0.0.1:{home.catalogue_port}"


def _answers(home: Home) -> bool:
    return answers(home.catalogue_port, "/api/3/action/status_show")


def _is_running(home: Home) -> bool:
    """Whether the catalogue of *this* installation runs: it holds its folder's lock; another one may have the port."""
    lock = home.catalogue / "lock"
    if not lock.is_file():
        return False
    with lock.open("rb") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def is_served(home: Home) -> bool:
    """Whether this installation's embedded catalogue runs and answers now."""
    return _is_running(home) and _answers(home)


def start_embedded(home: Home) -> subprocess.Popen[bytes]:
    """Start the embedded catalogue as a process of its own; it gets its folder and its token, nothing of the platform."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", home.catalogue_port)) == 0:
            raise CatalogueUnreachable(
                f"port {home.catalogue_port} is taken by another program; change catalogue_port in mingjing.toml"
            )
    keep = {k: v for k, v in os.environ.items() if k in {"PATH", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "TMPDIR"}}
    command = [
        sys.executable, "-m", "catalog.embedded", "--root", str(home.catalogue), "--host", "127.0.0.1",
        "--port", str(home.catalogue_port), "--token-file", str(token_file(home)),
    ]  # fmt: skip
    log = (home.run / "catalogue.log").open("ab")
    process = subprocess.Popen(
        command, env=keep, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
    )
    log.close()
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if _answers(home):
            return process
        time.sleep(0.1)
    process.kill()
    raise CatalogueUnreachable(f"the embedded catalogue didn't start; its log is {home.run / 'catalogue.log'}")


@contextmanager
def catalogue_for(home: Home) -> Iterator[Catalogue]:
    """A client of the catalogue; the embedded one is started for as long as it is needed if it isn't running."""
    from catalog.ckan import Catalogue

    if home.is_carried:
        raise CatalogueUnreachable(
            "this installation's catalogue lies in another network; its publishing side has to do it"
        )
    if home.catalogue_url:
        yield Catalogue(home.catalogue_url, catalogue_token(home))
        return
    started = None if is_served(home) else start_embedded(home)
    try:
        yield Catalogue(embedded_url(home), catalogue_token(home))
    finally:
        if started is not None:
            started.terminate()
            started.wait(timeout=10)


@contextmanager
def one_at_a_time(home: Home, dataset: str, wait_seconds: float = TURN_SECONDS) -> Iterator[None]:
    """Publications and withdrawals of one dataset, one after the other, in whichever process of this installation.

    Against another installation the catalogue's own optimistic lock holds. Raises CatalogueUnreachable after the wait.
    """
    with (home.run / f"catalogue-{dataset}.lock").open("a") as lock:
        deadline = time.monotonic() + wait_seconds
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise CatalogueUnreachable(
                        f"{dataset} is being published or withdrawn by another process; run it again when that has ended"
                    ) from None
                time.sleep(0.1)
        check_held()  # the wait, or a halt of this process, may have been longer than its claim
        yield
