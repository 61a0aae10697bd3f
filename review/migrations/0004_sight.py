"""Looks at single raw cells, what a second person said to an order to hide (both append-only), and notices."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLES: dict[str, tuple[tuple[str, ...], ...]] = {
    "review_look": (("id",), ("entry_id",)),
    "review_withdrawalanswer": (("id",), ("entry_id",), ("order_id",)),
}


def sqlite_statements() -> list[str]:
    """As in 0002: a REPLACE deletes without firing DELETE triggers, so the insert itself is looked at."""
    made = []
    for table, keys in TABLES.items():
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        made += [f"CREATE TRIGGER {table}_no_{v.lower()} BEFORE {v} ON {table} {refuse}" for v in ("UPDATE", "DELETE")]
        hits = " OR ".join(
            f"EXISTS (SELECT 1 FROM {table} WHERE {' AND '.join(f'{c} = NEW.{c}' for c in key)})"  # noqa: S608 - constants of this file
            for key in keys
        )
        made.append(f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {hits} {refuse}")
    return made


def postgresql_statements() -> list[str]:
    made = []
    for table in TABLES:
        name = f"{table}_append_only"
        made += [
            f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION review_append_only()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
        ]
    return made


STATEMENTS = {"sqlite": sqlite_statements, "postgresql": postgresql_statements}


def create_triggers(_apps: Any, editor: Any) -> None:
    for statement in STATEMENTS[editor.connection.vendor]():
        editor.execute(statement, None)


def key() -> Any:
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def to(model: str, name: str = "+", **more: Any) -> Any:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=name, to=model, **more)


def line() -> Any:
    return models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="review.ledgerentry")


class Migration(migrations.Migration):
    dependencies = (("review", "0003_console"),)
    operations = (
        migrations.CreateModel(
            "Look",
            [
                ("id", key()),
                ("finding", models.CharField(max_length=16)),
                ("place", models.IntegerField()),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
                ("entry", line()),
                ("release", to("review.releaserecord", "looks")),
                ("user", to(settings.AUTH_USER_MODEL, "looks")),
            ],
            options={"verbose_name": "查看原文", "ordering": ("entry",)},
        ),
        migrations.CreateModel(
            "WithdrawalAnswer",
            [
                ("id", key()),
                ("verdict", models.CharField(max_length=10)),
                ("reason", models.TextField(blank=True)),
                ("entry", line()),
                ("order", line()),
                ("release", to("review.releaserecord", "withdrawal_answers")),
                ("user", to(settings.AUTH_USER_MODEL)),
            ],
            options={"verbose_name": "撤回复核", "ordering": ("entry",)},
        ),
        migrations.CreateModel(
            "Notice",
            [
                ("id", key()),
                ("kind", models.CharField(max_length=20)),
                ("release", models.CharField(blank=True, max_length=20)),
                ("about", models.CharField(max_length=80, unique=True)),
                ("line", models.BigIntegerField(default=0)),
                ("at", models.DateTimeField()),
            ],
            options={"verbose_name": "通知", "ordering": ("-id",)},
        ),
        migrations.CreateModel(
            "NoticeFor",
            [
                ("id", key()),
                ("seen_at", models.DateTimeField(blank=True, null=True)),
                ("notice", to("review.notice", "copies")),
                ("user", to(settings.AUTH_USER_MODEL, "notices")),
            ],
            options={"verbose_name": "通知副本", "ordering": ("-id",)},
        ),
        migrations.AddConstraint("noticefor", models.UniqueConstraint(fields=["notice", "user"], name="told_once")),
        migrations.AddIndex("noticefor", models.Index(fields=["user", "seen_at"], name="notices_unseen")),
        migrations.CreateModel(
            "Delivery",
            [
                ("id", key()),
                ("channel", models.CharField(max_length=10)),
                ("state", models.CharField(db_index=True, max_length=8)),
                ("attempts", models.IntegerField(default=0)),
                ("due_at", models.DateTimeField()),
                ("fault", models.CharField(blank=True, max_length=60)),
                ("notice", to("review.notice", "deliveries")),
                ("user", to(settings.AUTH_USER_MODEL, null=True)),
            ],
            options={"verbose_name": "发送", "ordering": ("id",)},
        ),
        migrations.RunPython(create_triggers, elidable=False),
    )
