"""What the API shows of the values of a case, and of why the patient was referred."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from api.v1.way_back_shapes import NamedShape
from referral.grounds import Ground, grounds_of
from referral.models import Case
from referral.values import CaseValues, Origin, Value, case_values
from scoring import texts
from scoring.inputs import ANY_INPUT

Shape = serializers.Serializer


class ValueShape(Shape[Value]):
    """One value. `value` is normalised, in `unit`; null where what was typed cannot be read any more.

    `typed` and `typed_unit` are as entered; `typed` is null where the value was computed, `typed_unit` empty
    where the unit is fixed. `at` is `sampled_at` where that is known, else when the set was so.
    """

    input = serializers.CharField()
    label = serializers.SerializerMethodField()  # type: ignore[assignment]
    value = serializers.JSONField(allow_null=True)
    unit = serializers.SerializerMethodField()
    typed = serializers.JSONField(allow_null=True)
    typed_unit = serializers.CharField(source="unit")
    sampled_at = serializers.DateTimeField(allow_null=True)
    at = serializers.DateTimeField()
    origin = serializers.ChoiceField(choices=Origin.choices)
    origin_label = serializers.CharField(source="origin.label")
    record = serializers.UUIDField(allow_null=True, help_text="assessment, table or sample; null: the draft")
    entered_at = serializers.DateTimeField()

    def get_label(self, value: Value) -> str:
        return texts.label(value.input)

    def get_unit(self, value: Value) -> str:
        return ANY_INPUT[value.input].unit


class EnteredValueShape(ValueShape):
    """The same value with the person who entered it."""

    entered_by = serializers.SerializerMethodField()

    @extend_schema_field(NamedShape(allow_null=True))
    def get_entered_by(self, value: Value) -> Any:
        people: Mapping[UUID, User] = self.context["people"]
        person = people.get(value.entered_by)
        return None if person is None else NamedShape(person).data


class GroundShape(Shape[Ground]):
    """What the first hospital said with an assessment or a referral. `reason`: of a direct referral."""

    verb = serializers.CharField()
    reason = serializers.CharField()
    note = serializers.CharField()
    by = NamedShape()
    at = serializers.DateTimeField()


class CaseValuesShape(Shape[CaseValues]):
    """Every value, the oldest first; the newest of each input; what is missing and the red flags."""

    values = EnteredValueShape(many=True)
    latest = serializers.SerializerMethodField()
    missing = serializers.ListField(
        child=serializers.CharField(), help_text="of the eight indicators, while nothing was assessed"
    )
    red_flags = serializers.ListField(child=serializers.CharField())

    @extend_schema_field(EnteredValueShape(many=True))
    def get_latest(self, values: CaseValues) -> Any:
        newest: Any = list(values.latest.values())
        return EnteredValueShape(newest, many=True, context=self.context).data


class LatestValuesShape(Shape[CaseValues]):
    """The newest value of each input, what is missing of the eight while nothing was assessed, red flags."""

    latest = serializers.SerializerMethodField()
    missing = serializers.ListField(child=serializers.CharField())
    red_flags = serializers.ListField(child=serializers.CharField())

    @extend_schema_field(ValueShape(many=True))
    def get_latest(self, values: CaseValues) -> Any:
        newest: Any = list(values.latest.values())
        return ValueShape(newest, many=True).data


class ListedValueShape(ValueShape):
    """One value as it is shown; what was typed is in the whole case."""

    typed = None  # type: ignore[assignment]
    typed_unit = None  # type: ignore[assignment]
    sampled_at = None  # type: ignore[assignment]
    origin_label = None  # type: ignore[assignment]
    record = None  # type: ignore[assignment]
    entered_at = None  # type: ignore[assignment]


class ListedLatestShape(LatestValuesShape):
    """The newest value of each input, as it is shown."""

    @extend_schema_field(ListedValueShape(many=True))
    def get_latest(self, values: CaseValues) -> Any:
        newest: Any = list(values.latest.values())
        return ListedValueShape(newest, many=True).data


class GroundedShape(Shape[Case]):
    """Why the patient was referred."""

    grounds = serializers.SerializerMethodField()

    @extend_schema_field(GroundShape(many=True))
    def get_grounds(self, case: Case) -> Any:
        said: Any = grounds_of(case)
        return GroundShape(said, many=True).data


class ListedValuesShape(GroundedShape):
    """What a case on a list carries of its values, and why the patient was referred."""

    values = serializers.SerializerMethodField()

    @extend_schema_field(ListedLatestShape)
    def get_values(self, case: Case) -> Any:
        return ListedLatestShape(case_values(case)).data


class ValuedShape(GroundedShape):
    """What a case carries of its values, and why the patient was referred."""

    values = serializers.SerializerMethodField()

    @extend_schema_field(LatestValuesShape)
    def get_values(self, case: Case) -> Any:
        return LatestValuesShape(case_values(case)).data
