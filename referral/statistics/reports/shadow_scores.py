"""What a model in shadow said of many cases, beside their rows: read as columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db.models import QuerySet

from referral.models import CaseFacts, SealedMonth
from referral.statistics.columns.column_reader import (
    Cases,
    columns_of_sealed,
    fetched_as_bytes,
    in_sql,
    read_both,
    shadow_column,
)
from referral.statistics.columns.layout import KEPT, LAYOUT, OUTCOME, SAID, Column
from scoring.models import RiskModelVersion, ShadowScore

PAIR = np.dtype([("row", LAYOUT), ("month", ">i4"), ("said", SAID.newbyteorder(">"))])
"""A case, its month as the days since 1970, and what both models said."""

JOINED = """
SELECT string_agg(
    counted.packed || int4send(counted.month - date '1970-01-01')
    || float8send(score.risk_90d) || float8send(score.active_risk_90d)
    || int2send(score.high_risk::int::int2) || int2send(score.active_high_risk::int::int2), ''::bytea)
FROM ({counted}) AS counted (assessment, month, packed)
JOIN {scores} AS score ON score.subject = counted.assessment
WHERE score.model_id = %s AND score.risk_90d IS NOT NULL AND score.active_risk_90d IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class ShadowComparison:
    """A shadow model against the one in force, over the cases whose first assessment both scored.

    `both`, `only_active`, `only_shadow`, `neither`: how many were flagged high risk by which. Differences are
    shadow minus active risk (0-1), None without cases.
    """

    model: RiskModelVersion
    scored: int
    both: int
    only_active: int
    only_shadow: int
    neither: int
    mean_difference: float | None
    mean_absolute_difference: float | None


@dataclass(frozen=True, slots=True)
class ShadowScores:
    """n cases, `month` in days since 1970, with what both models `said` of the first assessment (SAID)."""

    outcome: Mapping[str, Column]
    month: Column
    said: Column

    def __getitem__(self, chosen: Column) -> "ShadowScores":
        """The cases for which `chosen` is true."""
        outcome = {name: column[chosen] for name, column in self.outcome.items()}
        return ShadowScores(outcome, self.month[chosen], self.said[chosen])

    def before(self, month: date) -> "ShadowScores":
        """Those of months before `month`."""
        return self[self.month < _days(month)]

    def risks(self) -> tuple[Column, Column]:
        """By the model in shadow, and by the one in force."""
        return self.said["risks"][:, 0], self.said["risks"][:, 1]

    def compared(self, model: RiskModelVersion) -> ShadowComparison:
        """The flags and risks of `model`, whose scores these are, beside those of the model in force."""
        shadow, active = self.said["flags"][:, 0] == 1, self.said["flags"][:, 1] == 1
        difference = np.subtract(*self.risks())
        return ShadowComparison(
            model=model,
            scored=len(difference),
            both=int((active & shadow).sum()),
            only_active=int((active & ~shadow).sum()),
            only_shadow=int((~active & shadow).sum()),
            neither=int((~active & ~shadow).sum()),
            mean_difference=float(difference.mean()) if len(difference) else None,
            mean_absolute_difference=float(np.abs(difference).mean()) if len(difference) else None,
        )


def read_shadow_scores(networks: Sequence[Cases], version: RiskModelVersion) -> ShadowScores:
    """Those cases, of one network or several, that `version` scored beside the model in force."""
    parts = [part for cases in networks for part in _shadow_scores_of(cases, version)]
    return ShadowScores(
        outcome={name: np.concatenate([part.outcome[name] for part in parts]) for name in OUTCOME},
        month=np.concatenate([part.month for part in parts]),
        said=np.concatenate([part.said for part in parts]),
    )


def _shadow_scores_of(cases: Cases, version: RiskModelVersion) -> list[ShadowScores]:
    routes = cases.places()

    def of_rows(rows: QuerySet[CaseFacts]) -> ShadowScores:
        return _of_rows(rows, version)

    def of_sealed(months: Sequence[SealedMonth]) -> ShadowScores | None:
        return _of_sealed(routes, months, version)

    return read_both(cases, of_rows, of_sealed)


def _of_rows(rows: QuerySet[CaseFacts], version: RiskModelVersion) -> ShadowScores:
    counted, parameters = in_sql(rows.order_by().values_list("assessment", "month", "packed"))
    text = JOINED.format(counted=counted, scores=ShadowScore._meta.db_table)
    ((together,),) = fetched_as_bytes(text, (*parameters, version.pk))
    pairs = np.frombuffer(together or b"", dtype=PAIR)
    outcome = {name: pairs["row"][name].astype(KEPT[name]) for name in OUTCOME}
    return ShadowScores(outcome, pairs["month"].astype(np.int32), pairs["said"].astype(SAID))


def _of_sealed(
    routes: Sequence[Any], months: Sequence[SealedMonth], version: RiskModelVersion
) -> ShadowScores | None:
    name = shadow_column(version.pk)
    scored = [month for month in months if str(version.pk) in month.shadows]
    columns = columns_of_sealed(routes, scored, (*OUTCOME, name))
    if columns is None:
        return None
    days = np.array([_days(month) for month in columns.months], dtype=np.int32)
    said, outcome = columns.numbers[name], {name: columns.numbers[name] for name in OUTCOME}
    return ShadowScores(outcome, days[columns.month], said)[~np.isnan(said["risks"][:, 0])]


def _days(month: date) -> int:
    return (month - date(1970, 1, 1)).days
