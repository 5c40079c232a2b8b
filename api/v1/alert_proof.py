"""Whether somebody knows: who was alerted about what is awaited on a case, what became of it, who is next."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.resource import Resource
from api.v1.code_fields import CodeShape
from api.v1.documenting import described
from api.v1.shapes import PersonShape
from notifications.channels.names import ChannelName
from notifications.fates import Alerted, ChannelFate, Fate, Knowledge
from notifications.types import Severity
from referral.pathway.vocabulary import Audience, Kind
from referral.queries import cases
from referral.queries.alert_proof import NextAlert, proof_of


class ChannelFateShape(serializers.Serializer[ChannelFate]):
    """One channel. `delivered` is only what a carrier has reported; `at`: since when it is so."""

    channel = CodeShape(ChannelName)
    fate = CodeShape(Fate)
    at = serializers.DateTimeField(allow_null=True)


class AlertedShape(serializers.Serializer[Alerted]):
    """One alert to one person. Opening it is not acknowledging it."""

    recipient = PersonShape()
    severity = CodeShape(Severity, source="notification.alert.severity")
    created_at = serializers.DateTimeField(source="notification.created_at")
    channels = ChannelFateShape(many=True)
    opened_at = serializers.DateTimeField(source="notification.read_at", allow_null=True)
    acknowledged_at = serializers.DateTimeField(source="notification.acknowledged_at", allow_null=True)
    knowledge = CodeShape(Knowledge)


class NextAlertShape(serializers.Serializer[NextAlert]):
    """What follows if nothing is done."""

    at = serializers.DateTimeField()
    deadline = CodeShape(Kind, source="deadline.kind")
    audience = serializers.ListField(child=CodeShape(Audience), source="step.audience")
    severity = CodeShape(Severity, source="step.severity")
    expires_offer = serializers.BooleanField(
        source="step.expires_offer", help_text="the request then goes to the next ward"
    )


class AlertProofShape(serializers.Serializer[Any]):
    """`knowledge`: the best that is certain of anybody; null where nobody waits for anybody."""

    knowledge = CodeShape(Knowledge, allow_null=True)
    alerts = AlertedShape(many=True)
    ahead = NextAlertShape(many=True)


class AlertProofView(Resource):
    @described(
        "case_alerts",
        "Who was alerted about what is awaited on a case, what became of it, and who is next",
        tag="cases",
        description=(
            "Alerts about the deadlines on which one side waits for the other: acknowledgement, decision, a "
            "ward that accepts, arrival, an answer to a question."
        ),
        answer=AlertProofShape,
        refusals=(404,),
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        case = cases.read_case(self.person, case_id, now=self.now, part="deadlines")
        proof = proof_of(case, self.now)
        answer = {
            "knowledge": proof.knowledge if proof else None,
            "alerts": proof.alerts if proof else [],
            "ahead": proof.ahead if proof else [],
        }
        return Response(AlertProofShape(answer).data)
