"""What there is to try in each role, and what was tried."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from accounts.models import Membership, Role, User
from referral.models import Event
from referral.pathway.vocabulary import Verb

STEPS: Mapping[str, tuple[Verb, ...]] = {
    Role.REFERRING_CLINICIAN: (Verb.REGISTER, Verb.ASSESS, Verb.REFER, Verb.DEPART, Verb.MESSAGE),
    Role.SPECIALIST: (Verb.ACKNOWLEDGE, Verb.ACCEPT, Verb.DECLINE, Verb.ADMIT, Verb.DIAGNOSE),
    Role.WARD_LEAD: (Verb.ACKNOWLEDGE, Verb.ACCEPT, Verb.RELEASE),
    Role.COORDINATOR: (Verb.REDIRECT, Verb.EXTEND, Verb.MESSAGE),
}
"""By role, what a beginner should have done once, in the order of the pathway."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to try; `people` of the network have tried it in this role."""

    verb: Verb
    is_done: bool
    people: int


@dataclass(frozen=True, slots=True)
class RoleSteps:
    """The steps of one role; `is_own`: the reader has it."""

    role: Role
    is_own: bool
    steps: tuple[Step, ...]

    @property
    def following(self) -> Step | None:
        """What to try next."""
        return next((step for step in self.steps if not step.is_done), None)


def steps_of(user: User) -> list[RoleSteps]:
    """The steps of every role in the user's practice networks, the user's own roles first; two questions."""
    roles = _roles(user.access.networks)
    tried = _tried(user.access.networks)
    rows = [_of_role(Role(role), verbs, user, roles, tried) for role, verbs in STEPS.items()]
    return sorted(rows, key=lambda row: not row.is_own)


def _of_role(
    role: Role,
    verbs: tuple[Verb, ...],
    user: User,
    roles: Mapping[str, set[UUID]],
    tried: Mapping[str, set[UUID]],
) -> RoleSteps:
    holders = roles.get(role, set())
    steps = tuple(
        Step(verb, user.pk in tried.get(verb, ()), len(tried.get(verb, set()) & holders)) for verb in verbs
    )
    return RoleSteps(role, user.pk in holders, steps)


def _roles(networks: Collection[UUID]) -> dict[str, set[UUID]]:
    """Who has each role."""
    held: dict[str, set[UUID]] = {}
    for role, user in Membership.objects.filter(network__in=networks).values_list("role", "user"):
        held.setdefault(role, set()).add(user)
    return held


def _tried(networks: Collection[UUID]) -> dict[str, set[UUID]]:
    """By what was done: who has done it."""
    done: dict[str, set[UUID]] = {}
    rows = Event.objects.filter(case__network__in=networks, case__network__is_practice=True)
    for what, actor in rows.exclude(actor=None).values_list("what", "actor").distinct():
        done.setdefault(what, set()).add(actor)
    return done
