"""Plays the stories in the order in which they happened, through the services that everybody uses.

Between two beats the deadline engine runs at every moment at which it had something to do, so the past has
the alerts, misses and expired offers of a network that had been running.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from notifications.services import drop_unsent, mark_all_read
from referral.deadlines.engine import confirm_admissions, fire_batch
from referral.demo.patients import demo_person, indicators
from referral.demo.people import STAFF_OF
from referral.demo.places import HOSPITALS, Places
from referral.demo.stories import CLOSE_WARD, NAME, OPEN_WARD, SAVE, Beat, Story
from referral.intake.drafts import save_indicators
from referral.intake.first_visit import FirstVisit
from referral.intake.registration import register
from referral.intake.unannounced import find_unannounced
from referral.intake.ward_status import close_ward, open_ward
from referral.models import Case, Deadline
from referral.pathway.perform import perform
from referral.pathway.table import TABLE
from referral.pathway.vocabulary import Kind, Party, Verb

SAMPLED_BEFORE = timedelta(minutes=35)
NEWS = timedelta(hours=1)
"""What was told longer ago than this has been read when the demo begins, and is not sent any more."""

WARD_ACTS: Mapping[str, Callable[..., Any]] = {CLOSE_WARD: close_ward, OPEN_WARD: open_ward}
"""What beats do to a ward rather than to the case."""

Act = tuple[datetime, Callable[[], None]]


@dataclass(frozen=True, slots=True)
class Cast:
    """The places, the people by login, and who acts where by default."""

    places: Places
    people: Mapping[str, User]

    def doctor_of(self, hospital: str) -> User:
        return self.people[STAFF_OF[hospital]]

    def actor(self, beat: Beat, hospital: str) -> User:
        """Whom the beat names, else whom the table suggests: doctor, ward asked first, coordinator."""
        if beat.by:
            return self.people[beat.by]
        parties = {party for row in TABLE if row.verb == beat.verb for party in row.by}
        if beat.verb == SAVE or Party.ORIGIN in parties:
            return self.doctor_of(hospital)
        if parties & {Party.OFFER_WARD, Party.CARE_WARD, Party.ANY_WARD}:
            return self.people[STAFF_OF[HOSPITALS[hospital].asks[0]]]
        return self.people["coordinator"]


class StoryReplay:
    """One story on its way: its case, and the acts that make it."""

    def __init__(self, story: Story, number: int, cast: Cast, now: datetime) -> None:
        self.story, self.number, self.cast = story, number, cast
        self.began = now - story.ago
        self.case: Case

    def acts(self) -> list[Act]:
        registered = self.began + self.story.registered_after
        beats = [(self.began + beat.after, self._doing(beat)) for beat in self.story.beats]
        return [(registered, lambda: self._register(registered)), *beats]

    def _register(self, now: datetime) -> None:
        hospital = self.cast.places.hospitals[self.story.at]
        self.case = register(
            actor=self.cast.doctor_of(self.story.at),
            hospital=hospital,
            visit=FirstVisit(
                person=demo_person(self.number, on=hospital.day_of(now)),
                at=self.began,
                chronic_liver_disease=self.story.disease,
                presentation=self.story.presentation,
            ),
            now=now,
        )

    def _doing(self, beat: Beat) -> Callable[[], None]:
        return lambda: self._do(beat, self.began + beat.after)

    def _do(self, beat: Beat, now: datetime) -> None:
        actor = self.cast.actor(beat, self.story.at)
        if beat.verb == SAVE:
            save_indicators(case=self.case, actor=actor, values=self._some_values(beat, now), now=now)
            return
        inputs = self._inputs(beat, now)
        if beat.verb in WARD_ACTS:
            WARD_ACTS[beat.verb](actor=actor, now=now, **inputs)
            return
        if "said" in inputs:
            find_unannounced(user=actor, now=now, number=self.case.number)
        perform(self.case, Verb(beat.verb), actor=actor, now=now, occurred_at=now - beat.before, **inputs)

    def _inputs(self, beat: Beat, now: datetime) -> dict[str, Any]:
        return dict(self._input(name, value, now) for name, value in beat.inputs.items())

    def _input(self, name: str, value: Any, now: datetime) -> tuple[str, Any]:
        if value == NAME:
            return name, self.case.patient.name
        if name == "profile":
            return "values", self._values(value, now)
        if name == "day" and isinstance(value, timedelta):
            return name, self.case.hospital.day_of(self.began + value)
        if name == "ward":
            return name, self.cast.places.wards[value]
        if isinstance(value, Kind):
            return name, Deadline.objects.filter(case=self.case, kind=value).latest("starts_at")
        return name, self.began + value if isinstance(value, timedelta) else value

    def _values(self, profile: str, now: datetime) -> dict[str, Any]:
        return indicators(profile, seed=self.number, sampled_at=max(self.began, now - SAMPLED_BEFORE))

    def _some_values(self, beat: Beat, now: datetime) -> dict[str, Any]:
        everything = self._values(beat.inputs["profile"], now)
        names = {"sampled_at", *beat.inputs["only"], *(f"{name}_unit" for name in beat.inputs["only"])}
        return {name: value for name, value in everything.items() if name in names}


def replay(stories: Sequence[Story], cast: Cast, *, now: datetime) -> None:
    """Make every story's case, the oldest act first, and bring the deadlines up to `now`."""
    replays = [StoryReplay(story, number, cast, now) for number, story in enumerate(stories, 1)]
    acts = [act for each in replays for act in each.acts()]
    acts.append((now - NEWS, lambda: settle_inboxes(cast, now - NEWS)))
    for moment, act in sorted(acts, key=lambda act: act[0]):
        run_engine(until=moment)
        act()
    run_engine(until=now)


def run_engine(*, until: datetime) -> None:
    """Let the engine work at each moment up to `until` at which a deadline needed it."""
    waiting = Deadline.objects.open().filter(quarantined_at__isnull=True).order_by("next_at")
    while (due := waiting.values_list("next_at", flat=True).first()) is not None and due <= until:
        fire_batch(due)
    confirm_admissions(until)


def settle_inboxes(cast: Cast, now: datetime) -> None:
    """Everybody has read what they were told before `now`, so what was not sent by then is sent no more."""
    for person in cast.people.values():
        mark_all_read(user=person, now=now)
    drop_unsent(recipients=[user.pk for user in cast.people.values()], now=now)
