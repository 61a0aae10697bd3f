"""Real servers for tests, started on loopback and gone afterwards. PostgreSQL comes from the machine's packages
(`make servers`), CKAN from its own folder (`make ckan-install`); where one isn't installed the test is skipped and the
reason says so. S3 is moto, and a real server from its own folder (`make s3-install`).
"""

from __future__ import annotations

import itertools
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from pwd import getpwnam
from typing import Any

import pytest

from tests.ckan.stack import Stack, in_use

START_SECONDS = 60
PORTS = range(20_000, 32_000)
ROOM = 1 << 30  # bytes that a folder in memory has to have left
_NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A private cluster. `user` is its superuser; the password is asked for over TCP (scram-sha-256)."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str = "postgres"

    def url(self, database: str | None = None, *, password: bool = False, driver: str = "postgresql+psycopg") -> str:
        """SQLAlchemy URL; without `password` the client takes it from PGPASSWORD."""
        secret = f":{self.password}" if password else ""
        return f"{driver}://{self.user}{secret}@{self.host}:{self.port}/{database or self.database}"

    def conninfo(self, database: str | None = None) -> str:
        """libpq keywords, password included, for `psycopg.connect`."""
        parts = {"host": self.host, "port": self.port, "user": self.user, "password": self.password}
        return " ".join(f"{k}={v}" for k, v in {**parts, "dbname": database or self.database}.items())

    def environ(self, database: str | None = None) -> dict[str, str]:
        """PGHOST … PGPASSWORD, as a client's environment wants them."""
        pairs = {"HOST": self.host, "PORT": self.port, "USER": self.user, "PASSWORD": self.password}
        return {f"PG{k}": str(v) for k, v in {**pairs, "DATABASE": database or self.database}.items()}

    def create_database(self) -> str:
        """An empty UTF-8 database with a new name, for one test."""
        import psycopg

        name = f"t{next(_NUMBERS)}_{secrets.token_hex(4)}"
        with psycopg.connect(self.conninfo(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0'.encode())
        return name

    def copy_database(self, model: str, name: str) -> None:
        """The database `model`, which nobody uses now, once more as `name`. As files: writing it as a log takes twice as long."""
        import psycopg

        with psycopg.connect(self.conninfo(), autocommit=True) as connection:
            as_files = " STRATEGY FILE_COPY" if connection.info.server_version >= 150_000 else ""  # the only way before
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{model}"{as_files}'.encode())


def free_port() -> int:
    """A loopback TCP port that nobody holds right now, below those from which the kernel takes the near end of connections:
    a server that is killed and started again finds it free.
    """
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def swift_parent() -> Path:
    """The machine's memory as a folder where it has one with room, else the system's temporary folder."""
    memory = Path("/dev/shm")
    has_room = memory.is_dir() and shutil.disk_usage(memory).free > ROOM
    return memory if has_room else Path(tempfile.gettempdir())


@contextmanager
def swift_folder() -> Iterator[Path]:
    """A folder of the machine's memory where it has one: a server that waits for the disk at each write waits for nothing."""
    folder = Path(tempfile.mkdtemp(prefix="mingjing-", dir=swift_parent()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def chromium() -> str | None:
    """The system's chromium, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def postgres_bin() -> Path | None:
    """Folder of the newest installed initdb and postgres, or None."""
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name), reverse=True)
    on_path = shutil.which("postgres")
    places = [*packaged, *([Path(on_path).resolve().parent] if on_path else [])]
    return next((p for p in places if (p / "initdb").exists() and (p / "postgres").exists()), None)


def _unprivileged() -> dict[str, Any]:
    """subprocess arguments: PostgreSQL refuses to run as root, so root steps down to postgres or nobody."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            person = getpwnam(name)
            return {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}
    pytest.skip("PostgreSQL won't run as root and this machine has neither user postgres nor nobody")


def _dying_with_us() -> list[str]:
    """Command prefix that stops the server when a test run is killed without a chance to clean up (Linux)."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "INT", "--"] if setpriv else []


def _initialise(binaries: Path, folder: Path, password: str, person: dict[str, Any]) -> None:
    """initdb into `folder`/data; the password reaches it by a file, not by the command line."""
    secret = folder / "password"
    secret.write_text(password + "\n")
    secret.chmod(0o600)
    if person:
        for path in (folder, secret):
            os.chown(path, person["user"], person["group"])
    words = ["--username=owner", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"]
    command = [str(binaries / "initdb"), "-D", str(folder / "data"), f"--pwfile={secret}", *words]
    environ = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environ, **person)
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stderr[-2000:]}")
    secret.unlink()


def _await_answer(server: PostgresServer, process: subprocess.Popen[bytes], log: Path) -> None:
    import psycopg

    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(psycopg.OperationalError), psycopg.connect(server.conninfo(), connect_timeout=2):
            return
        time.sleep(0.1)
    raise RuntimeError(f"PostgreSQL didn't start: {log.read_text()[-2000:]}")


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A running private PostgreSQL cluster on 127.0.0.1, on the disk; skips the test where PostgreSQL isn't installed.

    Its folder lies in the system's temporary folder: pytest's own is closed to the user that root steps down to.
    Takes about two seconds, so keep it for a session: `with postgres_server() as server: yield server`.
    """
    with postgres_server_in(Path(tempfile.gettempdir())) as server:
        yield server


@contextmanager
def postgres_server_in(parent: Path) -> Iterator[PostgresServer]:
    """Like postgres_server, its folder in `parent`."""
    binaries = postgres_bin()
    if binaries is None:
        pytest.skip("PostgreSQL not installed: make servers")
    person = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="mingjing-pg-", dir=parent))
    server = PostgresServer("127.0.0.1", free_port(), "owner", secrets.token_urlsafe(18))
    try:
        _initialise(binaries, folder, server.password, person)
        options = {
            "listen_addresses": server.host, "port": server.port, "unix_socket_directories": str(folder),
            "fsync": "off", "timezone": "Asia/Shanghai", "log_statement": "none",
        }  # fmt: skip
        command = [*_dying_with_us(), str(binaries / "postgres"), "-D", str(folder / "data")]
        command += [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **person)
        try:
            _await_answer(server, process, folder / "log")
            yield server
        finally:
            process.send_signal(signal.SIGINT)  # "fast": sessions are ended, then it stops
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class S3Server:
    """An S3 server on loopback: moto's (any credentials do) or a real one. `environ` is what a client needs."""

    endpoint: str

    @property
    def environ(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test-key",
            "AWS_SECRET_ACCESS_KEY": "test-secret",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self) -> Any:
        """A boto3 client, to look behind the back of the code under test."""
        import boto3

        keys: dict[str, Any] = {
            "aws_access_key_id": "test-key",
            "aws_secret_access_key": "test-secret",
            "region_name": "us-east-1",
        }
        return boto3.client("s3", endpoint_url=self.endpoint, **keys)

    def create_bucket(self, *, versions: bool = False, lock: bool = False, public: bool = False) -> str:
        """An empty bucket with a new name; `public`: everybody may read its objects."""
        name, client = f"b{next(_NUMBERS)}-{secrets.token_hex(4)}", self.client()
        client.create_bucket(Bucket=name, **({"ObjectLockEnabledForBucket": True} if lock else {}))
        if versions:
            client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        if public:
            read = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/*"}
            policy = {"Version": "2012-10-17", "Statement": [read]}
            client.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
        return name


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """A running S3-compatible server in a thread of this process."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield S3Server(f"http://{host}:{port}")
    finally:
        server.stop()


S3_SERVER = Path(os.environ.get("MINGJING_S3", "/var/tmp/mingjing-s3")) / "versitygw"


def serve_s3(folder: Path, port: int, *, dies_with_us: bool = True) -> subprocess.Popen[bytes]:
    """The process of a real S3 server that answers at `port` of loopback and keeps its objects, versions and log under `folder`.

    `dies_with_us`: with the thread that starts it, that is; not for a thread that goes on to end.
    """
    for name in ("data", "versions"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    environ = {"PATH": os.environ["PATH"], "ROOT_ACCESS_KEY": "test-key", "ROOT_SECRET_KEY": "test-secret"}
    command = [*(_dying_with_us() if dies_with_us else ()), str(S3_SERVER), "--quiet"]
    command += ["--port", f"127.0.0.1:{port}", "posix"]
    command += ["--versioning-dir", str(folder / "versions"), str(folder / "data")]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environ)
    deadline = time.monotonic() + START_SECONDS
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            if process.poll() is None:  # else another one answers there
                return process
        if time.monotonic() > deadline or process.poll() is not None:
            process.kill()
            process.wait()
            raise RuntimeError(f"the S3 server didn't start: {(folder / 'log').read_text()[-2000:]}")
        time.sleep(0.05)


@contextmanager
def real_s3_server() -> Iterator[S3Server]:
    """A real S3 server that keeps versions and locks; skips the test where it isn't installed. Gone afterwards."""
    if not S3_SERVER.exists():
        pytest.skip("S3 server not installed: make s3-install")
    folder, port = Path(tempfile.mkdtemp(prefix="mingjing-s3-", dir="/var/tmp")), free_port()
    try:
        process = serve_s3(folder, port)
        try:
            yield S3Server(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()
            process.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def ckan_server() -> Iterator[Stack]:
    """A real CKAN, shared by all test processes; it stays up if `make ckan-up` had started it."""
    if not Stack().is_installed:
        pytest.skip("CKAN not installed: make ckan-install")
    with in_use(Stack()) as stack:
        yield stack
