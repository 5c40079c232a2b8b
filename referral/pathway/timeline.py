"""The timeline: numbered, append-only lines of what happened to a case."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from accounts.arrays import array
from accounts.ids import new_id
from accounts.models import User
from referral.models import Case, Event
from referral.pathway.table import TABLE
from referral.pathway.vocabulary import IN_WARD, State, Verb

DEADLINE_MISSED = "deadline_missed"
DEADLINE_MET_LATE_RECORD = "deadline_met_recorded_late"
NOBODY_ON_DUTY = "nobody_on_duty"
DEADLINE_QUARANTINED = "deadline_quarantined"
DEADLINE_RELEASED = "deadline_released"
ALERT_UNDELIVERABLE = "alert_undeliverable"
MET_ELSEWHERE = "met_elsewhere"
MET_DEAD = "met_recorded_dead"
READMITTED = "readmitted"
ACCESS_LOST = "access_lost"
NEXT_ALERTED = "next_alerted"

STORE = """
INSERT INTO referral_event
    (id, case_id, number, what, state_before, state_after, details, occurred_at, recorded_at)
SELECT id, case_id, number, what, state, state, details, occurred_at, recorded_at
FROM unnest(%(ids)s::uuid[], %(cases)s::uuid[], %(numbers)s::int[], %(whats)s::text[], %(states)s::text[],
        %(details)s::jsonb[], %(occurred)s::timestamptz[], %(recorded)s::timestamptz[])
    AS line(id, case_id, number, what, state, details, occurred_at, recorded_at)
"""

LABELS = {
    DEADLINE_MISSED: _("Deadline missed"),
    DEADLINE_MET_LATE_RECORD: _("Deadline met, recorded late"),
    NOBODY_ON_DUTY: _("Nobody on duty"),
    DEADLINE_QUARANTINED: _("Deadline set aside for an operator"),
    DEADLINE_RELEASED: _("Deadline set aside runs again"),
    ALERT_UNDELIVERABLE: _("An alert could not be delivered"),
    MET_ELSEWHERE: _("Seen at another hospital"),
    MET_DEAD: _("Registered again although recorded as dead"),
    NEXT_ALERTED: _("The next were alerted at once, as somebody asked by telephone"),
    ACCESS_LOST: _("Your role no longer covers this case"),
    Verb.REGISTER: _("First visit registered"),
    Verb.SAVE_INDICATORS: _("Indicators saved"),
    Verb.ASSESS: _("Indicators assessed"),
    Verb.REFER: _("Referred on clinical judgement"),
    Verb.ACKNOWLEDGE: _("Request acknowledged"),
    Verb.ACCEPT: _("Request accepted"),
    Verb.DECLINE: _("Request declined"),
    Verb.EXPIRE_OFFER: _("Request expired without an answer"),
    Verb.PASS_ON: _("The ward stopped taking patients; the request went to the next ward"),
    Verb.REDIRECT: _("Another ward was asked"),
    Verb.WITHDRAW: _("Request taken back"),
    Verb.STATE_BACKGROUND: _("Background stated"),
    Verb.ASK_BACK: _("The ward asked the first hospital a question"),
    Verb.ANSWER_BACK: _("The first hospital answered the ward"),
    Verb.ACCEPT_WHEN_FREE: _("The ward accepts when a bed is free"),
    Verb.DEPART: _("Patient left the first hospital"),
    Verb.DESCRIBE_TRANSPORT: _("Who brings the patient was stated"),
    Verb.CHANGE_ARRIVAL: _("Expected arrival changed"),
    Verb.CORRECT_JOURNEY: _("Departure or arrival time corrected"),
    Verb.ARRIVE: _("Patient arrived at the ward"),
    Verb.HAND_OVER: _("Patient handed over to the ward"),
    Verb.RELEASE: _("Promised bed taken back"),
    Verb.DIVERT: _("Diverted to another ward"),
    Verb.ADMIT: _("Patient admitted"),
    Verb.UNDO_ADMISSION: _("Admission marked as entered in error"),
    Verb.CONFIRM_ADMISSION: _("The admission stands; the ward that expected the patient sees no more"),
    Verb.RECORD_PRECIPITANT: _("Precipitant recorded"),
    Verb.RECORD_INTERVENTION: _("Treatment of the precipitant recorded"),
    Verb.RECORD_KIT_RESULT: _("Kit result recorded"),
    Verb.ASSESS_ORGAN_FAILURE: _("Organ failures assessed"),
    Verb.RETRACT_RECORD: _("Record of the ward marked as entered in error"),
    Verb.RECORD_TREATMENT: _("Treatment checklist updated"),
    Verb.RECORD_ARTIFICIAL_LIVER: _("Artificial liver session recorded"),
    Verb.SET_NUTRITION_TARGET: _("Nutrition target set"),
    Verb.RECORD_INTAKE: _("Energy intake recorded"),
    Verb.RECORD_IMMUNE_STATUS: _("Immune markers recorded"),
    Verb.RECORD_PANEL: _("Laboratory panel recorded"),
    Verb.TRANSFER: _("Transferred to another ward"),
    Verb.DECIDE_TRANSPLANT: _("Decision on transplant recorded"),
    Verb.DIAGNOSE: _("Diagnosis fixed"),
    Verb.BACK_REFER: _("Referred back to the first hospital"),
    Verb.DISCHARGE: _("Discharged"),
    Verb.CORRECT_DIAGNOSIS: _("Diagnosis corrected"),
    Verb.CORRECT_BACK_REFERRAL: _("Back-referral corrected"),
    Verb.CONFIRM_RETURN: _("Return confirmed"),
    Verb.RECORD_OUTCOME: _("Outcome recorded"),
    Verb.CORRECT_OUTCOME: _("Outcome corrected"),
    Verb.SETTLE_OUTCOME: _("Outcome settled"),
    Verb.ASK_ADVICE: _("Advice asked of a ward"),
    Verb.ANSWER_ADVICE: _("Advice given"),
    READMITTED: _("A new acute episode began"),
    Verb.RECORD_DEATH: _("Death recorded"),
    Verb.END_REFERRAL: _("Referral ended"),
    Verb.MESSAGE: _("Message written"),
    Verb.ADD_FILE: _("Picture or document added"),
    Verb.RETRACT_FILE: _("File marked as entered in error"),
    Verb.CORRECT_FIRST_VISIT: _("First visit corrected"),
    Verb.CORRECT_IDENTITY: _("Identity corrected"),
    Verb.MARK_ENTERED_IN_ERROR: _("Marked as entered in error"),
    Verb.EXTEND: _("Deadline extended"),
    Verb.SNOOZE: _("Reminders silenced"),
    Verb.EXPLAIN_DELAY: _("Reason for the delay given"),
}
"""What has happened, in words, by `Event.what`."""


WITHOUT_A_WARD = {
    Verb.PASS_ON: _("The ward stopped taking patients; there is no other ward to ask"),
    Verb.DECLINE: _("Request declined; there is no other ward to ask"),
    Verb.EXPIRE_OFFER: _("Request expired without an answer; there is no other ward to ask"),
    Verb.RELEASE: _("Promised bed taken back; there is no other ward to ask"),
}
"""What has happened, in words, by `Event.what`, where the case has no ward after it."""


def label(what: str, state_after: str = "") -> Any:
    """The words for an event after which the case is in `state_after`, in the reader's language."""
    without = WITHOUT_A_WARD.get(Verb(what)) if state_after == State.UNPLACED and what in Verb else None
    return without or LABELS[what]


