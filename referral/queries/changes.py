"""What changed since a client last asked: a feed that never skips a line which is committed late.

Lines are ordered by the transaction that wrote them. Only transactions below the horizon are told: those
that had ended, with all before them, when the question came. A transaction still running holds back what
came after it until the next question.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from referral.models import Case, Event, Offer, Question
from referral.models.cases import LEFT_WARD
from referral.pathway.refusals import InputError
from referral.queries.lost_cases import LostCase, lost_cases

FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)
SNAPSHOT = """
SELECT pg_snapshot_xmin(now)::text, pg_snapshot_xmax(now)::text FROM pg_current_snapshot() AS now
"""


@dataclass(frozen=True, slots=True)
class Position:
    """After this line of this transaction. `Position(0, FIRST)` is before everything."""

    transaction: int
    event: UUID


@dataclass(frozen=True, slots=True)
class Changes:
    """Lines in the order of their transactions; `more`: there are further ones already."""

    lines: Sequence[Event | LostCase]
    next: Position
    more: bool


def present() -> Position:
    """The position after everything that has ended: what comes later is a change."""
    horizon, _newest = _snapshot()
    return Position(horizon - 1, LAST)


def _snapshot() -> tuple[int, int]:
    """Below the first every transaction has ended; the second is one that has not begun."""
    with connection.cursor() as cursor:
        cursor.execute(SNAPSHOT)
        horizon, newest = (int(number) for number in cursor.fetchone())
    return horizon, newest


def changes_since(user: User, position: Position, limit: int) -> Changes:
    """At most `limit` lines after `position` of cases that `user` may see.

    A line whose `sees` is false is of a case that is gone: passed on by a ward of the user, or lost with a
    role. Raises InputError for a position that this database has not reached, as after restoring an older
    state.
    """
    horizon, newest = _snapshot()
    if position.transaction >= newest:
        message = _("This cursor is from another state of the database. Start again without one.")
        raise InputError(("since", "invalid", message))
    later = Q(transaction__gt=position.transaction) | Q(
        transaction=position.transaction, pk__gt=position.event
    )
    lines: list[Event | LostCase] = list(
        readable(user)
        .filter(later, transaction__lt=horizon)
        .select_related("case")
        .order_by("transaction", "pk")[: limit + 1]
    )
    if position.transaction:
        # Whoever begins has nothing that could be gone.
        after = (position.transaction, position.event)
        lines += lost_cases(user, after, horizon, limit + 1)
        lines.sort(key=lambda line: (line.transaction, line.pk))
    if len(lines) <= limit:
        # Everything below the horizon was looked at, also what this person may not see.
        end = max(position, Position(horizon - 1, LAST), key=lambda at: (at.transaction, at.event))
        return Changes(lines, end, more=False)
    last = lines[limit - 1]
    return Changes(lines[:limit], Position(last.transaction, last.pk), more=True)


def readable(user: User) -> QuerySet[Event]:
    """Lines of the cases that the user sees; of those that a ward of theirs lost, up to that moment.

    The line with which it lost them is always among them, whatever time the answer is said to have had.
    """
    wards = user.access.wards
    left = Q(**{f"details__{LEFT_WARD}__in": [str(ward) for ward in wards]})
    visible = Case.objects.visible_to(user).filter(pk=OuterRef("case"))
    offers = Offer.objects.filter(
        case=OuterRef("case"), ward__in=wards, answered_at__gte=OuterRef("recorded_at")
    )
    questions = Question.objects.filter(
        case=OuterRef("case"), ward__in=wards, closed_at__gte=OuterRef("recorded_at")
    )
    rows = Event.objects.annotate(sees=Exists(visible))
    return rows.filter(Q(sees=True) | Q(Exists(offers)) | Q(Exists(questions)) | left | Q(actor=user))
