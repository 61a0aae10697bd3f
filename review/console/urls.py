"""Addresses of the console. Each name stands in review/console/access.py too, or nobody gets in."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.i18n import set_language

from review.console.pages import lists, signing

urlpatterns = [
    path("", signing.home, name="home"),
    path("sign-in", never_cache(signing.sign_in), name="sign_in"),
    path("sign-out", signing.sign_out, name="sign_out"),
    path("language", set_language, name="language"),
    path("health", signing.health, name="health"),
    path("ready", signing.ready, name="ready"),
    path("queue", lists.queue, name="queue"),
    path("releases", lists.releases, name="releases"),
    path("releases/<str:release>", lists.releases, name="release"),
    path("releases/<str:release>/take", lists.take, name="take"),
    path("releases/<str:release>/give-back", lists.give_back, name="give_back"),
    path("admin/", admin.site.urls),
]
