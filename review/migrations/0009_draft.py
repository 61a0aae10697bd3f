"""Drafts of decisions, which were held in the session before; and which proposed contract a notice tells of."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

PROTECT = django.db.models.deletion.PROTECT


class Migration(migrations.Migration):
    dependencies = (("review", "0008_watch"),)
    operations = (
        migrations.CreateModel(
            "DecisionDraft",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("release_hash", models.CharField(max_length=64)),
                ("content", models.JSONField()),
                ("saved_at", models.DateTimeField()),
                ("release", models.ForeignKey(on_delete=PROTECT, related_name="drafts", to="review.releaserecord")),
                (
                    "user",
                    models.ForeignKey(on_delete=PROTECT, related_name="decision_drafts", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={"verbose_name": "决定草稿", "ordering": ("-saved_at", "-id")},
        ),
        migrations.AddConstraint(
            "decisiondraft",
            models.UniqueConstraint(fields=["release", "user", "release_hash"], name="one_decision_draft"),
        ),
        migrations.AddField("notice", "proposal", models.BigIntegerField(default=0)),
    )
