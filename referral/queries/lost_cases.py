"""Cases that somebody no longer sees because they lost a role, as lines of the feed of changes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from accounts.models import Role, User
from referral.models import Case, Event, LostRole, Offer, Question
from referral.pathway import timeline


@dataclass(frozen=True, slots=True)
class LostCase:
    """One line: what `api.v1.changes` reads of an event, said of no event of the case."""

    case: Case
    transaction: int
    recorded_at: datetime
    what: str = timeline.ACCESS_LOST
    state_after: str = ""
    sees: bool = False

    @property
    def pk(self) -> UUID:
        return self.case.pk

    @property
    def case_id(self) -> UUID:
        return self.case.pk

    @property
    def number(self) -> int:
        number: int = self.case.lost_at  # type: ignore[attr-defined]
        return number

    @property
    def occurred_at(self) -> datetime:
        return self.recorded_at


def lost_cases(user: User, after: tuple[int, UUID], horizon: int, limit: int) -> Iterator[LostCase]:
    """At most `limit` lines of each role lost before `horizon`, in order, after that transaction and case.

    A case is among them that was there when the role was lost and that the person does not see now.
    """
    begin, last = after
    roles = LostRole.objects.filter(user=user, transaction__gte=begin, transaction__lt=horizon)
    for lost in roles.order_by("transaction", "pk"):
        rows = _known_by(lost).exclude(pk__in=Case.objects.visible_to(user).values("pk"))
        if lost.transaction == begin:
            rows = rows.filter(pk__gt=last)
        published = Event.objects.filter(case=OuterRef("pk"), transaction__lt=lost.transaction)
        rows = rows.annotate(lost_at=Subquery(published.order_by("-number").values("number")[:1]))
        for case in rows.filter(lost_at__isnull=False).order_by("pk")[:limit]:
            yield LostCase(case, lost.transaction, lost.at)


def _known_by(lost: LostRole) -> QuerySet[Case]:
    """The cases that the role let its person see, then or before."""
    if lost.hospital is not None:
        return Case.objects.filter(hospital=lost.hospital)
    if lost.ward is not None:
        named = Event.objects.filter(
            case=OuterRef("pk"), transaction__lt=lost.transaction, details__ward=str(lost.ward)
        )
        asked = Offer.objects.filter(ward=lost.ward, offered_at__lte=lost.at).values("case")
        advising = Question.objects.filter(ward=lost.ward, asked_at__lte=lost.at).values("case")
        return Case.objects.filter(Q(pk__in=asked) | Q(pk__in=advising) | Q(Exists(named)))
    if lost.role == Role.COORDINATOR:
        return Case.objects.filter(network=lost.network)
    return Case.objects.none()
