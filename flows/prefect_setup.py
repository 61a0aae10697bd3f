"""Where Prefect lives and how it starts: inside the installation, offline, without telemetry, from a migrated template.

A first run in an empty PREFECT_HOME spends ten seconds on migrations, so set-up makes a migrated database once and
every new installation copies it. Must be called before anything imports prefect.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

from flows.home import Home
from flows.prefect_server import own_server
from flows.server_loop import STARTER

T = TypeVar("T")

TEMPLATE = Path(sys.prefix) / "share" / "mingjing" / "prefect.db"

QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_ENABLED": "false",
    "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",  # nothing here is one, and each new home would pay a second
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",  # of automations, which nobody makes here
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_CLI_PROMPT": "false",
}


def prepare_prefect(home: Home) -> None:
    """Point Prefect at this installation: its server when `serve` runs, else an in-process one on its own database."""
    if "prefect" in sys.modules and os.environ.get("PREFECT_HOME") != str(home.prefect):
        raise RuntimeError("prefect was imported before its home was set")
    os.environ.update(QUIET)
    os.environ["PREFECT_HOME"] = str(home.prefect)
    os.environ["PREFECT_PROFILES_PATH"] = str(home.prefect / "profiles.toml")
    os.environ["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = f"sqlite+aiosqlite:///{home.prefect / 'prefect.db'}"
    os.environ.update({"UVICORN_LOOP": "flows.server_loop:loop", STARTER: str(os.getpid())})
    os.environ.pop("PREFECT_API_URL", None)
    address = home.run / "prefect.url"
    if address.is_file():
        os.environ["PREFECT_API_URL"] = address.read_text("utf-8").strip()
    home.prefect.mkdir(mode=0o700, exist_ok=True)
    database = home.prefect / "prefect.db"
    if not database.exists() and TEMPLATE.is_file():
        part = database.with_suffix(f".{os.getpid()}.part")
        shutil.copyfile(TEMPLATE, part)
        part.replace(database)


@contextmanager
def quick_flows() -> Iterator[None]:
    """Within the block flows of this thread cost milliseconds to begin and end, not seconds.

    They share one client: starting one costs half a second a flow. They send no heartbeats, whose thread sleeps in whole
    seconds and is waited for at the end of each flow; that a run died is told by the request's lease, not by Prefect.
    (Prefect's `temporary_settings` reads and checks all its settings again each time, a sixth of a small preparation.)
    """
    from prefect.context import SettingsContext, SyncClientContext, get_settings_context

    with ExitStack() as begun:
        now = get_settings_context()
        changed: dict[str, Any] = {"flows": now.settings.flows.model_copy(update={"heartbeat_frequency": None})}
        if now.settings.api.url is None:
            changed["api"] = now.settings.api.model_copy(update={"url": begun.enter_context(own_server())})
        settings = now.settings.model_copy(update=changed)
        begun.enter_context(SettingsContext(profile=now.profile, settings=settings))
        begun.enter_context(SyncClientContext.get_or_create())
        yield


@contextmanager
def stoppable() -> Iterator[None]:
    """Within the block SIGTERM ends a flow as Ctrl-C does: Prefect has a signal of its own that nobody else knows."""
    from prefect.exceptions import TerminationSignal

    try:
        yield
    except TerminationSignal:
        raise KeyboardInterrupt from None


def opaque(value: T) -> T:
    """A task's argument that Prefect hands on without walking through it."""
    from prefect.utilities.annotations import quote

    return cast(T, quote(value))


def make_template() -> None:
    """Migrate an empty Prefect database and keep it beside the environment (called by `make setup`)."""
    import sqlite3
    import subprocess
    import tempfile

    TEMPLATE.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "prefect.db"
        environ = {
            **os.environ,
            **QUIET,
            "PREFECT_HOME": folder,
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{database}",
        }
        command = [sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"]
        subprocess.run(command, env=environ, check=True, stdout=subprocess.DEVNULL)
        part = TEMPLATE.with_suffix(".part")
        part.unlink(missing_ok=True)
        with sqlite3.connect(database) as source, sqlite3.connect(part) as target:
            source.backup(target)
        part.replace(TEMPLATE)


if __name__ == "__main__":
    make_template()
