"""The questions faces may ask. Everything goes through `visible_to(user)`."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import Catchment, Hospital, User, Ward
from notifications.models import Notification
from notifications.selectors import inbox
from referral.alerts import compose
from referral.models import (
    Assessment,
    BackReferral,
    Case,
    Deadline,
    Diagnosis,
    Event,
    Message,
    Offer,
    OrganFailureAssessment,
    Outcome,
    Question,
    Retraction,
)
from referral.models.discharge import Correctable
from referral.pathway.case_roles import NOT_OF_WARDS, answers_for, open_question, parties_of
from referral.pathway.refusals import Text
from referral.pathway.vocabulary import (
    AFTER_WARD,
    BEFORE_ADMISSION,
    FOLLOW_UPS,
    IN_WARD,
    OPEN,
    Kind,
    Party,
    State,
)
from referral.queries import case_files
from referral.queries.case_values import loaded, with_values
from referral.queries.referral_reasons import with_grounds
from referral.ward.codes import RecordKind

Version = TypeVar("Version", bound=Correctable)
NO_DEADLINE = datetime(9999, 1, 1, tzinfo=UTC)

AWAITED: dict[str, tuple[Party, Text]] = {
    State.REGISTERED: (Party.ORIGIN, _("the eight indicators")),
    State.WATCHED: (Party.ORIGIN, _("the next assessment")),
    State.OFFERED: (Party.OFFER_WARD, _("an answer to the referral request")),
    State.UNPLACED: (Party.COORDINATOR, _("a ward that takes the patient")),
    State.ACCEPTED: (Party.ORIGIN, _("departure")),
    State.IN_TRANSIT: (Party.CARE_WARD, _("arrival and admission")),
    State.ADMITTED: (Party.CARE_WARD, _("diagnosis and treatment of the precipitant")),
    State.DIAGNOSED: (Party.CARE_WARD, _("treatment, then the way back")),
    State.FOLLOW_UP: (Party.ORIGIN, _("the outcome")),
}
"""By state: who is awaited, and what for."""

SETTLEMENT: tuple[Party, Text] = (Party.COORDINATOR, _("the settlement of the outcome"))
ASKED_BACK: tuple[Party, Text] = (Party.ORIGIN, _("an answer to the question of the ward"))
ADVICE: tuple[Party, Text] = (Party.ADVICE_WARD, _("an answer to the question"))
RETURN: tuple[Party, Text] = (Party.ORIGIN, _("the confirmation of the return"))

PARTS: dict[str, frozenset[State]] = {
    "window_1": BEFORE_ADMISSION,
    "window_2": IN_WARD,
    "follow_up": frozenset({State.FOLLOW_UP}),
}
"""The parts of the pathway that open cases are in, by state."""

WITHOUT_VALUES = frozenset({"events", "messages", "deadlines", "indicators", "back_letter"})
"""Parts of a case whose reader does not look at its values, or reads them with the whole ward record."""

LEAST_TIME_FIRST = (F("next_due_at").asc(nulls_last=True), "first_visit_at", "pk")


def awaited_of(case: Case) -> tuple[Party, Text] | None:
    """Who is awaited on a case, and what for; None when it has ended and nothing contradicts its outcome."""
    if case.outcome_disputed and case.state in (State.FOLLOW_UP, State.CLOSED):
        return SETTLEMENT
    if open_question(case) is not None:
        return ADVICE
    if case.state == State.OFFERED and any(offer.awaits_answer for offer in case.offers.all()):
        return ASKED_BACK
    if any(row.kind == Kind.CONFIRM_RETURN and row.closed_at is None for row in case.deadlines.all()):
        return RETURN
    return AWAITED.get(case.state)


def alerts_about(case: Case, user: User) -> QuerySet[Notification]:
    """Severe and critical alerts to `user` about a case of `cases` that they have not acknowledged yet."""
    deadlines = [str(row.pk) for row in case.deadlines.all()]
    about = Q(alert__subject_type=compose.CASE, alert__subject_id=str(case.pk))
    about |= Q(alert__subject_type=compose.DEADLINE, alert__subject_id__in=deadlines)
    return inbox(user).filter(about, urgent=True, acknowledged_at__isnull=True)


def cases(user: User) -> QuerySet[Case]:
    """Every case the user may see, with what a page shows."""
    return _shown(Case.objects.visible_to(user)).select_related("registered_by", "network")


def worklist(user: User) -> QuerySet[Case]:
    """Every case the user may see, as `placed`, without the people behind it, for long lists."""
    return _shown(placed(user))


def _shown(rows: QuerySet[Case]) -> QuerySet[Case]:
    return (
        rows.select_related("patient", "hospital", "ward__hospital", "assessment", "policy", "indicators")
        .select_related("expecting_ward__hospital", "transport__taken_over_by")
        .prefetch_related(
            Prefetch(
                "offers",
                Offer.objects.select_related(
                    "ward__hospital", "acknowledged_by", "answered_by"
                ).select_related("question__author", "answer__author"),
            ),
            Prefetch(
                "questions", Question.objects.select_related("ward__hospital", "asked_by", "answered_by")
            ),
            Prefetch("deadlines", Deadline.objects.order_by("due_at", "pk")),
        )
        .annotate(has_mistakes=Exists(Retraction.objects.filter(case=OuterRef("pk"))))
    )


def placed(user: User) -> QuerySet[Case]:
    """Every case the user may see, with what tells its place in a list: its files, and what is due next."""
    return case_files.counted(with_next_due(Case.objects.visible_to(user), user), user)


def with_next_due(rows: QuerySet[Case], user: User) -> QuerySet[Case]:
    """`rows` with `next_due_at`, the time of `next_due`, so that they can be ordered and chosen by it."""
    running = Deadline.objects.filter(case=OuterRef("pk"), closed_at__isnull=True).order_by("due_at")
    of_user = running.exclude(kind__in=_not_due_to(user))
    return rows.annotate(next_due_at=Subquery(of_user.values("due_at")[:1]))


def next_due(case: Case, user: User) -> Deadline | None:
    """The nearest open deadline of a case of `cases` that `user` answers for; those of outcomes left out."""
    left_out = _not_due_to(user)
    running = (row for row in case.deadlines.all() if row.closed_at is None)
    return next((row for row in running if row.kind not in left_out), None)


def _not_due_to(user: User) -> frozenset[Kind]:
    return FOLLOW_UPS | _not_of_wards(user)


def _not_of_wards(user: User) -> frozenset[Kind]:
    """Deadlines that somebody who only works on a ward does not answer for: others look for the place."""
    access = user.access
    return frozenset() if access.refers_for or access.coordinates else NOT_OF_WARDS


def with_entered(rows: QuerySet[Case]) -> QuerySet[Case]:
    """`rows` of `cases` or `worklist` with what was entered on each: values, and why it was referred."""
    return with_grounds(with_values(rows))


def open_work(user: User, part: str = "") -> QuerySet[Case]:
    """The user's open cases, or those of one of PARTS, least time left first."""
    rows = cases(user).filter(state__in=PARTS[part] if part else OPEN)
    return with_next_due(rows, user).order_by(*LEAST_TIME_FIRST)


