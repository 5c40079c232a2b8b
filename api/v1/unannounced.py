"""A patient at a ward's door: finding the open case, with no more shown than admitting needs."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.idempotency import changes_nothing
from api.resource import Resource
from api.v1.documenting import IDEMPOTENCY_KEY, described
from api.v1.fields import KnownFieldsMixin
from api.v1.shapes import UnannouncedShape
from referral.intake.unannounced import find_unannounced
from referral.pathway.refusals import AccessError


class UnannouncedRequest(KnownFieldsMixin, serializers.Serializer[Any]):
    """One of the two."""

    number = serializers.CharField(max_length=20, required=False)
    national_id = serializers.CharField(max_length=30, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            message = _("Give the case number or the ID, one of them.")
            raise serializers.ValidationError({"number": [serializers.ErrorDetail(str(message), "one_of")]})
        return attrs


class UnannouncedView(Resource):
    only_reads = True

    @described(
        "look_up_unannounced",
        "Find the open case of a patient who arrives unannounced, to admit it",
        tag="cases",
        description=(
            "For people of a ward. Audited and limited, also where it is sent again. For an hour whoever "
            "looked a case up can admit it, with what the person at the door says of themselves."
        ),
        request=UnannouncedRequest,
        answer=UnannouncedShape,
        refusals=(403, 404, 422, 429),
        parameters=[IDEMPOTENCY_KEY],
    )
    @changes_nothing
    def post(self, request: Request) -> Response:
        if not self.person.access.wards:
            raise AccessError
        read = UnannouncedRequest(data=self.body)
        read.is_valid(raise_exception=True)
        case = find_unannounced(user=self.person, now=self.now, **read.validated_data)
        if case is None:
            raise Http404
        return Response(UnannouncedShape(case).data)
