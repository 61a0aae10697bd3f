"""A contract on its way: written by an operator, proposed, adopted or refused by a releasing chief who isn't its author, then
brought into force by the runner (flows/adoption). Whether its text is good is asked by the console before; what is in force is
a file, so its hash comes in as a value.
"""

from __future__ import annotations

from domain.canonical import sha256_hex
from domain.contract import Contract
from domain.errors import ContentChanged, NotPermitted, TransitionRefused, UsageInvalid
from domain.loosening import loosened
from review import proposals, texts
from review.acts.work import QUEUED
from review.models import ContractAnswer, ContractDraft, ContractProposal, Unit, User, WorkRequest
from review.permissions import SYSTEM, Act, check_can, check_can_adopt
from review.reading import office
from review.transaction import Page, act

MOST_TEXT = 100_000  # characters


def _department(dataset: str, in_force: Contract | None) -> str:
    """Whose contract it is: of the one in force, else what the id begins with."""
    return in_force.department if in_force else dataset.partition(".")[0]


@act()
def save_draft(
    page: Page, username: str, dataset: str, text: str, *, in_force: Contract | None, base_sha256: str, seen: int
) -> int:
    """Keep what an operator has written so far, whatever faults it has; returns the draft's new version.

    `seen`: the version that the page was made from, 0 where there was none. Raises NotPermitted, UsageInvalid (too long),
    ContentChanged (saved elsewhere since).
    """
    check_can(office(username), username, Act.PROPOSE, _department(dataset, in_force), page.at)
    _check_text(text)
    row = ContractDraft.objects.filter(dataset=dataset, author__username=username).first()
    if row is not None and (row.text, row.base_sha256) == (text, base_sha256):
        page.nothing_new()
        return row.version
    if seen != (row.version if row else 0):
        raise ContentChanged("this draft was saved in another window since; compare the two before you save")
    row = row or ContractDraft(dataset=dataset, author=User.objects.get(username=username), version=0)
    row.text, row.base_sha256, row.version, row.saved_at = text, base_sha256, row.version + 1, page.at
    row.save()
    page.write(
        "contract-drafted", username, dataset=dataset, version=row.version, text_sha256=sha256_hex(text.encode())
    )
    return row.version


def _check_text(text: str) -> None:
    if len(text) > MOST_TEXT or "\0" in text:
        raise UsageInvalid(f"a contract's text has at most {MOST_TEXT} characters, and no zero byte; shorten it")


@act()
def drop_draft(page: Page, username: str, dataset: str) -> None:
    """Throw the own draft away; silent where there is none."""
    row = ContractDraft.objects.filter(dataset=dataset, author__username=username).first()
    if row is None:
        page.nothing_new()
        return
    page.write("contract-draft-dropped", username, dataset=dataset, version=row.version)
    row.delete()


@act()
def propose_contract(
    page: Page,
    username: str,
    contract: Contract,
    text: str,
    *,
    in_force: Contract | None,
    base_sha256: str,
    note: str = "",
) -> int:
    """Put a contract forward; its draft is gone with it. Returns the proposal's number; asked for twice it is the same.

    `base_sha256`: the contract in force when the text was begun, "" for a new dataset. Raises NotPermitted, ContentChanged
    (another one is in force by now), UsageInvalid, TransitionRefused (the dataset has a proposal that waits).
    """
    waiting = proposals.open_for(contract.id)
    if waiting is not None and (waiting.author.username, waiting.contract_sha256) == (username, contract.sha256):
        page.nothing_new()
        return int(waiting.pk)
    _check_text(text)
    known = office(username)
    units = tuple(dict.fromkeys((contract.department, _department(contract.id, in_force))))
    for unit in units:
        check_can(known, username, Act.PROPOSE, unit, page.at)
    _check_proposal(contract, in_force, base_sha256)
    if waiting is not None or proposals.on_its_way(contract.id):
        raise TransitionRefused(
            f"another contract of {contract.id} waits to be adopted; wait for it or have it retracted"
        )
    looser = [one.to_dict() for one in loosened(in_force, contract)] if in_force else []
    before = in_force.department if in_force else ""
    number = 1 + (ContractProposal.objects.order_by("-pk").values_list("pk", flat=True).first() or 0)
    entry = page.write(
        "contract-proposed", username, proposal=number, dataset=contract.id, unit=contract.department, unit_before=before,
        contract_sha256=contract.sha256, base_sha256=base_sha256, text_sha256=sha256_hex(text.encode()),
        note_sha256=texts.digest(note=note), loosened=[{"what": x["what"], "where": x["where"]} for x in looser],
    )  # fmt: skip
    ContractProposal.objects.create(
        pk=number, dataset=contract.id, unit_id=contract.department, unit_before=before,
        author=User.objects.get(username=username), text=text, note=texts.clean(note, "a note"), version=contract.version,
        contract_sha256=contract.sha256, base_sha256=base_sha256, loosened=looser, at=page.at, entry=entry,
        before=in_force.content.decode() if in_force else "",
    )  # fmt: skip
    ContractDraft.objects.filter(dataset=contract.id, author__username=username).delete()
    return number


