"""Who answers for a ward at an instant: the weekly rota, corrected by overrides."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet

from accounts.models import DutyOverride, DutyShift, Network, Role, User, Ward


def on_duty(ward: Ward, now: datetime) -> QuerySet[User]:
    """Active people of `ward` who are on duty at `now`; empty when the rota has a gap."""
    overrides = DutyOverride.objects.filter(ward=ward, starts_at__lte=now, ends_at__gt=now)
    weekly = _weekly(ward, now.astimezone(ZoneInfo(ward.hospital.zone)))
    called_in = overrides.filter(is_on=True).values("user")
    off = overrides.filter(is_on=False).values("user")
    return (
        User.objects.filter(is_active=True, memberships__ward=ward)
        .filter(Q(pk__in=weekly.values("user")) | Q(pk__in=called_in))
        .exclude(Q(pk__in=off) & ~Q(pk__in=called_in))
        .distinct()
    )


def leads_of(ward: Ward) -> QuerySet[User]:
    """Active ward leads of `ward`."""
    return User.objects.filter(
        is_active=True, memberships__ward=ward, memberships__role=Role.WARD_LEAD
    ).distinct()


def wards_watched_by(user: User) -> QuerySet[Ward]:
    """The wards that `user` answers for or coordinates, with their hospitals."""
    standing = user.standing
    watched = Q(pk__in=standing.wards) | Q(hospital__network__in=standing.coordinates)
    return Ward.objects.visible_to(user).filter(watched).select_related("hospital").order_by("name_zh")


def coordinators_of(network: Network) -> QuerySet[User]:
    """Active coordinators of `network`."""
    return User.objects.filter(
        is_active=True, memberships__network=network, memberships__role=Role.COORDINATOR
    ).distinct()


def _weekly(ward: Ward, local: datetime) -> QuerySet[DutyShift]:
    today, yesterday = local.weekday(), (local - timedelta(days=1)).weekday()
    clock = local.time()
    overnight = Q(ends__lte=F("starts"))
    return DutyShift.objects.filter(ward=ward).filter(
        Q(~overnight, weekday=today, starts__lte=clock, ends__gt=clock)
        | Q(overnight, weekday=today, starts__lte=clock)
        | Q(overnight, weekday=yesterday, ends__gt=clock)
    )
