"""The verbs on treatment in the ward: checklist, artificial liver, nutrition, immune markers."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from accounts.skew import TOLERANCE
from referral.models import (
    ArtificialLiverSession,
    ImmuneStatus,
    NutritionDay,
    NutritionTarget,
    TreatmentRecord,
)
from referral.pathway.change import Change
from referral.pathway.corrections import hold_to_the_stay
from referral.pathway.effects.findings import written
from referral.pathway.inputs.ward import AROUND_A_SESSION, SIDES_OF_A_SESSION
from referral.pathway.perform import ADMISSION, FIRST_VISIT, effect
from referral.pathway.refusals import ConfirmationNeeded, InputError
from referral.pathway.vocabulary import Verb
from referral.ward.codes import Progress
from scoring import check_value, nutrition
from scoring.immune import MARKERS
from scoring.texts import issue_text


@effect(Verb.RECORD_TREATMENT)
def record_treatment(change: Change, *, item: str, progress: str, reason: str = "", note: str = "") -> None:
    """Say how an item of the checklist stands; the latest word on it counts."""
    change.not_before(change.case.admitted_at, ADMISSION)
    declined = progress == Progress.DECLINED
    if declined and not reason:
        raise InputError(("reason", "required", _("Say why it is declined.")))
    if reason and not declined:
        raise InputError(("reason", "not_needed", _("A reason belongs to what is declined. Leave it empty.")))
    TreatmentRecord.objects.create(item=item, progress=progress, reason=reason, **written(change, note))
    change.details.update(item=item, progress=progress, reason=reason)


@effect(Verb.RECORD_ARTIFICIAL_LIVER)
def record_artificial_liver(
    change: Change,
    *,
    mode: str,
    started_at: datetime,
    ended_at: datetime,
    complications: list[str] | None = None,
    plasma_ml: float | None = None,
    anticoagulant: str = "",
    access: str = "",
    note: str = "",
    **values: float,
) -> None:
    """Keep a session that is over. `values` of before and after it are named as in AROUND_A_SESSION."""
    ended_at = change.past(ended_at, "ended_at")
    if ended_at <= started_at:
        raise InputError(("ended_at", "not_after_start", _("The end must come after the start.")))
    change.date(ended_at, "ended_at")
    hold_to_the_stay(change)
    change.date(started_at, "started_at")
    change.not_before(change.case.admitted_at, ADMISSION)
    session = ArtificialLiverSession.objects.create(
        mode=mode,
        ended_at=ended_at,
        complications=complications or [],
        plasma_ml=None if plasma_ml is None else round(plasma_ml),
        anticoagulant=anticoagulant,
        access=access,
        **{when: _measured(values, when) for when in SIDES_OF_A_SESSION},
        **written(change, note),
    )
    change.details.update(record=str(session.pk), mode=mode, complications=complications or [])


def _measured(values: dict[str, float], when: str) -> dict[str, float]:
    named = {name: values.get(f"{name}_{when}") for name in AROUND_A_SESSION}
    return {name: value for name, value in named.items() if value is not None}


@effect(Verb.SET_NUTRITION_TARGET)
def set_nutrition_target(
    change: Change,
    *,
    height_cm: float,
    weight_kg: float,
    with_ascites: bool | None = None,
    protein_g: float | None = None,
    note: str = "",
) -> None:
    """Compute the calories to aim at from height, weight, age and sex; the latest target counts."""
    case = change.case
    change.not_before(case.admitted_at, ADMISSION)
    age = case.patient.age_on(local_day(change, change.occurred_at))
    sex: Any = case.patient.sex
    target = nutrition.energy_target(height_cm=height_cm, weight_kg=weight_kg, age_years=age, sex=sex)
    NutritionTarget.objects.create(
        height_cm=height_cm,
        weight_kg=weight_kg,
        age_years=age,
        sex=sex,
        equation=nutrition.EQUATION,
        resting_kcal=target.resting_kcal,
        factor=nutrition.FACTOR,
        target_kcal=target.target_kcal,
        with_ascites=with_ascites,
        protein_g=None if protein_g is None else round(protein_g),
        **written(change, note),
    )
    change.details["target_kcal"] = target.target_kcal


def local_day(change: Change, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(change.case.hospital.zone)).date()


@effect(Verb.RECORD_INTAKE)
def record_intake(
    change: Change,
    *,
    day: date,
    kcal: float,
    protein_g: float | None = None,
    night_snack: bool | None = None,
    note: str = "",
) -> None:
    """Keep what was eaten on one day of the stay; the latest record of a day counts."""
    if local_day(change, change.now) < day <= local_day(change, change.now + TOLERANCE):
        day = local_day(change, change.now)
    if day > local_day(change, change.now):
        raise InputError(("day", "in_future", _("This day has not come yet. Check the date.")))
    admitted_at = change.case.admitted_at
    if admitted_at and day < local_day(change, admitted_at):
        raise InputError(("day", "out_of_order", _("This day was before the admission. Check the date.")))
    NutritionDay.objects.create(
        day=day,
        kcal=round(kcal),
        protein_g=None if protein_g is None else round(protein_g),
        night_snack=night_snack,
        **written(change, note),
    )
    change.details.update(on_day=day.isoformat(), kcal=round(kcal))


@effect(Verb.RECORD_IMMUNE_STATUS)
def record_immune_status(
    change: Change,
    *,
    sampled_at: datetime,
    confirmed: list[str] | None = None,
    note: str = "",
    **typed: Any,
) -> None:
    """Keep the immune markers of one sample. Values beyond a soft limit must be confirmed by name."""
    sampled_at = change.past(sampled_at, "sampled_at")
    change.date(sampled_at, "sampled_at")
    change.not_before(change.case.first_visit_at, FIRST_VISIT)
    values = read_markers(typed, confirmed or [])
    status = ImmuneStatus.objects.create(values=values, confirmed=confirmed or [], **written(change, note))
    change.details.update(record=str(status.pk), markers=list(values))


def read_markers(typed: dict[str, Any], confirmed: list[str]) -> dict[str, Any]:
    """The markers with their normalised values. Raises InputError and ConfirmationNeeded."""
    checked = {name: check_value(name, typed[name]) for name in MARKERS if name in typed}
    values = {name: value for name, (value, _issues) in checked.items()}
    rows = [(issue, value) for value, issues in checked.values() for issue in issues]
    if refused := [issue for issue, value in rows if value is None]:
        raise InputError(*((issue.field, issue.code, issue_text(issue)) for issue in refused))
    if not values:
        raise InputError((MARKERS[0], "required", _("Enter at least one of the values.")))
    if doubtful := [issue for issue, _value in rows if issue.field not in confirmed]:
        raise ConfirmationNeeded(
            *((issue.field, "needs_confirmation", issue_text(issue)) for issue in doubtful)
        )
    return values
