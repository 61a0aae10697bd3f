"""Addresses of the console. Each name stands in review/console/access.py too, or nobody gets in."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.i18n import set_language

from review.console.pages import (
    acts,
    dashboard,
    datasets,
    files,
    lists,
    packs,
    people,
    registers,
    release,
    runs,
    signing,
)

urlpatterns = [
    path("", signing.home, name="home"),
    path("sign-in", never_cache(signing.sign_in), name="sign_in"),
    path("sign-out", signing.sign_out, name="sign_out"),
    path("language", set_language, name="language"),
    path("health", signing.health, name="health"),
    path("ready", signing.ready, name="ready"),
    path("queue", lists.queue, name="queue"),
    path("releases", lists.releases, name="releases"),
    path("releases/<str:release>", release.release, name="release"),
    path("releases/<str:release>/content", release.content, name="content"),
    path("releases/<str:release>/contract", release.contract, name="contract"),
    path("releases/<str:release>/findings/<str:finding>", release.finding, name="finding"),
    path("releases/<str:release>/open", acts.open_findings, name="open"),
    path("releases/<str:release>/dispose", acts.dispose, name="dispose"),
    path("releases/<str:release>/decide", acts.decide, name="decide"),
    path("releases/<str:release>/submit", acts.submit, name="submit"),
    path("releases/<str:release>/recall", acts.recall, name="recall"),
    path("releases/<str:release>/answer", acts.answer, name="answer"),
    path("releases/<str:release>/withdraw", acts.withdraw, name="withdraw"),
    path("releases/<str:release>/remark", acts.remark, name="remark"),
    path("releases/<str:release>/note.xlsx", files.note, name="note"),
    path("releases/<str:release>/evidence.zip", files.evidence, name="evidence"),
    path("datasets/<str:dataset>/run", runs.run, name="run"),
    path("datasets/<str:dataset>/upload", runs.upload, name="upload"),
    path("runs", runs.runs, name="runs"),
    path("runs/<int:work>/again", runs.again, name="again"),
    path("ledger", registers.ledger, name="ledger"),
    path("list", registers.disclosure_list, name="list"),
    path("overview", dashboard.dashboard, name="overview"),
    path("packs", packs.packs, name="packs"),
    path("packs/<str:pack>", packs.pack, name="pack"),
    path("me", people.me, name="me"),
    path("me/deputy", people.deputise, name="deputise"),
    path("me/hand-over", people.hand_over, name="hand_over"),
    path("people", people.people, name="people"),
    path("people/units", people.units, name="units"),
    path("people/add", people.add, name="add_person"),
    path("people/grant", people.grant, name="grant"),
    path("people/password", people.password, name="password"),
    path("people/close", people.close, name="close_person"),
    path("people/seats/<int:seat>/revoke", people.revoke, name="revoke"),
    path("datasets", datasets.datasets, name="datasets"),
    path("datasets/<str:dataset>", datasets.dataset, name="dataset"),
    path("releases/<str:release>/take", lists.take, name="take"),
    path("releases/<str:release>/give-back", lists.give_back, name="give_back"),
    path("admin/", admin.site.urls),
]
