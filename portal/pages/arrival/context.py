"""What the sheet of an arrival shows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from portal.background import at_a_glance
from portal.lab_values import LabValue, in_words, said
from portal.pages.case.scene import people_around
from portal.pages.case.situation import situation_of
from portal.pages.case.timeline_texts import Line, lines
from portal.pages.verbs import forms
from portal.windows import Window
from referral.codes import TransportMeans, TransportNeed
from referral.models import Background, Case
from referral.pathway.perform import verbs_of
from referral.pathway.refusals import Text
from referral.pathway.vocabulary import Kind, Verb
from referral.queries import cases
from referral.queries.background import background_of
from referral.queries.case_values import CaseValues, case_values
from referral.queries.hand_over_codes import verbs_at_the_door
from scoring import texts

EXPECTED_ARRIVAL: Text = gettext_lazy("expected arrival")
ONE_TAP = (Verb.ARRIVE, Verb.HAND_OVER, Verb.CHANGE_ARRIVAL, Verb.DESCRIBE_TRANSPORT)
"""What can be done from the sheet, in the order in which it is done."""
SHOWN_ABOVE = frozenset({Verb.MESSAGE, Verb.ADD_FILE, Verb.SAVE_INDICATORS, Verb.ACCEPT})
"""Events of which the sheet shows what they brought."""


def has_sheet(case: Case) -> bool:
    """Whether a ward has accepted the patient."""
    return case.accepted_at is not None and case.ward is not None


def sheet(case: Case, user: User, now: datetime) -> dict[str, Any]:
    """The context of the sheet of a case from `cases.with_entered`."""
    sides = cases.sides(user, case)
    usable = verbs_of(sides, case)
    people = people_around([case], now, with_duty=True)
    background, values = background_of(case), case_values(case)
    return {
        "case": case,
        "now": now,
        "zone": case.hospital.zone,
        "situation": situation_of(case, sides, now, people),
        "window": window(case, now),
        "without_window": state_words(case),
        "alerts_at": alerts_at(case),
        "journey": case.journey,
        "means": TransportMeans(case.journey.means).label if case.journey and case.journey.means else "",
        "needs": needs(case, background),
        "ready": at_a_glance(background, case.hospital.zone, without="transport_needs"),
        "flags": [texts.red_flag_text(code) for code in values.red_flags],
        "forms": [forms.build(verb, case=case) for verb in ONE_TAP if verb in usable],
        **since_acceptance(case, values, now),
    }


def to_confirm(case: Case, user: User, now: datetime) -> dict[str, Any]:
    """The context of the page that the code of a letter opens: who it is, and what the reader can do."""
    people = people_around([case], now, with_duty=True)
    return {
        "case": case,
        "now": now,
        "zone": case.hospital.zone,
        "journey": case.journey,
        "situation": situation_of(case, cases.sides(user, case), now, people),
        "forms": [forms.build(verb, case=case) for verb in verbs_at_the_door(case, user)],
        "is_sheet": has_sheet(case),
    }


def window(case: Case, now: datetime) -> Window | None:
    """The time from departure, or acceptance, to the expected arrival, while the patient is not there."""
    is_there = case.journey is not None and case.journey.arrived_at is not None
    starts_at, expected = case.departed_at or case.accepted_at, case.expected_arrival_at
    if is_there or case.admitted_at is not None or starts_at is None or expected is None:
        return None
    return Window(EXPECTED_ARRIVAL, min(starts_at, expected), expected, now, case.hospital.zone)


def alerts_at(case: Case) -> datetime | None:
    """When people are alerted of a patient who has not arrived."""
    rows = (row for row in case.deadlines.all() if row.kind == Kind.ARRIVE and row.closed_at is None)
    return next((row.due_at for row in rows), None)


def needs(case: Case, background: Background | None) -> list[Text]:
    """What the patient needs on the way and so at the door, as either statement has it."""
    stated = set(case.journey.needs) if case.journey else set()
    stated |= set(background.content.get("transport_needs", ())) if background else set()
    return [need.label for need in TransportNeed if need.value in stated]


def since_acceptance(case: Case, values: CaseValues, now: datetime) -> dict[str, Any]:
    """Values, files, messages and events that came after the ward had accepted."""
    since = case.accepted_at or now
    return {
        "new_values": new_values(values, since, now),
        "new_files": case.files.counting().filter(added_at__gt=since),
        "new_messages": cases.messages(case).filter(sent_at__gt=since),
        "new_lines": new_lines(case, since),
    }


def new_values(values: CaseValues, since: datetime, now: datetime) -> list[tuple[LabValue, LabValue | None]]:
    """The newest value of each input that is another one since then, with the last one from before it."""
    rows = []
    for name, newest in values.latest.items():
        before = [row for row in values.values if row.input == name and row.entered_at <= since]
        if newest.entered_at > since and not (before and said(before[-1]) == said(newest)):
            rows.append((in_words(newest, now), in_words(before[-1], now) if before else None))
    return rows


def new_lines(case: Case, since: datetime) -> Sequence[Line]:
    """What else happened on the case after `since`, the newest first."""
    events = cases.events(case).filter(recorded_at__gt=since).exclude(what__in=SHOWN_ABOVE)
    return lines(case, events)


def state_words(case: Case) -> str:
    """Why there is no countdown."""
    if case.admitted_at is not None:
        return _("The patient is in the ward.")
    return _("No arrival is expected yet: the first hospital has not said when it sends the patient.")
