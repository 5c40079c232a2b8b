"""Fields of requests that are stricter than the framework's."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.moments import read_moment
from accounts.text import one_line
from api.problems import not_known
from referral.identity.birth import BirthDate


@extend_schema_field(OpenApiTypes.DATETIME)
class MomentField(serializers.Field[datetime, Any, str, Any]):
    """A date and time with its offset (RFC 3339)."""

    default_error_messages = {  # how the framework has it
        "invalid": _("This is no date and time with a time zone, such as 2026-05-17T08:30:00+08:00.")
    }

    def to_internal_value(self, data: Any) -> datetime:
        try:
            return read_moment(data)
        except (TypeError, ValueError):
            self.fail("invalid")

    def to_representation(self, value: datetime) -> str:
        return value.isoformat()


@extend_schema_field({"type": "string", "pattern": r"^\d{4}(-\d{2}-\d{2})?$", "example": "1962-05-03"})
class BirthDateField(serializers.Field[BirthDate, Any, str, Any]):
    """A date, or a year where the day is not known (ISO 8601 in either precision)."""

    default_error_messages = {  # how the framework has it
        "invalid": _("This is no date such as 1962-05-03 and no year such as 1962.")
    }

    def to_internal_value(self, data: Any) -> BirthDate:
        try:
            return BirthDate.parse(data)
        except (TypeError, ValueError):
            self.fail("invalid")

    def to_representation(self, value: BirthDate) -> str:
        return str(value)


@extend_schema_field(OpenApiTypes.BINARY)
class UploadField(serializers.FileField):
    """A file as it is sent; the framework's is described as the address that it is answered as."""


@extend_schema_field(
    {
        "type": "string",
        "pattern": r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2})?$",
        "example": "2026-11-29T01:35",
        "description": "in the hospital's time, or the day alone",
    }
)
class LocalMomentField(serializers.CharField):
    """A time as a report prints it: without an offset, or only a day."""


class KnownFieldsMixin:
    """Refuses what it does not know by name, so that a misspelt field is never lost in silence."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = [name for name in data if name not in self.fields]  # type: ignore[attr-defined]
            if unknown:
                raise serializers.ValidationError(
                    {name: [serializers.ErrorDetail(not_known(name), "unknown_field")] for name in unknown}
                )
        return super().to_internal_value(data)  # type: ignore[misc]


class LineField(serializers.CharField):
    """One line of text, without control characters."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.validators.append(one_line)


class IdField(serializers.UUIDField):
    """A UUID as text; the framework's would take any number for one."""

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)
