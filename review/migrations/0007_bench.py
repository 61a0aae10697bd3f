"""The operator's bench: drafts of contracts, proposals and their answers (append-only), cancelled work, paused schedules."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# table → columns that identify a row, as in 0002
TABLES: dict[str, tuple[str, ...]] = {
    "review_contractproposal": ("id", "entry_id"),
    "review_contractanswer": ("id", "proposal_id", "entry_id"),
}
PROTECT = django.db.models.deletion.PROTECT
STATUSES = [
    (s, s)
    for s in (
        "received", "checked", "in_review", "approved", "published", "superseded", "withdrawn", "returned", "withheld",
        "escalated", "replaced", "blocked", "cancelled",
    )
]  # fmt: skip


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


def person(name: str) -> Any:
    return models.ForeignKey(on_delete=PROTECT, related_name=name, to=settings.AUTH_USER_MODEL)


def line() -> tuple[str, Any]:
    return "entry", models.OneToOneField(on_delete=PROTECT, related_name="+", to="review.ledgerentry")


class Migration(migrations.Migration):
    dependencies = (("review", "0006_ready"),)
    operations = (
        migrations.AlterField(
            "releaserecord", "status", models.CharField(choices=STATUSES, db_index=True, max_length=12)
        ),
        migrations.AlterField("workrequest", "state", models.CharField(db_index=True, max_length=10)),
        migrations.AddField("workrequest", "stopped_by", models.CharField(blank=True, default="", max_length=150)),
        migrations.CreateModel(
            "ContractDraft",
            [
                key(),
                ("dataset", models.CharField(max_length=120)),
                ("text", models.TextField()),
                ("base_sha256", models.CharField(blank=True, max_length=64)),
                ("version", models.IntegerField(default=1)),
                ("saved_at", models.DateTimeField()),
                ("author", person("contract_drafts")),
            ],
            options={"verbose_name": "契约草稿", "ordering": ("-saved_at",)},
        ),
        migrations.AddConstraint(
            "contractdraft", models.UniqueConstraint(fields=["dataset", "author"], name="one_draft_a_person")
        ),
        migrations.CreateModel(
            "ContractProposal",
            [
                key(),
                ("dataset", models.CharField(db_index=True, max_length=120)),
                ("unit_before", models.CharField(blank=True, max_length=60)),
                ("text", models.TextField()),
                ("note", models.TextField(blank=True)),
                ("version", models.IntegerField()),
                ("contract_sha256", models.CharField(max_length=64)),
                ("base_sha256", models.CharField(blank=True, max_length=64)),
                ("before", models.TextField(blank=True)),
                ("loosened", models.JSONField(default=list)),
                ("at", models.DateTimeField()),
                ("author", person("contract_proposals")),
                line(),
                ("unit", models.ForeignKey(on_delete=PROTECT, related_name="+", to="review.unit")),
            ],
            options={"verbose_name": "契约提案", "ordering": ("-id",)},
        ),
        migrations.CreateModel(
            "ContractAnswer",
            [
                key(),
                ("verdict", models.CharField(max_length=10)),
                ("reason", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                line(),
                (
                    "proposal",
                    models.OneToOneField(on_delete=PROTECT, related_name="answer", to="review.contractproposal"),
                ),
                ("user", person("+")),
            ],
            options={"verbose_name": "契约提案答复", "ordering": ("entry",)},
        ),
        migrations.CreateModel(
            "SchedulePause",
            [
                key(),
                ("dataset", models.CharField(max_length=120, unique=True)),
                ("at", models.DateTimeField()),
                ("user", person("+")),
            ],
            options={"verbose_name": "暂停的定时", "ordering": ("dataset",)},
        ),
        migrations.RunPython(create_triggers, elidable=False),
    )
