"""Columns for numbers and addresses by which people are reached, stored as machines need them."""

from typing import Any

from django import forms
from django.db import models

from accounts.text import folded_address, narrowed


def _narrowed(value: Any) -> Any:
    return narrowed(value) if isinstance(value, str) else value


def _folded(value: Any) -> Any:
    return folded_address(value) if isinstance(value, str) else value


class PhoneField(models.CharField):
    """A phone number as people write it, in narrow digits whatever the input method was."""

    def to_python(self, value: Any) -> Any:
        return _narrowed(super().to_python(value))

    def get_prep_value(self, value: Any) -> Any:
        return _narrowed(super().get_prep_value(value))


class NarrowEmailFormField(forms.EmailField):
    """Takes an address however an input method wrote it; see `accounts.text.folded_address`."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(_folded(value))


class NarrowEmailField(models.EmailField):
    """An e-mail address in narrow letters, digits and signs."""

    def to_python(self, value: Any) -> Any:
        return _folded(super().to_python(value))

    def get_prep_value(self, value: Any) -> Any:
        return _folded(super().get_prep_value(value))

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": NarrowEmailFormField, **kwargs})
