"""Signatures that failed, counted by name and place as digests; they were counted by name in the ledger before."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("review", "0010_adopted"),)
    operations = (
        migrations.CreateModel(
            "FailedSignature",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=16)),
                ("place", models.CharField(max_length=16)),
                ("is_known", models.BooleanField()),
                ("at", models.DateTimeField(db_index=True)),
            ],
            options={"verbose_name": "没有签成的字", "ordering": ("id",)},
        ),
    )
