"""What the specialist ward has recorded on a case."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api import vocabularies
from api.resource import Resource
from api.shape import Shape
from api.v1.code_fields import CodeShape
from api.v1.documenting import described
from api.v1.shapes import PersonShape
from referral.codes import ErrorReason, PrecipitantCode
from referral.models import Precipitant, Retraction
from referral.models.patients import Sex
from referral.queries import cases
from referral.ward.checklist import Item
from referral.ward.codes import (
    AgainstTransplant,
    Anticoagulant,
    ArtificialLiverMode,
    Complication,
    InterventionKind,
    KitAnswer,
    Progress,
    TransplantDecision,
    VascularAccess,
)
from referral.ward.precipitants import CODINGS, ICD10, snomed_of
from referral.ward.record import Trend, WardRecord, ward_record
from scoring import OTHER_LABORATORY, immune, nutrition, texts


class RetractionShape(Shape[Retraction]):
    reason = CodeShape(ErrorReason)
    at = serializers.DateTimeField()
    actor = PersonShape()


class RecordShape(Shape[Any]):
    """One record: when it was so, when it was entered, by whom. Records are never changed."""

    id = serializers.UUIDField()
    occurred_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    actor = PersonShape()
    note = serializers.CharField(allow_null=True)


class RetractableShape(RecordShape):
    """A record that can be marked as entered in error, with `retract_record`."""

    retraction = RetractionShape(allow_null=True, help_text="marked as entered in error; counts no longer")


class KitResultShape(RetractableShape):
    """`organ_failure_at_sampling`: the kit is made for patients without; null where nothing is known.

    It follows the records that count, also those that are entered or taken back later.
    """

    lot = serializers.CharField()
    sampled_at = serializers.DateTimeField()
    reported_at = serializers.DateTimeField(source="occurred_at")
    answer = CodeShape(KitAnswer)
    probability = serializers.FloatField(allow_null=True)
    assay = serializers.DictField()
    organ_failure_at_sampling = serializers.BooleanField(allow_null=True)


class OrganFailureShape(RetractableShape):
    """`grade` by EASL-CLIF, `simple_grade` by number of failures; lower bounds while organs are missing."""

    grade = CodeShape(vocabularies.ACLF_GRADES)
    simple_grade = CodeShape(vocabularies.SIMPLE_GRADES, allow_blank=True)
    failures = serializers.IntegerField()
    failing = serializers.ListField(child=CodeShape(vocabularies.ORGAN_NAMES))
    missing = serializers.ListField(child=CodeShape(vocabularies.ORGAN_NAMES))
    subscores = serializers.DictField(child=serializers.IntegerField())
    clif_c_of = serializers.IntegerField(allow_null=True)
    definitions = serializers.DictField(
        source="grading",
        help_text="what every definition of ACLF says, by its name, as `manage.py grade` prints it; "
        "`leading` names the one that the network goes by",
    )
    values = serializers.DictField(help_text="normalised; the unit is in the name")
    entered = serializers.DictField(help_text="as typed, with its unit")
    opens_transplant = serializers.BooleanField(help_text="the first with three failures or more")
    from_two = serializers.BooleanField(help_text="and the assessment before had two")


class TransplantDecisionShape(RetractableShape):
    decision = CodeShape(TransplantDecision)
    reason = CodeShape(AgainstTransplant, allow_blank=True)


class InterventionShape(RetractableShape):
    """What was done against a precipitant, in the note."""

    treatment = CodeShape(InterventionKind, allow_blank=True)


class RecordedPrecipitantShape(RetractableShape):
    """`icd10` is of the WHO edition. Codes are empty where none was verified."""

    precipitant = CodeShape(PrecipitantCode)
    label = serializers.CharField(source="get_precipitant_display")  # type: ignore[assignment]
    icd10 = CodeShape(ICD10, allow_blank=True)
    snomed = serializers.SerializerMethodField()
    certainty = serializers.SerializerMethodField()
    interventions = InterventionShape(many=True, source="interventions.all")

    def get_snomed(self, row: Precipitant) -> str:
        return snomed_of(row.precipitant, row.icd10)

    @extend_schema_field(CodeShape(vocabularies.CODING_CERTAINTIES))
    def get_certainty(self, row: Precipitant) -> str:
        return {str(code): coding.certainty for code, coding in CODINGS.items()}[row.precipitant]


class ChecklistItemShape(Shape[Item]):
    """`progress`: planned, done, declined, or empty; `verb`: which one says more of it."""

    item = CodeShape(vocabularies.CHECKLIST_ITEMS, source="code")
    label = serializers.CharField()  # type: ignore[assignment]
    verb = CodeShape(vocabularies.VERBS)
    progress = CodeShape(Progress, allow_blank=True)
    reason = serializers.CharField()
    note = serializers.CharField()
    by = PersonShape(allow_null=True)
    at = serializers.DateTimeField(allow_null=True)


class ArtificialLiverSessionShape(RetractableShape):
    mode = CodeShape(ArtificialLiverMode)
    started_at = serializers.DateTimeField(source="occurred_at")
    ended_at = serializers.DateTimeField()
    complications = serializers.ListField(child=CodeShape(Complication))
    plasma_ml = serializers.IntegerField(allow_null=True, help_text="exchanged or adsorbed")
    anticoagulant = CodeShape(Anticoagulant, allow_blank=True)
    access = CodeShape(VascularAccess, allow_blank=True)
    before = serializers.DictField(child=serializers.FloatField(), help_text="the unit is in the name")
    after = serializers.DictField(child=serializers.FloatField(), help_text="the unit is in the name")


class NutritionTargetShape(RecordShape):
    """`target_kcal` is `factor` times `resting_kcal` by `equation`."""

    height_cm = serializers.FloatField()
    weight_kg = serializers.FloatField()
    age_years = serializers.IntegerField()
    sex = CodeShape(Sex)
    equation = serializers.CharField()
    citation = serializers.SerializerMethodField()
    resting_kcal = serializers.IntegerField()
    factor = serializers.FloatField()
    target_kcal = serializers.IntegerField()
    protein_g = serializers.IntegerField(allow_null=True, help_text="planned a day")
    with_ascites = serializers.BooleanField(allow_null=True, help_text="the weight is one with ascites")

    def get_citation(self, row: Any) -> str:
        return f"{nutrition.CITATION}; {nutrition.FACTOR_CITATION}"


class NourishedShape(Shape[Any]):
    """One day's energy and protein; `share` of the energy target."""

    day = serializers.DateField()
    kcal = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)
    protein_g = serializers.IntegerField(allow_null=True)
    night_snack = serializers.BooleanField(allow_null=True)


