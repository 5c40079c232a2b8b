"""What the API shows of a case: in a list, on the board, whole."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from api import vocabularies
from api.shape import Shape
from api.v1.background_shapes import BackgroundShape, background_answer
from api.v1.code_fields import CodeShape
from api.v1.discharge_shapes import WayBackShape
from api.v1.shapes import (
    AssessmentShape,
    DeadlineShape,
    HospitalShape,
    IssueShape,
    OfferShape,
    PatientShape,
    PersonShape,
    WardShape,
    WardToCallShape,
    WholePatientShape,
)
from api.v1.value_shapes import EnteredValueShape, ListedValuesShape, ValuedShape
from referral.codes import ChronicLiverDisease, Presentation, TransportMeans, TransportNeed
from referral.intake.drafts import Draft, draft_on, writers_of
from referral.models import Case, Transport
from referral.pathway.perform import verbs_of
from referral.pathway.vocabulary import Kind, Party, State
from referral.queries.background import backgrounds_of
from referral.queries.cases import awaited_of, current_offer, next_due, sides, wards_to_call
from scoring.texts import issue_text


class AwaitedShape(Shape[Any]):
    """Who is awaited, and what for; `you`: the reader is one of them."""

    party = CodeShape(Party)
    what = serializers.CharField()
    you = serializers.BooleanField()


class NextDueShape(Shape[Any]):
    kind = CodeShape(Kind)
    due_at = serializers.DateTimeField()


class ListedAssessmentShape(AssessmentShape):
    """The result of an assessment, without what it was computed from: that is in the whole case."""

    model_checksum = None  # type: ignore[assignment]
    threshold = None  # type: ignore[assignment]
    contributions = None  # type: ignore[assignment]
    values = None  # type: ignore[assignment]
    warnings = None  # type: ignore[assignment]


class TransportShape(Shape[Transport]):
    """Who brings the patient, how, and to whom they were handed over."""

    means = CodeShape(TransportMeans, allow_blank=True)
    team = serializers.CharField(allow_null=True, help_text="who brings the patient")
    contact = serializers.CharField(allow_null=True, help_text="a phone number that is answered on the way")
    needs = serializers.ListField(child=CodeShape(TransportNeed))
    arrived_at = serializers.DateTimeField(allow_null=True)
    handed_over_at = serializers.DateTimeField(allow_null=True)
    handed_over_by = serializers.CharField(allow_null=True)
    taken_over_by = PersonShape(allow_null=True)


class RunningDeadlineShape(DeadlineShape):
    """An open deadline, without what is known at its end only."""

    first_due_at = None  # type: ignore[assignment]
    closed_at = None  # type: ignore[assignment]
    delay_reason = None  # type: ignore[assignment]


class ListedCaseShape(Shape[Case]):
    """A case in a list: `deadlines` are the open ones."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    state = CodeShape(State)
    state_label = serializers.SerializerMethodField()
    version = serializers.IntegerField()
    patient = PatientShape()
    hospital = HospitalShape()
    ward = WardShape(allow_null=True)
    bed = serializers.CharField()
    chronic_liver_disease = CodeShape(ChronicLiverDisease, allow_blank=True)
    presentation = CodeShape(Presentation, allow_blank=True)
    registered_at = serializers.DateTimeField()
    registered_by = PersonShape()
    first_visit_at = serializers.DateTimeField()
    flagged_at = serializers.DateTimeField(allow_null=True)
    flagged_late = serializers.BooleanField()
    accepted_at = serializers.DateTimeField(allow_null=True)
    departed_at = serializers.DateTimeField(allow_null=True)
    expected_arrival_at = serializers.DateTimeField(allow_null=True)
    transport = TransportShape(source="journey", allow_null=True)
    admitted_at = serializers.DateTimeField(allow_null=True)
    undo_until = serializers.DateTimeField(
        allow_null=True, help_text="until then the admission can be marked as entered in error"
    )
    expecting_ward = WardShape(
        allow_null=True,
        help_text="another ward that expected the patient; it sees the case until `undo_until`",
    )
    diagnosed_at = serializers.DateTimeField(allow_null=True)
    died_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()
    assessment = ListedAssessmentShape(allow_null=True)
    offer = serializers.SerializerMethodField()
    deadlines = serializers.SerializerMethodField()
    next_due = serializers.SerializerMethodField()
    awaited = serializers.SerializerMethodField()
    allowed_verbs = serializers.SerializerMethodField()

    def get_state_label(self, case: Case) -> str:
        return str(State(case.state).label)

    @extend_schema_field(OfferShape(allow_null=True))
    def get_offer(self, case: Case) -> Any:
        offer = current_offer(case)
        return None if offer is None else OfferShape(offer).data

    @extend_schema_field(RunningDeadlineShape(many=True))
    def get_deadlines(self, case: Case) -> Any:
        running: Any = [row for row in case.deadlines.all() if row.closed_at is None]
        return RunningDeadlineShape(running, many=True).data

    @extend_schema_field(NextDueShape(allow_null=True))
    def get_next_due(self, case: Case) -> Any:
        due = next_due(case, self.context["user"])
        return None if due is None else {"kind": due.kind, "due_at": due.due_at}

    @extend_schema_field(AwaitedShape(allow_null=True))
    def get_awaited(self, case: Case) -> Any:
        awaited = awaited_of(case)
        if awaited is None:
            return None
        party, what = awaited
        return {"party": party.value, "what": str(what), "you": party in sides(self.context["user"], case)}

    @extend_schema_field(serializers.ListField(child=CodeShape(vocabularies.VERBS)))
    def get_allowed_verbs(self, case: Case) -> list[str]:
        return [verb.value for verb in verbs_of(sides(self.context["user"], case), case)]


