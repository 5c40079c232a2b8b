"""Where a bed is: how many each ward can give, who said so and when, and how busy the ward is."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from accounts.models import User, Ward
from referral.intake.free_beds import PROMISED
from referral.models import BedChange, Case, FreeBeds, Offer, PathwayPolicy
from referral.models.policies import DEFAULT_BEDS_HOLD
from referral.queries.worklists import wards_of_networks

ANSWERS_KEPT = timedelta(days=7)
MOST_ANSWERS = 3
ANSWERED = (
    *(Offer.State.ACCEPTED, Offer.State.DECLINED, Offer.State.EXPIRED, Offer.State.RELEASED),
    Offer.State.WARD_CLOSED,
)


@dataclass(frozen=True, slots=True)
class WardPlace:
    """A ward, and the figure of its free beds as it is to be read at one moment; None where it said none.

    `is_stale`: too old to be used. `may_state`: the reader is of the ward.
    """

    ward: Ward
    figure: FreeBeds | None
    is_stale: bool
    may_state: bool = False

    @property
    def free(self) -> int | None:
        """The figure while it can be used, else None."""
        return None if self.figure is None or self.is_stale else self.figure.free

    @property
    def is_full(self) -> bool:
        return self.free == 0


@dataclass(frozen=True, slots=True)
class WardLoad:
    """How busy a ward is: requests that wait for its answer, patients it has promised a bed, and its last
    answers to requests of the past week, the newest first."""

    open_requests: int = 0
    expected: int = 0
    answers: list[Offer] = field(default_factory=list)


def network_places(user: User, now: datetime) -> list[WardPlace]:
    """Every ward of the user's networks: those of the user first, then by hospital."""
    wards = list(wards_of_networks(user).select_related("hospital__network"))
    holds = _holds({ward.hospital.network_id for ward in wards}, now)
    figures = figures_of(ward.pk for ward in wards)
    places = [
        _place(ward, figures.get(ward.pk), now, holds[ward.hospital.network_id], user) for ward in wards
    ]
    return sorted(places, key=lambda place: not place.may_state)


def places_for(case: Case, wards: Collection[Ward], now: datetime) -> dict[UUID, WardPlace]:
    """By ward, its figure as the policy of `case` reads it."""
    figures = figures_of(ward.pk for ward in wards)
    return {ward.pk: _place(ward, figures.get(ward.pk), now, case.policy.beds_hold, None) for ward in wards}


def loads_of(wards: Collection[Ward], now: datetime) -> dict[UUID, WardLoad]:
    """By ward, how busy it is; three questions, however many wards."""
    ids = [ward.pk for ward in wards]
    asked = Offer.objects.filter(ward__in=ids, state=Offer.State.OPEN).order_by()
    promised = Case.objects.filter(ward__in=ids, state__in=PROMISED).order_by()
    waiting = dict(asked.values_list("ward").annotate(number=Count("pk")))
    coming = dict(promised.values_list("ward").annotate(number=Count("pk")))
    answers: dict[UUID, list[Offer]] = {}
    for offer in _last_answers(ids, now):
        answers.setdefault(offer.ward_id, []).append(offer)
    return {pk: WardLoad(waiting.get(pk, 0), coming.get(pk, 0), answers.get(pk, [])) for pk in ids}


def _last_answers(wards: Collection[UUID], now: datetime) -> QuerySet[Offer]:
    answered = Q(ward__in=wards, state__in=ANSWERED, answered_at__gte=now - ANSWERS_KEPT)
    place = Window(RowNumber(), partition_by=F("ward"), order_by=F("answered_at").desc())
    rows = Offer.objects.filter(answered).annotate(place=place).filter(place__lte=MOST_ANSWERS)
    return rows.order_by("ward_id", "-answered_at")


def history(ward: Ward) -> QuerySet[BedChange]:
    """What became of a ward's figure, the newest first."""
    return ward.bed_changes.select_related("actor").order_by("-number")


def figures_of(wards: Iterable[UUID]) -> Mapping[UUID, FreeBeds]:
    """The figures of those wards that have said one."""
    rows = FreeBeds.objects.filter(ward__in=list(wards)).select_related("stated_by")
    return {row.ward_id: row for row in rows}


def place_of(ward: Ward, user: User, now: datetime) -> WardPlace:
    """The figure of one ward of the user's networks."""
    network = ward.hospital.network_id
    return _place(ward, figures_of([ward.pk]).get(ward.pk), now, _holds({network}, now)[network], user)


def _place(
    ward: Ward, figure: FreeBeds | None, now: datetime, holds: timedelta, user: User | None
) -> WardPlace:
    is_stale = figure is not None and figure.is_stale(now, holds)
    return WardPlace(ward, figure, is_stale, user is not None and ward.pk in user.access.wards)


def _holds(networks: Collection[UUID], now: datetime) -> dict[UUID, timedelta]:
    """By network, how long a figure holds by the policy that is in force."""
    begun = PathwayPolicy.objects.filter(network__in=networks, in_force_from__lte=now)
    newest = (
        begun.order_by("network_id", "-version").distinct("network_id").only("network", "beds_hold_minutes")
    )
    lengths = {policy.network_id: policy.beds_hold for policy in newest}
    return {network: lengths.get(network, DEFAULT_BEDS_HOLD) for network in networks}
