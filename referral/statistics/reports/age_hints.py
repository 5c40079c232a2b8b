"""What would tell an age more exactly than it is given: a band of the risk beside the other indicators.

The risk rises with age. Where it would reach another band, or the threshold for a flag, at an age that others
who look alike have, the indicators with the band tell on which side of that age somebody is. There the first
indicator is left out by whose value the risk could be in its band at every age in question.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

import numpy as np

from referral.models import Assessment
from referral.statistics.reports.anonymity import ANY
from scoring.models import RiskModelVersion
from scoring.riskmodel import RiskModel
from scoring.selectors import installed_versions, to_model

LEFT_OUT = ("sodium_mmol_l", "urea_mmol_l", "inr", "bilirubin_umol_l")
"""What may be left out, first what tells least."""

AGE = "age_years"
EDGES, EDGES_WITH_RED_FLAG = (0.0, 0.05, 0.15, 0.5, 1.0), (0.0, 0.5, 1.0)


ASKED = ("values", "red_flags", "band", "risk_90d", "model_checksum", "policy__risk_threshold")
"""The columns of an assessment, with its policy, that are asked about."""


class AgeHints:
    """Knows the models by which assessments were scored, each read once."""

    def __init__(self) -> None:
        self._versions: Mapping[str, RiskModelVersion] = {row.checksum: row for row in installed_versions()}

    def revealing(self, assessment: Assessment, ages: str) -> tuple[str, ...]:
        """The indicators of the assessment to leave out where the age is given as `ages`, such as 43..51."""
        first, _dots, last = ages.partition("..")
        version = self._versions.get(assessment.model_checksum)
        if not last or version is None or assessment.risk_90d is None:
            return ()
        model, span = to_model(version), np.arange(int(first), int(last) + 1)
        low, high = _side(assessment)
        candidates = [name for name in LEFT_OUT if name in model.validity and name in assessment.values]
        for name in ("", *candidates):
            least, most = _reach(model, {**assessment.values, AGE: span}, name)
            if ((least < high) & (most >= low)).all():
                return (name,) if name else ()
        return tuple(candidates)

    def left_out(self, rows: Iterable[Assessment], ages: Mapping[UUID, str]) -> Iterator[Assessment]:
        """The assessments without the values that would tell; `ages`: by case, as its age is given."""
        for row in rows:
            row.values |= dict.fromkeys(self.revealing(row, ages[row.case_id]), ANY)
            yield row


def _side(assessment: Assessment) -> tuple[float, float]:
    """Between which risks the band, and whether there was a flag, say that it lies."""
    risk = float(assessment.risk_90d or 0)
    without_flag = (*EDGES, assessment.policy.risk_threshold)
    edges = EDGES_WITH_RED_FLAG if assessment.red_flags else without_flag
    return max(edge for edge in edges if edge <= risk), min(
        (edge for edge in edges if edge > risk), default=2
    )


def _reach(model: RiskModel, values: Mapping[str, Any], left_out: str) -> tuple[Any, Any]:
    """By age, the least and the most risk, if nobody knew the value that is left out."""
    possible = [{**values, left_out: end} for end in model.validity[left_out]] if left_out else [values]
    risks = [model.risk(model.linear_predictor(each)) for each in possible]
    return np.minimum.reduce(risks), np.maximum.reduce(risks)
