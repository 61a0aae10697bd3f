"""`mingjing serve`: Prefect's server, catalogue, runner, schedules and console under one supervisor with a clean end.

A service that dies is started again; one that keeps dying ends them all, and none outlives the supervisor. All listen
on loopback unless told otherwise.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from domain.errors import UsageInvalid
from flows.catalogue import embedded_url, token_file
from flows.cli.say import tell
from flows.holding import STOPPED
from flows.home import Home
from flows.loopback import answers
from flows.platform import connect
from flows.prefect_setup import QUIET, prepare_prefect
from flows.service import check_unserved, until_told
from review.setup import check_schema, close

STOP_SECONDS = 15
DEATHS_ALLOWED = 5


PR_SET_PDEATHSIG = 1  # linux/prctl.h
_prctl = getattr(ctypes.CDLL(None), "prctl", None)


def _end_with_supervisor() -> None:
    """In the child: be told to stop when the supervisor is gone, even one that was killed. Linux only."""
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(slots=True)
class Service:
    """One child process and how to start it again."""

    name: str
    command: list[str]
    environ: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)

    def start(self, home: Home) -> None:
        with (home.run / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=self.environ,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                preexec_fn=_end_with_supervisor,
            )

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def runner_of(home: Home) -> Service:
    """The process that does what request rows ask for."""
    environ = {**os.environ, "MINGJING_HOME": str(home.root), "PYTHONUNBUFFERED": "1"}
    return Service("runner", [sys.executable, "-m", "flows.runner"], environ)


def watch_of(home: Home, kind: str) -> Service:
    """The process beside it that looks at what is public: `inspect` or `rescan`."""
    environ = {**os.environ, "MINGJING_HOME": str(home.root), "PYTHONUNBUFFERED": "1"}
    return Service(kind, [sys.executable, "-m", "flows.watching", kind], environ)


def prefect_of(home: Home) -> Service:
    """Prefect's server on the installation's own database."""
    environ = {
        **os.environ,
        **QUIET,
        "MINGJING_HOME": str(home.root),
        "PYTHONUNBUFFERED": "1",
        "PREFECT_HOME": str(home.prefect),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home.prefect / 'prefect.db'}",
    }
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(home.prefect_port)]  # fmt: skip
    return Service("prefect", [*command, "--no-ui"], environ)


def services(home: Home, host: str, port: int) -> list[Service]:
    """In the order in which they need each other."""
    python = sys.executable
    environ = {**os.environ, "MINGJING_HOME": str(home.root), "PYTHONUNBUFFERED": "1"}
    bare = {k: v for k, v in os.environ.items() if k in {"PATH", "LANG", "LC_ALL", "TZ", "TMPDIR"}}
    catalogue = [
        python,
        "-m",
        "catalog.embedded",
        "--root",
        str(home.catalogue),
        "--host",
        host,
        "--port",
        str(home.catalogue_port),
    ]
    found = [
        prefect_of(home),
        Service("catalogue", [*catalogue, "--token-file", str(token_file(home))], bare),
        runner_of(home),
        Service("takedown", [python, "-m", "flows.takedown"], environ),
        *(watch_of(home, kind) for kind in ("inspect", "rescan")),
        Service("notices", [python, "-m", "flows.notices"], environ),
        Service("schedules", [python, "-m", "flows.schedules"], environ),
        Service("adopted", [python, "-m", "flows.audit.nightly"], environ),
        Service("records", [python, "-m", "flows.records"], environ),
        Service("console", [python, "-m", "flows.console", "--host", host, "--port", str(port)], environ),
    ]
    unwanted = {"catalogue"} if home.catalogue_url else set()
    unwanted |= set() if home.records_store else {"records"}
    return [s for s in found if s.name not in unwanted]


def wait_for_prefect(home: Home) -> Path:
    """Until it answers; the file that tells flows its address. Raises UsageInvalid where it doesn't start."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if answers(home.prefect_port, "/api/health"):
            address = home.run / "prefect.url"
            address.write_text(f"http://127.0.0.1:{home.prefect_port}/api", "utf-8")
            return address
        time.sleep(0.2)
    raise UsageInvalid(f"Prefect's server didn't start; its log is {home.run / 'prefect.log'}")


def supervise(home: Home, *, host: str, port: int | None) -> None:
    """Run everything until SIGINT or SIGTERM.

    Raises UsageInvalid where the installation is being served already, HomeInvalid where its database isn't this program's.
    """
    check_unserved(home)
    connect(home)
    check_schema()
    close()
    (home.run / "prefect.url").unlink(missing_ok=True)
    prepare_prefect(home)
    port = port or home.console_port
    stop = until_told(None)  # each of its services gets its time
    running = services(home, host, port)
    try:
        for service in running:
            service.start(home)
            if service.name == "prefect":
                wait_for_prefect(home)
        tell(
            f"目录 {home.catalogue_url or embedded_url(home)}   管理台 http://{host}:{port}/   （Ctrl-C 停止；日志在 {home.run}）"
        )
        while not stop.is_set():
            _revive(running, home)
            time.sleep(0.2)
    finally:
        (home.run / "prefect.url").unlink(missing_ok=True)
        for service in reversed(running):
            service.stop()


def _revive(running: list[Service], home: Home) -> None:
    for service in running:
        if not service.has_ended():
            continue
        if service.process is not None and service.process.returncode == STOPPED:
            service.start(home)  # its work was cancelled, nothing is wrong with it
            continue
        now = time.monotonic()
        service.deaths = [t for t in service.deaths if now - t < 60] + [now]
        if len(service.deaths) > DEATHS_ALLOWED:
            raise UsageInvalid(f"{service.name} keeps ending; see {home.run / (service.name + '.log')}")
        time.sleep(min(5.0, 0.5 * len(service.deaths)))
        service.start(home)
