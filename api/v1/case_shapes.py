"""What the API shows of a case: in a list, on the board, whole."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

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
from api.v1.value_shapes import ValuedShape
from api.v1.way_back_shapes import WayBackShape
from referral.models import Case
from referral.pathway import State
from referral.performing import verbs_of
from referral.selectors import awaited_of, current_offer, sides, wards_to_call

Shape = serializers.Serializer


class AwaitedShape(Shape[Any]):
    """Who is awaited, and what for; `you`: the reader is one of them."""

    party = serializers.CharField()
    what = serializers.CharField()
    you = serializers.BooleanField()


class NextDueShape(Shape[Any]):
    kind = serializers.CharField()
    due_at = serializers.DateTimeField()


class ListedCaseShape(Shape[Case]):
    """A case in a list."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    state = serializers.CharField()
    state_label = serializers.SerializerMethodField()
    version = serializers.IntegerField()
    patient = PatientShape()
    hospital = HospitalShape()
    ward = WardShape(allow_null=True)
    bed = serializers.CharField()
    chronic_liver_disease = serializers.CharField()
    presentation = serializers.CharField()
    registered_at = serializers.DateTimeField()
    registered_by = PersonShape()
    first_visit_at = serializers.DateTimeField()
    flagged_at = serializers.DateTimeField(allow_null=True)
    flagged_late = serializers.BooleanField()
    accepted_at = serializers.DateTimeField(allow_null=True)
    departed_at = serializers.DateTimeField(allow_null=True)
    expected_arrival_at = serializers.DateTimeField(allow_null=True)
    admitted_at = serializers.DateTimeField(allow_null=True)
    diagnosed_at = serializers.DateTimeField(allow_null=True)
    died_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()
    assessment = AssessmentShape(allow_null=True)
    offer = serializers.SerializerMethodField()
    deadlines = DeadlineShape(source="deadlines.all", many=True)
    next_due = serializers.SerializerMethodField()
    awaited = serializers.SerializerMethodField()
    allowed_verbs = serializers.SerializerMethodField()

    def get_state_label(self, case: Case) -> str:
        return str(State(case.state).label)

    @extend_schema_field(OfferShape(allow_null=True))
    def get_offer(self, case: Case) -> Any:
        offer = current_offer(case)
        return None if offer is None else OfferShape(offer).data

    @extend_schema_field(NextDueShape(allow_null=True))
    def get_next_due(self, case: Any) -> Any:
        return {"kind": case.next_kind, "due_at": case.next_due_at} if case.next_due_at else None

    @extend_schema_field(AwaitedShape(allow_null=True))
    def get_awaited(self, case: Case) -> Any:
        found = awaited_of(case)
        if found is None:
            return None
        party, what = found
        return {"party": party.value, "what": str(what), "you": party in sides(self.context["user"], case)}

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_allowed_verbs(self, case: Case) -> list[str]:
        return [verb.value for verb in verbs_of(sides(self.context["user"], case), case)]


class BoardCaseShape(ListedCaseShape, ValuedShape):
    """A case on the board, with its newest values."""


class CaseShape(BoardCaseShape, WayBackShape):
    """A case. Its `version` is in the ETag. `wards_to_call`: filled while no ward has accepted."""

    patient = WholePatientShape()
    previous = serializers.UUIDField(source="previous_id", allow_null=True)
    offers = OfferShape(source="offers.all", many=True)
    wards_to_call = serializers.SerializerMethodField()

    @extend_schema_field(WardToCallShape(many=True))
    def get_wards_to_call(self, case: Case) -> Any:
        return WardToCallShape(wards_to_call(case), many=True).data if case.state == "unplaced" else []


class RegisteredCaseShape(CaseShape):
    """`warnings`: what was left open at the first visit. `missing`: indicators that a score still needs."""

    missing = serializers.ListField(child=serializers.CharField())
    warnings = IssueShape(many=True)


class IndicatorsShape(Shape[Any]):
    """The draft of the indicators after saving."""

    values = serializers.DictField(help_text="as typed, by input name")
    missing = serializers.ListField(child=serializers.CharField())
    complete = serializers.BooleanField()
    warnings = IssueShape(many=True)
    red_flags = serializers.ListField(child=serializers.CharField())
    version = serializers.IntegerField(help_text="of the case, for If-Match")
