"""One reading against one risk model: risk, band, red flags, what drives it, what to doubt."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from scoring.inputs import BY_KEY, INPUTS
from scoring.issues import Issue, gettext_noop
from scoring.modelfile import default_model
from scoring.parsing import Value
from scoring.reading import Reading
from scoring.red_flags import red_flags
from scoring.riskmodel import RiskModel

Status = Literal["scored", "incomplete", "not_applicable"]
Band = Literal["low", "moderate", "high", "very_high"]

DEFAULT_THRESHOLD = 0.15
"""Predicted 90-day risk that flags a patient unless the policy says otherwise. Our choice."""

DISPLAY_CAP = 0.95
"""Risks beyond this are shown to people as "above 95 %"."""

BANDS: Mapping[str, str] = MappingProxyType(
    {
        "low": gettext_noop("Low risk"),
        "moderate": gettext_noop("Moderate risk"),
        "high": gettext_noop("High risk"),
        "very_high": gettext_noop("Very high risk"),
    }
)
"""English text of every band, from the lowest."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The result. `risk_90d`, `band`, `high_risk`, `linear_predictor` are None and `contributions` empty
    unless scored.

    `status`: `scored`; `incomplete` when an input of the model is missing or was refused (`missing` names
    them); `not_applicable` without chronic liver disease. `contributions`: by input name, in units of the
    linear predictor, against the model's median patient; they sum to `linear_predictor -
    reference_linear_predictor`. `red_flags` are judged on whatever values are there. `values` are those the
    result was made from.
    """

    status: Status
    risk_90d: float | None
    band: Band | None
    high_risk: bool | None
    red_flags: tuple[str, ...]
    linear_predictor: float | None
    reference_linear_predictor: float
    reference: Mapping[str, float]
    contributions: Mapping[str, float]
    missing: tuple[str, ...]
    warnings: tuple[Issue, ...]
    threshold: float
    model: str
    model_name: str
    model_version: int
    model_status: str
    model_checksum: str
    end_point: str
    values: Mapping[str, Value]

    @property
    def flagged(self) -> bool:
        """True if the rule refers the patient: by the score, or by a red flag even without one."""
        return self.status != "not_applicable" and bool(self.high_risk or self.red_flags)

    def as_dict(self) -> dict[str, Any]:
        """JSON form. `status` is the model's (`provisional`, `validated`, `retired`), `outcome` the
        evaluation's.
        """
        return {
            "model": self.model_name,
            "model_version": self.model_version,
            "model_checksum": self.model_checksum,
            "status": self.model_status,
            "model_status": self.model_status,
            "outcome": self.status,
            "end_point": self.end_point,
            "risk_90d": self.risk_90d,
            "band": self.band,
            "high_risk": self.high_risk,
            "flagged": self.flagged,
            "threshold": self.threshold,
            "red_flags": list(self.red_flags),
            "linear_predictor": self.linear_predictor,
            "reference_linear_predictor": self.reference_linear_predictor,
            "contributions": dict(self.contributions),
            "reference": dict(self.reference),
            "values": dict(self.values),
            "missing": list(self.missing),
            "warnings": [warning.as_dict() for warning in self.warnings],
        }


def evaluate(
    reading: Reading,
    *,
    model: RiskModel | None = None,
    threshold: float = DEFAULT_THRESHOLD,
    chronic_liver_disease: bool = True,
) -> Evaluation:
    """Scores a reading with `model` (the shipped one by default) under a policy's risk threshold (0-1).

    Never raises for bad input: a reading without all inputs of the model is `incomplete`, and without chronic
    liver disease none is scored. A patient with a red flag is always `high_risk`, in band `high` or above.
    """
    model = model or default_model()
    scorable = chronic_liver_disease and not missing_inputs(reading, model)
    linear_predictor = float(model.linear_predictor(reading.values)) if scorable else None
    contributions = model.contributions(reading.values) if scorable else {}
    return conclude(
        reading,
        model=model,
        threshold=threshold,
        chronic_liver_disease=chronic_liver_disease,
        linear_predictor=linear_predictor,
        risk=None if linear_predictor is None else float(model.risk(linear_predictor)),
        contributions={name: float(part) for name, part in contributions.items()},
    )


def conclude(
    reading: Reading,
    *,
    model: RiskModel,
    threshold: float,
    chronic_liver_disease: bool,
    linear_predictor: float | None,
    risk: float | None,
    contributions: Mapping[str, float],
) -> Evaluation:
    """The result that follows from numbers already computed (by `evaluate`, or for many patients at once)."""
    flags = red_flags(reading.values)
    missing = missing_inputs(reading, model)
    status: Status = "not_applicable" if not chronic_liver_disease else "incomplete" if missing else "scored"
    return Evaluation(
        status=status,
        risk_90d=risk,
        band=None if risk is None else band_of(risk, red_flag=bool(flags)),
        high_risk=None if risk is None else risk >= threshold or bool(flags),
        red_flags=flags,
        linear_predictor=linear_predictor,
        reference_linear_predictor=model.reference_linear_predictor,
        reference=model.reference,
        contributions=contributions,
        missing=missing,
        warnings=(*reading.warnings, *_outside(reading, model)),
        threshold=threshold,
        model=model.identifier,
        model_name=model.name,
        model_version=model.version,
        model_status=model.status,
        model_checksum=model.checksum,
        end_point=model.end_point,
        values=dict(reading.values),
    )


def missing_inputs(reading: Reading, model: RiskModel) -> tuple[str, ...]:
    """Inputs the model needs and the reading has no usable value of."""
    return tuple(name for name in model.inputs if INPUTS[name].key not in reading.values)


def band_of(risk: float, *, red_flag: bool = False) -> Band:
    """Low < 5 %, moderate < 15 %, high to 50 %, very high above; a red flag lifts to high."""
    if risk > 0.50:
        return "very_high"
    if risk >= 0.15 or red_flag:
        return "high"
    return "moderate" if risk >= 0.05 else "low"


def _outside(reading: Reading, model: RiskModel) -> list[Issue]:
    """Warnings about values the model was not made for."""
    issues = []
    for key, (low, high) in model.validity.items():
        value = reading.values.get(key)
        if value is None or low <= float(value) <= high:
            continue
        spec = BY_KEY[key]
        population = key == "age_years" and float(value) < model.population_age[0]
        params = {"value": value, "unit": spec.unit, "low": low, "high": high}
        issues.append(Issue(spec.name, "outside_population" if population else "outside_model_range", params))
    return issues
