"""Two plain ways to take a submission, which store the same rows and decide nothing.

Both are views of REST framework behind the same addresses, middleware and sign-in. They insert in one
transaction the same rows into the same tables, one by one, with the columns of a submission that the product
took before: scores, deadlines, recipients and texts are those of that one. `Copying` is the least that can be
done: it checks the body of the submission, and copies the rows. `Checking` does as the framework's
documentation does: the rows are the body, and a `ModelSerializer` for each checks and saves it.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models, transaction
from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.encryption import EncryptedField
from accounts.ids import new_id
from api.v1.registration import ReadRegistration
from config.urls import urlpatterns as addresses
from notifications.models import Alert, Notification
from referral.models import Assessment, Case, CaseFacts, Deadline, Event, Offer
from referral.models.fields import TransactionField

COPYING, CHECKING = "/copying", "/checking"


class Copying(APIView):
    """Stores copies of `rows`, in their order, with ids of their own."""

    rows: Sequence[models.Model] = ()

    def post(self, request: Request) -> Response:
        ReadRegistration(data=request.data).is_valid(raise_exception=True)
        with transaction.atomic():
            stored = [type(row)._default_manager.create(**columns) for row, columns in _copies(self.rows)]
        case = next(row for row in stored if isinstance(row, Case))
        return Response(_serializer(Case)(case).data, status=201)


class Checking(APIView):
    """Stores the rows of the body: a list of objects with the `model` and the `columns` of one row."""

    def post(self, request: Request) -> Response:
        with transaction.atomic():
            stored = {row["model"]: self._stored(row) for row in request.data}
        return Response(stored[Case._meta.label].data, status=201)

    def _stored(self, row: Mapping[str, Any]) -> Any:
        serializer = _serializer(apps.get_model(row["model"]))(data=row["columns"])
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return serializer


@cache
def _serializer(model: type[models.Model]) -> type[serializers.ModelSerializer[Any]]:
    usual = serializers.ModelSerializer.serializer_field_mapping

    class Row(serializers.ModelSerializer[Any]):
        serializer_field_mapping = {**usual, EncryptedField: serializers.JSONField}

        class Meta:
            fields = [field.name for field in _fields(model)]
            extra_kwargs = {name: {"read_only": False} for name in fields}

    Row.Meta.model = model  # type: ignore[attr-defined]
    return Row


def to_check(rows: Sequence[models.Model]) -> list[dict[str, Any]]:
    """The body for `Checking` that stores a copy of `rows`.

    The reference of a case to its assessment is left out, which is not there yet when it is checked.
    """
    body = []
    for row, columns in _copies(rows):
        given = {field.name: columns.get(field.attname) for field in _fields(type(row))}
        filled = {name: value for name, value in given.items() if value not in (None, "")}
        if isinstance(row, Case):
            del filled["assessment"]
        body.append({"model": row._meta.label, "columns": filled})
    return body


def _fields(model: type[models.Model]) -> list[Any]:
    fields = model._meta.concrete_fields
    return [field for field in fields if not field.generated and not isinstance(field, TransactionField)]


def _copies(rows: Sequence[models.Model]) -> list[tuple[models.Model, dict[str, Any]]]:
    """Each row with the columns of its copy, which refers to the other copies."""
    ids = {row.pk: new_id() for row in rows}
    return [(row, _copied(row, ids)) for row in rows]


def _copied(row: models.Model, ids: Mapping[Any, UUID]) -> dict[str, Any]:
    columns = [field.attname for field in _fields(type(row))]
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


urlpatterns = [
    path(COPYING.lstrip("/"), Copying.as_view()),
    path(CHECKING.lstrip("/"), Checking.as_view()),
    *addresses,
]
