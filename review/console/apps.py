"""Put the read-only site in the place of Django's own admin."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class ReadOnlyAdmin(AdminConfig):
    default_site = "review.console.site.Site"