def by_time_left(rows: QuerySet[Case]) -> QuerySet[Case]:
    """`rows` of `open_work` with `first_due`, never empty, so that pages can be cut along it."""
    return rows.annotate(first_due=Coalesce("next_due_at", Value(NO_DEADLINE)))


def visible_case(user: User, case_id: UUID) -> Case:
    """One case the user may see, for a verb on it. Raises Case.DoesNotExist."""
    return Case.objects.visible_to(user).select_related("hospital", "policy", "transport").get(pk=case_id)


def read_case(user: User, case_id: UUID | str, *, now: datetime, part: str = "case") -> Case:
    """One visible case, the reading of which is audited, by `part`. Raises Case.DoesNotExist."""
    rows = cases(user) if part in WITHOUT_VALUES else with_entered(cases(user))
    case = rows.get(pk=case_id)
    audit.record(
        actor=user,
        action="read",
        subject_type="case",
        subject_id=case.pk,
        now=now,
        network=case.network_id,
        part=part,
    )
    return case


def read_cases(user: User, ids: Collection[UUID], *, now: datetime) -> list[Case]:
    """Those of `ids` that the user may see, whole, in the order of `ids`; the reading of each is audited."""
    rows = with_discharge(with_entered(cases(user))).filter(pk__in=ids)
    seen = {case.pk: case for case in rows}
    in_order = [seen[pk] for pk in dict.fromkeys(ids) if pk in seen]
    networks = {case.pk: case.network_id for case in in_order}
    audit.record_each(actor=user, action="read", subject_type="case", networks=networks, now=now, part="case")
    return in_order


