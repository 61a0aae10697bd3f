"""Triggers that refuse UPDATE, DELETE, REPLACE and TRUNCATE on what may only grow, and a ledger line out of its place."""

from __future__ import annotations

from typing import Any

from django.db import migrations

# table → columns that identify a row, each group of which an INSERT OR REPLACE could hit
TABLES: dict[str, tuple[tuple[str, ...], ...]] = {
    "review_ledgerentry": (("seq",), ("hash",)),
    "review_opening": (("id",), ("release_id", "finding", "user_id")),
    "review_decisionrecord": (("id",), ("release_id", "stage", "round"), ("entry_id",)),
    "review_dispositionrecord": (("id",), ("decision_id", "finding")),
    "review_escalationanswer": (("id",), ("decision_id",), ("entry_id",)),
}
LEDGER = "review_ledgerentry"
GENESIS = "0" * 64
MISPLACED = f"""
    NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM {LEDGER})
    OR NEW.prev <> coalesce((SELECT hash FROM {LEDGER} ORDER BY seq DESC LIMIT 1), '{GENESIS}')
"""  # noqa: S608 - names of tables are constants of this file


def sqlite_statements() -> list[str]:
    """SQLite deletes a row for REPLACE without firing DELETE triggers, so the insert itself is looked at."""
    made = []
    for table, keys in TABLES.items():
        for verb in ("UPDATE", "DELETE"):
            made.append(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        hits = " OR ".join(
            f"EXISTS (SELECT 1 FROM {table} WHERE {' AND '.join(f'{c} = NEW.{c}' for c in key)})"  # noqa: S608 - constants of this file
            for key in keys
        )
        made.append(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {hits} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
    made.append(
        f"CREATE TRIGGER {LEDGER}_in_order BEFORE INSERT ON {LEDGER} WHEN {MISPLACED} "
        "BEGIN SELECT RAISE(ABORT, 'a ledger line follows the last one'); END"
    )
    return made


def postgresql_statements() -> list[str]:
    """Statement triggers refuse even an update that touches no row; ALWAYS fires for replicas' sessions too."""
    made = [
        "CREATE FUNCTION review_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$",
        "CREATE FUNCTION review_ledger_in_order() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {MISPLACED} THEN RAISE EXCEPTION 'a ledger line follows the last one'; END IF; RETURN NEW; END $$",
        f"CREATE TRIGGER {LEDGER}_in_order BEFORE INSERT ON {LEDGER} FOR EACH ROW EXECUTE FUNCTION review_ledger_in_order()",
        f"ALTER TABLE {LEDGER} ENABLE ALWAYS TRIGGER {LEDGER}_in_order",
    ]
    for table in TABLES:
        name = f"{table}_append_only"
        made.append(
            f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION review_append_only()"
        )
        made.append(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
    return made


STATEMENTS = {"sqlite": sqlite_statements, "postgresql": postgresql_statements}


def create_triggers(_apps: Any, editor: Any) -> None:
    """A database of another kind is refused: without triggers nothing holds the rows."""
    for statement in STATEMENTS[editor.connection.vendor]():
        editor.execute(statement, None)  # None: a % stays a %


class Migration(migrations.Migration):
    dependencies = (("review", "0001_initial"),)
    operations = (migrations.RunPython(create_triggers, elidable=False),)
