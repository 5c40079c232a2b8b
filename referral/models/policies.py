from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.models import Network
from referral.codes import LeadingDefinition
from referral.deadlines.ladders import (
    DEFAULT_LADDERS,
    Ladders,
    Step,
    check_climbable,
    parse_ladders,
    refuse_other_kinds,
)
from referral.pathway.vocabulary import FOLLOW_UPS, Kind

DEFAULT_MINUTES: dict[str, int] = {
    Kind.ASSESS: 4 * 60,
    Kind.REASSESS: 24 * 60,
    Kind.ACKNOWLEDGE: 15,
    Kind.DECIDE: 2 * 60,
    Kind.PLACE: 30,
    Kind.ADMIT: 48 * 60,
    Kind.ARRIVE: 60,
    Kind.DIAGNOSE: 48 * 60,
    Kind.TREAT_PRECIPITANT: 48 * 60,
    Kind.TRANSPLANT: 7 * 24 * 60,
    Kind.ANSWER_ADVICE: 4 * 60,
    Kind.CONFIRM_RETURN: 24 * 60,
    Kind.FOLLOW_UP_28: 28 * 24 * 60,
    Kind.FOLLOW_UP_90: 90 * 24 * 60,
}
DEFAULT_BEDS_HOLD = timedelta(hours=8)
LONGEST_MINUTES = 366 * 24 * 60
NO_RISK = _("A risk lies between 0 and 1: write 0.15 for fifteen in a hundred.")


def default_minutes() -> dict[str, int]:
    return {str(kind): minutes for kind, minutes in DEFAULT_MINUTES.items()}


def default_ladders() -> dict[str, list[dict[str, Any]]]:
    return {str(kind): [step.as_dict() for step in steps] for kind, steps in DEFAULT_LADDERS.items()}


def check_risk(risk: float) -> None:
    """Raise ValidationError unless `risk` is a probability other than 0 and 1."""
    if not 0 < risk < 1:
        raise ValidationError(NO_RISK, code="no_risk")


def check_minutes(stored: Any) -> None:
    """Raise ValidationError unless `stored` gives each kind of deadline whole minutes, up to a year."""
    refuse_other_kinds(stored)
    for kind in Kind.values:
        length = stored.get(kind)
        if type(length) is not int or not 0 < length <= LONGEST_MINUTES:
            raise ValidationError(
                _("The length of “%(kind)s” must be a whole number of minutes, up to a year."),
                params={"kind": kind},
            )


class PathwayPolicy(models.Model):
    """One version of a network's rules. Never changed (a trigger refuses it): a new version replaces it.

    A case keeps the version it began with: the highest whose `in_force_from` had come by then.
    `risk_threshold` is a predicted 90-day risk, 0 to 1; `minutes` is the length of each kind of deadline;
    `ladders` the alerts of each kind. For `undo_admission_minutes` an admission can be marked as entered in
    error. By `leading_definition` a case is spoken of once it is graded. An outcome at day 28 or 90 can be
    met until `outcome_grace_days` later. A ward's figure of free beds is stale `beds_hold_minutes` after it
    was stated; `passes_over_full`: a ward whose figure is 0, and not stale, is asked after all others.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="policies")
    version = models.PositiveIntegerField(_("version"))
    risk_threshold = models.FloatField(_("risk threshold"), default=0.15, validators=[check_risk])
    late_flag_minutes = models.PositiveIntegerField(_("time for a late flag, minutes"), default=24 * 60)
    reassessments = models.PositiveSmallIntegerField(_("re-assessments asked for"), default=3)
    outcome_grace_days = models.PositiveSmallIntegerField(
        _("days of grace for an outcome"), default=7, validators=[MinValueValidator(1), MaxValueValidator(28)]
    )
    minutes = models.JSONField(_("lengths of the deadlines, minutes"), default=default_minutes)
    undo_admission_minutes = models.PositiveIntegerField(
        _("time to undo an admission, minutes"), default=12 * 60, db_default=12 * 60
    )
    ladders = models.JSONField(_("alert ladders"), default=default_ladders)
    leading_definition = models.CharField(
        _("definition of ACLF that leads"),
        max_length=16,
        choices=LeadingDefinition,
        default=LeadingDefinition.CHINA,
        db_default=LeadingDefinition.CHINA,
    )
    beds_hold_minutes = models.PositiveIntegerField(
        _("time for which a figure of free beds holds, minutes"),
        default=DEFAULT_BEDS_HOLD // timedelta(minutes=1),
        db_default=DEFAULT_BEDS_HOLD // timedelta(minutes=1),
    )
    passes_over_full = models.BooleanField(
        _("wards that say no bed is free are asked last"), default=False, db_default=False
    )
    expires_unanswered = models.BooleanField(_("unanswered offers go to the next ward"), default=True)
    note = models.CharField(_("what changed and why"), max_length=300, blank=True)
    in_force_from = models.DateTimeField(_("in force from"))
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("pathway policy")
        verbose_name_plural = _("pathway policies")
        ordering: ClassVar = ["network", "-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["network", "version"], name="policy_version_once"),
            models.CheckConstraint(
                condition=Q(risk_threshold__gt=0, risk_threshold__lt=1),
                name="policy_threshold_is_a_risk",
                violation_error_message=NO_RISK,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.network} v{self.version}"

    def clean(self) -> None:
        for field, check in (("minutes", check_minutes), ("ladders", parse_ladders)):
            try:
                check(getattr(self, field))
            except ValidationError as error:
                raise ValidationError({field: error}) from error
        try:
            check_climbable(self.ladders, self.minutes)
        except ValidationError as error:
            raise ValidationError({"ladders": error}) from error

    @property
    def time_to_undo(self) -> timedelta:
        """How long after it was recorded an admission can be marked as entered in error."""
        return timedelta(minutes=self.undo_admission_minutes)

    @property
    def beds_hold(self) -> timedelta:
        """How long after it was stated a ward's figure of free beds is used."""
        return timedelta(minutes=self.beds_hold_minutes)

    def length(self, kind: str) -> timedelta:
        return timedelta(minutes=self.minutes[kind])

    def grace(self, kind: str) -> timedelta:
        """How long after the day that is meant the deadline is due: an outcome is only known afterwards."""
        return timedelta(days=self.outcome_grace_days if kind in FOLLOW_UPS else 0)

    @cached_property
    def steps(self) -> Mapping[str, tuple[Step, ...]]:
        """The ladder of each kind."""
        return Ladders(self.ladders)
