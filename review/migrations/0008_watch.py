"""Cases with what people say of them, plans of inspections, and scans under later rules. All but the case itself append-only."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# table → groups of columns that identify a row, as in 0004
TABLES: dict[str, tuple[tuple[str, ...], ...]] = {
    "review_caseword": (("id",), ("entry_id",)),
    "review_inspectionplan": (("id",), ("entry_id",), ("period",)),
    "review_rescan": (("id",), ("entry_id",), ("release_id", "packs")),
}
KINDS = [(k, k) for k in ("inspection", "rule_change", "report")]
STATUSES = [(s, s) for s in ("open", "answered", "closed")]


def statements(vendor: str) -> list[str]:
    made = []
    for table, keys in TABLES.items():
        if vendor == "postgresql":
            name = f"{table}_append_only"
            made += [
                f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION review_append_only()",
                f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
            ]
            continue
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        made += [f"CREATE TRIGGER {table}_no_{v.lower()} BEFORE {v} ON {table} {refuse}" for v in ("UPDATE", "DELETE")]
        hits = " OR ".join(
            f"EXISTS (SELECT 1 FROM {table} WHERE {' AND '.join(f'{c} = NEW.{c}' for c in key)})"  # noqa: S608 - constants of this file
            for key in keys
        )
        made.append(f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {hits} {refuse}")
    return made


def create_triggers(_apps: Any, editor: Any) -> None:
    for statement in statements(editor.connection.vendor):
        editor.execute(statement, None)


def key() -> Any:
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def to(model: str, name: str = "+", **more: Any) -> Any:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=name, to=model, **more)


def line() -> Any:
    return models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="review.ledgerentry")


class Migration(migrations.Migration):
    dependencies = (("review", "0007_bench"),)
    operations = (
        migrations.CreateModel(
            "CaseRecord",
            [
                ("id", key()),
                ("public_id", models.CharField(max_length=20, unique=True)),
                ("year", models.IntegerField()),
                ("number", models.IntegerField()),
                ("kind", models.CharField(choices=KINDS, max_length=12)),
                ("status", models.CharField(choices=STATUSES, db_index=True, max_length=10)),
                ("is_urgent", models.BooleanField(default=False)),
                ("due_on", models.DateField()),
                ("findings", models.JSONField(default=list)),
                ("text", models.TextField(blank=True)),
                ("about", models.CharField(blank=True, max_length=80, null=True, unique=True)),
                ("opened_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("answered_by", to(settings.AUTH_USER_MODEL, "+", blank=True, null=True)),
                ("release", to("review.releaserecord", "cases")),
                ("unit", to("review.unit", "cases")),
            ],
            options={"verbose_name": "问题单", "ordering": ("-year", "-number")},
        ),
        migrations.AddConstraint(
            "caserecord", models.UniqueConstraint(fields=["year", "number"], name="case_number_once")
        ),
        migrations.AddIndex("caserecord", models.Index(fields=["unit", "status", "due_on"], name="case_waiting")),
        migrations.CreateModel(
            "CaseWord",
            [
                ("id", key()),
                ("event", models.CharField(max_length=10)),
                ("text", models.TextField()),
                ("case", to("review.caserecord", "words")),
                ("entry", line()),
                ("user", to(settings.AUTH_USER_MODEL)),
            ],
            options={"verbose_name": "问题单办理", "ordering": ("entry",)},
        ),
        migrations.CreateModel(
            "InspectionPlan",
            [
                ("id", key()),
                ("period", models.CharField(max_length=12, unique=True)),
                ("seed", models.CharField(max_length=64)),
                ("share", models.IntegerField()),
                ("population", models.JSONField()),
                ("chosen", models.JSONField()),
                ("at", models.DateTimeField()),
                ("entry", line()),
            ],
            options={"verbose_name": "抽查计划", "ordering": ("period",)},
        ),
        migrations.CreateModel(
            "Rescan",
            [
                ("id", key()),
                ("packs", models.CharField(max_length=64)),
                ("new", models.JSONField()),
                ("at", models.DateTimeField()),
                ("entry", line()),
                ("release", to("review.releaserecord", "rescans")),
            ],
            options={"verbose_name": "复扫", "ordering": ("entry",)},
        ),
        migrations.AddConstraint("rescan", models.UniqueConstraint(fields=["release", "packs"], name="rescanned_once")),
        migrations.RunPython(create_triggers, elidable=False),
    )
