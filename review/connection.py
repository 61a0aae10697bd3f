"""This thread's connection to the database, before a transaction of a process that lives long. Django looks after those of
the console's requests by itself.
"""

from __future__ import annotations

from django.db import connection


def reconnect_if_lost() -> None:
    """Let go of a connection whose database isn't there any more. One to a server that still answers is kept, for making
    another costs as much as an act; a file is opened again, for it may be another one now."""
    if connection.in_atomic_block or connection.connection is None:
        return
    if connection.vendor != "postgresql" or connection.errors_occurred or not connection.is_usable():
        connection.close()
