"""Cases about a catalogue of others that is watched: no release and no department, but the catalogue and a dataset of it."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

PROTECT = django.db.models.deletion.PROTECT
KINDS = [(k, k) for k in ("inspection", "rule_change", "report", "adopted")]


class Migration(migrations.Migration):
    dependencies = (("review", "0012_plans_of_sides"),)
    operations = (
        migrations.AlterField(
            "caserecord",
            "release",
            models.ForeignKey(
                blank=True, null=True, on_delete=PROTECT, related_name="cases", to="review.releaserecord"
            ),
        ),
        migrations.AlterField(
            "caserecord",
            "unit",
            models.ForeignKey(blank=True, null=True, on_delete=PROTECT, related_name="cases", to="review.unit"),
        ),
        migrations.AlterField("caserecord", "kind", models.CharField(choices=KINDS, max_length=12)),
        migrations.AddField("caserecord", "catalogue", models.TextField(blank=True, default="")),
        migrations.AddField("caserecord", "foreign_dataset", models.TextField(blank=True, default="")),
        migrations.AddField("caserecord", "adopted_on", models.CharField(blank=True, default="", max_length=40)),
        migrations.AddConstraint(
            "caserecord",
            models.CheckConstraint(
                condition=models.Q(release__isnull=False, unit__isnull=False, catalogue="")
                | (models.Q(release__isnull=True, unit__isnull=True) & ~models.Q(catalogue="")),
                name="case_has_one_subject",
            ),
        ),
    )
