"""How well a risk model, and every comparator beside it, predicted what happened to a cohort."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from django.utils.translation import gettext, gettext_noop

from scoring.inputs import EIGHT, INPUTS
from scoring.reading import Reading
from scoring.research import survival
from scoring.research.agreement import Z95
from scoring.research.cohort import COPIES, TRANSPLANTATIONS, Cohort, CohortError
from scoring.research.not_known import HELD_INPUTS, INTERVAL, reason, reasons, sentences
from scoring.research.outcomes import reason_text
from scoring.research.rivals import MINIMUM_PATIENTS, Rival, rivals
from scoring.research.sample import (
    Interval,
    Rows,
    Sample,
    auroc,
    brier,
    c_index,
    calibration_intercept,
    calibration_slope,
    interval,
    observed_risk,
    resamples,
    scaled_brier,
)
from scoring.research.survival import Outcome
from scoring.riskmodel import MAIN_HORIZON_DAYS, RiskModel
from scoring.sentences import Listed, Readable, Sentence
from scoring.texts import label

THRESHOLDS = np.round(np.arange(0.01, 0.81, 0.01), 2)
STATISTICS = (
    observed_risk,
    c_index,
    auroc,
    brier,
    scaled_brier,
    calibration_intercept,
    calibration_slope,
)
_NOTHING: Interval = (None, None, None)
OF_RISK: Mapping[str, Any] = {
    "predicted_risk": None,
    "brier": _NOTHING,
    "scaled_brier": _NOTHING,
    "calibration_intercept": _NOTHING,
    "calibration_slope": _NOTHING,
    "groups": (),
    "net_benefit": {},
}
"""What goes by the predicted risk, as it is when inputs are held."""
_PATIENTS_PER_GROUP = 30
_MOST_GROUPS = 10

ADVISED_EVENTS = 100
FEW_OBSERVED = 10
HELD = gettext_noop(
    "The cohort lacks %(inputs)s: set to the model's median patient for everybody. Only the discrimination "
    "of the other inputs is shown; predicted risks and calibration mean nothing."
)
SAME_PATIENTS = gettext_noop(
    "The model was fitted to these very patients, so the figures are better than they will be elsewhere. "
    "Corrected for optimism, its C index is %(corrected)s."
)
COMPLETE_CASES = gettext_noop(
    "Complete cases only: %(lacking)s of %(patients)s patients lack an input of the model and are left out; "
    "if they differ from the rest, so would the findings."
)
LEFT_OUT = gettext_noop("%(left_out)s of %(rows)s rows of the file are left out. %(reasons)s.")
SMALL = gettext_noop(
    "Small: %(ended)s end points among %(patients)s patients by day %(days)s; at least %(advised)s with and "
    "as many without are advised (Vergouwe Y, J Clin Epidemiol 2005;58:475-483)."
)
LOST = gettext_noop("%(lost)s patients were lost before day %(days)s; the others are weighted for them.")
FEW = gettext_noop(
    "Only %(observed)s patients were followed up to day %(days)s or longer: what was seen in them stands for "
    "all who were lost before."
)
UNIFORM = gettext_noop(
    "The same for every patient: %(inputs)s. Whether it is weighed rightly cannot be seen here."
)
NONE = gettext_noop("none")
NOT_OF_THE_MODEL = gettext_noop("%(input)s is not an input of %(model)s.")
TOO_FEW = gettext_noop(
    "%(patients)s patients have every input of %(model)s, %(ended)s of them with the end point by day "
    "%(days)s: too few to validate on. Missing: %(missing)s. What nobody has can be held at the model's "
    "median patient (--hold): then only the order of patients is judged."
)
UNMEASURED = gettext_noop("Not measured in the cohort: %(inputs)s.")
UNDESCRIBED = gettext_noop("Who these patients are and where they were treated was not stated.")
ONE_COHORT = gettext_noop("One cohort: how the model does elsewhere is not known from it.")


@dataclass(frozen=True, slots=True)
class Group:
    """Patients of similar risk: mean predicted, Kaplan-Meier observed with its 95 % interval.

    `observed` is None if none of them was followed to the horizon, the interval also if nobody or everybody
    reached the end point.
    """

    patients: int
    predicted: float
    observed: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Validation:
    """The findings. Figures with intervals are (estimate, low, high), 95 %, by bootstrap percentiles.

    `population`: who the patients are, as whoever had them validated says; may be empty. What the follow-up
    cannot say is None or empty, and `not_known` says why, by field.
    """

    population: str
    model: str
    model_status: str
    model_checksum: str
    days: int
    patients_in_file: int
    outcome: Mapping[str, int]
    rows_in_file: int
    transplantations: int
    copies: int
    excluded: Mapping[str, int]
    excluded_lines: Mapping[str, tuple[Sentence, ...]]
    refused: Mapping[str, int]
    missing: Mapping[str, int]
    held: tuple[str, ...]
    observed_risk: Interval
    predicted_risk: float | None
    c_index: Interval
    auroc: Interval
    brier: Interval
    scaled_brier: Interval
    calibration_intercept: Interval
    calibration_slope: Interval
    groups: tuple[Group, ...]
    thresholds: tuple[float, ...]
    net_benefit: Mapping[str, tuple[float, ...]]
    rivals: tuple[Rival, ...]
    no_rivals: Mapping[str, str]
    limits: tuple[str, ...]
    not_known: Mapping[str, str]
    bootstrap: int
    seed: int

    def as_dict(self) -> dict[str, Any]:
        """JSON form; what could not be estimated is null."""
        lines = {code: [str(line) for line in lines] for code, lines in self.excluded_lines.items()}
        return _json({**asdict(self), "excluded_lines": lines})


def validate(
    model: RiskModel,
    cohort: Cohort,
    *,
    population: str = "",
    hold: Sequence[str] = (),
    days: int = MAIN_HORIZON_DAYS,
    bootstrap: int = 500,
    seed: int = 20250604,
) -> Validation:
    """Validate on the patients who have every input of the model; `population` says who they are.

    `hold`: inputs that the cohort lacks, set to the model's median patient for all; then only discrimination
    is given. Raises CohortError if fewer than 30 patients remain.
    """
    sample = _sample(model, used := _usable(model, cohort, hold, days), days)
    compared, not_compared = rivals(_as_measured(used, hold), sample, bootstrap=bootstrap, seed=seed)
    figures, not_known = _findings(sample, resamples(len(sample), bootstrap, seed), is_held=bool(hold))
    return Validation(
        population=population,
        model=model.identifier,
        model_status=model.status,
        model_checksum=model.checksum,
        days=days,
        patients_in_file=len(cohort),
        outcome=used.describe_outcome(days) | {"observed_at_horizon": sample.outcome.observed_at(days)},
        **_rows_of(cohort),
        refused=cohort.refused,
        missing=cohort.missing(model.inputs),
        held=tuple(hold),
        thresholds=tuple(THRESHOLDS.tolist()),
        **figures,
        rivals=compared,
        no_rivals=not_compared,
        limits=(*_limits(model, cohort, used, hold, days), *_gaps(not_known, hold, population)),
        not_known=not_known,
        bootstrap=bootstrap,
        seed=seed,
    )


def _gaps(not_known: Mapping[str, str], hold: Sequence[str], population: str) -> list[str]:
    """What is not known, in sentences; what goes by held inputs has its own among the limits."""
    own = {name: why for name, why in not_known.items() if not (hold and name in OF_RISK)}
    return [*sentences(own), *([] if population else [gettext(UNDESCRIBED)])]


def _findings(
    sample: Sample, draws: Sequence[Rows], *, is_held: bool
) -> tuple[dict[str, Any], dict[str, str]]:
    """The figures by field, and why those that are not known are not."""
    computed = {statistic.__name__: interval(statistic, sample, draws) for statistic in STATISTICS}
    groups, benefits = tuple(calibration_groups(sample)), _net_benefits(sample)
    not_known = reasons(computed, sample)
    if not benefits:
        not_known["net_benefit"] = reason("net_benefit", sample)
    if any(group.observed is None for group in groups):
        not_known["groups"] = reason("groups", sample)
    figures = {
        **computed,
        "predicted_risk": float(sample.risk.mean()),
        "groups": groups,
        "net_benefit": benefits,
    }
    if not is_held:
        return figures, not_known
    kept = {name: why for name, why in not_known.items() if name.removesuffix(INTERVAL) not in OF_RISK}
    return {**figures, **OF_RISK}, kept | {name: gettext(HELD_INPUTS) for name in OF_RISK}


def _sample(model: RiskModel, used: Cohort, days: int) -> Sample:
    """What the model predicts of each patient of `used`, beside what became of them."""
    columns = {term.key: used.column(term.key) for term in model.terms}
    predictor = np.asarray(model.linear_predictor(columns), dtype=np.float64)
    outcome = Outcome(used.time_days, used.event)
    return Sample(predictor, np.asarray(model.risk(predictor, days=days)), outcome, days)


def _usable(model: RiskModel, cohort: Cohort, hold: Sequence[str], days: int) -> Cohort:
    """The patients with every input, held ones included, followed up to the horizon. Raises CohortError."""
    unknown = [name for name in hold if name not in model.inputs]
    if unknown:
        raise CohortError(Sentence(NOT_OF_THE_MODEL, {"input": unknown[0], "model": model.identifier}))
    held = _held(cohort, model, hold)
    used = held.complete_for(model.inputs).until(days)
    if len(used) < MINIMUM_PATIENTS:
        counted = {"patients": len(used), "ended": int(used.event.sum()), "days": days}
        filling = {**counted, "model": model.identifier, "missing": _listed(cohort.missing(model.inputs))}
        raise CohortError(Sentence(TOO_FEW, filling))
    return used


def calibration_groups(sample: Sample) -> list[Group]:
    """Equal groups by predicted risk, as many as 30 patients each allow, ten at most."""
    count = max(2, min(_MOST_GROUPS, len(sample) // _PATIENTS_PER_GROUP))
    split = np.array_split(np.argsort(sample.risk, kind="stable"), count)
    return [_group(sample.take(rows)) for rows in split]


def _group(patients: Sample) -> Group:
    estimate = survival.survival_at(patients.outcome, patients.days)
    predicted = float(patients.risk.mean())
    if estimate is None:
        return Group(len(patients), predicted, None, None, None)
    low, high = _log_log_interval(*estimate)
    observed = 1 - estimate[0]
    if low is None or high is None:
        return Group(len(patients), predicted, observed, None, None)
    return Group(len(patients), predicted, observed, 1 - high, 1 - low)


def _held(cohort: Cohort, model: RiskModel, hold: Sequence[str]) -> Cohort:
    """The cohort with some inputs set to the model's median patient."""
    fixed = {INPUTS[name].key: model.reference[INPUTS[name].key] for name in hold}
    readings = tuple(replace(reading, values={**reading.values, **fixed}) for reading in cohort.readings)
    return replace(cohort, readings=readings) if fixed else cohort


