"""What the API shows of the values of a case, and of why the patient was referred."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from api import vocabularies
from api.shape import Shape
from api.v1.code_fields import CodeShape
from api.v1.discharge_shapes import NamedShape
from labs.readings.sources import SourceForm
from referral.codes import LeadingDefinition
from referral.models import Case
from referral.queries.case_values import CaseValues, Origin, Value, case_values
from referral.queries.course import score_course
from referral.queries.referral_reasons import Ground, grounds_of
from referral.ward.leading import LeadingGrade, latest_leading_grade
from scoring import texts
from scoring.inputs import ANY_INPUT


@extend_schema_field({"type": ["number", "string", "boolean", "null"]})
class MeasuredField(serializers.JSONField):
    """A number, a code of a choice, yes or no; null where there is none."""


class SourceShape(Shape[Any]):
    """From what a value was taken. `typed` where nobody read it for the person."""

    form = CodeShape(SourceForm)
    corrected = serializers.BooleanField(help_text="it is another value than stood there")
    bound = CodeShape(vocabularies.BOUNDS, allow_null=True, help_text="what stood there is a limit")
    file = serializers.UUIDField(allow_null=True, help_text="the report among the files of the case")


TYPED: Mapping[str, Any] = {"form": SourceForm.TYPED, "corrected": False, "bound": None, "file": None}


class MeasuredValueShape(Shape[Value]):
    """One value. `value` is normalised, in `unit`; null where what was typed cannot be read any more.

    `typed` and `typed_unit` are as entered; `typed` is null where the value was computed, `typed_unit` empty
    where the unit is fixed. `at` is `sampled_at` where that is known, else when the set was so.
    """

    input = CodeShape(vocabularies.INPUT_NAMES)
    label = serializers.SerializerMethodField()  # type: ignore[assignment]
    value = MeasuredField(help_text="normalised, in `unit`")
    unit = serializers.SerializerMethodField()
    typed = MeasuredField(help_text="as entered, in `typed_unit`")
    typed_unit = serializers.CharField(source="unit")
    sampled_at = serializers.DateTimeField(allow_null=True)
    at = serializers.DateTimeField()
    origin = CodeShape(Origin)
    origin_label = serializers.CharField(source="origin.label")
    record = serializers.UUIDField(allow_null=True, help_text="assessment, table or sample; null: the draft")
    entered_at = serializers.DateTimeField()
    source = serializers.SerializerMethodField()  # type: ignore[assignment]

    @extend_schema_field(SourceShape)
    def get_source(self, value: Value) -> Any:
        source: Any = value.source or TYPED
        return SourceShape(source).data

    def get_label(self, value: Value) -> str:
        return texts.label(value.input)

    @extend_schema_field(CodeShape(vocabularies.UNITS, allow_blank=True))
    def get_unit(self, value: Value) -> str:
        return ANY_INPUT[value.input].unit


class EnteredValueShape(MeasuredValueShape):
    """A measured value with the person who entered it."""

    entered_by = serializers.SerializerMethodField()

    @extend_schema_field(NamedShape(allow_null=True))
    def get_entered_by(self, value: Value) -> Any:
        people: Mapping[UUID, User] = self.context["people"]
        person = people.get(value.entered_by)
        return None if person is None else NamedShape(person).data


class GroundShape(Shape[Ground]):
    """What the first hospital said with an assessment or a referral. `reason`: of a direct referral."""

    verb = CodeShape(vocabularies.VERBS)
    reason = serializers.CharField(help_text="in words")
    note = serializers.CharField()
    by = NamedShape()
    at = serializers.DateTimeField()


class ScorePointShape(Shape[Any]):
    """A published score of the newest values of the 24 hours before `at`."""

    score = serializers.CharField()
    at = serializers.DateTimeField()
    value = serializers.FloatField()


class CaseValuesShape(Shape[CaseValues]):
    """Every value, the oldest first; the newest of each input; what is missing and the red flags."""

    values = EnteredValueShape(many=True)
    latest = serializers.SerializerMethodField()
    missing = serializers.ListField(
        child=CodeShape(vocabularies.INPUT_NAMES),
        help_text="of the eight indicators, while nothing was assessed",
    )
    red_flags = serializers.ListField(child=CodeShape(vocabularies.FLAGS))
    scores = serializers.SerializerMethodField()

    @extend_schema_field(ScorePointShape(many=True))
    def get_scores(self, values: CaseValues) -> Any:
        course = score_course(self.context["case"], values)
        return [
            {"score": name, "at": point.at, "value": point.value}
            for name, points in course.items()
            for point in points
        ]

    @extend_schema_field(EnteredValueShape(many=True))
    def get_latest(self, values: CaseValues) -> Any:
        newest: Any = list(values.latest.values())
        return EnteredValueShape(newest, many=True, context=self.context).data


class LatestValuesShape(Shape[CaseValues]):
    """The newest value of each input, what is missing of the eight while nothing was assessed, red flags."""

    latest = serializers.SerializerMethodField()
    missing = serializers.ListField(child=CodeShape(vocabularies.INPUT_NAMES))
    red_flags = serializers.ListField(child=CodeShape(vocabularies.FLAGS))

    @extend_schema_field(MeasuredValueShape(many=True))
    def get_latest(self, values: CaseValues) -> Any:
        newest: Any = list(values.latest.values())
        return MeasuredValueShape(newest, many=True).data


class ListedValueShape(MeasuredValueShape):
    """One value as it is shown; what was typed is in the whole case."""

    typed = None  # type: ignore[assignment]
    typed_unit = None  # type: ignore[assignment]
    sampled_at = None  # type: ignore[assignment]
    origin_label = None  # type: ignore[assignment]
    record = None  # type: ignore[assignment]
    entered_at = None  # type: ignore[assignment]
    source = None  # type: ignore[assignment]


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


class LeadingGradeShape(Shape[LeadingGrade]):
    """The grade by which a case is spoken of: that of the definition that the network's policy lets lead.

    `value` is null while something is missing; `at_least` the least that it can be.
    """

    definition = CodeShape(LeadingDefinition)
    value = CodeShape(vocabularies.DEFINITION_GRADES, allow_null=True)
    at_least = CodeShape(vocabularies.DEFINITION_GRADES)
    aclf_type = CodeShape(vocabularies.ACLF_TYPES, allow_blank=True)
    at = serializers.DateTimeField(help_text="of the table of organ failure")


class GradedShape(GroundedShape):
    """`leading_grade`: null until a table of organ failure is there that counts."""

    leading_grade = serializers.SerializerMethodField()

    @extend_schema_field(LeadingGradeShape(allow_null=True))
    def get_leading_grade(self, case: Case) -> Any:
        grade = latest_leading_grade(case)
        return LeadingGradeShape(grade).data if grade else None


class ListedValuesShape(GradedShape):
    """What a case on a list carries of its values, and why the patient was referred."""

    values = serializers.SerializerMethodField()

    @extend_schema_field(ListedLatestShape)
    def get_values(self, case: Case) -> Any:
        return ListedLatestShape(case_values(case)).data


class ValuedShape(GradedShape):
    """What a case carries of its values, and why the patient was referred."""

    values = serializers.SerializerMethodField()

    @extend_schema_field(LatestValuesShape)
    def get_values(self, case: Case) -> Any:
        return LatestValuesShape(case_values(case)).data
