"""Every resource type that is served: whence its rows, how they are shown, by what they are searched."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Q, QuerySet

from accounts.models import Hospital, Membership, User, Ward
from fhir.datatypes import Json
from fhir.mapping import REQUEST_STATUS
from fhir.parameters import NOTHING, Parameter, identifier, moment, reference, text, token
from fhir.resources import findings, places, records, referral, subscriptions
from integrations.models import EventSubscription
from referral.models import Case, Offer
from referral.queries import exchange

Rows = Callable[[User], QuerySet[Any]]
Render = Callable[[Any], Json]
CaseOf = Callable[[Any], Case | None]


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of row behind a type. `case_of`: the case it is of, whose reading is recorded."""

    rows: Rows
    render: Render
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    case_of: CaseOf = lambda row: row.case


@dataclass(frozen=True, slots=True)
class ResourceType:
    """`sources` follow each other in a search; `includes`: by name, the element that holds the reference."""

    name: str
    sources: tuple[Source, ...]
    includes: Mapping[str, str] = field(default_factory=dict)

    @property
    def parameters(self) -> dict[str, str]:
        """The kinds of the parameters of all sources, by name."""
        return {name: one.kind for source in self.sources for name, one in source.parameters.items()}


@dataclass(frozen=True, slots=True)
class DerivedType:
    """A type whose resources are made of whole cases: `of_case` of rows with all findings."""

    name: str
    of_case: Callable[[Case], list[Json]]
    includes: Mapping[str, str]
    parameters: Mapping[str, str]


def _places(model: Any, *related: str) -> Rows:
    return lambda user: model.objects.visible_to(user).select_related(*related)


def _people(user: User) -> QuerySet[User]:
    return User.objects.visible_to(user).filter(is_program=False)


def _roles(user: User) -> QuerySet[Membership]:
    rows = Membership.objects.filter(network__in=user.access.networks, user__is_program=False)
    return rows.select_related("user", "hospital", "ward__hospital")


def _no_case(_row: Any) -> None:
    return None


def _own_subscriptions(user: User) -> QuerySet[EventSubscription]:
    return EventSubscription.objects.filter(integration__account=user).annotate(updated=F("updated_at"))


def _request_status() -> dict[str, Q]:
    ended = Q(state__in=["follow_up", "closed"])
    by_status: dict[str, Q] = {}
    for state, status in REQUEST_STATUS.items():
        by_status[status] = by_status.get(status, NOTHING) | Q(state=state)
    return {
        **by_status,
        "completed": ended & Q(admitted_at__isnull=False),
        "revoked": ended & Q(admitted_at__isnull=True),
    }


def _task_status() -> dict[str, Q]:
    state = Offer.State
    accepted = Q(state=state.ACCEPTED)
    in_hand = accepted & Q(case__ward=F("ward"))
    cancelled = [state.EXPIRED, state.WARD_CLOSED, state.WITHDRAWN, state.SUPERSEDED]
    done = ["follow_up", "closed"]
    return {
        "requested": Q(state=state.OPEN, acknowledged_at__isnull=True),
        "received": Q(state=state.OPEN, acknowledged_at__isnull=False),
        "accepted": in_hand & Q(case__state="accepted"),
        "in-progress": in_hand & Q(case__state__in=["in_transit", "admitted", "diagnosed"]),
        "completed": in_hand & Q(case__state__in=done, case__admitted_at__isnull=False),
        "rejected": Q(state__in=[state.DECLINED, state.RELEASED]),
        "cancelled": Q(state__in=cancelled)
        | accepted & ~Q(case__ward=F("ward"))
        | in_hand & Q(case__state__in=done, case__admitted_at__isnull=True),
    }


RETURN_STATUS = {
    "requested": Q(confirmed_at__isnull=True),
    "active": Q(confirmed_at__isnull=True),
    "completed": Q(confirmed_at__isnull=False),
}
PATIENT = reference("case__patient", "Patient")
REFERRAL = reference("case", "ServiceRequest")
OF_A_CASE = {"patient": PATIENT, "subject": PATIENT, "based-on": REFERRAL}
SUBJECT = {"patient": "subject", "subject": "subject"}


def _number(system: str, number: str) -> Q:
    is_other = bool(system) and system != referral.CASE_NUMBER
    return NOTHING if is_other else Q(number=number)


