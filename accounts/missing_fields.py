"""What a form says of a field that was left empty: its name, and whether to write or to choose."""

from django import forms
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _

CHOSEN = (forms.ChoiceField, forms.ModelChoiceField, forms.FileField)


def ask_by_name(field: forms.Field) -> None:
    """Let `field`, where it is left empty, be named by its label; words of its own stay."""
    if field.error_messages["required"] != forms.Field.default_error_messages["required"]:
        return
    words = _("Please choose: {field}.") if isinstance(field, CHOSEN) else _("Please fill in: {field}.")
    field.error_messages["required"] = format_lazy(words, field=field.label or "")


def ask_all_by_name(form: forms.BaseForm) -> None:
    """Let every field of `form` ask for itself by its name, and begin its label with a capital."""
    for field in form.fields.values():
        field.label = capfirst(field.label) if field.label else field.label
        ask_by_name(field)
