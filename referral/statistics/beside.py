"""What a model in shadow said of many cases, beside their facts: one join, read as columns."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db.models import QuerySet

from referral.models import CaseFacts
from referral.statistics.columns import LAYOUT, Column, Columns, fetched_as_bytes
from scoring.models import RiskModelVersion, ShadowScore

PAIR = np.dtype([("facts", LAYOUT), ("month", ">i4"), ("risks", ">f8", 2), ("flags", ">i2", 2)])
"""A case, its month as the days since 1970, and risk and flag by the model in shadow and the one in force."""

JOINED = """
SELECT string_agg(
    facts.packed || int4send(facts.month - date '1970-01-01')
    || float8send(score.risk_90d) || float8send(score.active_risk_90d)
    || int2send(score.high_risk::int::int2) || int2send(score.active_high_risk::int::int2), ''::bytea)
FROM ({facts}) AS facts (assessment, month, packed)
JOIN {scores} AS score ON score.subject = facts.assessment
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
class Beside:
    """n cases with the risks (0-1) and flags that both models gave to the first assessment.

    `month` is in days since 1970.
    """

    cases: Columns
    month: Column
    shadow: Column
    active: Column
    flagged_by_shadow: Column
    flagged_by_active: Column

    def before(self, month: date) -> "Beside":
        """Those of months before `month`."""
        chosen = self.month < (month - date(1970, 1, 1)).days
        return Beside(
            cases=self.cases[chosen],
            month=self.month[chosen],
            shadow=self.shadow[chosen],
            active=self.active[chosen],
            flagged_by_shadow=self.flagged_by_shadow[chosen],
            flagged_by_active=self.flagged_by_active[chosen],
        )

    def compared(self, model: RiskModelVersion) -> ShadowComparison:
        """The flags and risks of `model`, whose scores these are, beside those of the model in force."""
        shadow, active = self.flagged_by_shadow, self.flagged_by_active
        difference = self.shadow - self.active
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


def read_beside(rows: QuerySet[CaseFacts], version: RiskModelVersion) -> Beside:
    """Those of `rows` that `version` scored beside the model in force."""
    facts, parameters = rows.order_by().values_list("assessment", "month", "packed").query.sql_with_params()
    text = JOINED.format(facts=facts, scores=ShadowScore._meta.db_table)
    ((together,),) = fetched_as_bytes(text, (*parameters, version.pk))
    pairs = np.frombuffer(together or b"", dtype=PAIR)
    nowhere = np.zeros(len(pairs), dtype=np.int32)
    return Beside(
        cases=Columns([], nowhere, pairs["facts"]),
        month=pairs["month"].astype(np.int32),
        shadow=pairs["risks"][:, 0].astype(np.float64),
        active=pairs["risks"][:, 1].astype(np.float64),
        flagged_by_shadow=pairs["flags"][:, 0] == 1,
        flagged_by_active=pairs["flags"][:, 1] == 1,
    )