class BoardCaseShape(ListedCaseShape, ListedValuesShape):
    """A case on the board, with its newest values."""


class IndicatorsShape(Shape[Draft]):
    """The draft of the indicators: what was saved, by whom, and what a score still needs."""

    values = serializers.DictField(source="typed", help_text="as typed, by input name")
    entries = EnteredValueShape(many=True, help_text="what was saved, value by value")
    confirmed = serializers.ListField(
        child=CodeShape(vocabularies.CONFIRMABLE_NAMES), help_text="what a person said is right"
    )
    missing = serializers.ListField(child=CodeShape(vocabularies.INPUT_NAMES), source="reading.missing")
    complete = serializers.BooleanField(source="reading.complete")
    warnings = serializers.SerializerMethodField()
    red_flags = serializers.ListField(child=CodeShape(vocabularies.FLAGS))
    saved_at = serializers.DateTimeField(
        source="saved.saved_at", default=None, allow_null=True, help_text="null while nothing was saved"
    )
    saved_by = serializers.SerializerMethodField()
    version = serializers.IntegerField(source="case.version", help_text="of the case, for If-Match")

    @extend_schema_field(IssueShape(many=True))
    def get_warnings(self, draft: Draft) -> list[dict[str, str]]:
        return [
            {"field": issue.field, "code": issue.code, "message": issue_text(issue)}
            for issue in draft.reading.warnings
        ]

    @extend_schema_field(PersonShape(allow_null=True))
    def get_saved_by(self, draft: Draft) -> Any:
        writer = draft.saved and self.context["people"].get(draft.saved.saved_by_id)
        return PersonShape(writer).data if writer else None


class CaseShape(ListedCaseShape, ValuedShape, WayBackShape):
    """A case. Its `version` is in the ETag. `indicators`: the draft of the eight, null while there is none.
    `wards_to_call`: filled while no ward has accepted."""

    patient = WholePatientShape()
    assessment = AssessmentShape(allow_null=True)  # type: ignore[assignment]
    deadlines = DeadlineShape(source="deadlines.all", many=True)  # type: ignore[assignment]
    previous = serializers.UUIDField(source="previous_id", allow_null=True)
    offers = OfferShape(source="offers.all", many=True)
    indicators = serializers.SerializerMethodField()
    background = serializers.SerializerMethodField()
    wards_to_call = serializers.SerializerMethodField()

    @extend_schema_field(IndicatorsShape(allow_null=True))
    def get_indicators(self, case: Case) -> Any:
        draft = draft_on(case, self.context["now"])
        return IndicatorsShape(draft, context=self.context).data if draft.saved else None

    @extend_schema_field(BackgroundShape(allow_null=True))
    def get_background(self, case: Case) -> Any:
        return background_answer(self.context["backgrounds"].get(case.pk))

    @extend_schema_field(WardToCallShape(many=True))
    def get_wards_to_call(self, case: Case) -> Any:
        if case.state != State.UNPLACED:
            return []
        wards: dict[UUID, Any] = self.context["wards_by_hospital"]
        if case.hospital_id not in wards:
            wards[case.hospital_id] = WardToCallShape(wards_to_call(case), many=True).data
        return wards[case.hospital_id]


def context_of(cases: Sequence[Case], user: User, now: datetime) -> dict[str, Any]:
    """What a CaseShape needs to know for `user`, read once for all of `cases`."""
    return {
        "user": user,
        "now": now,
        "people": writers_of(cases),
        "wards_by_hospital": {},
        "backgrounds": backgrounds_of(cases),
    }


class RegisteredCaseShape(CaseShape):
    """`warnings`: what was left open at the first visit. `missing`: indicators that a score still needs."""

    missing = serializers.ListField(child=CodeShape(vocabularies.INPUT_NAMES))
    warnings = IssueShape(many=True)