class ImmuneSampleShape(RetractableShape):
    """The markers of one sample; the unit is in the name."""

    sampled_at = serializers.DateTimeField(source="occurred_at")
    values = serializers.DictField(child=serializers.FloatField())


class PanelShape(RetractableShape):
    """The routine laboratory values of one sample; in `values` the unit is in the name."""

    sampled_at = serializers.DateTimeField(source="occurred_at")
    values = serializers.DictField(help_text="normalised; the unit is in the name")
    entered = serializers.DictField(help_text="as typed, with its unit")


class PublishedRangeShape(Shape[Any]):
    """From `low` to `high`; null is open."""

    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    meaning = serializers.SerializerMethodField()
    source = serializers.CharField()  # type: ignore[assignment]
    certainty = CodeShape(vocabularies.READ_IN)

    def get_meaning(self, row: immune.PublishedRange) -> str:
        return gettext(row.meaning)


class PointShape(Shape[Any]):
    sampled_at = serializers.DateTimeField()
    value = serializers.FloatField()


class TrendShape(Shape[Trend]):
    """One immune marker over time, beside what was published about it."""

    marker = CodeShape(vocabularies.MARKER_NAMES)
    label = serializers.SerializerMethodField()  # type: ignore[assignment]
    unit = serializers.SerializerMethodField()
    points = serializers.SerializerMethodField()
    ranges = PublishedRangeShape(many=True)

    def get_label(self, trend: Trend) -> str:
        return texts.label(trend.marker)

    def get_unit(self, trend: Trend) -> str:
        return OTHER_LABORATORY[trend.marker].unit

    @extend_schema_field(PointShape(many=True))
    def get_points(self, trend: Trend) -> list[dict[str, Any]]:
        rows = [{"sampled_at": at, "value": value} for at, value in trend.points]
        return list(PointShape(rows, many=True).data)


class WardRecordShape(Shape[WardRecord]):
    """Everything recorded in the ward, each list in the order of its times."""

    grade = CodeShape(
        vocabularies.SIMPLE_GRADES,
        allow_blank=True,
        help_text="the latest simple grade; empty without a failing organ",
    )
    kit_results = KitResultShape(many=True, source="kits")
    organ_failures = OrganFailureShape(many=True, source="organs")
    transplant_decisions = TransplantDecisionShape(many=True, source="decisions")
    precipitants = RecordedPrecipitantShape(many=True)
    checklist = ChecklistItemShape(many=True)
    artificial_liver_sessions = ArtificialLiverSessionShape(many=True, source="sessions")
    nutrition_target = NutritionTargetShape(source="target", allow_null=True)
    nutrition_days = NourishedShape(source="days", many=True)
    immune_samples = ImmuneSampleShape(many=True, source="immune")
    immune_markers = TrendShape(source="trends", many=True)
    laboratory_panels = PanelShape(many=True, source="panels")
    immune_caution = serializers.SerializerMethodField()

    def get_immune_caution(self, record: WardRecord) -> str:
        return gettext(immune.CAUTION)


class WardRecordView(Resource):
    @described(
        "case_ward_record",
        "What the specialist ward has recorded on a case; the reading is audited",
        tag="cases",
        description=(
            "Kit results, organ failures, decisions on transplant, precipitants with their treatment, the "
            "treatment checklist of the present grade, artificial liver sessions, nutrition, laboratory "
            "panels, and immune "
            "markers beside published ranges."
        ),
        answer=WardRecordShape,
        refusals=(404,),
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        case = cases.read_case(self.person, case_id, now=self.now, part="ward_record")
        return Response(WardRecordShape(ward_record(case)).data)
