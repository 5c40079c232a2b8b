"""What the first hospital says of a patient beyond the indicators, for cases that the reader sees."""

from collections.abc import Iterable
from uuid import UUID

from referral.models import Background, Case


def background_of(case: Case) -> Background | None:
    """The background of a visible case as it is now; None where none was stated."""
    return backgrounds_of([case]).get(case.pk)


def backgrounds_of(cases: Iterable[Case]) -> dict[UUID, Background]:
    """The background of each of the visible cases that has one, by case, in one query."""
    latest = (
        Background.objects.filter(case__in=[case.pk for case in cases])
        .order_by("case_id", "-stated_at", "-pk")
        .distinct("case_id")
        .select_related("stated_by")
    )
    return {row.case_id: row for row in latest}
