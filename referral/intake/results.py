"""Results that a hospital's laboratory system sent: matched to a case, and proposed to its people.

Nothing that a machine sent is a value before a person takes it. What matches nobody, or two, waits for a
person of the hospital and is never dropped.
"""

import base64
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q

from accounts import audit
from accounts.encryption import blind_index
from accounts.models import User
from files import hints
from integrations.models import Integration, ReceivedMessage
from integrations.receiving import digest_of
from labs.fhir_report import RecordedResults
from labs.hl7 import NotHL7, read_message
from labs.hl7_report import Results
from labs.models import LabReading, ReadingState
from labs.report import Report
from referral.alerts.compose import notify_results
from referral.identity.text import folded_name, folded_number
from referral.models import Case, Patient
from referral.pathway.vocabulary import OPEN

log = structlog.get_logger(__name__)
AT_ONCE = 50
KEPT_FOR = timedelta(days=30)
SHOWN_FOR = timedelta(days=3)
MOST_SHOWN = 100
TASK = "referral.tasks.read_results"
S = ReceivedMessage.State


def process_waiting(now: datetime) -> int:
    """Match and propose what has arrived, each message in a transaction of its own; return how many."""
    waiting = ReceivedMessage.objects.filter(state=S.WAITING).order_by("received_at", "pk")
    keys = list(waiting.values_list("pk", flat=True)[:AT_ONCE])
    return sum(_process(key, now) for key in keys)


