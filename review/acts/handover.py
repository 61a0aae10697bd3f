"""Open items go from one person to another of the same seat: a deputy or a colleague. What was taken on stays taken on by one."""

from __future__ import annotations

from dataclasses import dataclass

from domain.errors import MingjingError, NotPermitted, UsageInvalid
from review import handing
from review.models import User
from review.permissions import check_can_decide
from review.reading import case, office
from review.transaction import Page, act


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Releases that the other now has, and those that stay because that person can't decide on them."""

    handed: tuple[str, ...]
    kept: tuple[str, ...]


@act()
def hand_over(page: Page, username: str, to: str, unit: str, role: str) -> HandedOver:
    """Everything that the person took on in the seat (unit, role) is from now on taken on by `to`, who sits there too.

    A release that `to` submitted or decided on at another stage stays. Raises NotPermitted (either holds no such seat today,
    or `to` can't decide on any of them), UsageInvalid (nothing to hand over, oneself).
    """
    if username == to:
        raise UsageInvalid("open items go to somebody else; name a deputy or a colleague")
    for person in (username, to):
        if not handing.sits(person, unit, role, page.at):
            raise NotPermitted(
                f"both have to hold a reviewer's seat {role[:40]} in {unit[:60]} today; ask an administrator"
            )
    mine = handing.taken(username, unit, role)
    if not mine:
        raise UsageInvalid(f"nothing is taken on by this person as {role} of {unit}; there is nothing to hand over")
    receiver, known = User.objects.get(username=to), office(to)
    handed, kept = [], []
    for record in mine:
        try:
            check_can_decide(known, to, case(record), record.stage, page.at)
        except MingjingError:
            kept.append(record.public_id)
            continue
        record.taken_by = receiver
        record.save(update_fields=["taken_by"])
        page.write("handed-over", username, record.public_id, stage=record.stage, to=to, unit=unit, role=role)
        handed.append(record.public_id)
    if not handed:
        raise NotPermitted(
            f"that person submitted these releases or decided on them; hand them to another colleague ({kept[0]} …)"
        )
    return HandedOver(tuple(handed), tuple(kept))
