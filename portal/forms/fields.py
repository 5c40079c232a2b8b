"""Fields that the portal's own forms share."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from portal.moments import instant

Refusal = tuple[str, str, str | Promise]
"""What a service refused: field, code, message."""


def capitalised(choices: Iterable[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """`choices` with labels that begin as a line does."""
    return [(value, capfirst(label)) for value, label in choices]


class MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def format_value(self, value: Any) -> str | None:
        return value or None


class MomentField(forms.CharField):
    """A date and time on the hospital's clock; gives the instant. `zone` and `now` are set by the form."""

    widget = MomentInput
    zone = "UTC"
    now: datetime

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        try:
            return instant(typed, self.zone, self.now)
        except ValueError:
            raise ValidationError(_("Enter a date and a time."), code="invalid") from None


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def set_clock(form: forms.Form, *, zone: str, now: datetime) -> None:
    """Tell every moment of `form` whose clock it is typed by."""
    for field in form.fields.values():
        if isinstance(field, MomentField):
            field.zone, field.now = zone, now


def take_refusals(form: forms.Form, rows: Iterable[Refusal], *, prefix: str = "") -> None:
    """Put what a service refused, rows of (field, code, message), at the fields of `form`."""
    for field, code, message in rows:
        name = field.removeprefix(prefix).replace(".", "_")
        form.add_error(name if name in form.fields else None, ValidationError(str(message), code=code))
