"""Indicators as requests carry them: flat, or under one name; and their schema, built from the inputs."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema_field
from rest_framework import serializers

from api import vocabularies
from api.v1.code_fields import CodeRequest
from labs.typed import value_in
from referral.pathway.refusals import InputError
from scoring import FIELD_LABELS, INPUTS, Input
from scoring.labels import HELP

WRAPPERS = ("indicators", "values")


def values_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """The values in `body`, flat or under “indicators” or “values”; `confirmed` may be in either place.

    Raises InputError if what should hold the values is no object.
    """
    flat = {name: value for name, value in body.items() if name not in WRAPPERS}
    confirmed = [flat.pop("confirmed", None)]
    for wrapper in WRAPPERS:
        inner = body.get(wrapper)
        if inner is None:
            continue
        if not isinstance(inner, Mapping):
            raise InputError((wrapper, "not_an_object", _("Give the values by name, in one JSON object.")))
        flat |= inner
        confirmed.append(flat.pop("confirmed", None))
    flat = {name: value_in(name, value) if isinstance(value, str) else value for name, value in flat.items()}
    names = [name for given in confirmed if given is not None for name in _names(given)]
    return {**flat, "confirmed": names} if names else flat


def _names(given: Any) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
        raise InputError(("confirmed", "not_a_list", _("Name the fields in a list of texts.")))
    return given


def _field(spec: Input) -> serializers.Field[Any, Any, Any, Any]:
    named = ": ".join(filter(None, (FIELD_LABELS[spec.name], HELP.get(spec.name, ""))))
    options: dict[str, Any] = {"required": False, "allow_null": True, "help_text": named}
    match spec.kind:
        case "flag":
            return serializers.BooleanField(**options)
        case "choice":
            return CodeRequest(vocabularies.CHOICES_BY_INPUT[spec.name], **options)
        case "grade" | "count":
            least, most = (int(limit or 0) for limit in spec.hard)
            return serializers.IntegerField(min_value=least, max_value=most, **options)
        case "number":
            low, high = (None, None) if spec.units else spec.hard
            options["help_text"] += f", {spec.unit}" if spec.unit and not spec.units else ""
            return serializers.FloatField(min_value=low, max_value=high, **options)


def _input_fields() -> dict[str, serializers.Field[Any, Any, Any, Any]]:
    fields: dict[str, serializers.Field[Any, Any, Any, Any]] = {}
    for spec in INPUTS.values():
        fields[spec.name] = _field(spec)
        if spec.unit_field and spec.units:
            fields[spec.unit_field] = CodeRequest(
                vocabularies.UNITS_BY_FIELD[spec.unit_field],
                required=False,
                help_text=f"{spec.unit} if left out" if spec.unit_in_name else "no unit, no score",
            )
    return fields


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "format": "date-time"},
            {"type": "object", "additionalProperties": {"type": "string", "format": "date-time"}},
        ],
        "description": "one time for all values of the laboratory, or times by input name",
    }
)
class SampledAtField(serializers.JSONField):
    """When the laboratory's values were sampled."""


class SourcesField(serializers.DictField):
    """Where values are from, by input name: the id of a reading, or `text` for what was read from text.

    A value that is not named was typed.
    """

    child = serializers.CharField(max_length=40)


class ConfirmedField(serializers.ListField):
    """Names of values beyond a soft limit that a person says are right."""

    child = serializers.CharField()


IndicatorsRequest = type(
    "IndicatorsRequest",
    (serializers.Serializer,),
    {
        "__doc__": "Indicators by name; what is not known is left out. Also accepted as {“indicators”: {…}}.",
        **_input_fields(),
        "sampled_at": SampledAtField(required=False),
        "confirmed": ConfirmedField(required=False),
        "sources": SourcesField(required=False),
    },
)

EXAMPLE_VALUES = OpenApiExample(
    "The eight indicators",
    value={
        "age_years": 56,
        "cirrhosis": True,
        "variceal_bleeding": False,
        "encephalopathy_grade": 2,
        "bilirubin": 310,
        "bilirubin_unit": "umol/L",
        "inr": 2.2,
        "urea": 11.0,
        "urea_unit": "mmol/L",
        "sodium_mmol_l": 129,
        "sampled_at": "2026-05-17T10:30:00+08:00",
    },
    request_only=True,
)
