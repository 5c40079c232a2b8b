from typing import ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Hospital, Network, User, Ward
from referral.codes import DelayReason, OutcomeStatus
from referral.models.cases import Case
from referral.pathway.vocabulary import Kind, State

Row = TypeVar("Row", bound=models.Model)

MOMENTS = (
    "indicators_at",
    "flagged_at",
    "offered_at",
    "acknowledged_at",
    "accepted_at",
    "departed_at",
    "admitted_at",
    "diagnosed_at",
    "intervened_at",
    "back_referred_at",
    "died_at",
)
NOT_YET = -(2**31)
"""Stands for a moment that has not come, in `packed`."""

IN_TIME, LATE = 0, 1
LATE_BECAUSE = {str(reason): LATE + place for place, reason in enumerate(DelayReason.values, 1)}
NO_VERDICT = 15
"""Stands for no verdict, in four bits of `packed`."""

KINDS = tuple(Kind.values)
OUTCOMES = tuple(OutcomeStatus.values)
STATES = tuple(State.values)


def _verdict() -> models.SmallIntegerField:
    """IN_TIME, LATE without a reason, or LATE_BECAUSE of one; NULL while it is not judged."""
    return models.SmallIntegerField(null=True)


def _seconds(moment: str) -> str:
    """SQL for the seconds from the first visit to `moment`, in four bytes."""
    return f"int4send(coalesce(extract(epoch from {moment} - first_visit_at)::int, {NOT_YET}))"


def _code(column: str, values: tuple[str, ...]) -> str:
    """SQL for the place of a column's value among `values`, from 1, in two bytes; 0 is none of them."""
    listed = ", ".join(f"'{value}'" for value in values)
    return f"int2send(coalesce(array_position(array[{listed}], {column}::text), 0)::int2)"


VERDICT_BITS = " | ".join(
    f"(coalesce({kind}_verdict, {NO_VERDICT})::int8 << {4 * place})" for place, kind in enumerate(KINDS)
)
PACKING = " || ".join(
    [
        *(_seconds(moment) for moment in MOMENTS),
        "float4send(coalesce(risk_90d, 'NaN'::float8)::float4)",
        f"int8send({VERDICT_BITS})",
        *(f"int2send({count}::int2)" for count in ("offers", "declines", "expiries")),
        _code("state", STATES),
        _code("outcome_28", OUTCOMES),
        _code("outcome_90", OUTCOMES),
        "int2send(flagged_late::int::int2)",
    ]
)


class PlacesQuerySet(models.QuerySet[Row]):
    """Rows that belong to a network, a first hospital and perhaps a ward."""

    def of_places(self, user: User) -> Self:
        """Those that the user may count: their hospitals', their wards', and all of the networks that they
        coordinate or do research in."""
        access = user.access
        return self.filter(
            Q(hospital__in=access.refers_for)
            | Q(ward__in=access.wards)
            | Q(network__in=access.coordinates | access.researches)
        )


class CaseFactsQuerySet(PlacesQuerySet["CaseFacts"]):
    def visible_to(self, user: User) -> Self:
        """What the user may count. Never a case that was entered by mistake."""
        return self.counted().of_places(user)

    def counted(self) -> Self:
        """Those of cases that were not entered by mistake."""
        return self.exclude(state=State.CANCELLED)


class CaseFacts(models.Model):
    """What the statistics know of one case: one narrow row, written with the facts themselves.

    `month` is that of the first visit in the network's zone. Moments are the first of their kind, except
    those that a later verb takes back (`accepted_at`, `departed_at`) and the flag, where the last counts.
    `<kind>_verdict` says whether every deadline of a kind was met by its first due time. Open deadlines that
    are overdue are not in here: the engine writes nothing, questions look at the deadlines themselves.
    `risk_90d` is that of the first assessment that stands. `kit_results` of the kit stand, of which some were
    `kit_indeterminate`, and some `kit_beside_purpose` (sampled while an organ was failing); `kit_ward`,
    `kit_lot`, `kit_sampled_at` and `kit_positive` are those of the first of the others, `kit_failed` whether
    an organ failed within 28 days of it, NULL while that is unknown. `packed` holds the numbers of the
    row in the layout of `referral.statistics.columns.layout`, so that a million rows are read as columns.
    """

    case = models.OneToOneField(Case, primary_key=True, on_delete=models.CASCADE, related_name="statistics")
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+", db_index=False)
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    ward = models.ForeignKey(Ward, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    month = models.DateField()
    state = models.CharField(max_length=12, choices=State)
    first_visit_at = models.DateTimeField()
    indicators_at = models.DateTimeField(null=True)
    flagged_at = models.DateTimeField(null=True)
    flagged_late = models.BooleanField()
    offered_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    departed_at = models.DateTimeField(null=True)
    admitted_at = models.DateTimeField(null=True)
    diagnosed_at = models.DateTimeField(null=True)
    intervened_at = models.DateTimeField(null=True)
    back_referred_at = models.DateTimeField(null=True)
    died_at = models.DateTimeField(null=True)
    offers = models.PositiveSmallIntegerField()
    declines = models.PositiveSmallIntegerField()
    expiries = models.PositiveSmallIntegerField()
    risk_90d = models.FloatField(null=True)
    model = models.CharField(max_length=80, blank=True)
    assessment = models.UUIDField(null=True)
    policy_version = models.PositiveIntegerField()
    outcome_28 = models.CharField(max_length=12, choices=OutcomeStatus, blank=True)
    outcome_90 = models.CharField(max_length=12, choices=OutcomeStatus, blank=True)
    assess_verdict = _verdict()
    reassess_verdict = _verdict()
    acknowledge_verdict = _verdict()
    decide_verdict = _verdict()
    place_verdict = _verdict()
    admit_verdict = _verdict()
    arrive_verdict = _verdict()
    diagnose_verdict = _verdict()
    treat_precipitant_verdict = _verdict()
    transplant_verdict = _verdict()
    answer_advice_verdict = _verdict()
    confirm_return_verdict = _verdict()
    follow_up_28_verdict = _verdict()
    follow_up_90_verdict = _verdict()
    kit_results = models.PositiveSmallIntegerField(default=0)
    kit_indeterminate = models.PositiveSmallIntegerField(default=0)
    kit_beside_purpose = models.PositiveSmallIntegerField(default=0)
    kit_ward = models.ForeignKey(Ward, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    kit_lot = models.CharField(max_length=40, blank=True)
    kit_sampled_at = models.DateTimeField(null=True)
    kit_positive = models.BooleanField(null=True)
    kit_failed = models.BooleanField(null=True)
    packed = models.GeneratedField(
        expression=Func(template=PACKING, output_field=models.BinaryField()),
        output_field=models.BinaryField(),
        db_persist=True,
    )

    objects = CaseFactsQuerySet.as_manager()

    class Meta:
        verbose_name = _("facts of a case")
        verbose_name_plural = _("facts of cases")
        indexes: ClassVar = [
            models.Index(
                fields=["network", "month", "hospital", "ward"],
                include=["packed", "model", "assessment"],
                condition=~Q(state="cancelled"),
                name="facts_by_month_and_place",
            ),
            models.Index(
                fields=["network", "month"],
                include=[
                    *("hospital", "ward", "kit_ward", "kit_lot", "kit_sampled_at", "kit_positive"),
                    *("kit_failed", "kit_indeterminate", "kit_beside_purpose"),
                ],
                condition=~Q(state="cancelled") & Q(kit_results__gt=0),
                name="facts_of_the_kit",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="facts_state_known"),
        ]
