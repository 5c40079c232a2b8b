"""The month itself: what happens next, who notices it, what they do. Time is only ever handed on."""

import heapq
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from accounts.models import Ward
from bench.month_of_a_network.carrier import (
    DOUBLED,
    LOST,
    MINUTE,
    NOT_REPORTED,
    Carrier,
    Handed,
    noticed_after,
)
from bench.month_of_a_network.places import Places
from notifications.calls import services as calls
from notifications.delivery.send import deliver
from notifications.models import OPEN_STATES, Delivery
from notifications.reports import services as reports
from notifications.reports.formats import KeysPressed, Report
from referral.deadlines.engine import run_cycle
from referral.models import Case, Deadline, Offer
from referral.pathway.perform import perform
from referral.pathway.refusals import AccessError, InputError, PathwayError
from referral.pathway.vocabulary import IN_WARD, Kind, State, Verb
from referral.queries.ward_places import network_places

HOUR = timedelta(hours=1)
TAKEN = (State.ACCEPTED, State.IN_TRANSIT, *IN_WARD)
REFUSED = (PathwayError, AccessError, InputError)
SIGN_IN = 3 * MINUTE
NEXT_ROUND = 2 * HOUR
"""How long a coordinator waits who has just asked every ward in vain."""
DAY = 24 * HOUR


@dataclass(frozen=True)
class Course:
    """What becomes of one patient, the same in both months: `withdraws` before the departure, or how long
    each part takes."""

    withdraws: bool
    to_departure: timedelta
    journey: timedelta
    delay: timedelta
    to_diagnosis: timedelta
    to_discharge: timedelta


def course_of(dice: random.Random) -> Course:
    """One patient's course; how long things take is assumed, not measured."""
    return Course(
        withdraws=dice.random() < 0.05,
        to_departure=_spread(dice, 70 * MINUTE),
        journey=_spread(dice, 100 * MINUTE, 0.3),
        delay=_spread(dice, 50 * MINUTE) if dice.random() < 0.25 else timedelta(0),
        to_diagnosis=_spread(dice, 20 * HOUR),
        to_discharge=_spread(dice, 5 * DAY, 0.4),
    )


def _spread(dice: random.Random, median: timedelta, sigma: float = 0.6) -> timedelta:
    return median * dice.lognormvariate(0, sigma)


