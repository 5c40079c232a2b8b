"""Wards: which there are to choose from; who is on duty in one, where its rota has gaps, the note left."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import duty
from accounts.models import HandoverNote, Ward
from accounts.rota import AHEAD, first_to_come, uncovered, wards_watched_by, watches
from api import vocabularies
from api.narrowing import FieldsQuery
from api.resource import Resource, whole
from api.v1.code_fields import CodeRequest, CodeShape
from api.v1.documenting import described
from api.v1.fields import IdField
from api.v1.free_beds import FreeBedsShape, free_beds_of
from api.v1.shapes import HospitalShape, PersonShape, PlaceShape
from referral.codes import DeclineReason
from referral.models import Offer
from referral.queries import cases
from referral.queries.ward_choices import WardChoice, ward_choices
from referral.queries.ward_places import network_places


class WardQuery(FieldsQuery):
    verb = CodeRequest(
        vocabularies.WARD_VERBS,
        required=False,
        help_text="only wards that this verb can name now; with `for`",
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        help_text = "a case: adds what its verbs can name, and what was asked about it"
        return {**super().get_fields(), "for": IdField(required=False, help_text=help_text)}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "verb" in attrs and "for" not in attrs:
            message = _("Say for which case: “for”.")
            raise serializers.ValidationError({"for": [serializers.ErrorDetail(str(message), "required")]})
        return attrs


class RequestShape(serializers.Serializer[Offer]):
    """The latest referral request about the case to this ward."""

    state = CodeShape(Offer.State)
    offered_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)
    reason = CodeShape(DeclineReason, allow_blank=True, help_text="why it declined; else empty")


class AnswerShape(serializers.Serializer[Offer]):
    """How a ward answered a request lately, of whatever case."""

    state = CodeShape(Offer.State)
    answered_at = serializers.DateTimeField()
    reason = CodeShape(DeclineReason, allow_blank=True, help_text="why it declined; else empty")


class WardChoiceShape(serializers.Serializer[WardChoice]):
    """A ward of your networks.

    `rank`, `travel_minutes`, `request` and `verbs` belong to the case named with `for`: null and empty
    without one. `open_requests`, `expected` and `last_answers` are for its coordinators, else null.
    """

    id = serializers.UUIDField(source="ward.id")
    name = serializers.CharField(source="ward.name")
    phone = serializers.CharField(source="ward.phone")
    hospital = HospitalShape(source="ward.hospital")
    network = PlaceShape(source="ward.hospital.network")
    is_open = serializers.BooleanField(source="ward.is_open")
    closed_at = serializers.DateTimeField(source="ward.closed_at", allow_null=True)
    closed_reason = serializers.CharField(source="ward.closed_reason")
    beds = serializers.IntegerField(source="ward.beds", help_text="all of them, free or not")
    free_beds = serializers.SerializerMethodField()
    travel_minutes = serializers.IntegerField(
        allow_null=True, help_text="of the usual way from the case's hospital; null where nobody has said"
    )
    open_requests = serializers.SerializerMethodField(help_text="that wait for the ward's answer")
    expected = serializers.SerializerMethodField(help_text="patients whom the ward has promised a bed")
    last_answers = serializers.SerializerMethodField(help_text="of the past week, three at most")
    rank = serializers.IntegerField(
        allow_null=True,
        help_text="place in the order in which the case's hospital asks; null: not among them",
    )
    request = RequestShape(allow_null=True)
    verbs = serializers.ListField(
        child=CodeShape(vocabularies.VERBS),
        help_text="yours that can name this ward now",
    )

    @extend_schema_field(FreeBedsShape(allow_null=True))
    def get_free_beds(self, choice: WardChoice) -> Any:
        return free_beds_of(choice.place)

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_open_requests(self, choice: WardChoice) -> Any:
        return choice.load.open_requests if choice.load else None

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_expected(self, choice: WardChoice) -> Any:
        return choice.load.expected if choice.load else None

    @extend_schema_field(AnswerShape(many=True, allow_null=True))
    def get_last_answers(self, choice: WardChoice) -> Any:
        answers: Any = choice.load.answers if choice.load else None
        return None if answers is None else AnswerShape(answers, many=True).data


class WardsShape(serializers.Serializer[Any]):
    results = WardChoiceShape(many=True)
    next = serializers.CharField(allow_null=True, help_text="always null: all are on one page")


class WardsView(Resource):
    @described(
        "wards",
        "The wards of your networks; for a case those that its verbs can name",
        tag="wards",
        description=(
            "For redirect, divert, transfer and ask-advice: a request and a question go to open wards "
            "(a question to those of the hospital's catchment), a patient to any other ward of the network "
            "that has agreed by phone. Wards of the catchment come first, in its order."
        ),
        answer=WardsShape,
        parameters=[WardQuery],
        refusals=(404, 422),
    )
    def get(self, request: Request) -> Response:
        query = self.query(WardQuery)
        choices: Any = self._choices(query.get("for"))
        if verb := query.get("verb"):
            choices = [choice for choice in choices if verb in choice.verbs]
        return whole(WardChoiceShape, choices, names=query["fields"])

    def _choices(self, case_id: UUID | None) -> list[WardChoice]:
        if case_id is not None:
            return ward_choices(cases.cases(self.person).get(pk=case_id), self.person, self.now)
        return [
            WardChoice(place.ward, rank=None, request=None, verbs=(), place=place)
            for place in network_places(self.person, self.now)
        ]


class OnDutyShape(serializers.Serializer[Any]):
    """Somebody who is on duty from one time to another, cut to the 14 days that are looked at."""

    person = PersonShape(source="user")
    phone = serializers.CharField(source="user.phone")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class GapShape(serializers.Serializer[Any]):
    """A time at which nobody is on duty."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class HandoverShape(serializers.Serializer[HandoverNote]):
    author = PersonShape()
    text = serializers.CharField()
    written_at = serializers.DateTimeField()


class DutyShape(serializers.Serializer[Any]):
    """`now` and `next`: who is on duty, and who comes on next; `gaps` are those of the coming 14 days."""

    ward = PlaceShape()
    is_open = serializers.BooleanField()
    closed_reason = serializers.CharField()
    beds = serializers.IntegerField()
    now = OnDutyShape(many=True)
    next = OnDutyShape(many=True)
    coming = OnDutyShape(many=True, help_text="everybody's duty of the coming 14 days")
    gaps = GapShape(many=True)
    handover_note = HandoverShape(allow_null=True)
    may_arrange = serializers.BooleanField(help_text="whether you may change the rota, in the portal")


class DutyView(Resource):
    @described(
        "ward_duty",
        "Who is on duty in one of your wards, now and in the coming 14 days",
        tag="wards",
        answer=DutyShape,
        refusals=(404,),
    )
    def get(self, request: Request, ward_id: UUID) -> Response:
        ward, now = wards_watched_by(self.person).get(pk=ward_id), self.now
        coming = watches(ward, now, now + AHEAD)
        holes = uncovered(coming, now, now + AHEAD)
        answer = {
            "now": [row for row in coming if row.starts_at <= now],
            "next": first_to_come(coming, now),
            "coming": coming,
            "gaps": [{"starts_at": start, "ends_at": end} for start, end in holes],
            "handover_note": duty.current_note(ward, now),
            "may_arrange": duty.may_arrange(self.person, ward),
        }
        return Response(DutyShape(_about(ward) | answer).data)


def _about(ward: Ward) -> dict[str, Any]:
    return {"ward": ward, **{name: getattr(ward, name) for name in ("is_open", "closed_reason", "beds")}}