def _as_measured(used: Cohort, hold: Sequence[str]) -> list[Reading]:
    """The readings without the held values, which nobody measured and no comparator may count."""
    held = {INPUTS[name].key for name in hold}
    return [
        replace(reading, values={key: value for key, value in reading.values.items() if key not in held})
        for reading in used.readings
    ]


def _net_benefits(sample: Sample) -> dict[str, tuple[float, ...]]:
    """Net benefit by threshold of referring by the model, everybody, and nobody; empty if not known."""
    by = {"model": sample.risk, "everybody": np.ones(len(sample)), "nobody": np.zeros(len(sample))}
    benefits = {
        name: survival.net_benefit(risk, sample.outcome, sample.days, THRESHOLDS) for name, risk in by.items()
    }
    return {name: tuple(values.tolist()) for name, values in benefits.items() if values is not None}


def _limits(model: RiskModel, cohort: Cohort, used: Cohort, hold: Sequence[str], days: int) -> list[str]:
    """What a reader of the findings must know, in sentences of the current language."""
    outcome = used.describe_outcome(days)
    follow_up = Outcome(used.time_days, used.event)
    still_there = follow_up.observed_at(days)
    ended, lost, total = outcome["events_by_horizon"], outcome["censored_before_horizon"], len(used)
    fit = model.document.get("fit", {})
    corrected = gettext("not known") if fit.get("corrected_c") is None else fit["corrected_c"]
    measured = {name: INPUTS[name].key for name in EIGHT if name not in hold}
    unmeasured = [name for name, key in measured.items() if np.isnan(cohort.column(key)).all()]
    uniform = [name for name, key in measured.items() if np.ptp(used.column(key)) == 0]
    sentences: tuple[tuple[object, str, dict[str, object]], ...] = (
        (hold, HELD, {"inputs": _named(hold)}),
        (fit.get("cohort") == cohort.fingerprint, SAME_PATIENTS, {"corrected": corrected}),
        *_of_the_file(cohort),
        (total < len(cohort), COMPLETE_CASES, {"lacking": len(cohort) - total, "patients": len(cohort)}),
        (
            min(ended, total - ended - lost) < ADVISED_EVENTS,
            SMALL,
            {"ended": ended, "patients": total, "days": days, "advised": ADVISED_EVENTS},
        ),
        (uniform, UNIFORM, {"inputs": _named(uniform)}),
        (unmeasured, UNMEASURED, {"inputs": _named(unmeasured)}),
        (lost and follow_up.reaches(days), LOST, {"lost": lost, "days": days}),
        (lost and 0 < still_there < FEW_OBSERVED, FEW, {"observed": still_there, "days": days}),
        (True, ONE_COHORT, {}),
    )
    return [gettext(sentence) % params for applies, sentence, params in sentences if applies]


