"""What hospital systems read of cases: rows of each kind that a program may see, with what shows them.

Every function takes the program's account and goes through `visible_to`.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Case as SqlCase
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, When
from django.db.models.functions import Coalesce, Greatest

from accounts import audit
from accounts.models import AuditEntry, User
from referral.models import (
    Admission,
    Assessment,
    BackReferral,
    Case,
    CaseFile,
    Diagnosis,
    Event,
    ImmuneStatus,
    KitResult,
    LaboratoryPanel,
    Message,
    Offer,
    OrganFailureAssessment,
    Patient,
    Precipitant,
    Question,
)
from referral.queries.case_files import with_parts
from referral.queries.case_values import with_values

WHO = ("actor__integration",)


def visible(user: User) -> QuerySet[Case]:
    return Case.objects.visible_to(user)


def patients(user: User) -> QuerySet[Patient]:
    """Patients of visible cases, with the case; `updated`: when it last changed."""
    rows = Patient.objects.filter(case__in=visible(user)).select_related("case__hospital")
    return rows.annotate(updated=F("case__updated_at"))


def referrals(user: User) -> QuerySet[Case]:
    """Visible cases, with who registered them."""
    people = ("registered_by__integration", "hospital", "ward", "patient", "assessment")
    return visible(user).select_related(*people).annotate(updated=F("updated_at"))


def returns(user: User) -> QuerySet[BackReferral]:
    """The ways back of visible cases that stand, each with its case."""
    rows = BackReferral.objects.filter(case__in=visible(user), replaced_by__isnull=True)
    rows = rows.select_related("case", "hospital", "actor__integration", "confirmed_by")
    return rows.annotate(updated=Greatest("recorded_at", Coalesce("confirmed_at", "recorded_at")))


def offers(user: User) -> QuerySet[Offer]:
    """Offers to the program's wards and those of visible cases; `sees`: it sees the case as well.

    What became of an answered offer is no news of the case, so that `updated` is then that of the answer.
    """
    rows = Offer.objects.visible_to(user).select_related("case", "ward__hospital", "acknowledged_by")
    sees = Exists(visible(user).filter(pk=OuterRef("case")))
    lives = Q(state__in=[Offer.State.OPEN, Offer.State.ACCEPTED])
    answered = Coalesce("answered_at", "acknowledged_at", "offered_at")
    stands = BackReferral.objects.filter(replaced_by__isnull=True)
    rows = rows.prefetch_related(Prefetch("case__back_referrals", stands, to_attr="standing_returns"))
    return rows.annotate(sees=sees).annotate(
        updated=SqlCase(When(lives & Q(sees=True), then=F("case__updated_at")), default=answered)
    )


def stays(user: User) -> QuerySet[Admission]:
    """Admissions of visible cases, those entered in error included."""
    rows = Admission.objects.filter(case__in=visible(user)).select_related("case", "ward__hospital")
    return rows.annotate(updated=Coalesce("undone_at", "case__updated_at"))


def assessments(user: User) -> QuerySet[Assessment]:
    """Assessments of visible cases, those entered in error included."""
    rows = Assessment.objects.filter(case__in=visible(user))
    rows = rows.select_related("case", "assessed_by__integration", "retraction")
    return rows.annotate(updated=Coalesce("retraction__at", "recorded_at"))


def files(user: User) -> QuerySet[CaseFile]:
    """Pictures and documents of visible cases with their parts, those entered in error included."""
    rows = with_parts(CaseFile.objects.visible_to(user)).select_related("case", "added_by__integration")
    return rows.annotate(updated=Greatest("added_at", Coalesce("error_at", "added_at")))


def messages(user: User) -> QuerySet[Message]:
    rows = Message.objects.filter(case__in=visible(user)).select_related("case", "author__integration")
    return rows.annotate(updated=F("sent_at"))


def questions(user: User) -> QuerySet[Question]:
    """Questions of visible cases and those to the program's wards."""
    rows = Question.objects.visible_to(user).select_related("case", "ward", "asked_by__integration")
    return rows.annotate(updated=Coalesce("closed_at", "asked_at"))


def lines(user: User) -> QuerySet[Event]:
    """The timelines of visible cases."""
    rows = Event.objects.filter(case__in=visible(user)).select_related("case", *WHO)
    return rows.annotate(updated=F("recorded_at"))


def own_entries(user: User) -> QuerySet[AuditEntry]:
    """What the audit trail says that the program itself has read and done."""
    rows = AuditEntry.objects.filter(actor=user).select_related(*WHO)
    return rows.annotate(updated=F("at"))


def with_findings(rows: QuerySet[Case]) -> QuerySet[Case]:
    """`rows` with what was measured and found on each, for however many at once."""
    kept = with_values(rows.select_related("patient", "hospital", "ward"))
    return kept.prefetch_related(
        Prefetch("precipitant_set", Precipitant.objects.counting(), to_attr="counting_precipitants"),
        Prefetch("kitresult_set", KitResult.objects.counting(), to_attr="counting_kits"),
        Prefetch(
            "diagnoses",
            Diagnosis.objects.filter(stay=F("case__voided_stays"), replaced_by__isnull=True),
            to_attr="standing_diagnoses",
        ),
        Prefetch(
            "admissions", Admission.objects.filter(undone_at__isnull=True), to_attr="standing_admissions"
        ),
    )


def cases_of_findings(user: User, ids: Iterable[UUID]) -> QuerySet[Case]:
    """The visible cases that these ids name, or that have a record of one of these ids."""
    named = list(ids)
    kinds = (
        *(Assessment, OrganFailureAssessment, LaboratoryPanel, ImmuneStatus),
        *(KitResult, Precipitant, Diagnosis),
    )
    recorded = Q(pk__in=named)
    for kind in kinds:
        recorded |= Q(pk__in=kind.objects.filter(pk__in=named).values("case"))
    return visible(user).filter(recorded)


def record_reading(user: User, cases: Iterable[Case], now: datetime) -> None:
    """A line of the audit trail for each case of which a program read something."""
    networks = {case.pk: case.network_id for case in cases}
    if networks:
        audit.record_each(
            actor=user, action="read", subject_type="case", networks=networks, now=now, part="fhir"
        )
