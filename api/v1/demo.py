"""The demo's clock. Its address does not exist in production."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from api.idempotency import idempotent
from api.resource import Resource
from api.v1.fields import KnownFieldsMixin
from referral.pathway.refusals import AccessError


class ClockRequest(KnownFieldsMixin, serializers.Serializer[Any]):
    forward_hours = serializers.FloatField(min_value=0.001, max_value=24 * 120)


class ClockView(Resource):
    @extend_schema(exclude=True)
    @idempotent
    def post(self, request: Request) -> Response:
        if not self.person.access.administers:
            raise AccessError
        read = ClockRequest(data=self.body)
        read.is_valid(raise_exception=True)
        with transaction.atomic():
            offset = clock.forward(timedelta(hours=read.validated_data["forward_hours"]))
        hours = offset / timedelta(hours=1)
        return Response({"now": clock.now().isoformat(), "forward_hours": hours})
