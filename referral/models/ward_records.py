"""What the specialist ward records: rows that are written once and never changed (a trigger refuses it)."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from accounts.encryption import EncryptedField
from accounts.ids import new_id
from accounts.models import User, Ward
from referral.codes import ErrorReason, PrecipitantCode
from referral.models.cases import Case
from referral.ward import codes
from scoring.definitions import Bedside, grade_all

NAME = "%(class)s"


class Retraction(models.Model):
    """A record of the ward marked as entered in error; it stays readable and no longer counts.

    `with_admission`: together with the whole admission, so that nothing is entered rightly in its place.
    """

    record = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=20, choices=codes.RecordKind)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="retractions")
    reason = models.CharField(max_length=20, choices=ErrorReason)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    with_admission = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=codes.RecordKind.values), name="retraction_kind_known"
            ),
        ]


class RecordQuerySet(models.QuerySet["Record"]):
    def visible_to(self, user: User) -> "RecordQuerySet":
        return self.filter(case__in=Case.objects.visible_to(user))

    def counting(self) -> Self:
        """Those that were not marked as entered in error."""
        return self.exclude(Exists(Retraction.objects.filter(record=OuterRef("pk"))))


class Record(models.Model):
    """One thing recorded on a case: when it was so, when it was entered, by whom. The note is encrypted.

    `retraction` is there where `referral.ward.record` read the record and it was entered in error.
    """

    retraction: Retraction | None = None

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name=f"{NAME}_set")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    note = EncryptedField(null=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering: ClassVar = ["occurred_at", "recorded_at", "pk"]


def in_order(name: str) -> list[models.Index]:
    """The index by which every kind of record is read."""
    return [models.Index(fields=["case", "occurred_at"], name=f"{name}_by_case")]


class KitResult(Record):
    """What the six-metabolite kit answered; `occurred_at` is when it was reported, `ward` who used it.

    `organ_failure_at_sampling`: whether the records that count show one by then (the kit is made for
    patients without); None where nothing is known. It is computed, and anew whenever those records change;
    nothing else of the row ever does. `assay`: values as the laboratory names them.
    """

    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="+")
    lot = models.CharField(max_length=40)
    sampled_at = models.DateTimeField()
    answer = models.CharField(max_length=14, choices=codes.KitAnswer)
    probability = models.FloatField(null=True)
    assay = models.JSONField(default=dict)
    organ_failure_at_sampling = models.BooleanField(null=True)

    class Meta(Record.Meta):
        indexes = in_order("kit_result")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(answer__in=codes.KitAnswer.values), name="kit_answer_known"),
            models.CheckConstraint(
                condition=Q(probability__isnull=True) | Q(probability__gte=0, probability__lte=1),
                name="kit_probability_is_one",
            ),
            models.CheckConstraint(
                condition=Q(sampled_at__lte=F("occurred_at")), name="kit_sampled_before_report"
            ),
        ]


class OrganFailureAssessment(Record):
    """One reading of the CLIF-C table.

    `entered` is as typed, `values` normalised with the unit in the name, those of the laboratory drawn at
    `sampled_at` where that is known, `subscores` 1-3 by organ. `definitions` is what each definition of ACLF
    said of them together with `background`, what the case said of the patient then, and which of them led;
    empty in tables of before that was kept. `grade` is by EASL-CLIF as in cirrhosis, `simple_grade` (I, II,
    III; empty without a failure) by the number of failures; both are lower bounds while organs are missing.
    `opens_transplant`: when it was entered, it was the first with
    three failures or more; `from_two`: the one before had two.
    """

    entered = models.JSONField()
    values = models.JSONField()
    background = models.JSONField(default=dict)
    definitions = models.JSONField(default=dict)
    sampled_at = models.DateTimeField(null=True)
    subscores = models.JSONField()
    failing = models.JSONField(default=list)
    missing = models.JSONField(default=list)
    failures = models.PositiveSmallIntegerField()
    clif_c_of = models.PositiveSmallIntegerField(null=True)
    grade = models.CharField(max_length=4)
    simple_grade = models.CharField(max_length=3, blank=True)
    opens_transplant = models.BooleanField(default=False)
    from_two = models.BooleanField(default=False)

    class Meta(Record.Meta):
        indexes = in_order("organ_failure")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(grade__in=["none", "1a", "1b", "2", "3a", "3b"]), name="organ_grade_known"
            ),
            models.CheckConstraint(
                condition=Q(failures=0, simple_grade="")
                | Q(failures=1, simple_grade="I")
                | Q(failures=2, simple_grade="II")
                | Q(failures__gte=3, failures__lte=6, simple_grade="III"),
                name="organ_simple_grade_counts_failures",
            ),
        ]

    @property
    def grading(self) -> dict[str, Any]:
        """What each definition says of the table, in JSON form; read anew where it was not kept."""
        kept: dict[str, Any] = self.definitions
        return kept or {**grade_all(Bedside.of(self.values)).as_dict(), "leading": "easl_clif"}


class TransplantDecision(Record):
    """Where the patient stands on the way to a transplant since `occurred_at`; `reason` says why not."""

    decision = models.CharField(max_length=16, choices=codes.TransplantDecision)
    reason = models.CharField(max_length=16, choices=codes.AgainstTransplant, blank=True)

    class Meta(Record.Meta):
        indexes = in_order("transplant_decision")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    decision__in=["decided_against", "contraindicated"],
                    reason__in=codes.AgainstTransplant.values,
                )
                | Q(
                    decision__in=["not_considered", "evaluated", "listed", "donor_found", "transplanted"],
                    reason="",
                ),
                name="transplant_reason_when_against",
            )
        ]


class Precipitant(Record):
    """A precipitant found, or UNKNOWN: none found."""

    precipitant = models.CharField(max_length=12, choices=PrecipitantCode)
    icd10 = models.CharField(max_length=8, blank=True)

    class Meta(Record.Meta):
        indexes = in_order("precipitant")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(precipitant__in=PrecipitantCode.values), name="precipitant_known"
            )
        ]


class Intervention(Record):
    """What was done against a precipitant; the note says it, `treatment` of what kind it is."""

    treatment = models.CharField(max_length=16, choices=codes.InterventionKind, blank=True)
    precipitant = models.ForeignKey(Precipitant, on_delete=models.PROTECT, related_name="interventions")

    class Meta(Record.Meta):
        indexes = in_order("intervention")


class TreatmentRecord(Record):
    """How one item of the treatment checklist stands; the latest of an item counts."""

    item = models.CharField(max_length=20, choices=codes.TreatmentItem)
    progress = models.CharField(max_length=8, choices=codes.Progress)
    reason = models.CharField(max_length=16, choices=codes.NotDoneReason, blank=True)

    class Meta(Record.Meta):
        indexes = in_order("treatment")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(progress="declined", reason__in=codes.NotDoneReason.values)
                | Q(progress__in=["planned", "done"], reason=""),
                name="treatment_reason_when_declined",
            ),
            models.CheckConstraint(
                condition=Q(item__in=codes.TreatmentItem.values), name="treatment_item_known"
            ),
        ]


class ArtificialLiverSession(Record):
    """One session of artificial liver support; `occurred_at` is when it began.

    `plasma_ml` was exchanged or adsorbed. `before` and `after`: values by name with the unit in it, of the
    last sample before the session and the first one after it.
    """

    mode = models.CharField(max_length=16, choices=codes.ArtificialLiverMode)
    ended_at = models.DateTimeField()
    complications = models.JSONField(default=list)
    plasma_ml = models.PositiveIntegerField(null=True)
    anticoagulant = models.CharField(max_length=16, choices=codes.Anticoagulant, blank=True)
    access = models.CharField(max_length=16, choices=codes.VascularAccess, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta(Record.Meta):
        indexes = in_order("liver_session")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ended_at__gt=F("occurred_at")), name="liver_session_ends_after_start"
            )
        ]


class NutritionTarget(Record):
    """Calories to aim at per day, with all it was computed from (see `scoring.nutrition`), and the protein
    that is planned, in g per day. `with_ascites`: whether the weight is one with ascites or oedema.
    """

    height_cm = models.FloatField()
    weight_kg = models.FloatField()
    age_years = models.PositiveSmallIntegerField()
    sex = models.CharField(max_length=6)
    equation = models.CharField(max_length=40)
    resting_kcal = models.PositiveIntegerField()
    factor = models.FloatField()
    target_kcal = models.PositiveIntegerField()
    protein_g = models.PositiveSmallIntegerField(null=True)
    with_ascites = models.BooleanField(null=True)

    class Meta(Record.Meta):
        indexes = in_order("nutrition_target")


class NutritionDay(Record):
    """Calories and protein taken on one day, in the first hospital's zone; the latest record of a day counts.

    `night_snack`: whether something was eaten late in the evening; None where nobody said.
    """

    day = models.DateField()
    kcal = models.PositiveIntegerField()
    protein_g = models.PositiveSmallIntegerField(null=True)
    night_snack = models.BooleanField(null=True)

    class Meta(Record.Meta):
        indexes = in_order("nutrition_day")


class ImmuneStatus(Record):
    """Immune markers of one sample, taken at `occurred_at`. `values` by name with the unit in it."""

    values = models.JSONField()
    confirmed = models.JSONField(default=list)

    class Meta(Record.Meta):
        indexes = in_order("immune_status")


class LaboratoryPanel(Record):
    """The routine laboratory values of one sample, taken at `occurred_at`.

    `entered` is as typed, with its unit and the report it was taken from; `values` normalised with the unit
    in the name.
    """

    entered = models.JSONField()
    values = models.JSONField()
    confirmed = models.JSONField(default=list)

    class Meta(Record.Meta):
        indexes = in_order("laboratory_panel")


_KINDS = codes.RecordKind
RETRACTABLE: Mapping[codes.RecordKind, type[Record]] = {
    _KINDS.KIT_RESULT: KitResult,
    _KINDS.ORGAN_FAILURE: OrganFailureAssessment,
    _KINDS.TRANSPLANT_DECISION: TransplantDecision,
    _KINDS.PRECIPITANT: Precipitant,
    _KINDS.INTERVENTION: Intervention,
    _KINDS.ARTIFICIAL_LIVER: ArtificialLiverSession,
    _KINDS.IMMUNE_STATUS: ImmuneStatus,
    _KINDS.PANEL: LaboratoryPanel,
}
"""Those that can be marked as entered in error. Of the others the latest counts: enter it again."""

RECORDS: Mapping[codes.RecordKind, type[Record]] = {
    **RETRACTABLE,
    _KINDS.TREATMENT: TreatmentRecord,
    _KINDS.NUTRITION_TARGET: NutritionTarget,
    _KINDS.NUTRITION_DAY: NutritionDay,
}
"""Every kind of record of the specialist ward."""