OF_A_STAY = frozenset(
    {Verb.ADMIT, Verb.HAND_OVER, Verb.RETRACT_RECORD, Verb.CORRECT_DIAGNOSIS}
    | {row.verb for row in TABLE if row.sources <= IN_WARD}
)
"""What is done in a ward, and so goes with an admission that was entered in error."""


def voided(events: Iterable[Event]) -> set[int]:
    """The numbers of those lines of one case's timeline that went with an admission entered in error."""
    rows = list(events)
    spans = [(row.details["since"], row.number) for row in rows if row.what == Verb.UNDO_ADMISSION]
    return {
        row.number
        for row in rows
        for begin, end in spans
        if begin <= row.number < end and row.what in OF_A_STAY
    }


@dataclass(slots=True)
class Line:
    """A line that the engine adds by itself: nobody did it, nobody wrote a note; the state stays."""

    case: Case
    number: int
    what: str
    state: str
    details: dict[str, Any]
    occurred_at: datetime
    recorded_at: datetime

    def as_event(self) -> Event:
        return Event(
            case=self.case,
            number=self.number,
            what=self.what,
            state_before=self.state,
            state_after=self.state,
            details=self.details,
            occurred_at=self.occurred_at,
            recorded_at=self.recorded_at,
        )


def line(
    case: Case,
    what: str,
    *,
    now: datetime,
    details: dict[str, Any] | None = None,
    occurred_at: datetime | None = None,
) -> Line:
    """The engine's next line of a locked case. The caller stores it, and the case's count of events."""
    case.event_count += 1
    return Line(case, case.event_count, what, case.state, details or {}, occurred_at or now, now)


def store(lines: Sequence[Line]) -> None:
    """Insert the engine's lines of many cases in one statement."""
    params = {
        "ids": array(new_id() for _line in lines),
        "cases": array(line.case.pk for line in lines),
        "numbers": array(line.number for line in lines),
        "whats": array(line.what for line in lines),
        "states": array(line.state for line in lines),
        "details": array(json.dumps(line.details) for line in lines),
        "occurred": array(line.occurred_at for line in lines),
        "recorded": array(line.recorded_at for line in lines),
    }
    if lines:
        with connection.cursor() as cursor:
            cursor.execute(STORE, params)


def store_with_events(entries: Iterable[Event | Line]) -> None:
    """Insert what verbs and the engine wrote about one case in one statement."""
    Event.objects.bulk_create([entry if isinstance(entry, Event) else entry.as_event() for entry in entries])


def event(
    case: Case,
    what: str,
    *,
    actor: User | None,
    now: datetime,
    before: str | None = None,
    details: dict[str, Any] | None = None,
    note: str | None = None,
    personal: Mapping[str, Any] | None = None,
    occurred_at: datetime | None = None,
) -> Event:
    """The next line of a locked case. The caller stores it, and the case's count of events."""
    case.event_count += 1
    return Event(
        case=case,
        number=case.event_count,
        what=str(what),
        actor=actor,
        state_before=case.state if before is None else before,
        state_after=case.state,
        details=details or {},
        note=note or None,
        personal=personal or None,
        occurred_at=occurred_at or now,
        recorded_at=now,
    )
