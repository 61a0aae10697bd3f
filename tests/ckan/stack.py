"""A real CKAN 2.12 with PostgreSQL, Redis and Solr on loopback, all in one folder: `python tests/ckan/stack.py up|down`.

For tests and trying out: no TLS, no durability against a power cut. install.sh puts the programs there; this starts
and stops them, in any order and as often as you like. Standard library only. The folder is MINGJING_CKAN (default
/var/tmp/mingjing-ckan: PostgreSQL refuses to run as root, and its own user can't enter a home directory), the ports
are four from MINGJING_CKAN_PORT on.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from pwd import getpwnam
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.ckan.schema import find_chinese

HERE = Path(__file__).parent
FOLDER = Path(os.environ.get("MINGJING_CKAN", "/var/tmp/mingjing-ckan"))
FIRST_PORT = int(os.environ.get("MINGJING_CKAN_PORT", "15800"))
START_SECONDS = 90
WORKERS = 2
DATABASES = ("ckan", "datastore")
SETTINGS = {
    "ckan.site_id": "mingjing",
    "ckan.max_resource_size": "4096",
    "ckan.plugins": "activity datastore datatables_view text_view dcat",
    "ckanext.dcat.rdf.profiles": "mingjing",
    "ckan.views.default_views": "",
    "ckan.locale_default": "zh_Hans_CN",
    "ckan.locales_offered": "zh_Hans_CN en",
    "ckan.auth.create_user_via_web": "false",
    "ckan.auth.user_create_organizations": "false",
    "ckan.auth.user_create_groups": "false",
}


class NotStarted(RuntimeError):
    """The stack isn't installed or didn't come up; the message says what to do."""


@dataclass(frozen=True)
class Stack:
    """One CKAN: its programs in `root`, its data in `data` (two stacks may share their programs)."""

    root: Path = FOLDER
    first_port: int = FIRST_PORT
    name: str = "data"

    @property
    def data(self) -> Path:
        return self.root / self.name

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.first_port}"

    @property
    def solr_url(self) -> str:
        return f"http://127.0.0.1:{self.first_port + 3}/solr/ckan"

    @property
    def postgres_port(self) -> int:
        return self.first_port + 1

    @property
    def redis_port(self) -> int:
        return self.first_port + 2

    @property
    def token(self) -> str:
        """A system administrator's API token."""
        return (self.data / "token").read_text().strip()

    @property
    def storage(self) -> Path:
        """Where CKAN keeps the uploaded files."""
        return self.data / "files"

    @property
    def is_installed(self) -> bool:
        return all((self.root / mark).exists() for mark in ("venv/.ready", "venv/.plugin", "jars/.ready"))

    @property
    def is_up(self) -> bool:
        return (self.data / "token").exists() and _answers(f"{self.url}/api/3/action/status_show")

    def pid(self, server: str) -> int | None:
        """Process id of `ckan` (gunicorn's master), `solr`, `redis` or `postgres`; None where it doesn't run."""
        return _pid(self.data / f"{server}.pid")


def up(stack: Stack, *, empty: bool = False) -> None:
    """Start whatever doesn't run; `empty`: as it was after set-up, without a dataset. Raises NotStarted."""
    if not stack.is_installed:
        raise NotStarted(f"no CKAN in {stack.root}: make ckan-install")
    began = time.monotonic()
    _check_ways(stack)
    stack.data.mkdir(exist_ok=True)
    stack.data.chmod(0o755)
    for folder in ("log", "files"):
        (stack.data / folder).mkdir(exist_ok=True)
    with _alone(stack):
        if empty:
            _drop_files(stack)
        _start_solr(stack)  # the slowest; the others start meanwhile
        _start_redis(stack)
        _start_postgres(stack)
        if empty:
            _drop_databases(stack)
        if not (stack.data / "token").exists():
            _await_solr(stack)
            _prepare_ckan(stack)
        _start_ckan(stack)
        _await_solr(stack)
        _await(f"{stack.url}/api/3/action/status_show", stack, "ckan")
    print(f"CKAN at {stack.url} ({time.monotonic() - began:.1f} s); an administrator's token: {stack.data / 'token'}")


def down(stack: Stack) -> None:
    """Stop what runs; the data stays."""
    if not stack.data.exists():
        return
    with _alone(stack):
        for server in ("ckan", "solr", "redis"):
            _stop(stack, server, signal.SIGTERM)
        _stop(stack, "postgres", signal.SIGINT)  # "fast": sessions are ended, then it stops


