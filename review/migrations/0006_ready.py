"""Decisions that are finished and not signed yet: no record, they change and go once they are signed. And second factors,
whose tables are django-otp's.
"""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

PROTECT = django.db.models.deletion.PROTECT


class Migration(migrations.Migration):
    dependencies = (
        ("review", "0005_remedy"),
        ("otp_totp", "0003_add_timestamps"),
        ("otp_static", "0003_add_timestamps"),
    )
    operations = (
        migrations.CreateModel(
            "ReadyDecision",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stage", models.CharField(max_length=20)),
                ("release_hash", models.CharField(max_length=64)),
                ("content", models.JSONField()),
                ("at", models.DateTimeField()),
                ("release", models.ForeignKey(on_delete=PROTECT, related_name="ready", to="review.releaserecord")),
                ("user", models.ForeignKey(on_delete=PROTECT, related_name="ready", to=settings.AUTH_USER_MODEL)),
            ],
            options={"verbose_name": "待签决定", "ordering": ("at", "id")},
        ),
        migrations.AddConstraint(
            "readydecision", models.UniqueConstraint(fields=["release", "user"], name="one_ready_decision")
        ),
        migrations.CreateModel(
            "Totp",
            [],
            options={"verbose_name": "动态口令", "proxy": True, "indexes": [], "constraints": []},
            bases=("otp_totp.totpdevice",),
        ),
    )
