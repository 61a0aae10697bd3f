"""What the console needs: the stage that a release waits at as a column, who took it on, and remarks (append-only)."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

REMARKS = "review_remark"
STATEMENTS = {
    "sqlite": [
        *(
            f"CREATE TRIGGER {REMARKS}_no_{verb.lower()} BEFORE {verb} ON {REMARKS} "
            f"BEGIN SELECT RAISE(ABORT, '{REMARKS} is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        ),
        f"CREATE TRIGGER {REMARKS}_no_replace BEFORE INSERT ON {REMARKS} "
        f"WHEN EXISTS (SELECT 1 FROM {REMARKS} WHERE id = NEW.id OR entry_id = NEW.entry_id) "
        f"BEGIN SELECT RAISE(ABORT, '{REMARKS} is append-only'); END",  # noqa: S608 - constants of this file
    ],
    "postgresql": [
        f"CREATE TRIGGER {REMARKS}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {REMARKS} "
        "FOR EACH STATEMENT EXECUTE FUNCTION review_append_only()",
        f"ALTER TABLE {REMARKS} ENABLE ALWAYS TRIGGER {REMARKS}_append_only",
    ],
}


def create_triggers(_apps: Any, editor: Any) -> None:
    for statement in STATEMENTS[editor.connection.vendor]:
        editor.execute(statement, None)


def fill_stage(apps: Any, _editor: Any) -> None:
    """Releases that were in review before: as many stages have passed as said approve."""
    for record in apps.get_model("review", "ReleaseRecord").objects.filter(status="in_review"):
        record.stage = record.stages[record.decisions.filter(verdict="approve").count()]["name"]
        record.save(update_fields=["stage"])


class Migration(migrations.Migration):
    dependencies = (("review", "0002_append_only"),)
    operations = (
        migrations.AddField("releaserecord", "stage", models.CharField(blank=True, default="", max_length=20)),
        migrations.AddField(
            "releaserecord",
            "taken_by",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="taken",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            "releaserecord", models.Index(fields=["status", "stage", "changed_at"], name="release_waiting")
        ),
        migrations.CreateModel(
            "Remark",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField()),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="review.ledgerentry"
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="remarks", to="review.releaserecord"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="remarks",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"verbose_name": "留言", "ordering": ("entry",)},
        ),
        migrations.RunPython(fill_stage, elidable=False),
        migrations.RunPython(create_triggers, elidable=False),
    )
