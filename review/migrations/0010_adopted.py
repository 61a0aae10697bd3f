"""Catalogues of others that are watched: what the last look at each found."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("review", "0009_draft"),)
    operations = (
        migrations.CreateModel(
            "AdoptedCatalogue",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("url", models.TextField(unique=True)),
                ("adopted_on", models.CharField(max_length=40)),
                ("looked_at", models.DateTimeField()),
                ("reached_at", models.DateTimeField(blank=True, null=True)),
                ("fault", models.CharField(blank=True, max_length=60)),
                ("counts", models.JSONField(default=dict)),
                ("changes", models.JSONField(default=list)),
            ],
            options={"verbose_name": "接管的目录", "ordering": ("url",)},
        ),
    )
