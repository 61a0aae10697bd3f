"""Prefect's server for a process that runs flows while nothing is served: started beside it on its own database, gone with it.

Prefect would start one too, but loads the whole server into the asking process first, which takes seconds. The port is open
before the server is, so that none has to be looked for and whoever asks early waits.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from domain.errors import UsageInvalid
from flows.loopback import answers

START_SECONDS = 180.0
STOP_SECONDS = 5.0
ALONE = {"PREFECT_UI_ENABLED": "0", "PREFECT__SERVER_EPHEMERAL": "1", "PREFECT__SERVER_FINAL": "1"}


@contextmanager
def own_server() -> Iterator[str]:
    """Its API's address, answering. Raises UsageInvalid where it doesn't start."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = int(door.getsockname()[1])
        server = _start(door)
    try:
        _await(server, port)
        yield f"http://127.0.0.1:{port}/api"
    finally:
        server.terminate()
        try:
            server.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _start(door: socket.socket) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "uvicorn", "--factory", "flows.server_loop:app"]
    command += ["--fd", str(door.fileno()), "--log-level", "error", "--lifespan", "on"]
    return subprocess.Popen(command, env={**os.environ, **ALONE}, pass_fds=[door.fileno()])


def _await(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        if answers(port, "/api/health"):
            return
        time.sleep(0.05)
    raise UsageInvalid("Prefect's server didn't start; run the command again, with fewer others beside it")
