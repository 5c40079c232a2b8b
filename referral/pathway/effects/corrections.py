"""The verb that takes back what the ward recorded by mistake, and what follows from each kind of record."""

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import chain
from typing import Any

from django.utils.translation import gettext_lazy as _

from referral.codes import PrecipitantCode
from referral.deadlines import lifecycle
from referral.models import (
    RETRACTABLE,
    Deadline,
    Intervention,
    OrganFailureAssessment,
    Precipitant,
    Record,
    Retraction,
    TransplantDecision,
)
from referral.pathway.change import Change
from referral.pathway.effects.findings import reread_kits
from referral.pathway.effects.organ_failure import MANY, final_decisions, graded
from referral.pathway.perform import effect
from referral.pathway.refusals import InputError
from referral.pathway.retracted_records import left_ward
from referral.pathway.table import LIVES
from referral.pathway.vocabulary import Kind, Verb


@effect(Verb.RETRACT_RECORD)
def retract_record(change: Change, *, record: Record, reason: str, note: str = "") -> None:
    """What was recorded is wrong: it stays readable, and grade, deadlines and statistics follow the rest."""
    if record.case_id != change.case.pk or Retraction.objects.filter(record=record.pk).exists():
        raise InputError(
            ("record", "not_found", _("This case has no such record, or it was marked as an error before."))
        )
    kind = next(kind for kind, model in RETRACTABLE.items() if isinstance(record, model))
    Retraction.objects.create(
        record=record.pk, kind=kind, case=change.case, reason=reason, actor=change.person, at=change.now
    )
    change.details.update(retracted=str(record.pk), of=kind.value, reason=reason)
    change.note = note
    if follow := CONSEQUENCES.get(type(record)):
        follow(change, record)


def _organs_follow(change: Change, organs: OrganFailureAssessment) -> None:
    """The grade is that of the tables that are left, and the days to a transplant end or begin later."""
    left = OrganFailureAssessment.objects.counting().filter(case=change.case)
    latest, third = left.last(), left.filter(failures__gte=MANY).first()
    if latest is not None:
        change.details.update(graded(latest))
    reread_kits(change)
    running = change.case.deadlines.filter(kind=Kind.TRANSPLANT).order_by("starts_at").last()
    if running is None or organs.failures < MANY or running.outcome == Deadline.Outcome.CANCELLED:
        return
    if third is None:
        change.details["no_third_failure"] = True
        lifecycle.take_back(running, now=change.now)
    elif running.starts_at == organs.occurred_at:
        change.details["third_failure_at"] = third.occurred_at.isoformat()
        lifecycle.restart(running, change.case, starts_at=third.occurred_at, now=change.now)
        if (
            running.closed_at
            and not final_decisions(change.case).filter(occurred_at=running.closed_at).exists()
        ):
            _never_met(change, running, running.closed_at)


def _precipitant_follows(change: Change, precipitant: Precipitant) -> None:
    if Intervention.objects.counting().filter(precipitant=precipitant).exists():
        raise InputError(
            (
                "record",
                "has_treatment",
                _("Treatment is recorded against this precipitant. Mark that as entered in error first."),
            )
        )
    if precipitant.precipitant == PrecipitantCode.UNKNOWN:
        _treatment_follows(change, precipitant)


def _treatment_follows(change: Change, record: Record) -> None:
    none_found = Precipitant.objects.filter(precipitant=PrecipitantCode.UNKNOWN)
    left = (rows.counting().filter(case=change.case) for rows in (none_found, Intervention.objects.all()))
    _judge_anew(change, Kind.TREAT_PRECIPITANT, record, list(chain(*left)))


def _decision_follows(change: Change, decision: TransplantDecision) -> None:
    _judge_anew(change, Kind.TRANSPLANT, decision, list(final_decisions(change.case)))


def _judge_anew(change: Change, kind: Kind, record: Record, left: list[Record]) -> None:
    """The deadline that `record` closed is closed by the next of `left` that was entered, or runs again."""
    closed = (
        change.case.deadlines.filter(kind=kind, closed_at=record.occurred_at)
        .exclude(outcome=Deadline.Outcome.CANCELLED)
        .last()
    )
    if closed is None or any(row.occurred_at == closed.closed_at for row in left):
        return
    entered = sorted((row.recorded_at, row.pk, row.occurred_at) for row in left)
    later = [at for *order, at in entered if tuple(order) > (record.recorded_at, record.pk)]
    change.details["kind"] = kind.value
    if later:
        change.details["met_by_another"] = later[0].isoformat()
        lifecycle.close_by_another(closed, later[0])
    elif change.case.state in LIVES[kind]:
        change.details["runs_again"] = True
        lifecycle.run_again(closed, change.case, now=change.now)
    else:
        _never_met(change, closed, left_ward(change.case).recorded_at)


def _never_met(change: Change, deadline: Deadline, by: datetime) -> None:
    change.details["unmet_by"] = by.isoformat()
    lifecycle.close_unmet(deadline, by)


CONSEQUENCES: Mapping[type[Record], Callable[[Change, Any], None]] = {
    OrganFailureAssessment: _organs_follow,
    Precipitant: _precipitant_follows,
    Intervention: _treatment_follows,
    TransplantDecision: _decision_follows,
}
"""What follows from a record that was entered in error, beside that it no longer counts."""
