"""How many beds a ward can give now: what it states, and what became of the figure."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Ward
from accounts.rota import wards_watched_by
from api.idempotency import idempotent
from api.resource import PageQuery, Resource, paged
from api.v1.code_fields import CodeShape
from api.v1.documenting import IDEMPOTENCY_KEY, described
from api.v1.fields import KnownFieldsMixin
from api.v1.shapes import PersonShape
from referral.codes import BedCause
from referral.intake.free_beds import authorise, state_beds
from referral.models import BedChange
from referral.queries.ward_places import WardPlace, history, place_of


class FreeBedsShape(serializers.Serializer[Any]):
    """How many beds the ward can give now, and since when nobody has counted them.

    `free` is what was stated at `stated_at`, less the beds promised since and plus those given back. A stale
    figure is older than the network's policy lets it hold: show it as such, and decide nothing by it.
    """

    free = serializers.IntegerField(source="figure.free")
    stated_at = serializers.DateTimeField(source="figure.stated_at")
    stated_by = PersonShape(source="figure.stated_by")
    is_stale = serializers.BooleanField()
    version = serializers.IntegerField(
        source="figure.version", help_text="grows with every change; send it as `seen`"
    )


@extend_schema_field({"type": "integer", "minimum": 0, "maximum": 32767, "example": 2})
class FreeField(serializers.Field[Any, Any, Any, Any]):
    """Passed on as it was sent: the ward knows how many beds it has."""

    def to_internal_value(self, data: Any) -> Any:
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class StateBedsRequest(KnownFieldsMixin, serializers.Serializer[Any]):
    free = FreeField(help_text="beds that the ward can give now, besides those it has promised")
    seen = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=2**31 - 1,
        help_text="`version` of the figure that the person saw; another one by now: 409 `beds_changed`",
    )


class BedChangeShape(serializers.Serializer[BedChange]):
    """A line of the history. `change`: by how much a case moved the figure, null where it was stated."""

    number = serializers.IntegerField()
    cause = CodeShape(BedCause)
    free = serializers.IntegerField(help_text="the figure after it")
    change = serializers.IntegerField(allow_null=True)
    actor = PersonShape(allow_null=True)
    at = serializers.DateTimeField()


class BedHistoryShape(serializers.Serializer[Any]):
    results = BedChangeShape(many=True)
    next = serializers.CharField(allow_null=True, help_text="`cursor` of the next page")


class BedsView(Resource):
    @described(
        "bed_history",
        "What became of the figure of a ward's free beds, the newest first",
        tag="wards",
        description="For the ward's own people and the coordinators of its network.",
        answer=BedHistoryShape,
        parameters=[PageQuery],
        refusals=(404,),
    )
    def get(self, request: Request, ward_id: UUID) -> Response:
        query = self.query(PageQuery)
        rows = history(self._ward(ward_id))
        return paged(BedChangeShape, self.cut(rows, order=("-number",), query=query), names=query["fields"])

    @described(
        "state_beds",
        "State how many beds your ward can give now",
        tag="wards",
        description=(
            "An acceptance takes one, what ends the promise gives it back, and an admission confirms it: "
            "state the figure when it is another one, or when it gets old."
        ),
        request=StateBedsRequest,
        answer=FreeBedsShape,
        parameters=[IDEMPOTENCY_KEY],
        refusals=(403, 404, 409, 422),
    )
    @idempotent
    def post(self, request: Request, ward_id: UUID) -> Response:
        ward = self._ward(ward_id)
        authorise(self.person, ward)
        read = StateBedsRequest(data=self.body)
        read.is_valid(raise_exception=True)
        state_beds(ward=ward, actor=self.person, now=self.now, **read.validated_data)
        return Response(FreeBedsShape(place_of(ward, self.person, self.now)).data)

    def _ward(self, ward_id: UUID) -> Ward:
        """A ward that the person watches. Raises Ward.DoesNotExist."""
        return wards_watched_by(self.person).get(pk=ward_id)


def free_beds_of(place: WardPlace | None) -> dict[str, Any] | None:
    """The figure of a ward as the API writes it, or None where it has stated none."""
    return dict(FreeBedsShape(place).data) if place is not None and place.figure is not None else None
