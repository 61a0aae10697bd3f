"""Make the room usable as a library: settings, Django, database. Importing this module imports no Django, so that the
command line stays fast; everything else of the room is imported after `configure`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from pkgutil import iter_modules
from threading import Lock
from typing import Any

from domain.errors import HomeInvalid
from review.settings import settings as build

_ONE_AT_A_TIME = Lock()


def configure(
    home: Path,
    *,
    database_url: str | None = None,
    debug: bool = False,
    tls: bool = False,
    time_zone: str = "Asia/Shanghai",
    hosts: Sequence[str] = (),
    factor_roles: str = "",
) -> None:
    """Set Django up for one installation. A second call with another home points this process there.

    Raises HomeInvalid where HOME/keys isn't made yet (review.keys.create_keys) or `factor_roles` names a role that there
    isn't, UsageInvalid for a wrong URL.
    """
    wanted = build(
        home.resolve(), database_url, debug=debug, tls=tls, time_zone=time_zone, hosts=hosts, factor_roles=factor_roles
    )
    with _ONE_AT_A_TIME:
        _configure(wanted)


def _configure(wanted: dict[str, Any]) -> None:
    from django.conf import settings

    if not settings.configured:
        import django

        settings.configure(**wanted)
        django.setup()
    elif (settings.MINGJING_HOME, _place(settings.DATABASES)) != (wanted["MINGJING_HOME"], _place(wanted["DATABASES"])):
        _point_at(wanted)
    settings.MINGJING_FACTOR_ROLES = wanted["MINGJING_FACTOR_ROLES"]


def _place(databases: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(databases["default"].get(k) or None for k in ("ENGINE", "NAME", "USER", "HOST", "PORT", "OPTIONS"))


def _point_at(wanted: dict[str, Any]) -> None:
    """Turn a configured process to another installation. Only the calling thread's connections are closed."""
    from django.conf import settings
    from django.db import connections

    connections.close_all()
    for name, value in wanted.items():
        setattr(settings, name, value)
    connections.settings = connections.configure_settings(wanted["DATABASES"])
    with suppress(AttributeError):  # this thread has none yet
        del connections["default"]


def migrate() -> None:
    """Bring the database to the newest schema, the ledger's triggers included. Safe to run again."""
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    from review import ledger

    ledger.begin()


def check_schema() -> None:
    """Raises HomeInvalid where the database isn't there, or was made by an older or a newer program than this."""
    from django.db import DatabaseError, connection
    from django.db.migrations.recorder import MigrationRecorder

    from review import migrations

    known = {module.name for module in iter_modules(migrations.__path__)}
    try:
        applied = {name for app, name in MigrationRecorder(connection).applied_migrations() if app == "review"}
    except DatabaseError:
        raise HomeInvalid(
            "the installation's database can't be read; see that it runs and what MINGJING_DATABASE_URL says"
        ) from None
    if applied - known:
        raise HomeInvalid("the installation's database belongs to a newer Mingjing; use that program")
    if known - applied:
        raise HomeInvalid(
            "the installation's database is of an older Mingjing; stop `mingjing serve`, save a copy of the database, then run: mingjing upgrade"
        )


def close() -> None:
    """Close this thread's database connections."""
    from django.db import connections

    connections.close_all()
