"""Stages of a review: what a tier demands (REV-10), and whether enough different people exist to fill them (REV-02)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from domain.contract import Contract, Stage, Tier
from domain.errors import ContractInvalid
from review.permissions import Act, Office, Role, can, holders

SECTION = Stage(name="section", role="section_reviewer")
CONFIDENTIALITY = Stage(name="confidentiality", role="confidentiality_reviewer")
LEGAL = Stage(name="legal", role="legal_reviewer")
CHIEF = Stage(name="chief", role="releasing_chief")

STANDARD: Mapping[Tier, tuple[Stage, ...]] = MappingProxyType(
    {
        Tier.L1: (SECTION, CHIEF),
        Tier.L2: (SECTION, CONFIDENTIALITY, CHIEF),
        Tier.L3: (SECTION, CONFIDENTIALITY, LEGAL, CHIEF),
    }
)
ROLE_OF = {s.name: s.role for s in STANDARD[Tier.L3]}


def standard_stages(tier: Tier) -> tuple[Stage, ...]:
    """The stages that a tier demands, in order, all in the contract's department."""
    return STANDARD[tier]


def stage_faults(contract: Contract) -> list[str]:
    """What is wrong with the stages that a contract spells out; empty where the tier's standard stages hold."""
    given = contract.review.stages
    if not given:
        return []
    order = [s.name for s in STANDARD[Tier.L3]]
    names = [s.name for s in given]
    demanded = [s.name for s in standard_stages(contract.review.tier)]
    faults = []
    if missing := [n for n in demanded if n not in names]:
        faults.append(f"review.stages: tier {contract.review.tier.value} demands {', '.join(missing)} too")
    if names != sorted(set(names), key=order.index):
        faults.append(f"review.stages: each stage once, in the order {', '.join(order)}")
    faults += [
        f"review.stages: stage {s.name} is decided by {ROLE_OF[s.name]}" for s in given if s.role != ROLE_OF[s.name]
    ]
    return faults


def stages_of(contract: Contract, tier: Tier | None = None) -> tuple[Stage, ...]:
    """The contract's stages with every unit named; under a raised `tier` those it demands beside the contract's own.

    Raises ContractInvalid where the contract's fall short of its own tier.
    """
    if faults := stage_faults(contract):
        raise ContractInvalid(f"{contract.id}: " + "; ".join(faults))
    stages = contract.review.stages or standard_stages(contract.review.tier)
    if tier is not None:
        own = {s.name: s for s in stages}
        demanded = {s.name: s for s in standard_stages(tier)}
        stages = tuple(own.get(n) or demanded[n] for n in ROLE_OF if n in own or n in demanded)
    return tuple(s.model_copy(update={"unit": s.unit or contract.department}) for s in stages)


def unfillable(contract: Contract, office: Office, at: datetime, tier: Tier | None = None) -> list[str]:
    """Why the contract's review (under a raised `tier`) couldn't be held today: one sentence per problem; empty if it could.

    Every stage needs a holder, and together with an operator there must be as many different people as places.
    """
    if faults := stage_faults(contract):
        return faults
    department = contract.department
    if department not in office.tree.parents:
        return [f"department: there is no unit {department!r}; add it: mingjing unit add {department}"]
    people = {s.person for s in office.seats}
    places = {"operator": frozenset(p for p in people if can(office, p, Act.SUBMIT, department, at))}
    problems = (
        []
        if places["operator"]
        else [f"submission: nobody holds operator in {department} or in a unit in charge of it"]
    )
    for stage in stages_of(contract, tier):
        unit = stage.unit or department
        if not office.tree.is_in_charge(unit, Role(stage.role), department):
            problems.append(
                f"stage {stage.name}: {unit} isn't in charge of {department} with {stage.role}; name {department}, "
                "a higher unit, or an office of one that pools this role"
            )
            continue
        places[stage.name] = holders(office, department, stage, at)
        for n in range(1, 1 + (stage.blind if stage.blind > 1 else 0)):  # the other of the pair, and a third
            places[f"{stage.name} ({n + 1})"] = places[stage.name]
        if not places[stage.name]:
            problems.append(
                f"stage {stage.name}: nobody holds {stage.role} in {unit}; grant it, or name a higher unit's pool"
            )
    if not problems and (short := len(places) - _most_distinct(list(places.values()))):
        problems.append(
            f"stages {', '.join(places)} need {len(places)} different people; {short} more must be seated "
            "(the submitter never reviews, one person holds one stage)"
        )
    return problems


def _most_distinct(places: Sequence[frozenset[str]]) -> int:
    """The most places that can be filled with different people (bipartite matching by augmenting paths)."""
    taken: dict[str, int] = {}

    def seat(place: int, tried: set[str]) -> bool:
        for person in sorted(places[place] - tried):
            tried.add(person)
            if person not in taken or seat(taken[person], tried):
                taken[person] = place
                return True
        return False

    return sum(seat(place, set()) for place in range(len(places)))