@dataclass
class Month:
    """One run. `done`: what people did, by verb; `refused`: what came too late or was not possible;
    `retried`: cases that a coordinator has put off."""

    places: Places
    carrier: Carrier
    dice: random.Random
    now: datetime
    end: datetime
    agenda: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    numbers: Any = field(default_factory=count)
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    decided: set[UUID] = field(default_factory=set)
    keys: Counter[str] = field(default_factory=Counter)
    courses: dict[UUID, Course] = field(default_factory=dict)
    retried: set[UUID] = field(default_factory=set)

    def after(self, delay: timedelta, act: Callable[[], None]) -> None:
        heapq.heappush(self.agenda, (self.now + delay, next(self.numbers), act))

    def spread(self, median: timedelta) -> timedelta:
        return _spread(self.dice, median)

    def run(self) -> None:
        """Let time pass to the end, minute by minute where something is due."""
        while (moment := self._next()) <= self.end:
            self.now = max(moment, self.now + timedelta(seconds=30))
            while self.agenda and self.agenda[0][0] <= self.now:
                heapq.heappop(self.agenda)[2]()
            run_cycle(self.now)
            while deliver(now=self.now):
                pass
            for handed in self.carrier.take_handed():
                self._handed(handed)
        self.now = self.end

    def _next(self) -> datetime:
        due = Deadline.objects.open().filter(quarantined_at=None, case__network=self.places.network)
        waiting = Delivery.objects.filter(state__in=OPEN_STATES, leased_until=None)
        moments = [
            due.order_by("next_at").values_list("next_at", flat=True).first(),
            waiting.order_by("available_at").values_list("available_at", flat=True).first(),
            self.agenda[0][0] if self.agenda else None,
        ]
        return min((moment for moment in moments if moment is not None), default=self.end + HOUR)

    def do(self, case: UUID, verb: Verb, actor: Any, **inputs: Any) -> Case | None:
        """What somebody does now; None where it is refused, as others may have been quicker."""
        try:
            result = perform(case, verb, actor=actor, now=self.now, **inputs)
        except REFUSED as refusal:
            self.refused[f"{verb}: {type(refusal).__name__}"] += 1
            return None
        self.done[verb] += 1
        return result

    def _handed(self, handed: Handed) -> None:
        """What becomes of a message: a report, perhaps none or two, and perhaps somebody who looks."""
        is_lost = self.dice.random() < LOST
        if self.places.equipped and handed.channel != "email" and self.dice.random() >= NOT_REPORTED:
            for _copy in range(2 if self.dice.random() < DOUBLED else 1):
                self.after(self.spread(MINUTE), lambda: self._report(handed, has_arrived=not is_lost))
        seconds = None if is_lost else noticed_after(self.dice, handed.channel, self._hour())
        if seconds is not None:
            self.after(seconds, lambda: self._noticed(handed))

    def _report(self, handed: Handed, *, has_arrived: bool) -> None:
        report = Report("", str(handed.delivery), has_arrived, "")
        reports.take([report], channel=handed.channel, now=self.now)

    def _noticed(self, handed: Handed) -> None:
        if handed.code and self.places.equipped:
            self._press(handed)
        else:
            self.after(self.spread(SIGN_IN), lambda: self._look(handed.delivery))

    def _press(self, handed: Handed) -> None:
        """The person at the telephone, or a mailbox: the code, the next person, or keys that mean nothing."""
        dice = self.dice.random()
        keys = handed.code if dice < 0.85 else "0" if dice < 0.92 else "1111"
        pressed = KeysPressed("", str(handed.delivery), keys, is_all=True)
        copies = 2 if self.dice.random() < DOUBLED else 1
        for reply in calls.take([pressed] * copies, now=self.now)[:1]:
            self.keys[reply.outcome.value] += 1
            if reply.outcome.value == "acknowledged":
                self.after(self.spread(SIGN_IN), lambda: self._look(handed.delivery, has_promised=True))

    def _hour(self) -> int:
        return self.now.astimezone(self.end.tzinfo).hour

    def _look(self, delivery: UUID, *, has_promised: bool = False) -> None:
        """Somebody signs in because of a message, or because they have acknowledged it, and does what is
        theirs to do."""
        rows = Delivery.objects.select_related("notification__recipient", "notification__alert")
        notification = rows.get(pk=delivery).notification
        payload, user = notification.alert.payload, notification.recipient
        kind = payload.get("deadline")
        if kind is None or (notification.withdrawn_at is not None and not has_promised):
            return
        case = UUID(payload["case"])
        if kind == Kind.PLACE and user == self.places.coordinator:
            if case not in self.retried:
                self._redirect(case)
        elif kind in (Kind.ACKNOWLEDGE, Kind.DECIDE):
            self._answer(case, user)

    def _answer(self, case: UUID, user: Any) -> None:
        offer = Offer.objects.filter(case=case, state=Offer.State.OPEN, ward__in=user.access.wards).first()
        if offer is None:
            return
        if offer.acknowledged_at is None:
            self.do(case, Verb.ACKNOWLEDGE, user, offer=offer.pk)
        if offer.pk not in self.decided:
            self.decided.add(offer.pk)
            self.after(self.spread(20 * MINUTE), lambda: self._decide(case, offer.pk, user))

    def _decide(self, case: UUID, offer: UUID, user: Any) -> None:
        ward = Offer.objects.get(pk=offer).ward
        if self.free(ward) < 1:
            self.do(case, Verb.DECLINE, user, offer=offer, reason="no_bed")
        elif self.do(case, Verb.ACCEPT, user, offer=offer):
            self.after(self.courses[case].to_departure, lambda: self._depart(case))

    def free(self, ward: Ward) -> int:
        """Beds that the ward really has, as its people see when they look."""
        return ward.beds - Case.objects.filter(ward=ward, state__in=TAKEN).count()

    def _redirect(self, case: UUID) -> None:
        """The coordinator asks the next ward; who has asked all of them in vain waits, and begins again."""
        self.retried.discard(case)
        if Case.objects.get(pk=case).state != State.UNPLACED:
            return
        ward = self._next_ward(case)
        if ward is not None:
            self.do(case, Verb.REDIRECT, self.places.coordinator, ward=ward)
        else:
            self.retried.add(case)
            self.after(NEXT_ROUND, lambda: self._redirect(case))

    def _next_ward(self, case: UUID) -> Ward | None:
        """Of the wards that were not asked lately the one asked longest ago; who sees the network's beds
        passes over those that have none, and begins with those that have said they have one."""
        offers = Offer.objects.filter(case=case).order_by("offered_at")
        asked = dict(offers.values_list("ward", "offered_at"))
        left = [ward for ward in self.places.wards if self._may_ask(asked.get(ward.pk))]
        left.sort(key=lambda ward: asked.get(ward.pk, self.now - DAY))
        if not self.places.equipped or self.places.coordinator is None:
            return next(iter(left), None)
        figures = {row.ward.pk: row.free for row in network_places(self.places.coordinator, self.now)}
        stated = [ward for ward in left if figures[ward.pk]]
        unknown = [ward for ward in left if figures[ward.pk] is None]
        return next(iter(stated + unknown), None)

    def _may_ask(self, asked_at: datetime | None) -> bool:
        return asked_at is None or asked_at <= self.now - NEXT_ROUND

    def _depart(self, case: UUID) -> None:
        row, course = Case.objects.get(pk=case), self.courses[case]
        doctor = self.places.doctors[row.hospital_id]
        if course.withdraws:
            self.do(case, Verb.WITHDRAW, doctor, reason="improved")
        elif self.do(case, Verb.DEPART, doctor, expected_arrival_at=self.now + course.journey):
            self.after(course.journey + course.delay, lambda: self._admit(case))

    def _admit(self, case: UUID) -> None:
        row = Case.objects.get(pk=case)
        staff = self.places.staff.get(row.ward_id)
        if staff and self.do(case, Verb.ADMIT, staff[0]):
            self.after(self.courses[case].to_diagnosis, lambda: self._diagnose(case, staff[0]))

    def _diagnose(self, case: UUID, user: Any) -> None:
        if self.do(case, Verb.DIAGNOSE, user, category="early_aclf"):
            self.after(self.courses[case].to_discharge, lambda: self._discharge(case, user))

    def _discharge(self, case: UUID, user: Any) -> None:
        self.do(case, Verb.BACK_REFER, user, plan="plan")