def _rows_of(cohort: Cohort) -> dict[str, Any]:
    """How many rows the file has, and which of them are no patients of the cohort."""
    return {
        "rows_in_file": cohort.rows,
        "transplantations": cohort.transplantations,
        "copies": cohort.copies,
        "excluded": cohort.excluded,
        "excluded_lines": cohort.excluded_lines,
    }


def _of_the_file(cohort: Cohort) -> tuple[tuple[object, str, dict[str, object]], ...]:
    """What to know of the rows of the file: whether each sentence applies, the sentence, its particulars."""
    named = [f"{reason_text(code)}{gettext(': ')}{count}" for code, count in cohort.excluded.items()]
    because = gettext("; ").join(named)
    counted = {"left_out": sum(cohort.excluded.values()), "rows": cohort.rows, "reasons": because}
    return (
        (cohort.excluded, LEFT_OUT, counted),
        (cohort.copies, COPIES, {"count": cohort.copies}),
        (cohort.transplantations, TRANSPLANTATIONS, {"count": cohort.transplantations}),
        *((True, doubt.text, dict(doubt.filling)) for doubt in cohort.doubts()),
    )


def _named(inputs: Sequence[str]) -> str:
    return gettext(", ").join(label(name) for name in inputs)


def _log_log_interval(survival_left: float, error: float) -> tuple[float | None, float | None]:
    """95 % interval of a Kaplan-Meier estimate on the log(-log) scale; none for an estimate of 0 or 1."""
    if not 0 < survival_left < 1:
        return None, None
    spread = Z95 * error / (survival_left * math.log(survival_left))
    ends = sorted(survival_left ** math.exp(sign * spread) for sign in (-1, 1))
    return ends[0], ends[1]


def _listed(counts: Mapping[str, int]) -> Readable:
    counted = tuple(f"{name} {count}" for name, count in counts.items() if count)
    return Listed(counted) if counted else Sentence(NONE)


def _json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_json(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
