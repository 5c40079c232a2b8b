"""What was said of a patient beyond the indicators, for cases that the reader sees."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import QuerySet

from referral.models import Background, Case


def background_of(case: Case) -> Background | None:
    """The background of a visible case as it is now; None where none was stated."""
    return backgrounds_of([case]).get(case.pk)


def backgrounds_of(cases: Iterable[Case]) -> dict[UUID, Background]:
    """The background of each of the visible cases that has one, by case, in one query; in none where
    the cases have just begun without one."""
    asked = [case.pk for case in cases if not getattr(case, "is_without_background", False)]
    return {row.case_id: row for row in _latest(asked)} if asked else {}


def versions_of(case: Case) -> list[Background]:
    """Every version of the background of a visible case, the one that stands last."""
    rows = Background.objects.filter(case=case).select_related("stated_by")
    return list(rows.order_by("stated_at", "pk"))


def _latest(cases: Collection[UUID]) -> QuerySet[Background]:
    return (
        Background.objects.filter(case__in=cases)
        .order_by("case_id", "-stated_at", "-pk")
        .distinct("case_id")
        .select_related("stated_by")
    )
