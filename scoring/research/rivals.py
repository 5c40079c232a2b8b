"""The published scores beside the model, each on the patients who have both."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext, gettext_noop

from scoring.reading import Reading
from scoring.research.sample import (
    Interval,
    Sample,
    auroc,
    brier,
    c_index,
    interval,
    paired_difference,
    resamples,
)
from scoring.scores import SCORES, ScoreValue, comparators

MINIMUM_PATIENTS = 30
NO_PAIRS = gettext_noop(
    "%(having)s of %(patients)s patients have its inputs, but none of them reached the end point while "
    "another was still followed up"
)


@dataclass(frozen=True, slots=True)
class Rival:
    """A comparator on the patients who have both it and the model: C index and AUROC of each, and
    differences.

    `brier` and `model_brier` where the comparator predicts the risk at the horizon. Figures are (estimate,
    low, high).
    """

    name: str
    patients: int
    events: int
    c_index: Interval
    model_c_index: Interval
    c_difference: Interval
    auroc: Interval
    model_auroc: Interval
    brier: float | None
    model_brier: float | None


def rivals(
    readings: Sequence[Reading], model: Sample, *, bootstrap: int, seed: int
) -> tuple[tuple[Rival, ...], dict[str, str]]:
    """Every comparator that enough patients have, and why the others are not compared."""
    scored = [comparators(reading) for reading in readings]
    compared, reasons = [], {}
    for name in SCORES:
        rows = np.array([index for index, scores in enumerate(scored) if name in scores], dtype=np.intp)
        own = _sample([scored[index][name] for index in rows], model.take(rows))
        counts = {"having": len(rows), "patients": len(scored)}
        if len(rows) < MINIMUM_PATIENTS:
            reasons[name] = gettext("%(having)s of %(patients)s patients have its inputs") % counts
        elif c_index(own) is None:
            reasons[name] = gettext(NO_PAIRS) % counts
        else:
            compared.append(_rival(name, own, model.take(rows), bootstrap, seed))
    return tuple(compared), reasons


def _sample(values: Sequence[ScoreValue], model: Sample) -> Sample:
    """The comparator in place of the model, its risk NaN where it publishes none for the horizon."""
    risks = [(value.risk or {}).get(f"{model.days}d", np.nan) for value in values]
    score = np.array([float(value.value) for value in values])
    return Sample(score, np.array(risks, dtype=np.float64), model.outcome, model.days)


def _rival(name: str, own: Sample, model: Sample, bootstrap: int, seed: int) -> Rival:
    draws = resamples(len(own), bootstrap, seed)
    predicts = not np.isnan(own.risk).any()
    return Rival(
        name=name,
        patients=len(own),
        events=int(own.outcome.by(own.days).sum()),
        c_index=interval(c_index, own, draws),
        model_c_index=interval(c_index, model, draws),
        c_difference=paired_difference(c_index, model, own, draws),
        auroc=interval(auroc, own, draws),
        model_auroc=interval(auroc, model, draws),
        brier=brier(own) if predicts else None,
        model_brier=brier(model) if predicts else None,
    )
