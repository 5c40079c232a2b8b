"""The lists of a first hospital, and of a coordinator: whose cases, and in which part of their journey."""

from django.db.models import F, Q, QuerySet

from accounts.models import Hospital, User, Ward
from referral import selectors
from referral.models import Case
from referral.pathway import ENDED, State


def hospitals_to_refer_for(user: User) -> QuerySet[Hospital]:
    """The hospitals where the user may register patients."""
    return Hospital.objects.visible_to(user).filter(pk__in=user.standing.refers_for)


def at_home(user: User) -> QuerySet[Case]:
    """Cases of the hospitals the user refers for, and of the networks they coordinate."""
    standing = user.standing
    return selectors.cases(user).filter(
        Q(hospital__in=standing.refers_for) | Q(network__in=standing.coordinates)
    )


def acute(user: User) -> QuerySet[Case]:
    """Those of `at_home` before the end of acute care, least time left first."""
    return _by_time_left(at_home(user).exclude(state__in=[*ENDED, State.FOLLOW_UP]))


def in_follow_up(user: User) -> QuerySet[Case]:
    """Those whose acute care is over and whose outcome is awaited, the oldest first."""
    return at_home(user).filter(state=State.FOLLOW_UP).order_by("first_visit_at", "pk")


def ended(user: User) -> QuerySet[Case]:
    """Those that are closed or cancelled, the latest first."""
    return at_home(user).filter(state__in=ENDED).order_by("-updated_at", "-pk")


def wards_of_networks(user: User) -> QuerySet[Ward]:
    """Every ward the user can call."""
    return Ward.objects.visible_to(user).select_related("hospital").order_by("hospital__name_zh", "name_zh")


def numbered(rows: QuerySet[Case], number: str) -> QuerySet[Case]:
    """Those of `rows` whose case number contains what was typed of it."""
    return rows.filter(number__icontains=number.strip()[:20])


def _by_time_left(rows: QuerySet[Case]) -> QuerySet[Case]:
    return rows.order_by(F("next_due_at").asc(nulls_last=True), "first_visit_at", "pk")
