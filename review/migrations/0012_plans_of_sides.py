"""A half month's plan of inspections for each publishing side; there was room for one in all."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

TABLE = "review_inspectionplan"
KEYS = (("id",), ("entry_id",), ("period", "side"))


def create_triggers(_apps: Any, editor: Any) -> None:
    """SQLite makes the table anew for a column, and its triggers went with the old one; PostgreSQL keeps its own."""
    if editor.connection.vendor == "postgresql":
        return
    refuse = f"BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END"
    hits = " OR ".join(
        f"EXISTS (SELECT 1 FROM {TABLE} WHERE {' AND '.join(f'{c} = NEW.{c}' for c in key)})"  # noqa: S608 - constants of this file
        for key in KEYS
    )
    for verb in ("UPDATE", "DELETE"):
        editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_no_{verb.lower()}", None)
        editor.execute(f"CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} {refuse}", None)
    editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_no_replace", None)
    editor.execute(f"CREATE TRIGGER {TABLE}_no_replace BEFORE INSERT ON {TABLE} WHEN {hits} {refuse}", None)


class Migration(migrations.Migration):
    dependencies = (("review", "0011_failed_signature"),)
    operations = (
        migrations.AddField("inspectionplan", "side", models.CharField(blank=True, default="", max_length=64)),
        migrations.AlterField("inspectionplan", "period", models.CharField(max_length=12)),
        migrations.AddConstraint(
            "inspectionplan", models.UniqueConstraint(fields=["period", "side"], name="planned_once")
        ),
        migrations.AlterModelOptions("inspectionplan", {"verbose_name": "抽查计划", "ordering": ("period", "side")}),
        migrations.RunPython(create_triggers, elidable=False),
    )
