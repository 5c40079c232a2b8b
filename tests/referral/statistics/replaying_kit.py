"""What the row of facts says of the kit once more, from what the timeline lets count."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from referral.models import KitResult


def kit_facts(
    *, beside_purpose: Mapping[str, bool | None], failed: Mapping[str, datetime], said: str
) -> dict[str, Any]:
    """The columns of `CaseFacts` about the kit, by field.

    `beside_purpose`: of each result that stands, whether an organ was failing at sampling; `failed`: when the
    organ tables that stand and show a failure were so; `said`: organ failure by the outcome that holds.
    """
    results = sorted(
        KitResult.objects.filter(pk__in=beside_purpose),
        key=lambda row: (row.sampled_at, row.recorded_at, row.pk),
    )
    fit = [row for row in results if row.answer != "indeterminate" and not beside_purpose[str(row.pk)]]
    first = fit[0] if fit else None
    return {
        "kit_results": len(results),
        "kit_indeterminate": sum(row.answer == "indeterminate" for row in results),
        "kit_beside_purpose": sum(bool(beside) for beside in beside_purpose.values()),
        "kit_ward_id": first.ward_id if first else None,
        "kit_lot": first.lot if first else "",
        "kit_sampled_at": first.sampled_at if first else None,
        "kit_positive": first.answer == "positive" if first else None,
        "kit_failed": _has_failed(first, failed, said) if first else None,
    }


def _has_failed(result: KitResult, failed: Mapping[str, datetime], said: str) -> bool | None:
    until = result.sampled_at + timedelta(days=28)
    if said == "yes" or any(result.sampled_at <= at <= until for at in failed.values()):
        return True
    return False if said == "no" else None
