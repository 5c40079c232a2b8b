"""The plain way to take a submission: a view of REST framework that stores the same rows and decides nothing.

It stands behind the same addresses, middleware and sign-in, checks the same body with the same serializer,
and inserts in one transaction the same rows into the same tables, one by one, with the columns of a
submission that the product took before. Scores, deadlines, recipients and texts are those of that one.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.ids import new_id
from api.v1.registration import ReadRegistration
from config.urls import urlpatterns as addresses
from notifications.models import Alert, Notification
from referral.models import Assessment, Case, CaseFacts, Deadline, Event, Offer

ADDRESS = "/bare"


class CaseRow(serializers.ModelSerializer[Case]):
    class Meta:
        model = Case
        fields = "__all__"


class Bare(APIView):
    """Stores copies of `rows`, in their order, with ids of their own."""

    rows: Sequence[models.Model] = ()

    def post(self, request: Request) -> Response:
        ReadRegistration(data=request.data).is_valid(raise_exception=True)
        with transaction.atomic():
            case = self._stored()
        return Response(CaseRow(case).data, status=201)

    def _stored(self) -> Case:
        ids = {row.pk: new_id() for row in self.rows}
        stored = [type(row)._default_manager.create(**_copied(row, ids)) for row in self.rows]
        return next(row for row in stored if isinstance(row, Case))


def _copied(row: models.Model, ids: Mapping[Any, UUID]) -> dict[str, Any]:
    """The columns of `row` for its copy, which refers to the other copies."""
    columns = [field.attname for field in row._meta.concrete_fields if not field.generated]
    values = {name: value for name in columns if (value := getattr(row, name)) is not None}
    values |= {name: ids[value] for name, value in values.items() if isinstance(value, UUID) and value in ids}
    if isinstance(row, Case):
        values["number"] = ids[row.pk].hex[-20:]
    if isinstance(row, Alert):
        values |= {"dedup_key": ids[row.pk].hex, "subject_id": str(ids[UUID(row.subject_id)])}
    return values


def rows_of(case: Case) -> list[models.Model]:
    """What one submission stored, in an order in which it can be stored again."""
    deadlines = list(Deadline.objects.filter(case=case))
    subjects = [str(case.pk), *(str(deadline.pk) for deadline in deadlines)]
    alerts = list(Alert.objects.filter(subject_id__in=subjects))
    return [
        case.person,
        case.patient,
        case,
        *Assessment.objects.filter(case=case),
        *Offer.objects.filter(case=case),
        *deadlines,
        *Event.objects.filter(case=case),
        *CaseFacts.objects.filter(case=case),
        *alerts,
        *Notification.objects.filter(alert__in=alerts),
    ]


urlpatterns = [path(ADDRESS.lstrip("/"), Bare.as_view()), *addresses]
