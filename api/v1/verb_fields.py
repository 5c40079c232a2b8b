"""The inputs of the verbs as fields of the schema."""

from collections.abc import Callable
from typing import Any

from django.utils.text import format_lazy
from rest_framework import serializers

from api.v1.code_fields import CodeRequest
from api.v1.fields import BirthDateField, MomentField
from api.vocabularies import CHOICES_BY_INPUT, UNITS_BY_FIELD
from referral.pathway.inputs import Shape, VerbInput
from scoring.inputs import ANY_INPUT

Field = serializers.Field[Any, Any, Any, Any]


def field_of(verb_input: VerbInput) -> Field:
    """The field of one input, as the schema has it."""
    options: dict[str, Any] = {"required": verb_input.required, "help_text": verb_input.label}
    if not verb_input.required:
        options["allow_null"] = True
    match verb_input.shape:
        case Shape.TEXT:
            return serializers.CharField(max_length=verb_input.max_length, **options)
        case Shape.CHOICE if isinstance(verb_input.choices, type):
            return CodeRequest(verb_input.choices, **options)
        case Shape.NUMBER if isinstance(verb_input.choices, tuple):
            return serializers.ChoiceField(choices=verb_input.choices, **options)
        case Shape.MOMENT:
            return MomentField(**options)
        case _ if verb_input.shape in PLAIN:
            return PLAIN[verb_input.shape](verb_input, options)
        case _:
            return serializers.UUIDField(**options)


def _decimal(verb_input: VerbInput, options: dict[str, Any]) -> Field:
    label, unit = verb_input.label, verb_input.unit
    named = format_lazy("{}, {}", label, unit) if unit else label
    return serializers.FloatField(
        min_value=verb_input.low, max_value=verb_input.high, **{**options, "help_text": named}
    )


def _several(verb_input: VerbInput, options: dict[str, Any]) -> Field:
    return serializers.ListField(child=CodeRequest(verb_input.choices), **options)


def _measured(verb_input: VerbInput, options: dict[str, Any]) -> Field:
    spec = ANY_INPUT[verb_input.name]
    if spec.kind == "flag":
        return serializers.BooleanField(**options)
    if spec.kind in ("grade", "count"):
        least, most = (int(limit or 0) for limit in spec.hard)
        return serializers.IntegerField(min_value=least, max_value=most, **options)
    if spec.kind == "choice":
        return CodeRequest(CHOICES_BY_INPUT[spec.name], **options)
    return serializers.FloatField(**options)


def _unit(verb_input: VerbInput, options: dict[str, Any]) -> Field:
    return CodeRequest(UNITS_BY_FIELD[verb_input.name], **options)


PLAIN: dict[Shape, Callable[[VerbInput, dict[str, Any]], Field]] = {
    Shape.DECIMAL: _decimal,
    Shape.SEVERAL: _several,
    Shape.MEASURED: _measured,
    Shape.UNIT: _unit,
    Shape.BOOLEAN: lambda verb_input, options: serializers.BooleanField(**options),
    Shape.DATE: lambda verb_input, options: serializers.DateField(**options),
    Shape.PAIRS: lambda verb_input, options: serializers.DictField(**options),
    Shape.BIRTH_DATE: lambda verb_input, options: BirthDateField(**options),
    Shape.CONFIRMED: lambda verb_input, options: serializers.ListField(
        child=serializers.CharField(), **options
    ),
}