@contextmanager
def in_use(stack: Stack) -> Iterator[Stack]:
    """The running stack, started if need be; whoever leaves last stops it, unless `make ckan-up` has started it.

    Whoever comes first finds it empty: what earlier runs left there would make every look through the catalogue longer.
    """
    stack.data.mkdir(exist_ok=True)
    with (stack.data / "users").open("a") as users:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass  # somebody else uses it
        else:
            if not _stays(stack).exists():
                _start_apart(stack, "empty")
        fcntl.flock(users, fcntl.LOCK_SH)
        _start_apart(stack, "start")
        try:
            yield stack
        finally:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass  # somebody else still uses it
            else:
                if not _stays(stack).exists():
                    down(stack)


def _start_apart(stack: Stack, verb: str) -> None:
    """`up` in a process that ends, so that the servers are nobody's children here."""
    given = {"MINGJING_CKAN": str(stack.root), "MINGJING_CKAN_PORT": str(stack.first_port)}
    command = [sys.executable, __file__, verb, stack.name]
    done = subprocess.run(command, env={**os.environ, **given}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotStarted(done.stderr.strip())


def _stays(stack: Stack) -> Path:
    return stack.data / "stays-up"


def _check_ways(stack: Stack) -> None:
    """PostgreSQL's user has to come through; a folder that others own is nothing to start programs from."""
    if stack.root.stat().st_uid != os.geteuid():
        raise NotStarted(f"{stack.root} belongs to another user; name a folder of your own in MINGJING_CKAN")
    closed = [p for p in stack.root.resolve().parents if not p.stat().st_mode & 0o001]
    if os.geteuid() == 0 and closed:
        raise NotStarted(f"the user postgres can't enter {closed[0]}; name another folder in MINGJING_CKAN")


def _start_solr(stack: Stack) -> None:
    home = stack.data / "solr"
    (home / "ckan/conf").mkdir(parents=True, exist_ok=True)
    (home / "solr.xml").write_text("<solr/>\n")
    (home / "ckan/core.properties").write_text("name=ckan\n")
    shutil.copy(HERE / "solr/solrconfig.xml", home / "ckan/conf/solrconfig.xml")
    for words in ("stopwords.txt", "protwords.txt", "synonyms.txt"):  # CKAN's schema names them
        (home / "ckan/conf" / words).touch()
    shipped = next(stack.root.glob("venv/lib/python*/site-packages/ckan/config/solr/schema.xml"))
    find_chinese(shipped, home / "ckan/conf/schema.xml")
    options = [
        "-Xms128m", "-Xmx512m", "-Djetty.testMode=true", "-Dlog4j2.level=WARN", f"-Dsolr.allowPaths={home}",
        f"-Dsolr.log.dir={stack.data / 'log'}", "-Dsolr.disableConfigSetsCreateAuthChecks=true", "-XX:TieredStopAtLevel=1",
        "--add-opens=java.base/java.lang=ALL-UNNAMED", "--add-opens=java.base/java.util=ALL-UNNAMED",
    ]  # fmt: skip
    classes = f"{stack.root / 'classes'}:{stack.root / 'jars'}/*"
    _start(stack, "solr", ["java", *options, "-cp", classes, "ServeSolr", str(home), str(stack.first_port + 3)])


def _start_redis(stack: Stack) -> None:
    options = {"port": stack.redis_port, "bind": "127.0.0.1", "dir": stack.data, "save": "", "daemonize": "no"}
    _start(stack, "redis", ["redis-server", *(word for k, v in options.items() for word in (f"--{k}", str(v)))])


def _start_postgres(stack: Stack) -> None:
    person, cluster = _postgres_person(), stack.data / "postgres"
    if not (cluster / "PG_VERSION").exists():
        shutil.rmtree(cluster, ignore_errors=True)
        cluster.mkdir(mode=0o700)
        if person:
            os.chown(cluster, person["user"], person["group"])
        words = ["-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-A", "scram-sha-256", "--auth-local=trust", "-N"]
        _run(stack, "initdb", [str(_postgres_bin() / "initdb"), "-D", str(cluster), *words], **person)
    options = {
        "listen_addresses": "127.0.0.1", "port": stack.postgres_port, "unix_socket_directories": str(cluster),
        "fsync": "off", "max_connections": 60, "jit": "off",
    }  # fmt: skip
    settings = [word for key, value in options.items() for word in ("-c", f"{key}={value}")]
    _start(stack, "postgres", [str(_postgres_bin() / "postgres"), "-D", str(cluster), *settings], **person)
    ends = time.monotonic() + START_SECONDS
    while subprocess.run(_psql(stack, "select 1"), capture_output=True, check=False).returncode:
        if time.monotonic() > ends or stack.pid("postgres") is None:
            raise NotStarted(f"PostgreSQL didn't start; its log is {stack.data / 'log/postgres'}")
        time.sleep(0.05)


def _psql(stack: Stack, *commands: str) -> list[str]:
    """A superuser's psql over the socket in the cluster's own folder, which only root and postgres can enter."""
    words = ["-h", str(stack.data / "postgres"), "-p", str(stack.postgres_port), "-U", "postgres"]
    orders = [word for command in commands for word in ("-c", command)]
    return [str(_postgres_bin() / "psql"), *words, "-qAt", "-v", "ON_ERROR_STOP=1", *orders]


def _prepare_ckan(stack: Stack) -> None:
    """Databases, settings, an administrator and a token; once."""
    token = stack.data / "token"
    if token.exists():
        return
    ini, ckan = stack.data / "ckan.ini", str(stack.root / "venv/bin/ckan")
    owner, reader = secrets.token_hex(16), secrets.token_hex(16)
    for database in (*DATABASES, *(_kept(d) for d in DATABASES)):
        _run(stack, "psql", _psql(stack, f"drop database if exists {database}"))
    for role, password in (("ckan", owner), ("datastore_ro", reader)):
        _run(
            stack,
            "psql",
            _psql(stack, f"drop role if exists {role}", f"create role {role} login password '{password}'"),
        )
    for database in DATABASES:
        _run(stack, "psql", _psql(stack, f"create database {database} owner ckan"))
    ini.unlink(missing_ok=True)
    ini.touch(mode=0o600)
    _run(stack, "setup", [ckan, "generate", "config", str(ini)])
    server = f"127.0.0.1:{stack.postgres_port}"
    settings = {
        "sqlalchemy.url": f"postgresql://ckan:{owner}@{server}/ckan",
        "ckan.datastore.write_url": f"postgresql://ckan:{owner}@{server}/datastore",
        "ckan.datastore.read_url": f"postgresql://datastore_ro:{reader}@{server}/datastore",
        "ckan.redis.url": f"redis://127.0.0.1:{stack.redis_port}/0",
        "solr_url": stack.solr_url,
        "solr_timeout": "10",
        "ckan.site_url": stack.url,
        "ckan.storage_path": str(stack.storage),
    }
    _set(stack, settings | SETTINGS)
    do = [ckan, "-c", str(ini)]
    _run(stack, "setup", [*do, "db", "init"])
    _run(stack, "setup", [*do, "db", "pending-migrations", "--apply"])
    _run(stack, "psql", _psql(stack), input=_run(stack, "setup", [*do, "datastore", "set-permissions"]))
    person = ["email=admin@example.org", f"password={secrets.token_urlsafe(16)}"]
    _run(stack, "setup", [*do, "user", "add", "admin", *person])
    _run(stack, "setup", [*do, "sysadmin", "add", "admin"])
    words = _run(stack, "setup", [*do, "user", "token", "add", "-q", "admin", "tests"]).split()
    for database in DATABASES:
        _run(stack, "psql", _psql(stack, f"create database {_kept(database)} template {database}"))
    part = stack.data / "token.part"
    part.touch(mode=0o600)
    part.write_text(words[-1])
    part.replace(token)


def _set(stack: Stack, settings: Mapping[str, str]) -> None:
    words = [f"{key}={value}" for key, value in settings.items()]
    _run(stack, "setup", [str(stack.root / "venv/bin/ckan"), "config-tool", str(stack.data / "ckan.ini"), *words])


def _drop_files(stack: Stack) -> None:
    """Everything but the databases; CKAN and Solr are stopped for it."""
    for server in ("ckan", "solr"):
        _stop(stack, server, signal.SIGTERM)
    for folder in (stack.storage, stack.data / "solr/ckan/data"):
        shutil.rmtree(folder, ignore_errors=True)
    stack.storage.mkdir()


def _drop_databases(stack: Stack) -> None:
    """The databases as they were after set-up; where that wasn't kept, set-up is done again."""
    if _run(stack, "psql", _psql(stack, "select count(*) from pg_database where datname like '%_kept'")).strip() != "2":
        (stack.data / "token").unlink(missing_ok=True)
        return
    for database in DATABASES:
        orders = (f"drop database {database} with (force)", f"create database {database} template {_kept(database)}")
        _run(stack, "psql", _psql(stack, *orders, f"alter database {database} owner to ckan"))


def _kept(database: str) -> str:
    return f"{database}_kept"


def _start_ckan(stack: Stack) -> None:
    if stack.pid("ckan") is None:
        written = (stack.data / "ckan.ini").read_text()
        if older := {key: value for key, value in SETTINGS.items() if f"\n{key}={value}\n" not in written}:
            _set(stack, older)  # set up by an earlier version of this file
    words = ["--pythonpath", str(HERE), "--workers", str(WORKERS), "--worker-class", "gthread", "--threads", "4"]
    words += ["--timeout", "600", "--bind", f"127.0.0.1:{stack.first_port}", "--worker-tmp-dir", str(stack.data)]
    environ = {**os.environ, "CKAN_INI": str(stack.data / "ckan.ini")}
    _start(stack, "ckan", [str(stack.root / "venv/bin/gunicorn"), *words, "wsgi:application()"], env=environ)


def _postgres_bin() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name))
    if not found:
        raise NotStarted("PostgreSQL isn't installed: make ckan-install")
    return found[-1]


