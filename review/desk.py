"""The desk: the only writer of this room, and the only place where an Approval is minted.

Each function is one transaction that leaves its line in the ledger; a refusal leaves one too. What each does is written
in review/acts, who may in review/permissions, what may follow what in review/lifecycle. Call review.setup.configure first.
"""

from __future__ import annotations

from domain.errors import ContentChanged, LedgerBroken, ReleaseNotApproved
from domain.release import Approval, Manifest
from review import ledger
from review.acts.adopted import forget_adopted, record_adopted
from review.acts.arrival import receive, record_blocked, record_checked
from review.acts.attention import give_back, remark, take
from review.acts.cases import answer_case, close_case, open_case, reopen_case
from review.acts.contracts import (
    adopt_contract,
    drop_draft,
    propose_contract,
    record_in_force,
    refuse_contract,
    retract_contract,
    save_draft,
)
from review.acts.decision import decide, open_findings
from review.acts.escalation import answer_escalation
from review.acts.expiry import expire
from review.acts.factors import begin_factor, confirm_factor, new_recovery_codes, reset_factor
from review.acts.handover import hand_over
from review.acts.hidden import record_hidden
from review.acts.notices import record_delivery, see_notices, set_email, tell, tell_overdue, tell_overdue_cases
from review.acts.people import (
    add_user,
    close_user,
    deputise,
    grant,
    revoke,
    set_password,
    sign_in,
)
from review.acts.publication import (
    record_inspection,
    record_publication_refused,
    record_published,
    record_unreached,
    record_withdrawn,
    withdraw,
)
from review.acts.ready import drop_ready, make_ready, return_several, sign_ready
from review.acts.schedules import pause_schedule, resume_schedule
from review.acts.sight import look
from review.acts.submission import recall, replace, revise, submit
from review.acts.units import add_unit, load_reason_codes, load_units
from review.acts.watch import begin_rescan, end_plan, plan_inspections, record_rescan, suspend, suspend_words
from review.acts.withdrawal import confirm_withdrawal, reverse_withdrawal
from review.acts.work import ask, cancel, claim, extend_claim, finish, record_cancelled
from review.moments import moment_text
from review.permissions import SYSTEM
from review.reading import find
from review.replay import approvals, replay
from review.replay_lines import lines_for
from review.transaction import Page, act

__all__ = [
    "add_unit", "add_user", "adopt_contract", "answer_case", "answer_escalation", "approval_for", "ask",
    "begin_factor", "begin_rescan", "cancel", "claim", "close_case", "close_user", "confirm_factor",
    "confirm_withdrawal", "decide", "deputise", "drop_draft", "drop_ready", "end_plan", "expire", "extend_claim",
    "finish", "forget_adopted", "give_back", "grant", "hand_over", "load_reason_codes", "load_units", "look", "make_ready",
    "new_recovery_codes", "open_case", "open_findings", "pause_schedule", "plan_inspections", "propose_contract",
    "recall", "receive", "record_adopted", "record_blocked", "record_cancelled", "record_checked", "record_delivery", "record_hidden",
    "record_in_force", "record_inspection", "record_publication_refused", "record_published", "record_rescan",
    "record_unreached", "record_withdrawn", "refuse_contract", "remark", "reopen_case", "replace", "reset_factor", "resume_schedule",
    "retract_contract", "return_several", "reverse_withdrawal", "revise", "revoke", "save_draft", "see_notices",
    "set_email", "set_password", "sign_in", "sign_ready", "submit", "suspend", "suspend_words", "take", "tell", "tell_overdue",
    "tell_overdue_cases", "withdraw",
]  # fmt: skip


@act()
def approval_for(page: Page, release: str, actor: str = SYSTEM) -> Approval:
    """Leave to publish exactly the bytes that were approved, minted anew from the ledger each time.

    The whole ledger is verified, then every line about the release is replayed under the rules: each stage approved by
    a different person who held the seat in charge at that time, none of them a submitter, every hold finding opened and
    disposed of, all for one release hash, which must be that of the stored manifest.
    Raises LedgerBroken, ReleaseNotApproved, ContentChanged, ReleaseNotFound.
    """
    record = find(release)
    found = ledger.verify()
    if not found.ok:
        raise LedgerBroken(f"ledger line {found.seq}: {found.fault}; nothing is published until it is restored")
    state = replay(release, lines_for(release))
    decisions = approvals(state)
    if record.status != state.status:
        raise ReleaseNotApproved(f"{release} is {record.status} in the tables and {state.status} in the ledger")
    if (
        Manifest.from_dict(record.manifest).release_hash != state.release_hash
        or record.release_hash != state.release_hash
    ):
        raise ContentChanged(f"the manifest of {release} isn't the one that was approved; make a new revision")
    if (record.dataset, record.contract_sha256) != (state.dataset, state.contract_sha256):
        raise ContentChanged(f"dataset or contract of {release} aren't those that were received; make a new revision")
    page.write("approval-minted", actor, release, release_hash=state.release_hash, decisions=list(decisions))
    return Approval(release, state.release_hash, state.dataset, decisions, moment_text(page.at), found.head)
