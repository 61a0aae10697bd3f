"""What the console needs: the stage that a release waits at as a column, who took it on, and remarks (append-only)."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

REFUSE = "BEGIN SELECT RAISE(ABORT, 'review_remark is append-only'); END"
STATEMENTS = {
    "sqlite": (
        f"CREATE TRIGGER review_remark_no_update BEFORE UPDATE ON review_remark {REFUSE}",
        f"CREATE TRIGGER review_remark_no_delete BEFORE DELETE ON review_remark {REFUSE}",
        "CREATE TRIGGER review_remark_no_replace BEFORE INSERT ON review_remark "
        "WHEN EXISTS (SELECT 1 FROM review_remark WHERE id = NEW.id OR entry_id = NEW.entry_id) "
        "BEGIN SELECT RAISE(ABORT, 'review_remark is append-only'); END",
    ),
    "postgresql": (
        "CREATE TRIGGER review_remark_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON review_remark "
        "FOR EACH STATEMENT EXECUTE FUNCTION review_append_only()",
        "ALTER TABLE review_remark ENABLE ALWAYS TRIGGER review_remark_append_only",
    ),
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
            "releaserecord", models.Index(fields=["unit", "status", "changed_at"], name="release_waiting")
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