def _check_proposal(contract: Contract, in_force: Contract | None, base_sha256: str) -> None:
    if base_sha256 != (in_force.sha256 if in_force else ""):
        raise ContentChanged(
            f"the contract of {contract.id} changed since this text was begun; compare and edit it again"
        )
    if not Unit.objects.filter(code=contract.department).exists():
        raise UsageInvalid(f"there is no unit {contract.department!r}; name the department by its code")
    if in_force is None:
        if contract.id.partition(".")[0] != contract.department:
            raise UsageInvalid("a new dataset's id begins with its department's code; correct id or department")
        return
    if contract.sha256 == in_force.sha256:
        raise UsageInvalid("this text says what the contract in force says; there is nothing to adopt")
    if contract.version <= in_force.version:
        raise UsageInvalid(f"the contract in force has version {in_force.version}; write a higher one under version")


def _open(number: int) -> ContractProposal:
    row = ContractProposal.objects.select_related("author").filter(pk=number).first()
    if row is None:
        raise NotPermitted("there is no such proposal for this person")
    if ContractAnswer.objects.filter(proposal=row).exists():
        raise TransitionRefused(f"proposal {number} was answered already")
    return row


@act()
def retract_contract(page: Page, username: str, proposal: int) -> None:
    """Its author takes a proposal back before it is answered. Raises NotPermitted, TransitionRefused."""
    row = _open(proposal)
    if row.author.username != username:
        raise NotPermitted("a proposal is taken back by whoever made it")
    _answer(page, row, username, proposals.RETRACT, "contract-retracted", "")


@act(signed=True)
def refuse_contract(page: Page, username: str, password: str, proposal: int, reason: str, *, code: str = "") -> None:
    """Somebody who could adopt it says no, and why. Raises SignatureRefused, ReviewerIsSubmitter, NotPermitted,
    TransitionRefused, UsageInvalid (no reason)."""
    del password, code  # checked before this page was opened
    row = _open(proposal)
    check_can_adopt(office(username), username, row.author.username, proposals.units_of(row), page.at)
    _answer(page, row, username, proposals.REFUSE, "contract-refused", texts.clean(reason, "a reason", needed=True))


@act(signed=True)
def adopt_contract(
    page: Page,
    username: str,
    password: str,
    proposal: int,
    *,
    contract_sha256: str,
    in_force_sha256: str,
    reason: str = "",
    code: str = "",
) -> int:
    """A releasing chief who isn't the author adopts it; the runner brings it into force. Returns the number of that work.

    `contract_sha256`: what the page showed; `in_force_sha256`: the contract in force now. Raises SignatureRefused,
    ReviewerIsSubmitter, NotPermitted, TransitionRefused (answered), ContentChanged (either isn't what it was).
    """
    del password, code  # checked before this page was opened
    row = _open(proposal)
    check_can_adopt(office(username), username, row.author.username, proposals.units_of(row), page.at)
    if contract_sha256 != row.contract_sha256:
        raise ContentChanged(f"the page showed another text than proposal {proposal}; look at it again")
    if in_force_sha256 != row.base_sha256:
        raise ContentChanged(
            f"the contract of {row.dataset} changed since proposal {proposal} was made; it has to be made again"
        )
    _answer(page, row, username, proposals.ADOPT, "contract-adopted", texts.clean(reason, "a reason"))
    params = {"proposal": row.pk, "dataset": row.dataset, "department": row.unit_id}
    work = WorkRequest.objects.create(
        kind=proposals.WORK, params=params, state=QUEUED, asked_by=username, asked_at=page.at
    )
    page.write("asked", username, work=work.pk, kind=proposals.WORK)
    return int(work.pk)


def _answer(page: Page, row: ContractProposal, username: str, verdict: str, event: str, reason: str) -> None:
    entry = page.write(
        event, username, proposal=row.pk, dataset=row.dataset, contract_sha256=row.contract_sha256,
        base_sha256=row.base_sha256, text_sha256=sha256_hex(row.text.encode()), reason_sha256=texts.digest(reason=reason),
    )  # fmt: skip
    ContractAnswer.objects.create(
        proposal=row, user=User.objects.get(username=username), verdict=verdict, reason=reason, at=page.at, entry=entry
    )


@act()
def record_in_force(page: Page, proposal: int, actor: str = SYSTEM) -> None:
    """The file of an adopted contract stands in its place. Raises ReleaseNotApproved where it wasn't adopted."""
    if proposals.is_recorded(proposal):
        page.nothing_new()
        return
    said = proposals.adopted(proposal)
    page.write(
        "contract-in-force", actor, proposal=proposal, dataset=said.dataset, contract_sha256=said.contract_sha256
    )