def _postgres_person() -> dict[str, Any]:
    """subprocess arguments: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    person = getpwnam("postgres")
    return {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}


def _start(stack: Stack, server: str, command: list[str], **options: Any) -> None:
    """Start a server as a process of its own, unless it runs."""
    if stack.pid(server) is not None:
        return
    with (stack.data / "log" / server).open("ab") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", start_new_session=True, **options
        )
    (stack.data / f"{server}.pid").write_text(f"{process.pid} {_since(process.pid)}")


def _stop(stack: Stack, server: str, order: signal.Signals) -> None:
    path, ends = stack.data / f"{server}.pid", time.monotonic() + 30
    while (pid := stack.pid(server)) is not None:
        os.kill(pid, signal.SIGKILL if time.monotonic() > ends else order)
        os.kill(pid, signal.SIGCONT)
        time.sleep(0.1)
    path.unlink(missing_ok=True)


def _pid(path: Path) -> int | None:
    """The recorded process if it is alive and still the one we started."""
    try:
        pid, since = path.read_text().split()
    except (OSError, ValueError):
        return None
    return int(pid) if _since(int(pid)) == since else None


def _since(pid: int) -> str | None:
    """When the process began, in the kernel's ticks; None where it has ended."""
    try:
        state, *rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return rest[18] if state != "Z" else None


