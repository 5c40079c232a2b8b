"""An operation that will go says so in every answer and in the OpenAPI file."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from django.http import Http404
from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate

from api.deprecation import SHORTEST_NOTICE, deprecated
from api.resource import Resource
from api.v1.documenting import described
from api.v1.notifications import ReadCountShape
from tests.world import World

SINCE = datetime(2026, 6, 1, tzinfo=UTC)
SUNSET = datetime(2027, 1, 31, 16, tzinfo=UTC)


class OldView(Resource):
    @deprecated(since=SINCE, sunset=SUNSET)
    @described("old_count", "Count", tag="me", answer=ReadCountShape)
    def get(self, request: Request) -> Response:
        if request.headers.get("X-Refuse"):
            raise Http404
        return Response({"count": 1})

    @described("new_count", "Count", tag="me", answer=ReadCountShape)
    def post(self, request: Request) -> Response:
        return Response({"count": 2})


def asked(world: World, method: str = "GET", **headers: str) -> Any:
    request = APIRequestFactory().generic(
        method, "/old", headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
    force_authenticate(request, world.doctor)
    return OldView.as_view()(request)


def test_every_answer_says_since_when_until_when_and_where_to_read(world: World) -> None:
    given = asked(world)
    for answer in (given, asked(world, X_Refuse="1"), asked(world, If_None_Match=given["ETag"])):
        assert answer["Deprecation"] == f"@{int(SINCE.timestamp())}"
        assert parsedate_to_datetime(answer["Sunset"]) == SUNSET
        assert answer["Sunset"].endswith("GMT")
        assert answer["Link"] == '</api/v1/docs>; rel="deprecation"; type="text/html"'
    assert [asked(world, X_Refuse="1").status_code, asked(world, If_None_Match="*").status_code] == [404, 304]


def test_another_operation_at_the_same_address_says_nothing(world: World) -> None:
    assert not {"Deprecation", "Sunset", "Link"} & set(asked(world, "POST").headers)


def test_the_openapi_file_marks_it() -> None:
    generator = SchemaGenerator(patterns=[path("old", OldView.as_view())])
    operations = generator.get_schema(public=True)["paths"]["/old"]
    assert operations["get"]["deprecated"] is True
    assert operations["get"]["operationId"] == "old_count"
    assert "deprecated" not in operations["post"]


def test_nothing_ends_sooner_than_promised() -> None:
    with pytest.raises(ValueError, match="180 days"):
        deprecated(since=SINCE, sunset=SINCE + SHORTEST_NOTICE - timedelta(seconds=1))
