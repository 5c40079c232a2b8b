"""What a model in shadow said of many cases, beside their facts: one join, read as columns."""

from dataclasses import dataclass

import numpy as np
from django.db.models import QuerySet

from referral.models import CaseFacts
from referral.statistics.columns import LAYOUT, Column, Columns, fetched_as_bytes
from scoring.models import RiskModelVersion, ShadowScore

PAIR = np.dtype([("facts", LAYOUT), ("shadow", ">f8"), ("active", ">f8")])
JOINED = """
SELECT string_agg(facts.packed || float8send(score.risk_90d) || float8send(score.active_risk_90d), ''::bytea)
FROM ({facts}) AS facts (assessment, packed)
JOIN {scores} AS score ON score.subject = facts.assessment
WHERE score.model_id = %s AND score.risk_90d IS NOT NULL AND score.active_risk_90d IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Beside:
    """n cases with the risks that both models gave to the first assessment."""

    cases: Columns
    shadow: Column
    active: Column


def read_beside(rows: QuerySet[CaseFacts], version: RiskModelVersion) -> Beside:
    """Those of `rows` that `version` scored beside the model in force."""
    facts, parameters = rows.order_by().values_list("assessment", "packed").query.sql_with_params()
    text = JOINED.format(facts=facts, scores=ShadowScore._meta.db_table)
    ((together,),) = fetched_as_bytes(text, (*parameters, version.pk))
    pairs = np.frombuffer(together or b"", dtype=PAIR)
    nowhere = np.zeros(len(pairs), dtype=np.int32)
    return Beside(
        cases=Columns([], nowhere, pairs["facts"]),
        shadow=pairs["shadow"].astype(np.float64),
        active=pairs["active"].astype(np.float64),
    )