def events(case: Case) -> QuerySet[Event]:
    """The timeline of a visible case."""
    return case.events.select_related("actor").order_by("number")


def messages(case: Case) -> QuerySet[Message]:
    """The talk on a visible case."""
    return case.messages.select_related("author").order_by("sent_at", "pk")


def assessments(case: Case) -> QuerySet[Assessment]:
    """The assessments of a visible case that count, the newest first."""
    return case.assessments.filter(retraction=None).order_by("-number")


def open_requests(ward: Ward) -> int:
    """How many cases the ward has been asked about and has not answered."""
    return Offer.objects.filter(ward=ward, state=Offer.State.OPEN).count()


def earlier_case(user: User, case: Case) -> Case | None:
    """The patient's episode before this one, where the user may see it."""
    if case.previous_id is None:
        return None
    return Case.objects.visible_to(user).filter(pk=case.previous_id).first()


def own_offers(user: User, case_id: UUID) -> QuerySet[Offer]:
    """What the user's wards were asked about a case, which they keep when the case itself has moved on."""
    asked = Offer.objects.filter(case=case_id, ward__in=user.access.wards)
    return asked.select_related("case__hospital", "ward__hospital", "answered_by").order_by("offered_at")


def own_questions(user: User, case_id: UUID) -> QuerySet[Question]:
    """What the user's wards were asked for advice about a case, which they keep with their answers."""
    asked = Question.objects.filter(case=case_id, ward__in=user.access.wards)
    return asked.select_related("case__hospital", "ward__hospital", "asked_by", "answered_by").order_by(
        "asked_at"
    )


def current_offer(case: Case) -> Offer | None:
    """The open or accepted offer, else the latest, of a case whose offers are loaded."""
    offers = list(case.offers.all())
    live = [offer for offer in offers if offer.state in (Offer.State.OPEN, Offer.State.ACCEPTED)]
    return next(reversed(live or offers), None)


def diagnosis_of(case: Case) -> Diagnosis | None:
    """The diagnosis of a visible case that stands, with the grade of the organ assessments that count, and
    those it took the place of; no query before there can be one. `is_lower_bound`: organs were not known."""
    if case.diagnosed_at is None:
        return None
    versions = loaded(case, "loaded_diagnoses", _diagnoses)
    latest = _last_of(versions)
    if latest is not None:
        last = versions[-1]
        latest.is_lower_bound = bool(last.unknown_organs)
        latest.definitions = last.counting_definitions or {}
        if last.regraded:
            latest.grade, latest.simple_grade = last.counting_grade or "", last.counting_simple_grade or ""
    return latest


def back_referral_of(case: Case) -> BackReferral | None:
    """The way back of a visible case that stands, and the versions it took the place of."""
    if case.diagnosed_at is None:
        return None
    return _last_of(loaded(case, "loaded_back_referrals", _back_referrals))