def _run(stack: Stack, log: str, command: list[str], **options: Any) -> str:
    """Run a command to its end; its standard output. Raises NotStarted with the place of the log, not its text."""
    with (stack.data / "log" / log).open("ab") as errors:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, cwd="/", check=False, **options
        )
    if done.returncode:
        raise NotStarted(f"{Path(command[0]).name} failed; look into {stack.data / 'log' / log}")
    return done.stdout


def _await(url: str, stack: Stack, server: str) -> None:
    ends = time.monotonic() + START_SECONDS
    while not _answers(url):
        if time.monotonic() > ends or stack.pid(server) is None:
            raise NotStarted(f"{server} didn't come up; its log is {stack.data / 'log' / server}")
        time.sleep(0.1)


def _await_solr(stack: Stack) -> None:
    _await(f"{stack.solr_url}/select?q=*:*&rows=0", stack, "solr")


def _answers(url: str) -> bool:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=20) as answer:
            return answer.status == 200
    except OSError:
        return False


@contextmanager
def _alone(stack: Stack) -> Iterator[None]:
    """One process at a time starts or stops servers."""
    with (stack.data / "starting").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    """The verbs of the Makefile."""
    stack = Stack()
    try:
        match sys.argv[1:]:
            case ["up"]:
                up(stack)
                _stays(stack).touch()
            case ["start" | "empty" as verb, name]:
                up(replace(stack, name=name), empty=verb == "empty")
            case ["down"]:
                _stays(stack).unlink(missing_ok=True)
                down(stack)
            case _:
                print(f"usage: {sys.argv[0]} up|down", file=sys.stderr)
                return 2
    except NotStarted as fault:
        print(f"ckan: {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
