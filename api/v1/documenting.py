"""How the operations describe themselves: shared parameters and answers of the OpenAPI file."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from accounts.retention import ANSWERS_KEPT_FOR, UNSENT_KEPT_FOR
from api.problems import MEDIA_TYPE
from api.v1.shapes import ProblemShape

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=(
        f"The same key and body give the same answer for {ANSWERS_KEPT_FOR.days} days and are done once; "
        f"with another body: 409. Keep what is not sent yet for {UNSENT_KEPT_FOR.days} days at most. "
        "A refused request leaves no trace, so its key may be used again."
    ),
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=(
        'The ETag of the case that this was decided on, or its `version` in quotation marks (`"7"`). Another '
        "version by now: 412."
    ),
)
ETAG = OpenApiParameter("ETag", OpenApiTypes.STR, OpenApiParameter.HEADER, response=True)
JSON = "application/json"
LOCATION = OpenApiParameter("Location", OpenApiTypes.STR, OpenApiParameter.HEADER, response=[201])


DISPOSITION = OpenApiParameter(
    "Content-Disposition", OpenApiTypes.STR, OpenApiParameter.HEADER, response=[200, 206]
)


def described(
    operation: str,
    summary: str,
    *,
    answer: Any,
    status: int = 200,
    media_type: str | tuple[str, ...] = JSON,
    request: Any = None,
    refusals: Sequence[int] = (),
    answers: Mapping[Any, Any] = MappingProxyType({}),
    parameters: Sequence[Any] = (),
    examples: Sequence[OpenApiExample] = (),
    tag: str,
    description: str = "",
) -> Callable[[Any], Any]:
    """Describe one method of a view. `answer`, in `media_type` or one of several, is a serializer, or None
    for no body; `answers` are others, by status or by status and media types.

    `refusals` are those of this view; `api.openapi.answers` adds what all have in common. The method takes
    the parameters of an address that are described here, and refuses others (`Resource`).
    """
    describe = extend_schema(
        operation_id=operation,
        summary=summary,
        description=description,
        request=request,
        responses=_answers(answer, status, media_type) | dict(answers) | _refusals(refusals),
        parameters=list(parameters),
        examples=list(examples),
        tags=[tag],
    )

    def describe_method(method: Any) -> Any:
        described_method = describe(method)
        described_method.query_names = _query_names(parameters)
        return described_method

    return describe_method


def _answers(answer: Any, status: int, media_type: str | tuple[str, ...]) -> dict[Any, Any]:
    media_types = (media_type,) if isinstance(media_type, str) else media_type
    key = status if media_type == JSON else (status, *media_types)
    return {key: answer or OpenApiResponse(description="Done")}


def _refusals(statuses: Sequence[int]) -> dict[Any, Any]:
    return {(status, MEDIA_TYPE): OpenApiResponse(ProblemShape) for status in sorted({*statuses, 422})}


def _query_names(parameters: Sequence[Any]) -> frozenset[str]:
    """The names of the parameters of an address, from shapes and single parameters."""
    names: set[str] = set()
    for parameter in parameters:
        if not isinstance(parameter, OpenApiParameter):
            names |= set(parameter().fields)
        elif parameter.location == OpenApiParameter.QUERY:
            names.add(parameter.name)
    return frozenset(names)


@cache
def page_of(shape: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """The shape of a page of `shape`."""
    name = shape.__name__.removesuffix("Shape")
    fields = {
        "results": shape(many=True),
        "next": serializers.CharField(allow_null=True, help_text="`cursor` of the next page"),
    }
    return type(f"{name}PageShape", (serializers.Serializer,), {**fields, "__doc__": ""})
