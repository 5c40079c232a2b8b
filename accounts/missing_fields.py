"""What a form says of a field that was left empty: its name, and whether to write or to choose."""

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _


def ask_by_name(field: forms.Field) -> None:
    """Let `field`, where it is left empty, be named by its label."""
    is_chosen = isinstance(field, forms.ChoiceField | forms.ModelChoiceField)
    words = _("Please choose: {field}.") if is_chosen else _("Please fill in: {field}.")
    field.error_messages["required"] = format_lazy(words, field=field.label or "")
