"""The second window of cases for the research export: what the ward found and did, in codes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from referral.models import (
    ArtificialLiverSession,
    CaseFacts,
    Diagnosis,
    KitResult,
    OrganFailureAssessment,
    Precipitant,
    Record,
    TransplantDecision,
)
from referral.statistics.reports.kit import counted_results
from referral.statistics.reports.stay_outcomes import ENDS, stays_of
from referral.ward.leading import leading_grade

STAY: tuple[str, ...] = (
    *("organ_tables", "leading_definition", "first_grade", "last_grade", "most_failures", "diagnosis"),
    *("precipitants", "artificial_liver_sessions", "artificial_liver_modes", "artificial_liver_first"),
    *("kit", "kit_counted", "kit_then", "transplant", "stay_end"),
)
"""The columns, in their order."""

GRADES = ("china", "cossh", "easl_clif", "by_number")
FIRST_GRADES: tuple[str, ...] = tuple(f"first_{name}" for name in GRADES)
"""What each definition says of the first table, beside the one that leads."""


def stays(cases: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """By case, the cells of STAY and FIRST_GRADES; one statement for each kind of record."""
    tables = _by_case(OrganFailureAssessment, cases)
    precipitants, kits = _by_case(Precipitant, cases), _by_case(KitResult, cases)
    sessions, decisions = _by_case(ArtificialLiverSession, cases), _by_case(TransplantDecision, cases)
    diagnoses = {
        row.case_id: row.category
        for row in Diagnosis.objects.filter(case__in=cases).order_by("recorded_at").only("case", "category")
    }
    return {
        case: {
            **_graded(tables[case]),
            "diagnosis": diagnoses.get(case, ""),
            "precipitants": _codes(row.precipitant for row in precipitants[case]),
            "artificial_liver_sessions": len(sessions[case]),
            "artificial_liver_modes": _codes(row.mode for row in sessions[case]),
            "kit": kits[case][0].answer if kits[case] else "",
            "transplant": decisions[case][-1].decision if decisions[case] else "",
        }
        for case in cases
    }


def ends(cases: Sequence[UUID]) -> dict[UUID, dict[str, str]]:
    """By admitted case, as the page of outcomes counts it: mode of the first session of artificial liver,
    when it began, and what came first of death and transplant."""
    rows = CaseFacts.objects.filter(pk__in=cases)
    return {
        stay.case: {
            "artificial_liver_first": stay.mode,
            "artificial_liver_begun": stay.begun,
            "stay_end": ENDS[stay.event],
        }
        for stay in stays_of(rows)
    }


def kits(cases: Sequence[UUID], now: datetime) -> dict[UUID, dict[str, str]]:
    """By case with a result of the kit that counts, as the page of the kit counts it: its answer, and whether
    an organ failed within 28 days."""
    counted = counted_results(CaseFacts.objects.filter(pk__in=cases), now)
    return {case: {"kit_counted": answer, "kit_then": then} for case, (answer, then) in counted.items()}


def _by_case(kind: type[Record], cases: Sequence[UUID]) -> dict[UUID, list[Any]]:
    rows: dict[UUID, list[Any]] = defaultdict(list)
    for row in kind.objects.counting().filter(case__in=cases):
        rows[row.case_id].append(row)
    return rows


def _graded(tables: Sequence[OrganFailureAssessment]) -> dict[str, Any]:
    if not tables:
        return {"organ_tables": 0}
    first, last = leading_grade(tables[0]), leading_grade(tables[-1])
    blocks = {name: tables[0].grading[name] for name in GRADES}
    return {
        "organ_tables": len(tables),
        "leading_definition": first.definition,
        "first_grade": first.value or f"at least {first.at_least}",
        "last_grade": last.value or f"at least {last.at_least}",
        "most_failures": max(table.failures for table in tables),
        **{
            f"first_{name}": block.get("grade") or block.get("stage") or f"at least {block['at_least']}"
            for name, block in blocks.items()
        },
    }


def _codes(codes: Iterable[str]) -> str:
    """Codes once each, in the order of the alphabet: that of events would be another mark of a person."""
    return " ".join(sorted(set(codes)))
