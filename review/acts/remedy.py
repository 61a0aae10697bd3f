"""A remedy's order is written: with its decision, and with the work that prepares the new revision at once."""

from __future__ import annotations

from domain.remedy import Override
from review.acts.work import QUEUED
from review.models import DecisionRecord, RemedyOrder, WorkRequest
from review.transaction import Page


def write_order(page: Page, decision: DecisionRecord, overrides: tuple[Override, ...]) -> int:
    """Keep what was ordered and ask for the preparation, in the page of the decision; returns the work's number."""
    release, person = decision.release.public_id, decision.user.username
    work = WorkRequest.objects.create(
        kind="remedy", params={"release": release}, state=QUEUED, asked_by=person, asked_at=page.at
    )
    page.write("asked", person, release, work=work.pk, kind="remedy")
    RemedyOrder.objects.create(decision=decision, overrides=[o.to_dict() for o in overrides], work=work.pk)
    return int(work.pk)