def has_left_ward(case: Case) -> bool:
    """Whether a visible case had a stay in a ward that has ended, however it did."""
    return case.admitted_at is not None and case.state in AFTER_WARD


def _diagnoses() -> QuerySet[Diagnosis]:
    retracted = Retraction.objects.filter(case=OuterRef("case"), kind=RecordKind.ORGAN_FAILURE)
    tables = OrganFailureAssessment.objects.counting().filter(case=OuterRef("case"))
    latest = tables.filter(occurred_at__lte=OuterRef("occurred_at")).reverse()
    of_the_stay = Diagnosis.objects.filter(stay=F("case__voided_stays"))
    return of_the_stay.select_related("actor").annotate(
        regraded=Exists(retracted),
        counting_grade=latest.values("grade")[:1],
        counting_simple_grade=latest.values("simple_grade")[:1],
        counting_definitions=latest.values("definitions")[:1],
        unknown_organs=latest.values("missing")[:1],
    )


def _back_referrals() -> QuerySet[BackReferral]:
    return BackReferral.objects.select_related("hospital", "actor", "confirmed_by")


def _statements() -> QuerySet[Outcome]:
    return Outcome.objects.select_related("actor").order_by("number")


def with_discharge(rows: QuerySet[Case]) -> QuerySet[Case]:
    """`rows` with what `diagnosis_of`, `back_referral_of` and `statements` read, for all of them at once."""
    return rows.prefetch_related(
        Prefetch("diagnoses", _diagnoses(), to_attr="loaded_diagnoses"),
        Prefetch("back_referrals", _back_referrals(), to_attr="loaded_back_referrals"),
        Prefetch("outcomes", _statements(), to_attr="loaded_statements"),
    )


def _last_of(versions: Sequence[Version]) -> Version | None:
    """The version that stands, with the earlier ones."""
    if not versions:
        return None
    versions[-1].replaced = versions[:-1]
    return versions[-1]


def statements(case: Case) -> list[Outcome]:
    """Everything said about the outcome of a visible case, in order."""
    if not (case.outcome_28 or case.outcome_90 or case.died_at or case.outcome_disputed):
        return []
    return loaded(case, "loaded_statements", _statements)


def sides(user: User, case: Case) -> frozenset[Party]:
    """Who `user` is to `case`."""
    return parties_of(user, case, next((offer for offer in case.offers.all() if offer.is_open), None))


def own_deadlines(user: User, case: Case) -> list[Deadline]:
    """The deadlines of a case from `cases` that the user answers for."""
    parties = sides(user, case)
    return [row for row in case.deadlines.all() if answers_for(user, row, case, parties)]


def wards_to_call(case: Case) -> QuerySet[Ward]:
    """Every ward of the case's network with its phone number, those of the hospital's catchment first."""
    return wards_near(case.hospital)


def wards_asked_by(hospitals: Collection[UUID]) -> dict[UUID, list[Ward]]:
    """By hospital, the open wards of its catchment in their order, or all where none is open: somebody still
    answers the telephone. No query for no hospital."""
    rows = Catchment.objects.filter(hospital__in=hospitals).select_related("ward__hospital")
    wards: dict[UUID, list[Ward]] = {}
    for row in rows.order_by("rank") if hospitals else ():
        wards.setdefault(row.hospital_id, []).append(row.ward)
    return {hospital: [ward for ward in asked if ward.is_open] or asked for hospital, asked in wards.items()}


def wards_near(hospital: Hospital) -> QuerySet[Ward]:
    """Every ward of a hospital's network, those of its catchment first."""
    return (
        Ward.objects.filter(hospital__network=hospital.network_id)
        .select_related("hospital__network")
        .annotate(rank=Subquery(hospital.catchments.filter(ward=OuterRef("pk")).values("rank")[:1]))
        .order_by(F("rank").asc(nulls_last=True), "name_zh")
    )
