"""The board: whose open work it shows, in which order, and how much there is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import Hospital, User
from referral.models import Case, Offer
from referral.pathway.vocabulary import OPEN, State
from referral.queries.cases import LEAST_TIME_FIRST, PARTS, placed, with_entered, worklist

UNANSWERED = frozenset({State.UNPLACED, State.OFFERED})


def board(user: User, part: str, order: Sequence[Any] = LEAST_TIME_FIRST) -> QuerySet[Case]:
    """The user's open cases of one of PARTS, whole, in the order of `board_places`."""
    return _on_board(with_entered(worklist(user)), part, order)


def board_places(user: User, part: str, order: Sequence[Any] = LEAST_TIME_FIRST) -> QuerySet[Case]:
    """The user's open cases of one of PARTS as `placed`: those without an answer first, of them those that
    nobody has acknowledged, then in `order`."""
    return _on_board(placed(user), part, order)


def _on_board(rows: QuerySet[Case], part: str, order: Sequence[Any]) -> QuerySet[Case]:
    open_offers = Offer.objects.filter(case=OuterRef("pk"), state=Offer.State.OPEN)
    return (
        rows.filter(state__in=PARTS[part])
        .annotate(
            has_answer=~Q(state__in=UNANSWERED),
            is_unseen=Exists(open_offers.filter(acknowledged_at=None)),
        )
        .order_by("has_answer", "-is_unseen", *order)
    )


def rows_of_board(user: User, ids: Collection[UUID]) -> list[Case]:
    """Those of `ids` that the user may see, with what a row of the board shows; no query for none."""
    return list(with_entered(worklist(user)).filter(pk__in=ids)) if ids else []


@dataclass(frozen=True, slots=True)
class OpenWork:
    """How many open cases somebody sees, by state, those without any left out; and of which hospitals, by
    name."""

    by_state: dict[str, int]
    hospitals: list[Hospital]


def open_work_of(user: User) -> OpenWork:
    """The user's open cases counted, in one query."""
    groups = (
        Case.objects.visible_to(user)
        .filter(state__in=OPEN)
        .order_by("hospital__name_zh")
        .values_list("state", "hospital", "hospital__name_zh", "hospital__name_en")
        .annotate(number=Count("pk"))
    )
    by_state: dict[str, int] = {}
    hospitals: dict[UUID, Hospital] = {}
    for state, pk, name_zh, name_en, number in groups:
        by_state[state] = by_state.get(state, 0) + number
        hospitals.setdefault(pk, Hospital(pk=pk, name_zh=name_zh, name_en=name_en))
    return OpenWork(by_state, list(hospitals.values()))