TYPES: Mapping[str, ResourceType | DerivedType] = {
    one.name: one
    for one in (
        ResourceType(
            "Patient",
            (
                Source(
                    exchange.patients,
                    referral.patient,
                    {"gender": token("sex"), "organization": reference("case__hospital", "Organization")},
                ),
            ),
            {"organization": "managingOrganization"},
        ),
        ResourceType(
            "Practitioner",
            (Source(_people, places.practitioner, {"name": text("name")}, _no_case),),
        ),
        ResourceType(
            "PractitionerRole",
            (
                Source(
                    _roles,
                    places.practitioner_role,
                    {
                        "practitioner": reference("user", "Practitioner"),
                        "service": reference("ward", "HealthcareService"),
                        "role": token("role"),
                    },
                    _no_case,
                ),
            ),
            {
                "practitioner": "practitioner",
                "organization": "organization",
                "service": "healthcareService",
            },
        ),
        ResourceType(
            "Organization",
            (Source(_places(Hospital), places.organization, {"name": text("name_zh", "name_en")}, _no_case),),
        ),
        ResourceType(
            "HealthcareService",
            (
                Source(
                    _places(Ward, "hospital"),
                    places.healthcare_service,
                    {
                        "name": text("name_zh", "name_en"),
                        "organization": reference("hospital", "Organization"),
                    },
                    _no_case,
                ),
            ),
            {"organization": "providedBy", "location": "location"},
        ),
        ResourceType(
            "Location",
            (
                Source(
                    _places(Ward, "hospital"),
                    places.location,
                    {
                        "name": text("name_zh", "name_en"),
                        "organization": reference("hospital", "Organization"),
                    },
                    _no_case,
                ),
            ),
            {"organization": "managingOrganization"},
        ),
        ResourceType(
            "ServiceRequest",
            (
                Source(
                    exchange.referrals,
                    referral.service_request,
                    {
                        "patient": reference("patient", "Patient"),
                        "subject": reference("patient", "Patient"),
                        "status": token("", _request_status()),
                        "identifier": identifier(_number),
                        "authored": moment("registered_at"),
                        "performer": reference("ward", "HealthcareService"),
                    },
                    lambda row: row,
                ),
                Source(
                    exchange.returns,
                    referral.way_back,
                    {
                        **OF_A_CASE,
                        "status": token("", RETURN_STATUS),
                        "authored": moment("occurred_at"),
                        "performer": reference("hospital", "Organization"),
                    },
                ),
            ),
            {**SUBJECT, "based-on": "basedOn", "requester": "requester", "performer": "performer"},
        ),
        ResourceType(
            "Task",
            (
                Source(
                    exchange.offers,
                    referral.task_of_offer,
                    {
                        "patient": PATIENT,
                        "focus": REFERRAL,
                        "status": token("", _task_status()),
                        "owner": reference("ward", "HealthcareService"),
                        "authored-on": moment("offered_at"),
                    },
                    lambda row: row.case if row.sees else None,
                ),
                Source(
                    exchange.returns,
                    referral.task_of_return,
                    {
                        "patient": PATIENT,
                        "focus": reference("pk", "ServiceRequest"),
                        "status": token("", RETURN_STATUS),
                        "owner": reference("hospital", "Organization"),
                        "authored-on": moment("occurred_at"),
                    },
                ),
            ),
            {"patient": "for", "focus": "focus", "owner": "owner", "requester": "requester"},
        ),
        ResourceType(
            "Encounter",
            (
                Source(
                    exchange.stays,
                    referral.encounter,
                    {**OF_A_CASE, "date": moment("admitted_at"), "location": reference("ward", "Location")},
                ),
            ),
            {**SUBJECT, "based-on": "basedOn", "service-provider": "serviceProvider"},
        ),
        DerivedType(
            "Observation",
            findings.observations,
            {**SUBJECT, "based-on": "basedOn", "encounter": "encounter"},
            {
                "patient": "reference",
                "subject": "reference",
                "based-on": "reference",
                "code": "token",
                "category": "token",
                "status": "token",
                "date": "date",
            },
        ),
        DerivedType(
            "Condition",
            findings.conditions,
            SUBJECT,
            {"patient": "reference", "subject": "reference", "code": "token", "category": "token"},
        ),
        ResourceType(
            "RiskAssessment",
            (
                Source(
                    exchange.assessments,
                    findings.risk_assessment,
                    {"patient": PATIENT, "subject": PATIENT, "date": moment("assessed_at")},
                ),
            ),
            {**SUBJECT, "basis": "basis"},
        ),
        ResourceType(
            "DocumentReference",
            (
                Source(
                    exchange.files,
                    records.document_reference,
                    {
                        "patient": PATIENT,
                        "subject": PATIENT,
                        "date": moment("added_at"),
                        "type": token("kind"),
                    },
                ),
            ),
            SUBJECT,
        ),
        ResourceType(
            "Communication",
            (Source(exchange.messages, records.communication, {**OF_A_CASE, "sent": moment("sent_at")}),),
            {**SUBJECT, "based-on": "basedOn", "sender": "sender"},
        ),
        ResourceType(
            "CommunicationRequest",
            (
                Source(
                    exchange.questions,
                    records.communication_request,
                    {**OF_A_CASE, "authored": moment("asked_at")},
                ),
            ),
            {**SUBJECT, "based-on": "basedOn"},
        ),
        ResourceType(
            "Provenance",
            (
                Source(
                    exchange.lines,
                    records.provenance,
                    {"target": REFERRAL, "patient": PATIENT, "recorded": moment("recorded_at")},
                ),
            ),
            {"target": "target"},
        ),
        ResourceType(
            "Subscription",
            (
                Source(
                    _own_subscriptions,
                    subscriptions.subscription,
                    {"status": token("status"), "criteria": text("criteria", "topic")},
                    _no_case,
                ),
            ),
        ),
        ResourceType(
            "AuditEvent",
            (Source(exchange.own_entries, records.audit_event, {"date": moment("at")}, _no_case),),
        ),
    )
}
"""By name. Binary is beside them: it is read and never searched."""
