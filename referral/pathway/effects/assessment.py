"""The verbs that decide whether a case is flagged: assess and refer."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from referral.codes import ChronicLiverDisease
from referral.identity.birth import ESTIMATE
from referral.intake.routing import offer_to_next_ward
from referral.models import Assessment, Case
from referral.pathway.change import Change
from referral.pathway.effects.case_admin import flag_is_late
from referral.pathway.perform import effect
from referral.pathway.refusals import ConfirmationNeeded, InputError, Text
from referral.pathway.sources import counted, sources_in, with_sources
from referral.pathway.vocabulary import State, Verb
from referral.queries.case_values import stamped
from scoring import INPUTS, Evaluation, Issue, Reading, RiskModel, confirmed_names, evaluate, read_inputs
from scoring.inputs import UNIT_FIELDS
from scoring.selectors import models_in_use, to_model
from scoring.services import score_in_shadow
from scoring.texts import issue_text

BEFORE_AN_OFFER = frozenset({State.REGISTERED, State.WATCHED})


@effect(Verb.ASSESS)
def assess(
    change: Change,
    *,
    values: Mapping[str, Any] | None = None,
    hold_back: str = "",
    note: str = "",
) -> State | None:
    """Score the eight indicators. A flagged case is offered in the same transaction, unless held back.

    `values` by input name are added to the draft. Raises InputError for refused or missing values and
    ConfirmationNeeded for values beyond a soft limit that nobody confirmed.
    """
    case = change.case
    together = merged(case, values or {})
    reading = read_inputs(together, now=change.now, expect_sampled_at=True)
    reading = replace(reading, warnings=(*reading.warnings, *doubts_of_age(case, reading)))
    refuse_unless_complete(reading)
    models = models_in_use()
    evaluation = evaluated(case, reading, to_model(models.active))
    sources = sources_of(change, values or {}, together)
    case.assessment = store(change, reading, evaluation, sources)
    if evaluation.status == "scored":
        score_in_shadow(
            models.shadow, reading=reading, active=evaluation, subject=case.assessment.pk, now=change.now
        )
    change.details.update(
        assessment=str(case.assessment.pk),
        flagged=evaluation.flagged,
        band=evaluation.band,
        hold_back=hold_back,
    )
    change.note = note
    if case.state not in BEFORE_AN_OFFER:
        return None
    if not evaluation.flagged or hold_back:
        return State.WATCHED
    return flag(change)


def evaluated(case: Case, reading: Reading, model: RiskModel) -> Evaluation:
    """What `model` says of a case by the policy that it began with."""
    return evaluate(
        reading,
        model=model,
        threshold=case.policy.risk_threshold,
        chronic_liver_disease=case.chronic_liver_disease != ChronicLiverDisease.NONE,
    )


def flag(change: Change) -> State:
    """Mark the case as flagged now and ask the first ward of the catchment."""
    case = change.case
    case.flagged_at = change.occurred_at
    case.flagged_late = flag_is_late(
        case.policy.length("admit"), case.policy.late_flag_minutes, case.first_visit_at, case.flagged_at
    )
    return offer_to_next_ward(change)


@effect(Verb.REFER)
def refer(change: Change, *, reason: str, note: str = "") -> State:
    """Refer on a clinician's judgement: without a score, or below the threshold."""
    change.details["reason"], change.note = reason, note
    return flag(change)


def merged(case: Case, values: Mapping[str, Any]) -> dict[str, Any]:
    """The stored draft with `values` laid over it, the age from the birth date where nobody typed it."""
    draft = case.draft
    stored = dict(draft.values) if draft else {}
    changed = {
        UNIT_FIELDS[name].name if name in UNIT_FIELDS else name for name in values if name != "sources"
    }
    still_confirmed = set(draft.confirmed if draft else ()) - changed
    confirmed = still_confirmed | confirmed_names(values.get("confirmed"))
    times = {**_times(stored), **_times(values)}
    stored = {name: value for name, value in stored.items() if name not in _units_stated_by(values)}
    given = {name: value for name, value in values.items() if name != "sources"}
    together = {**stored, **given, "confirmed": sorted(confirmed), "sampled_at": times or None}
    if together.get("age_years") in (None, ""):
        together["age_years"] = case.age
    return together


def _units_stated_by(values: Mapping[str, Any]) -> frozenset[str]:
    """The unit fields of values whose names say their unit: what was stored there belongs to older values."""
    return frozenset(
        str(spec.unit_field) for name, spec in INPUTS.items() if spec.unit_in_name and name in values
    )


def _times(values: Mapping[str, Any]) -> dict[str, Any]:
    """`sampled_at` by input name; one time for all becomes the time of each value that comes with it."""
    sampled = values.get("sampled_at") or {}
    if isinstance(sampled, Mapping):
        return dict(sampled)
    return {name: sampled for name in values if name in INPUTS and INPUTS[name].laboratory}


def doubts_of_age(case: Case, reading: Reading) -> list[Issue]:
    """A warning where the age that was typed and the one by the birth date are more than a year apart.

    By an estimated birth date, more than the estimate may miss.
    """
    typed = reading.values.get("age_years")
    apart = ESTIMATE if case.patient.birth_date.is_estimated else 1
    if typed is None or abs(float(typed) - case.age) <= apart:
        return []
    return [Issue("age_years", "age_by_birth_date", {"value": typed, "age": case.age})]


def _missing(name: str) -> Text:
    if INPUTS[name].kind in ("number", "count"):
        return _("This value is needed for a score. Enter it, or refer without a score.")
    return _("This answer is needed for a score. Choose one, or refer without a score.")


def refuse_unless_complete(reading: Reading) -> None:
    """Raise InputError for what is refused or missing, ConfirmationNeeded for what nobody confirmed."""
    if reading.issues:
        raise InputError(*((issue.field, issue.code, issue_text(issue)) for issue in reading.issues))
    if reading.missing:
        raise InputError(*((name, "missing", _missing(name)) for name in reading.missing))
    if reading.unconfirmed:
        raise ConfirmationNeeded(
            *((issue.field, "needs_confirmation", issue_text(issue)) for issue in reading.unconfirmed)
        )


def sources_of(
    change: Change, values: Mapping[str, Any], together: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """Where the values of an assessment are from: those of the draft, and those that came with the verb."""
    draft = change.case.draft
    before, stamps = (draft.values, draft.stamps) if draft else ({}, {})
    given = sources_in(values, user=change.person, case=change.case)
    stamps = stamped(before, together, stamps, by=change.person.pk, at=change.now, sources=given)
    return {name: stamp["source"] for name, stamp in stamps.items() if "source" in stamp}


def store(
    change: Change, reading: Reading, evaluation: Evaluation, sources: Mapping[str, Mapping[str, Any]]
) -> Assessment:
    """Keep the assessment for ever, with the model, the policy and the inputs that made it."""
    case, entered = change.case, reading.as_dict()
    entered["entered"] = with_sources(entered["entered"], sources)
    if sources:
        change.details["sources"] = counted(sources)
    return Assessment.objects.create(
        case=case,
        number=1 if case.is_new else case.assessments.count() + 1,
        entered=entered,
        values=dict(reading.values),
        result=evaluation.as_dict(),
        model_name=evaluation.model,
        model_checksum=evaluation.model_checksum,
        model_status=evaluation.model_status,
        policy=case.policy,
        risk_90d=evaluation.risk_90d,
        band=evaluation.band or "",
        high_risk=evaluation.flagged,
        red_flags=list(evaluation.red_flags),
        assessed_at=change.occurred_at,
        recorded_at=change.now,
        assessed_by=change.person,
    )
