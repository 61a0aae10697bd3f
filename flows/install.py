"""Make an installation: directory, keys, databases, units, first administrator, catalogue token."""

from __future__ import annotations

import re
import secrets
import shutil
from pathlib import Path

from domain.errors import UsageInvalid
from flows.catalogue import token_file
from flows.home import Home, create_home
from flows.library import read_packs

PASSWORD_LENGTH = 10


def install(root: Path, *, admin: str, password: str, kind: str = "production") -> Home:
    """A new installation, whole or not at all. Raises UsageInvalid."""
    if len(password) < PASSWORD_LENGTH:
        raise UsageInvalid(f"the password is too short; take at least {PASSWORD_LENGTH} characters")
    existed = root.exists()
    home = create_home(root, kind=kind)
    try:
        _fill(home, admin, password)
    except BaseException:
        if not existed:
            shutil.rmtree(root, ignore_errors=True)
        else:
            for child in root.iterdir():
                shutil.rmtree(child, ignore_errors=True) if child.is_dir() else child.unlink(missing_ok=True)
        raise
    return home


def upgrade(home: Home) -> None:
    """Bring the installation's database to this program. Safe to run again. Raises HomeInvalid, UsageInvalid."""
    from flows.platform import connect
    from flows.service import check_unserved
    from review.setup import check_schema, migrate

    check_unserved(home)
    connect(home)
    migrate()
    check_schema()


def install_publisher(root: Path, *, catalogue_url: str, pin: str) -> tuple[Home, str]:
    """A publishing side: keys, the platform's pinned key, no database. Returns it and its own public key.

    Raises UsageInvalid.
    """
    from urllib.parse import urlsplit

    from review.carried import PLATFORMS
    from review.keys import create_keys

    if urlsplit(catalogue_url).scheme not in ("http", "https") or '"' in catalogue_url:
        raise UsageInvalid("--catalogue is the CKAN's web address, such as https://data.city.gov.cn")
    if not re.fullmatch("[0-9a-f]{64}", pin):
        raise UsageInvalid("--pin is the platform's public key, 64 hex digits; it stands in its HOME/keys/ledger.pub")
    home = create_home(root, kind="publisher", catalogue_url=catalogue_url)
    public = create_keys(home.root)
    (home.keys / PLATFORMS).write_text(pin + "\n", "ascii")
    return home, public


def _fill(home: Home, admin: str, password: str) -> None:
    import os

    from flows.prefect_setup import prepare_prefect
    from review.keys import create_keys
    from review.setup import configure, migrate

    create_keys(home.root)
    token = token_file(home)
    token.touch(mode=0o600)
    token.write_text(secrets.token_urlsafe(32), "utf-8")
    configure(home.root, database_url=os.environ.get("MINGJING_DATABASE_URL") or None)
    migrate()
    prepare_prefect(home)
    from review import desk

    desk.load_units(read_packs(home)["units"])
    desk.load_reason_codes(read_packs(home)["reason_codes"])
    desk.add_user(admin, password)
    desk.grant(admin, "city", "administrator")
