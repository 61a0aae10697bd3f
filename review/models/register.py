"""The ledger's lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from review.models.fields import BigNumber, LongText, Text


class LedgerEntry(models.Model):
    """One line of the ledger. `body`: RFC 8785 text of {actor, at, data, event, release, seq}; `hash` chains it to
    `prev`; `seal`: HMAC that only a desk with the installation's key can write. The other columns repeat the body."""

    seq: BigNumber = models.BigIntegerField(primary_key=True)
    at: Text = models.CharField(max_length=27)  # UTC, ISO, microseconds
    event: Text = models.CharField(max_length=40)
    actor: Text = models.CharField(max_length=150)
    release: Text = models.CharField(max_length=20, blank=True)
    body: LongText = models.TextField()
    prev: Text = models.CharField(max_length=64)
    hash: Text = models.CharField(max_length=64, unique=True)
    seal: Text = models.CharField(max_length=64)

    class Meta:
        verbose_name = "台账"
        ordering = ("seq",)
        indexes = (
            models.Index(fields=["release", "seq"], name="ledger_by_release"),
            models.Index(fields=["actor", "event", "seq"], name="ledger_by_actor"),
            models.Index(fields=["event", "seq"], name="ledger_by_event"),
        )
