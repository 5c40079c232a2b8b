"""Wards: who is on duty now and next, where the rota has gaps, the hand-over note."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import duty
from accounts.models import HandoverNote, Ward
from accounts.rota import AHEAD, gaps, next_on_duty, on_duty, wards_watched_by, watches
from api.resource import Resource
from api.v1.documenting import described
from api.v1.shapes import PersonShape, PlaceShape


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
        present = set(on_duty(ward, now).values_list("pk", flat=True))
        spans = [{"starts_at": start, "ends_at": end} for start, end in gaps(ward, now, now + AHEAD)]
        facts = {
            "now": [row for row in coming if row.user.pk in present and row.starts_at <= now],
            "next": next_on_duty(ward, now),
            "coming": coming,
            "gaps": spans,
            "handover_note": duty.current_note(ward, now),
            "may_arrange": duty.may_arrange(self.person, ward),
        }
        return Response(DutyShape(_about(ward) | facts).data)


def _about(ward: Ward) -> dict[str, Any]:
    return {"ward": ward, **{name: getattr(ward, name) for name in ("is_open", "closed_reason", "beds")}}
