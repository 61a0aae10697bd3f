"""The room's tables in the read-only admin; Django looks for this file by name.

What is its writer's alone isn't here: drafts, decisions laid aside, opinions that are sealed, second factors.
"""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model

from review import models
from review.console.site import Table

COLUMNS: dict[type[Model], tuple[str, ...]] = {
    models.Unit: ("code", "title_zh", "kind", "parent"),
    models.ReasonCode: ("code", "title_zh", "disclosure", "is_current"),
    models.User: ("username", "name", "is_active"),
    models.Membership: ("user", "unit", "role", "valid_from", "valid_to", "deputy_of"),
    models.ReleaseRecord: ("public_id", "dataset", "period", "revision", "status", "release_hash"),
    models.FindingRecord: ("release", "code", "severity", "finding"),
    models.Opening: ("release", "finding", "user"),
    models.DecisionRecord: ("release", "stage", "round", "verdict", "user"),
    models.DispositionRecord: ("decision", "finding", "kind"),
    models.EscalationAnswer: ("decision", "authority", "document"),
    models.Look: ("release", "finding", "place", "user", "at"),
    models.WithdrawalAnswer: ("release", "verdict", "user", "entry"),
    models.Remark: ("release", "user", "entry"),
    models.CaseRecord: ("public_id", "kind", "release", "catalogue", "status", "due_on"),
    models.CaseWord: ("case", "event", "user", "entry"),
    models.InspectionPlan: ("period", "side", "seed", "share", "at"),
    models.Rescan: ("release", "packs", "at"),
    models.Notice: ("kind", "release", "at"),
    models.NoticeFor: ("notice", "user", "seen_at"),
    models.Delivery: ("notice", "channel", "user", "state", "attempts", "fault"),
    models.WorkRequest: ("id", "kind", "state", "asked_by", "asked_at"),
    models.ContractProposal: ("id", "dataset", "author", "contract_sha256", "at"),
    models.ContractAnswer: ("proposal", "verdict", "user", "at"),
    models.SchedulePause: ("dataset", "user", "at"),
    models.LedgerEntry: ("seq", "at", "event", "actor", "release", "hash"),
}


class People(Table):
    exclude = ("password", "groups", "user_permissions", "is_staff", "is_superuser")


for model, columns in COLUMNS.items():
    shown = People if model is models.User else Table
    admin.site.register(model, shown, list_display=columns, list_per_page=50)
