"""Tables of this room. They hold data, no rules: written by review/acts alone, read by review/queries.

The ledger is the truth; the other tables are its readable form, and an approval is minted from the ledger.
Rows of ledger, decisions, dispositions, openings and answers are append-only by database trigger (migration 0002).
"""

from __future__ import annotations

from review.factors import Totp  # registered with the room's tables
from review.models.contracts import ContractAnswer, ContractDraft, ContractProposal
from review.models.decisions import (
    BlindOpinion,
    DecisionDraft,
    DecisionRecord,
    DispositionRecord,
    EscalationAnswer,
    ReadyDecision,
    Remark,
    RemedyOrder,
    WithdrawalAnswer,
)
from review.models.people import FailedSignature, Membership, ReasonCode, Unit, User
from review.models.register import LedgerEntry
from review.models.releases import FindingRecord, Look, Opening, ReleaseRecord
from review.models.telling import Delivery, Notice, NoticeFor
from review.models.watching import AdoptedCatalogue, CaseRecord, CaseWord, InspectionPlan, Rescan
from review.models.work import SchedulePause, WorkRequest

__all__ = [
    "AdoptedCatalogue",
    "BlindOpinion",
    "CaseRecord",
    "CaseWord",
    "ContractAnswer",
    "ContractDraft",
    "ContractProposal",
    "DecisionDraft",
    "DecisionRecord",
    "Delivery",
    "DispositionRecord",
    "EscalationAnswer",
    "FailedSignature",
    "FindingRecord",
    "InspectionPlan",
    "LedgerEntry",
    "Look",
    "Membership",
    "Notice",
    "NoticeFor",
    "Opening",
    "ReadyDecision",
    "ReasonCode",
    "ReleaseRecord",
    "Remark",
    "RemedyOrder",
    "Rescan",
    "SchedulePause",
    "Totp",
    "Unit",
    "User",
    "WithdrawalAnswer",
    "WorkRequest",
]
