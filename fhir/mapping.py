"""What a state and a verb are in FHIR: one column beside the pathway's table.

Every state and every verb has its row here; a test fails where one has none. `manage.py draw_fhir_mapping`
writes the table into docs/interoperability.md. Business statuses with a number are those of BSeR (HL7
Bidirectional Services eReferral), whose profiles are not claimed; the others are our own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fhir.datatypes import Json, coding, concept, own_system
from referral.models import Case, Offer
from referral.pathway.vocabulary import IN_WARD, State, Verb

BSER = "http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS"
OWN_STATUS = own_system("task-business-status")
S, V = State, Verb


@dataclass(frozen=True, slots=True)
class TaskStatus:
    """Task.status and the code of Task.businessStatus."""

    status: str
    business: str

    @property
    def concept(self) -> Json:
        system = BSER if self.business[0].isdigit() else OWN_STATUS
        return concept(coding(system, self.business, BUSINESS[self.business]))


BUSINESS: Mapping[str, str] = {
    "2.0": "Service Request Created",
    "3.0": "Service Request Accepted",
    "4.0": "Service Request Declined",
    "5.1.4": "Service Request Event Completed",
    "6.0": "Service Request Fulfillment Cancelled",
    "7.0": "Service Request Fulfillment Completed",
    "expired": "Not answered in time",
    "ward-closed": "The ward closed",
    "superseded": "Another ward admitted the patient",
    "transferred": "Moved to another ward",
    "in-transit": "On the way",
    "arrived": "Arrived, not yet handed over",
    "admitted": "Admitted",
    "entered-in-error": "Entered in error",
}

REQUESTED = TaskStatus("requested", "2.0")
RECEIVED = TaskStatus("received", "2.0")
ACCEPTED = TaskStatus("accepted", "3.0")
REJECTED = TaskStatus("rejected", "4.0")
EXPIRED = TaskStatus("cancelled", "expired")
WARD_CLOSED = TaskStatus("cancelled", "ward-closed")
SUPERSEDED = TaskStatus("cancelled", "superseded")
TRANSFERRED = TaskStatus("cancelled", "transferred")
CANCELLED = TaskStatus("cancelled", "6.0")
IN_TRANSIT = TaskStatus("in-progress", "in-transit")
ARRIVED = TaskStatus("in-progress", "arrived")
ADMITTED = TaskStatus("in-progress", "admitted")
DIAGNOSED = TaskStatus("in-progress", "5.1.4")
COMPLETED = TaskStatus("completed", "7.0")
IN_ERROR = TaskStatus("entered-in-error", "entered-in-error")

REQUEST_STATUS: Mapping[State, str] = {
    S.REGISTERED: "draft",
    S.WATCHED: "draft",
    S.OFFERED: "active",
    S.UNPLACED: "active",
    S.ACCEPTED: "active",
    S.IN_TRANSIT: "active",
    S.ADMITTED: "active",
    S.DIAGNOSED: "active",
    S.FOLLOW_UP: "completed",
    S.CLOSED: "completed",
    S.CANCELLED: "entered-in-error",
}
"""ServiceRequest.status by state. After one that ended without an admission it is `revoked`."""

TASK_AFTER: Mapping[Verb, TaskStatus | None] = {
    V.REGISTER: None,
    V.SAVE_INDICATORS: None,
    V.STATE_BACKGROUND: None,
    V.ASSESS: REQUESTED,
    V.REFER: REQUESTED,
    V.ASK_ADVICE: None,
    V.ANSWER_ADVICE: None,
    V.ACKNOWLEDGE: RECEIVED,
    V.ACCEPT: ACCEPTED,
    V.ASK_BACK: None,
    V.ANSWER_BACK: None,
    V.ACCEPT_WHEN_FREE: None,
    V.DECLINE: REJECTED,
    V.EXPIRE_OFFER: EXPIRED,
    V.PASS_ON: WARD_CLOSED,
    V.REDIRECT: REQUESTED,
    V.WITHDRAW: CANCELLED,
    V.DEPART: IN_TRANSIT,
    V.DESCRIBE_TRANSPORT: None,
    V.CHANGE_ARRIVAL: None,
    V.CORRECT_JOURNEY: None,
    V.ARRIVE: ARRIVED,
    V.HAND_OVER: ADMITTED,
    V.RELEASE: REJECTED,
    V.DIVERT: IN_TRANSIT,
    V.ADMIT: ADMITTED,
    V.UNDO_ADMISSION: None,
    V.CONFIRM_ADMISSION: None,
    V.RECORD_KIT_RESULT: None,
    V.ASSESS_ORGAN_FAILURE: None,
    V.RETRACT_RECORD: None,
    V.RECORD_PRECIPITANT: None,
    V.RECORD_INTERVENTION: None,
    V.RECORD_TREATMENT: None,
    V.RECORD_ARTIFICIAL_LIVER: None,
    V.SET_NUTRITION_TARGET: None,
    V.RECORD_INTAKE: None,
    V.RECORD_IMMUNE_STATUS: None,
    V.RECORD_PANEL: None,
    V.TRANSFER: TRANSFERRED,
    V.DIAGNOSE: DIAGNOSED,
    V.DECIDE_TRANSPLANT: None,
    V.BACK_REFER: COMPLETED,
    V.DISCHARGE: COMPLETED,
    V.CORRECT_DIAGNOSIS: None,
    V.CORRECT_BACK_REFERRAL: None,
    V.CONFIRM_RETURN: None,
    V.RECORD_OUTCOME: None,
    V.SETTLE_OUTCOME: None,
    V.CORRECT_OUTCOME: None,
    V.RECORD_DEATH: CANCELLED,
    V.END_REFERRAL: CANCELLED,
    V.MESSAGE: None,
    V.ADD_FILE: None,
    V.RETRACT_FILE: None,
    V.CORRECT_FIRST_VISIT: None,
    V.CORRECT_IDENTITY: None,
    V.MARK_ENTERED_IN_ERROR: IN_ERROR,
    V.EXTEND: None,
    V.SNOOZE: None,
    V.EXPLAIN_DELAY: None,
}
"""What the Task of the request is after a verb; None where it stays as it was."""

LIVE: Mapping[str, TaskStatus] = {
    S.OFFERED: REQUESTED,
    S.ACCEPTED: ACCEPTED,
    S.IN_TRANSIT: IN_TRANSIT,
    S.ADMITTED: ADMITTED,
    S.DIAGNOSED: DIAGNOSED,
}
"""Task of the accepted offer by the state of its case."""

OFFER_STATUS: Mapping[str, TaskStatus] = {
    Offer.State.DECLINED: REJECTED,
    Offer.State.RELEASED: REJECTED,
    Offer.State.EXPIRED: EXPIRED,
    Offer.State.WARD_CLOSED: WARD_CLOSED,
    Offer.State.WITHDRAWN: CANCELLED,
    Offer.State.SUPERSEDED: SUPERSEDED,
}


def request_status(case: Case) -> str:
    """ServiceRequest.status of a case."""
    ended_without = case.state in (S.FOLLOW_UP, S.CLOSED) and case.admitted_at is None
    return "revoked" if ended_without else REQUEST_STATUS[State(case.state)]


def task_status(offer: Offer, sees: bool) -> TaskStatus:
    """What the Task of an offer is, for somebody who sees its case or only the offer."""
    if offer.state == Offer.State.OPEN:
        return RECEIVED if offer.acknowledged_at else REQUESTED
    if offer.state != Offer.State.ACCEPTED:
        return OFFER_STATUS[offer.state]
    return _of_accepted(offer) if sees else ACCEPTED


def _of_accepted(offer: Offer) -> TaskStatus:
    case = offer.case
    if case.state == S.CANCELLED:
        return IN_ERROR
    if case.ward_id is not None and case.ward_id != offer.ward_id:
        return TRANSFERRED if case.state in IN_WARD or case.admitted_at else SUPERSEDED
    if case.state in LIVE:
        return LIVE[case.state]
    return COMPLETED if case.admitted_at else CANCELLED
