"""Seeding the demo, once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from referral.demo.papers import add_papers
from referral.demo.people import make_people
from referral.demo.places import make_places
from referral.demo.replay import Cast, replay
from referral.demo.stories import STORIES
from referral.evidence import load_bundled
from referral.intake.free_beds import state_beds
from referral.models import Case, Deadline, PathwayPolicy

MODES = ("demo", "test")
POLICY_IN_FORCE_SINCE = timedelta(days=200)


BEDS = {
    "first": ("specialist", 3, timedelta(minutes=40)),
    "second": ("specialist2", 1, timedelta(hours=3)),
}
"""By ward, who states how many beds are free, and how long ago."""


class DemoRefused(Exception):
    """This installation is neither a demo nor a test: it gets no synthetic patients."""

    def __init__(self) -> None:
        super().__init__(_("Synthetic patients are made in the demo and in tests only."))


@dataclass(frozen=True, slots=True)
class Seeded:
    """How many cases seeding made (0 when that was done before), and how many there are."""

    made: int
    cases: int


def refuse_outside_demo() -> None:
    """Raise DemoRefused in production."""
    if settings.MODE not in MODES:
        raise DemoRefused


@transaction.atomic
def seed(*, now: datetime) -> Seeded:
    """Make the demo's network, people, policy and cases as of `now`, or none of it.

    Seeding again changes nothing that exists. Raises DemoRefused outside the demo and tests.
    """
    refuse_outside_demo()
    places = make_places()
    people = make_people(places)
    since = now - POLICY_IN_FORCE_SINCE
    rules = {"created_at": since, "in_force_from": since, "passes_over_full": True}
    PathwayPolicy.objects.get_or_create(network=places.network, version=1, defaults=rules)
    before = Case.objects.filter(network=places.network).count()
    if before:
        return Seeded(made=0, cases=before)
    load_bundled(now=now)
    replay(STORIES, Cast(places, people), now=now)
    for ward, (who, free, ago) in BEDS.items():
        state_beds(ward=places.wards[ward], actor=people[who], free=free, now=now - ago)
    add_papers(places.network, now=now)
    if stuck := Deadline.objects.filter(quarantined_at__isnull=False).first():
        raise RuntimeError(f"The deadline {stuck.kind} of case {stuck.case} could not be fired.")
    return Seeded(made=len(STORIES), cases=len(STORIES))
