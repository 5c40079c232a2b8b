"""Several cases at once by their ids, for an app that keeps its own copy."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import User
from api.narrowing import Names, narrowed
from api.v1.case_shapes import CaseShape, ListedCaseShape, context_of
from referral.queries import cases

MOST_IDS = 100
BY_ID = (
    "With `ids` the answer has those cases whole, as `/cases/{case_id}` has one, on one page and "
    "in the order given; what does not exist or is not yours to see is named in `gone`. The reading of each "
    "is audited. For `If-Match` a case's `version` in quotation marks is as good as its ETag."
)


class IdsField(serializers.ListField):
    """Ids with commas between them, or the parameter repeated."""

    child = serializers.UUIDField()

    def to_internal_value(self, data: Any) -> list[UUID]:
        given = list(dict.fromkeys(part.strip() for part in data.split(",") if part.strip()))
        if len(given) > MOST_IDS:
            message = _("Ask for at most %(most)s cases at once.") % {"most": MOST_IDS}
            raise serializers.ValidationError(message, "too_many")
        return [self._id(text) for text in given]

    def _id(self, text: str) -> UUID:
        try:
            return UUID(text)
        except ValueError as error:
            message = _("“%(text)s” is no id of a case.") % {"text": text[:40]}
            raise serializers.ValidationError(message, "invalid") from error


class CasesShape(serializers.Serializer[Any]):
    """A page of cases. `gone`, only with `ids`: those that do not exist or are not yours to see."""

    results = PolymorphicProxySerializer(
        "WholeOrListedCase", [CaseShape, ListedCaseShape], resource_type_field_name=None, many=True
    )
    next = serializers.CharField(allow_null=True, help_text="`cursor` of the next page")
    gone = serializers.ListField(child=serializers.UUIDField(), required=False)


def whole_cases(ids: Sequence[UUID], user: User, *, names: Names, now: datetime) -> Response:
    """The cases of `ids` that `user` may see, narrowed to `names`, and which of them there are not."""
    read = cases.read_cases(user, ids, now=now)
    shown: Any = read
    rows = narrowed(CaseShape(shown, many=True, context=context_of(read, user, now)), names)
    seen = {case.pk for case in read}
    return Response({"results": rows, "next": None, "gone": [str(pk) for pk in ids if pk not in seen]})
