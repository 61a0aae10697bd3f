"""One installation on disk: where its keys, databases, stores and settings lie. Created by `init` or by the demo.

HOME/mingjing.toml      marks the directory as an installation; settings
HOME/keys/              secrets, 0600 (made by review.keys)
HOME/platform.sqlite3   people, releases, ledger (unless MINGJING_DATABASE_URL names PostgreSQL)
HOME/store/quarantine   sources and raw tables, 0700, kept `quarantine_days`
HOME/store/release      what was redacted and what goes out
HOME/work/              steps of runs under way
HOME/catalogue/         the embedded catalogue (its own process, its own database)
HOME/prefect/           Prefect's files
HOME/adopted/           baselines of catalogues that others fill (`mingjing audit --adopt`)
HOME/datasets, rules    the installation's own contracts and packs
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from domain.errors import HomeInvalid, UsageInvalid

MARK = "mingjing.toml"
DEFAULT_HOME = ".mingjing"
BUNDLED = Path(__file__).resolve().parent.parent

TEMPLATE = """\
# Mingjing installation. Secrets don't stand here: keys/ holds them, or the environment.
kind = "{kind}"                     # "production"; "demo" (scripted users, made by `mingjing demo`); "publisher" (publishes what is carried to it)
quarantine_days = 90               # sources and raw tables are removed after this many days
catalogue_url = "{catalogue_url}"                 # a CKAN; empty: the embedded catalogue of this installation; "carried": one in another network (docs/how-to/two-networks.md)
catalogue_port = {catalogue_port}              # embedded catalogue
console_port = {console_port}
prefect_port = {prefect_port}
store = "file"                     # or "s3://bucket/prefix" (credentials and endpoint from the environment)
raw_store = ""                     # "s3://bucket/prefix" or "file": sources and raw tables elsewhere than in `store`; empty: beside it
public_store = ""                  # "s3://bucket/prefix" that the public reads: copies of published files; empty: none
public_address = ""                # under which the public reads that bucket, such as https://files.example.gov.cn; empty: the endpoint's own
records_store = ""                 # "s3://bucket/prefix": heads of the ledger and evidence, locked where the bucket can; empty: none
records_days = 3650                # how long each record is locked
timezone = "Asia/Shanghai"
console_address = ""               # under which people reach the console, such as https://desk.example.gov.cn; for links in notices
overdue_workdays = 7               # a release that waits longer in one place is told of as overdue (REV-07)
second_factor_roles = ""           # roles that sign in and sign acts with a code from a telephone beside the password: "releasing_chief, confidentiality_reviewer", or "all"
mail_url = ""                      # smtp://, smtp+starttls:// or smtps://user@host:port; empty: no mail. Password: keys/mail.password or MINGJING_MAIL_PASSWORD
mail_from = ""                     # the address that mail comes from
console_sources = ""               # what operators may name as a source at the desk: "/srv/inbox https://data.example.gov.cn/files/ s3://bucket/in/"; empty: nothing
inspection_share = 30              # percent of the public datasets that each half month inspects (读网检查, S16); 100: all of them
hide_at = "block"                  # what takes a published release off at once: "block" findings (bytes that differ, what a new rule blocks), or "hold" ones too
case_workdays = 5                  # by when a case is to be answered
urgent_workdays = 1                # the same where a release was taken off at once or somebody reports a leak; and how long an order to take off may stay without proof
report_url = ""                    # where the public reports an error or a leak, written into a CKAN's datasets; the embedded catalogue has its own form
webhook_url = ""                   # http(s) address that is sent each notice; empty: none. Secret: keys/webhook.secret or MINGJING_WEBHOOK_SECRET
"""


@dataclass(frozen=True, slots=True)
class Home:
    """An opened installation. Paths are absolute."""

    root: Path
    kind: str = "production"
    quarantine_days: int = 90
    catalogue_url: str = ""
    catalogue_port: int = 8490
    console_port: int = 8480
    prefect_port: int = 8470
    store: str = "file"
    raw_store: str = ""
    public_store: str = ""
    public_address: str = ""
    records_store: str = ""
    records_days: int = 3650
    timezone: str = "Asia/Shanghai"
    console_address: str = ""
    overdue_workdays: int = 7
    second_factor_roles: str = ""
    mail_url: str = ""
    mail_from: str = ""
    webhook_url: str = ""
    console_sources: str = ""
    inspection_share: int = 30
    hide_at: str = "block"
    case_workdays: int = 5
    urgent_workdays: int = 1
    report_url: str = ""

    @property
    def is_demo(self) -> bool:
        return self.kind == "demo"

    @property
    def is_carried(self) -> bool:
        """Whether the catalogue lies in another network, so that orders and receipts are carried."""
        return self.catalogue_url == "carried"

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    @property
    def work(self) -> Path:
        return self.root / "work"

    @property
    def catalogue(self) -> Path:
        return self.root / "catalogue"

    @property
    def prefect(self) -> Path:
        return self.root / "prefect"

    @property
    def run(self) -> Path:
        """Locks and addresses of running services."""
        return self.root / "run"


def secret_of(home: Home, file: str, variable: str, environ: Mapping[str, str] = os.environ) -> str:
    """A secret of the installation's owner: from the environment, else from HOME/keys; "" where there is none.

    Raises HomeInvalid for a file that others can read.
    """
    if given := environ.get(variable):
        return given
    path = home.keys / file
    if not path.is_file():
        return ""
    if path.stat().st_mode & 0o077:
        raise HomeInvalid(f"{path} can be read by others; correct it: chmod 600 {path}")
    return path.read_text("utf-8").strip()


def home_path(given: Path | None, environ: Mapping[str, str] = os.environ) -> Path:
    """The directory a command works in: `--home`, else MINGJING_HOME, else ./.mingjing."""
    return Path(given or environ.get("MINGJING_HOME") or DEFAULT_HOME).expanduser().resolve()


def open_home(root: Path) -> Home:
    """An existing installation. Raises HomeInvalid where there is none or its settings can't be read."""
    mark = root / MARK
    if not mark.is_file():
        raise HomeInvalid(f"{root} isn't a Mingjing installation; make one with: mingjing --home {root} init")
    try:
        values = tomllib.loads(mark.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise HomeInvalid(f"{mark} can't be read as TOML; compare it with docs/reference/settings.md") from None
    known = set(Home.__slots__) - {"root"}
    if unknown := set(values) - known:
        raise HomeInvalid(f"{mark}: unknown setting {', '.join(sorted(unknown))}; known are {', '.join(sorted(known))}")
    for name, value in values.items():
        if type(value) is not type(getattr(Home(root), name)):
            raise HomeInvalid(f"{mark}: {name} must be a {type(getattr(Home(root), name)).__name__}")
    if values.get("hide_at", "block") not in ("block", "hold"):
        raise HomeInvalid(f'{mark}: hide_at is "block" or "hold"')
    if not 1 <= values.get("inspection_share", 30) <= 100:
        raise HomeInvalid(f"{mark}: inspection_share is a percentage, from 1 to 100")
    return Home(root, **values)


def create_home(root: Path, *, kind: str = "production", catalogue_url: str = "") -> Home:
    """A new, empty installation directory (0700). Refuses one that exists or a directory with other things in it."""
    if (root / MARK).exists():
        raise UsageInvalid(f"{root} is an installation already; use it, or choose another --home")
    if root.exists() and any(root.iterdir()):
        raise UsageInvalid(f"{root} isn't empty and isn't an installation; choose an empty directory for --home")
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    root.chmod(0o700)
    for name in ("keys", "store", "work", "run", "prefect", "datasets", "rules"):
        (root / name).mkdir(mode=0o700, exist_ok=True)
    (root / MARK).write_text(TEMPLATE.format(kind=kind, catalogue_url=catalogue_url, **free_ports()), "utf-8")
    return open_home(root)


def free_ports() -> dict[str, int]:
    """Three ports that nobody listens on now: 8470, 8480, 8490, or the next such three; MINGJING_FIRST_PORT moves them."""
    first = int(os.environ.get("MINGJING_FIRST_PORT", "8470"))
    for shift in range(10):
        ports = {
            name: first + shift + n for n, name in ((0, "prefect_port"), (10, "console_port"), (20, "catalogue_port"))
        }
        if all(_is_free(port) for port in ports.values()):
            return ports
    return {"prefect_port": first, "console_port": first + 10, "catalogue_port": first + 20}


def _is_free(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
