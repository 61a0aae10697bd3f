"""Remedies and sealed opinions of blind stages, both append-only; verdict and disposition have a kind more each."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# table → columns that identify a row, as in 0002
TABLES: dict[str, tuple[str, ...]] = {
    "review_remedyorder": ("id", "decision_id"),
    "review_blindopinion": ("id", "entry_id"),
}
PROTECT = django.db.models.deletion.PROTECT
VERDICTS = [(v, v) for v in ("approve", "return", "remedy", "withhold", "escalate")]
KINDS = [(k, k) for k in ("redact_as_proposed", "redact_more", "keep_by_law", "false_alarm")]


def statements(vendor: str) -> list[str]:
    made = []
    for table, keys in TABLES.items():
        if vendor == "postgresql":
            made.append(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION review_append_only()"
            )
            made.append(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_append_only")
            continue
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        same = " OR ".join(f"{key} = NEW.{key}" for key in keys)
        taken = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608 - constants of this file
        made += [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}",
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {taken} {refuse}",
        ]
    return made


def create_triggers(_apps: Any, editor: Any) -> None:
    for statement in statements(editor.connection.vendor):
        editor.execute(statement, None)


def key() -> tuple[str, Any]:
    return "id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = (("review", "0004_sight"),)
    operations = (
        migrations.AlterField("decisionrecord", "verdict", models.CharField(choices=VERDICTS, max_length=10)),
        migrations.AlterField("dispositionrecord", "kind", models.CharField(choices=KINDS, max_length=20)),
        migrations.CreateModel(
            "RemedyOrder",
            [
                key(),
                ("overrides", models.JSONField()),
                ("work", models.BigIntegerField()),
                (
                    "decision",
                    models.OneToOneField(on_delete=PROTECT, related_name="remedy", to="review.decisionrecord"),
                ),
            ],
            options={"verbose_name": "删减"},
        ),
        migrations.CreateModel(
            "BlindOpinion",
            [
                key(),
                ("stage", models.CharField(max_length=20)),
                ("round", models.IntegerField()),
                ("content", models.JSONField()),
                ("release_hash", models.CharField(max_length=64)),
                ("entry", models.OneToOneField(on_delete=PROTECT, related_name="+", to="review.ledgerentry")),
                ("release", models.ForeignKey(on_delete=PROTECT, related_name="opinions", to="review.releaserecord")),
                ("seat", models.ForeignKey(on_delete=PROTECT, related_name="+", to="review.membership")),
                ("user", models.ForeignKey(on_delete=PROTECT, related_name="opinions", to=settings.AUTH_USER_MODEL)),
            ],
            options={"verbose_name": "背靠背意见", "ordering": ("entry",)},
        ),
        migrations.AddConstraint(
            "blindopinion",
            models.UniqueConstraint(fields=["release", "stage", "round", "user"], name="one_opinion_per_person"),
        ),
        migrations.RunPython(create_triggers, elidable=False),
    )
