"""What the API shows of advice, diagnosis, the way back and the outcome."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api import vocabularies
from api.shape import Shape
from api.v1.code_fields import CodeShape
from referral.codes import Advice, DiagnosisCategory, OrganFailureSeen, OutcomeSource, OutcomeStatus
from referral.models import BackReferral, Case, Diagnosis, Outcome, Question
from referral.queries import cases


class NamedShape(Shape[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


WHY = "what was wrong with the version before; null in the first"
REPLACED = "the versions it took the place of, the oldest first"


class ReplacedDiagnosisShape(Shape[Diagnosis]):
    """`grade` by EASL-CLIF and `simple_grade` I to III are those of the organ table; empty without one."""

    category = CodeShape(DiagnosisCategory)
    category_label = serializers.CharField(source="get_category_display")
    grade = CodeShape(vocabularies.ACLF_GRADES, allow_blank=True)
    simple_grade = CodeShape(vocabularies.SIMPLE_GRADES, allow_blank=True)
    should_know = serializers.CharField(allow_null=True)
    note = serializers.CharField(allow_null=True)
    why = serializers.CharField(allow_null=True, help_text=WHY)
    occurred_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    actor = NamedShape()


class DiagnosisShape(ReplacedDiagnosisShape):
    """The diagnosis that stands."""

    replaced = ReplacedDiagnosisShape(many=True, help_text=REPLACED)


class ReplacedBackReferralShape(Shape[BackReferral]):
    hospital = NamedShape()
    plan = serializers.CharField()
    medicines = serializers.CharField(allow_null=True)
    appointments = serializers.CharField(allow_null=True)
    red_flags = serializers.CharField(allow_null=True)
    why = serializers.CharField(allow_null=True, help_text=WHY)
    occurred_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    actor = NamedShape()


class BackReferralShape(ReplacedBackReferralShape):
    """The back-referral that stands."""

    confirmed_at = serializers.DateTimeField(allow_null=True)
    confirmed_by = NamedShape(allow_null=True)
    replaced = ReplacedBackReferralShape(many=True, help_text=REPLACED)


class StatementShape(Shape[Outcome]):
    """What one side said. `side`: origin, care_ward, coordinator or engine (a later episode's death)."""

    number = serializers.IntegerField()
    day = serializers.IntegerField(allow_null=True)
    status = CodeShape(OutcomeStatus)
    at = serializers.DateTimeField()
    organ_failure = CodeShape(OrganFailureSeen, allow_blank=True)
    side = CodeShape(vocabularies.OUTCOME_SIDES)
    source = CodeShape(OutcomeSource)  # type: ignore[assignment]
    note = serializers.CharField(allow_null=True)
    recorded_at = serializers.DateTimeField()
    actor = NamedShape(allow_null=True)


class OutcomesShape(Shape[Any]):
    """What holds (empty: not known), and every statement it rests on, also those that were replaced."""

    day_28 = CodeShape(OutcomeStatus, allow_blank=True, source="case.outcome_28")
    day_90 = CodeShape(OutcomeStatus, allow_blank=True, source="case.outcome_90")
    organ_failure = CodeShape(OrganFailureSeen, allow_blank=True, source="case.organ_failure_28")
    died_at = serializers.DateTimeField(source="case.died_at", allow_null=True)
    disputed = serializers.BooleanField(source="case.outcome_disputed")
    statements = StatementShape(many=True)


class QuestionShape(Shape[Question]):
    """A question to a ward. Closed without an answer when the case is no longer watched."""

    id = serializers.UUIDField()
    ward = NamedShape()
    text = serializers.CharField()
    asked_at = serializers.DateTimeField()
    asked_by = NamedShape()
    advice = CodeShape(Advice, allow_blank=True)
    answer = serializers.CharField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    answered_by = NamedShape(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class WayBackShape(Shape[Case]):
    """The part of a case that begins with the diagnosis, and the questions before it."""

    questions = QuestionShape(source="questions.all", many=True)
    diagnosis = serializers.SerializerMethodField()
    back_referral = serializers.SerializerMethodField()
    outcomes = serializers.SerializerMethodField()

    @extend_schema_field(DiagnosisShape(allow_null=True))
    def get_diagnosis(self, case: Case) -> Any:
        diagnosis = cases.diagnosis_of(case)
        return DiagnosisShape(diagnosis).data if diagnosis else None

    @extend_schema_field(BackReferralShape(allow_null=True))
    def get_back_referral(self, case: Case) -> Any:
        back_referral = cases.back_referral_of(case)
        return BackReferralShape(back_referral).data if back_referral else None

    @extend_schema_field(OutcomesShape)
    def get_outcomes(self, case: Case) -> Any:
        return OutcomesShape({"case": case, "statements": cases.statements(case)}).data
