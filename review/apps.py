"""The Django app of this room."""

from __future__ import annotations

from django.apps import AppConfig


class Review(AppConfig):
    name = "review"
    label = "review"
    verbose_name = "审查"
    default_auto_field = "django.db.models.BigAutoField"
