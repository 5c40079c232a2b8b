"""Writing the row of facts: one statement over the case's own rows, in the transaction of the fact itself."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.prepared import PreparedStatement
from referral.models.statistics import IN_TIME, KINDS, LATE, LATE_BECAUSE

_REASONS = " ".join(f"WHEN '{reason}' THEN {code}" for reason, code in LATE_BECAUSE.items())
_VERDICT = f"""
CASE WHEN outcome = 'met' AND closed_at <= first_due_at THEN {IN_TIME}
     WHEN outcome = 'missed' OR closed_at > first_due_at
         THEN CASE delay_reason {_REASONS} ELSE {LATE} END
END
"""
_STANDS = "NOT EXISTS (SELECT FROM referral_retraction WHERE record = {record}.id)"
_VERDICTS = {f"{kind}_verdict": f"max(verdict) FILTER (WHERE kind = '{kind}')" for kind in KINDS}

COLUMNS: dict[str, str] = {
    "case_id": "c.id",
    "network_id": "c.network_id",
    "hospital_id": "c.hospital_id",
    "ward_id": "c.ward_id",
    "month": "date_trunc('month', c.first_visit_at AT TIME ZONE network.zone)::date",
    "state": "c.state",
    "first_visit_at": "c.first_visit_at",
    "indicators_at": "scored.assessed_at",
    "flagged_at": "c.flagged_at",
    "flagged_late": "c.flagged_late",
    "offered_at": "asked.offered_at",
    "acknowledged_at": "asked.acknowledged_at",
    "accepted_at": "c.accepted_at",
    "departed_at": "c.departed_at",
    "admitted_at": "c.admitted_at",
    "diagnosed_at": "c.diagnosed_at",
    "intervened_at": "treated.intervened_at",
    "back_referred_at": "happened.back_referred_at",
    "died_at": "c.died_at",
    "offers": "asked.offers",
    "declines": "asked.declines",
    "expiries": "asked.expiries",
    "risk_90d": "scored.risk_90d",
    "model": "coalesce(scored.model_name, '')",
    "assessment": "scored.id",
    "policy_version": "policy.version",
    "outcome_28": "c.outcome_28",
    "outcome_90": "c.outcome_90",
    **{name: f"judged.{name}" for name in _VERDICTS},
    "kit_results": "used.results",
    "kit_indeterminate": "used.indeterminate",
    "kit_beside_purpose": "used.beside_purpose",
    "kit_ward_id": "kit.ward_id",
    "kit_lot": "coalesce(kit.lot, '')",
    "kit_sampled_at": "kit.sampled_at",
    "kit_positive": "kit.answer = 'positive'",
    "kit_failed": "kit.failed",
}
"""Every column of the row and where it comes from."""

_WRITE = f"""
INSERT INTO referral_casefacts ({", ".join(COLUMNS)})
SELECT {", ".join(COLUMNS.values())}
FROM referral_case AS c
JOIN accounts_network AS network ON network.id = c.network_id
JOIN referral_pathwaypolicy AS policy ON policy.id = c.policy_id
CROSS JOIN LATERAL (
    SELECT min(offered_at) AS offered_at,
           min(least(acknowledged_at, CASE WHEN answered_by_id IS NOT NULL THEN answered_at END))
               AS acknowledged_at,
           count(*) AS offers,
           count(*) FILTER (WHERE state = 'declined') AS declines,
           count(*) FILTER (WHERE state = 'expired') AS expiries
    FROM referral_offer WHERE case_id = c.id
) AS asked
CROSS JOIN LATERAL (
    SELECT min(occurred_at) AS intervened_at
    FROM referral_intervention AS done
    WHERE case_id = c.id AND {_STANDS.format(record="done")}
) AS treated
CROSS JOIN LATERAL (
    SELECT min(occurred_at) AS back_referred_at
    FROM referral_event WHERE case_id = c.id AND what = 'back_refer'
) AS happened
CROSS JOIN LATERAL (
    SELECT {", ".join(f"{source} AS {name}" for name, source in _VERDICTS.items())}
    FROM (
        SELECT kind, {_VERDICT} AS verdict
        FROM referral_deadline WHERE case_id = c.id AND closed_at IS NOT NULL
    ) AS closed
) AS judged
LEFT JOIN LATERAL (
    SELECT assessment.id, assessment.assessed_at, assessment.risk_90d, assessment.model_name
    FROM referral_assessment AS assessment
    LEFT JOIN referral_assessmentretraction AS retraction ON retraction.assessment_id = assessment.id
    WHERE assessment.case_id = c.id AND retraction.assessment_id IS NULL
    ORDER BY assessment.number LIMIT 1
) AS scored ON true
CROSS JOIN LATERAL (
    SELECT count(*) AS results,
           count(*) FILTER (WHERE answer = 'indeterminate') AS indeterminate,
           count(*) FILTER (WHERE organ_failure_at_sampling) AS beside_purpose
    FROM referral_kitresult AS result
    WHERE case_id = c.id AND {_STANDS.format(record="result")}
) AS used
LEFT JOIN LATERAL (
    SELECT ward_id, lot, sampled_at, answer, CASE
        WHEN c.organ_failure_28 = 'yes' OR EXISTS (
            SELECT FROM referral_organfailureassessment AS organs
            WHERE case_id = c.id AND failures > 0 AND {_STANDS.format(record="organs")}
              AND occurred_at BETWEEN result.sampled_at AND result.sampled_at + interval '28 days'
        ) THEN true
        WHEN c.organ_failure_28 = 'no' THEN false
    END AS failed
    FROM referral_kitresult AS result
    WHERE case_id = c.id AND answer <> 'indeterminate' AND organ_failure_at_sampling IS NOT TRUE
      AND {_STANDS.format(record="result")}
    ORDER BY sampled_at, recorded_at, id LIMIT 1
) AS kit ON true
WHERE c.id = {{which}} AND NOT network.is_practice
ON CONFLICT (case_id) DO UPDATE SET
    ({", ".join(COLUMNS)}) = ({", ".join(f"excluded.{name}" for name in COLUMNS)})
"""  # noqa: S608 - put together from the constants above
_OF_ONE = PreparedStatement("record_case_facts", _WRITE.format(which="%s"))
"""With every change of a case: to plan this, with fifteen tables, takes five times as long as to do it."""
_OF_SEVERAL = _WRITE.format(which="ANY(%s)")
_EVERY_CASE = "SELECT id FROM referral_case WHERE id > %s ORDER BY id LIMIT %s"
_FIRST = UUID(int=0)


def record(case: UUID) -> None:
    """Write the row of the case anew, from everything that was written before in this transaction.

    Cases of a practice network have none, so that nothing that counts can meet them.
    """
    _OF_ONE.execute(case)


def rebuild(batch: int = 2000) -> int:
    """Write the rows of all cases anew, batch by batch; return how many."""
    done, last = 0, _FIRST
    while cases := _next_cases(last, batch):
        with connection.cursor() as cursor:
            cursor.execute(_OF_SEVERAL, [list(cases)])
        done, last = done + len(cases), cases[-1]
    return done


def _next_cases(after: UUID, batch: int) -> Sequence[Any]:
    with connection.cursor() as cursor:
        cursor.execute(_EVERY_CASE, [after, batch])
        return [row[0] for row in cursor.fetchall()]
