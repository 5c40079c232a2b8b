"""A coordinator's morning: the night, what waits for whom, what will be missed, outcomes to ask for."""

from typing import Any

from django.conf import settings
from django.http import Http404
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api import vocabularies
from api.resource import Resource
from api.v1.case_shapes import RunningDeadlineShape
from api.v1.code_fields import CodeShape
from api.v1.documenting import described
from api.v1.shapes import HospitalShape, PatientShape, WardShape
from referral.models import Event
from referral.pathway import timeline
from referral.pathway.vocabulary import Party, State
from referral.queries.morning import MOST, Morning, MorningCase, MorningDeadline, read_morning


class ContactShape(serializers.Serializer[Any]):
    name = serializers.CharField()
    phone = serializers.CharField()


class MorningCaseShape(serializers.Serializer[MorningCase]):
    """A case as the morning names it. `contacts`: whom to call, the nearest first."""

    id = serializers.UUIDField(source="case.id")
    number = serializers.CharField(source="case.number")
    state = CodeShape(State, source="case.state")
    version = serializers.IntegerField(source="case.version")
    patient = PatientShape(source="case.patient")
    hospital = HospitalShape(source="case.hospital")
    ward = WardShape(source="case.ward", allow_null=True)
    contacts = serializers.SerializerMethodField()
    allowed_verbs = serializers.ListField(child=CodeShape(vocabularies.VERBS), source="verbs")

    @extend_schema_field(ContactShape(many=True))
    def get_contacts(self, about: MorningCase) -> list[dict[str, str]]:
        return [{"name": name, "phone": phone} for name, phone in about.contacts]


class MorningDeadlineShape(serializers.Serializer[MorningDeadline]):
    """`due_at`: the end of the deadline's time; of an outcome the day for which it is asked."""

    case = MorningCaseShape(source="about")
    deadline = RunningDeadlineShape()
    due_at = serializers.DateTimeField()


class MorningWaitingShape(serializers.Serializer[Any]):
    """A case on which somebody is awaited, and what for."""

    party = CodeShape(Party)
    what = serializers.CharField()
    case = MorningCaseShape()


class NightEventShape(serializers.Serializer[Event]):
    what = CodeShape(vocabularies.EVENTS)
    label = serializers.SerializerMethodField()  # type: ignore[assignment]
    recorded_at = serializers.DateTimeField()

    def get_label(self, event: Event) -> str:
        return str(timeline.label(event.what, event.state_after))


class MorningNightShape(serializers.Serializer[Any]):
    """What happened on a case, the oldest first."""

    case = MorningCaseShape()
    events = NightEventShape(many=True)


class MorningShape(serializers.Serializer[Morning]):
    """`due`: overdue, or missed within six hours unless somebody acts, the oldest first. `night`: since
    `since`, seven in the evening before. `follow_ups`: outcomes of today, of before, and of three days."""

    since = serializers.DateTimeField()
    due = MorningDeadlineShape(many=True)
    waiting = serializers.SerializerMethodField()
    night = serializers.SerializerMethodField()
    follow_ups = MorningDeadlineShape(many=True)

    @extend_schema_field(MorningWaitingShape(many=True))
    def get_waiting(self, morning: Morning) -> Any:
        rows: Any = [
            {"party": party, "what": what, "case": about}
            for party, waiting in morning.waiting.items()
            for about, what in waiting
        ]
        return MorningWaitingShape(rows, many=True).data

    @extend_schema_field(MorningNightShape(many=True))
    def get_night(self, morning: Morning) -> Any:
        rows: Any = [{"case": about, "events": events} for about, events in morning.night]
        return MorningNightShape(rows, many=True).data


class MorningView(Resource):
    @described(
        "morning",
        "What a coordinator starts the day with; which cases it names is audited",
        tag="cases",
        description=(
            "For coordinators. What happened overnight, what waits for whom, what is overdue or will be "
            "missed within six hours, and outcomes to ask for, each with whom to call and what you can do. "
            f"Each part has {MOST} rows at the most: the board has all of them."
        ),
        answer=MorningShape,
        refusals=(404,),
    )
    def get(self, request: Request) -> Response:
        if not self.person.access.coordinates:
            raise Http404
        return Response(MorningShape(read_morning(self.person, self.now, settings.DEFAULT_DISPLAY_ZONE)).data)
