"""Since when an inspection couldn't look at a release: it is out of reach, which isn't the same as not being there."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("review", "0013_case_subject"),)
    operations = (migrations.AddField("releaserecord", "unreached_at", models.DateTimeField(blank=True, null=True)),)