def _process(key: UUID, now: datetime) -> bool:
    """Whether a message was settled; one that breaks something is kept as unreadable and stops no other."""
    try:
        return _read(key, now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("results_not_read", message=str(key))
        row = ReceivedMessage.objects.get(pk=key)
        return _settle(row, S.UNREADABLE, now, reason="failed")


@transaction.atomic
def _read(key: UUID, now: datetime) -> bool:
    rows = ReceivedMessage.objects.select_related("integration__account", "integration__hospital")
    row = rows.select_for_update(of=("self",), skip_locked=True).filter(pk=key, state=S.WAITING).first()
    if row is None:
        return False
    try:
        results = results_in(row)
    except NotHL7 as error:
        return _settle(row, S.UNREADABLE, now, reason=error.code)
    report = results.report()
    row.reading = _reading_of(row, report, now).pk
    matching = matching_cases(results, row.integration.account)
    if len(matching) != 1:
        return _settle(row, S.UNMATCHED, now, reason="several" if matching else "nobody")
    (case,) = matching
    if reason := contradiction(results, case.patient):
        return _settle(row, S.UNMATCHED, now, reason=reason)
    propose(row, case, now)
    return True


def results_in(row: ReceivedMessage) -> Results:
    """Raises NotHL7."""
    message = read_message(base64.b64decode(row.content))
    return Results(message, ZoneInfo(row.integration.hospital.zone))


def _settle(row: ReceivedMessage, state: str, now: datetime, *, reason: str) -> bool:
    row.state, row.reason, row.settled_at = state, reason, now
    row.save(update_fields=["state", "reason", "settled_at", "reading"])
    return True


def propose(row: ReceivedMessage, case: Case, now: datetime, by: User | None = None) -> None:
    """Hand the results of a message to the people of a case, who are told that there are some."""
    row.state, row.reason, row.settled_at = S.PROPOSED, "", now
    row.case, row.settled_by = case.pk, by
    row.save(update_fields=["state", "reason", "settled_at", "reading", "case", "settled_by"])
    notify_results(case, now=now)


@transaction.atomic
def propose_report(
    *, integration: Integration, case: Case, report: Report, control_id: str, content: bytes, now: datetime
) -> None:
    """Propose a report that came for a case which its sender names; the same one again changes nothing."""
    row, is_new = ReceivedMessage.objects.get_or_create(
        integration=integration,
        control_id=control_id,
        digest=digest_of(content),
        defaults={
            "content": base64.b64encode(content).decode(),
            "received_at": now,
            "kept_until": now + timedelta(days=settings.INTEGRATION_MESSAGES_DAYS),
        },
    )
    if is_new:
        row.reading = _reading_of(row, report, now).pk
        propose(row, case, now)


def _reading_of(row: ReceivedMessage, report: Report, now: datetime) -> LabReading:
    return LabReading.objects.create(
        asked_by=row.integration.account,
        asked_at=row.received_at,
        form=report.form,
        state=ReadingState.READ,
        result=report.as_dict(),
        settled_at=now,
        kept_until=now + KEPT_FOR,
    )


def matching_cases(results: Results | RecordedResults, account: User) -> list[Case]:
    """Open cases that the system sees whose patient has one of the numbers, as their hospital wrote it."""
    hospitals = account.access.refers_for
    hashes = [
        blind_index("local_number", str(hospital), folded_number(number))
        for hospital in hospitals
        for number in results.patient_numbers
        if folded_number(number)
    ]
    rows = Case.objects.visible_to(account).filter(state__in=OPEN, patient__local_number_index__in=hashes)
    return list(rows.select_related("patient", "hospital", "ward")[:3])


def contradiction(results: Results | RecordedResults, patient: Patient) -> str:
    """What of the message is another than the patient's: `name`, `sex`, `birth_date`; empty for nothing."""
    said = results.person
    if said.name and folded_name(said.name) != folded_name(patient.name):
        return "name"
    if said.sex and said.sex != patient.sex:
        return "sex"
    born = str(patient.identity["birth_date"])
    is_other = results.birth_date and results.birth_date[: len(born)] != born
    return "birth_date" if is_other else ""


def hint() -> None:
    """Let a worker look at once; without the broker the next round of beat does."""
    hints.send(TASK, queue="bulk")


def of_person(user: User, now: datetime) -> list[ReceivedMessage]:
    """What the systems of the person's hospitals and wards sent and still matters: without a patient, and
    others of the last days; the newest first."""
    own = LabReading.objects.visible_to(user).values("pk")
    access = user.access
    systems = Q(integration__ward__in=access.wards) | Q(
        integration__ward=None, integration__hospital__in=access.refers_for
    )
    unreadable = systems & Q(state=S.UNREADABLE)
    rows = ReceivedMessage.objects.filter(Q(reading__in=own) | unreadable)
    rows = rows.filter(Q(state=S.UNMATCHED) | Q(received_at__gte=now - SHOWN_FOR))
    return list(rows.select_related("integration").order_by("-received_at", "-pk")[:MOST_SHOWN])


def waiting_count(user: User) -> int:
    """How many results wait for a patient, of those that the person may read."""
    own = LabReading.objects.visible_to(user).values("pk")
    return ReceivedMessage.objects.filter(state=S.UNMATCHED, reading__in=own).count()


def reports_of(rows: Iterable[ReceivedMessage], user: User) -> dict[UUID | None, Mapping[str, Any]]:
    """The reports of messages, by the id of their reading."""
    keys = [row.reading for row in rows if row.reading]
    readings = LabReading.objects.visible_to(user).filter(pk__in=keys)
    return {reading.pk: reading.result for reading in readings}


def cases_of(rows: Iterable[ReceivedMessage], user: User) -> dict[UUID | None, Case]:
    """The cases that messages were proposed on, as far as the person sees them."""
    keys = [row.case for row in rows if row.case]
    return {case.pk: case for case in Case.objects.visible_to(user).filter(pk__in=keys)}


def cases_to_choose(user: User) -> list[Case]:
    """The open cases that results may be of, the newest first."""
    rows = Case.objects.visible_to(user).filter(state__in=OPEN).select_related("patient")
    return list(rows.order_by("-registered_at")[:MOST_SHOWN])


@transaction.atomic
def assign(*, user: User, key: UUID, chosen: str, now: datetime) -> Case:
    """Propose results without a patient on a visible open case, as a person says.

    Raises ReceivedMessage.DoesNotExist, then ValueError where `chosen` is no id, and Case.DoesNotExist.
    """
    row = _unmatched(user, key)
    rows = Case.objects.visible_to(user).filter(state__in=OPEN).select_related("hospital", "ward")
    case = rows.get(pk=UUID(chosen))
    propose(row, case, now, by=user)
    _record(user, "assign_results", case, row, now)
    return case


@transaction.atomic
def set_aside(*, user: User, key: UUID, now: datetime) -> None:
    """Results that concern none of the cases here. Raises ReceivedMessage.DoesNotExist."""
    row = _unmatched(user, key)
    row.state, row.settled_at, row.settled_by = S.SET_ASIDE, now, user
    row.save(update_fields=["state", "settled_at", "settled_by"])
    _record(user, "set_results_aside", None, row, now)


def _unmatched(user: User, key: UUID) -> ReceivedMessage:
    own = LabReading.objects.visible_to(user).values("pk")
    rows = ReceivedMessage.objects.select_related("integration__hospital").filter(reading__in=own)
    return rows.select_for_update(of=("self",)).get(pk=key, state=S.UNMATCHED)


def _record(user: User, action: str, case: Case | None, row: ReceivedMessage, now: datetime) -> None:
    audit.record(
        actor=user,
        action=action,
        subject_type="case",
        subject_id=case.pk if case else "",
        now=now,
        network=row.integration.hospital.network_id,
        message=str(row.pk),
    )


def arrived(user: User, case: Case) -> Iterable[ReceivedMessage]:
    """Results that wait on a case, the newest first, for who may read them."""
    own = LabReading.objects.visible_to(user).values("pk")
    rows = ReceivedMessage.objects.filter(case=case.pk, state=S.PROPOSED, reading__in=own)
    return rows.select_related("integration").order_by("-received_at")


def untaken_since(case: Case) -> datetime | None:
    """When results came that are newer than the values of a case; None where none are. Of a visible case."""
    saved = (
        case.assessment.recorded_at if case.assessment else None,
        case.draft.saved_at if case.draft else None,
    )
    moments = [moment for moment in saved if moment]
    rows = ReceivedMessage.objects.filter(case=case.pk, state=S.PROPOSED)
    if moments:
        rows = rows.filter(settled_at__gt=max(moments))
    return rows.order_by("-settled_at").values_list("settled_at", flat=True).first()
