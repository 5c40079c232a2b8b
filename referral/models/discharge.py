"""What stays of the end of acute care: the diagnosis, the way back, and how the patient was afterwards."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.encryption import EncryptedField
from accounts.ids import new_id
from accounts.models import Hospital
from referral.codes import DiagnosisCategory, OrganFailureSeen, OutcomeSource, OutcomeStatus
from referral.models.cases import Case
from referral.pathway.table import SPEAKERS


class CorrectableQuerySet(models.QuerySet["Correctable"]):
    def current(self) -> Self:
        """Those that no later one has taken the place of."""
        return self.filter(replaced_by__isnull=True)


class Correctable(models.Model):
    """What is said once per case and said anew where it was wrong: every version stays, the last one stands.

    `why` says what was wrong with the version before; it is encrypted. `replaced`: the earlier versions,
    where `referral.queries.cases` read the one that stands.
    """

    replaced: Sequence[Self] = ()

    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    why = EncryptedField(null=True)

    objects = CorrectableQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering: ClassVar = ["recorded_at", "pk"]


def said_once(name: str, per: tuple[str, ...] = ("case",)) -> list[models.BaseConstraint]:
    """There is one first version of each `per`, and each further one says what was wrong."""
    return [
        models.UniqueConstraint(fields=per, condition=Q(replaces__isnull=True), name=f"{name}_begins_once"),
        models.CheckConstraint(
            condition=Q(replaces__isnull=True, why__isnull=True)
            | Q(replaces__isnull=False, why__isnull=False),
            name=f"{name}_corrected_because",
        ),
    ]


class Diagnosis(Correctable):
    """What the ward found; never changed (a trigger refuses it).

    `grade` by EASL-CLIF and `simple_grade` by the number of failed organs are those of the latest organ
    assessment by then, never typed; `is_lower_bound` is set where `selectors.diagnosis_of` found organs that
    were not known. `should_know` is for the first hospital. Texts are encrypted.
    `stay`: how many stays of the case had been voided before, so that a voided one says nothing of the next.
    """

    is_lower_bound = False
    definitions: Mapping[str, Any] = MappingProxyType({})
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="diagnoses")
    stay = models.PositiveSmallIntegerField(default=0, db_default=0)
    category = models.CharField(_("diagnosis"), max_length=16, choices=DiagnosisCategory)
    grade = models.CharField(max_length=4, blank=True)
    simple_grade = models.CharField(max_length=3, blank=True)
    should_know = EncryptedField(null=True)
    note = EncryptedField(null=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta(Correctable.Meta):
        verbose_name = _("diagnosis")
        verbose_name_plural = _("diagnoses")
        constraints: ClassVar = [
            *said_once("diagnosis", per=("case", "stay")),
            models.CheckConstraint(
                condition=Q(category__in=DiagnosisCategory.values), name="diagnosis_category_known"
            ),
        ]


class BackReferral(Correctable):
    """The patient returned to a first hospital with a plan; the four texts are encrypted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="back_referrals")
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    plan = EncryptedField()
    medicines = EncryptedField(null=True)
    appointments = EncryptedField(null=True)
    red_flags = EncryptedField(null=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta(Correctable.Meta):
        verbose_name = _("back-referral")
        verbose_name_plural = _("back-referrals")
        constraints: ClassVar = [
            *said_once("back_referral"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__gte=F("occurred_at"), confirmed_by__isnull=False),
                name="return_confirmed_by_somebody",
            ),
        ]


class Outcome(models.Model):
    """One statement of one side about how the patient was; never changed (a trigger refuses it).

    `day` is 28 or 90, and empty for a death that was recorded as such. `at` is when the patient was seen
    alive, died, was transplanted, or was last looked for. Without an actor: a death that a later episode
    of the patient brought. What holds, and what contradicts it, is found by `referral.outcomes.resolve`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="outcomes")
    number = models.PositiveIntegerField()
    day = models.PositiveSmallIntegerField(_("day"), null=True)
    status = models.CharField(_("outcome"), max_length=12, choices=OutcomeStatus)
    at = models.DateTimeField()
    organ_failure = models.CharField(
        _("organ failure within 28 days"), max_length=8, choices=OrganFailureSeen, blank=True
    )
    side = models.CharField(max_length=12, choices=[(party.value, party.label) for party in SPEAKERS])
    source = models.CharField(max_length=10, choices=OutcomeSource, default=OutcomeSource.REPORTED)
    note = EncryptedField(null=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        ordering: ClassVar = ["case", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "number"], name="outcome_number_once"),
            models.CheckConstraint(
                condition=Q(day__isnull=False, day__in=[28, 90])
                | Q(day__isnull=True, status=OutcomeStatus.DEAD),
                name="outcome_day_known",
            ),
            models.CheckConstraint(condition=Q(status__in=OutcomeStatus.values), name="outcome_status_known"),
            models.CheckConstraint(condition=Q(side__in=SPEAKERS), name="outcome_side_known"),
            models.CheckConstraint(condition=Q(at__lte=F("recorded_at")), name="outcome_not_in_future"),
        ]
