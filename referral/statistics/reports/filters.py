"""Which cases a question is about, and which places a person may ask about."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Hospital, Network, User, Ward
from accounts.moments import YEARS
from referral.models import CaseFacts, Route
from referral.models.statistics import PlacesQuerySet, Row
from referral.pathway.refusals import InputError, Text
from referral.statistics.columns.column_reader import Cases, months_before
from referral.statistics.reports.measures import By

Place = TypeVar("Place", Network, Hospital, Ward)
MONTHS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """One network, perhaps one hospital or ward of it, and the months `since` to `until`, both included."""

    network: Network
    hospital: Hospital | None
    ward: Ward | None
    since: date
    until: date
    by: By
    hides_small: bool


def may_count(user: User) -> bool:
    """Whether there is anything that the user may count; what is practised is not counted."""
    access = user.access
    return bool(access.is_clinical or access.researches) and not access.practises


def networks(user: User) -> QuerySet[Network]:
    """The networks whose cases the user may count, or some of them."""
    return Network.objects.visible_to(user).order_by("name_zh") if may_count(user) else Network.objects.none()


def hospitals(user: User, network: Network) -> QuerySet[Hospital]:
    """The first hospitals among which the user may choose; none for research, where places are codes."""
    if is_for_research(user, network):
        return Hospital.objects.none()
    visible = Hospital.objects.visible_to(user).filter(network=network)
    return visible if sees_all(user, network) else visible.filter(pk__in=user.access.refers_for)


def wards(user: User, network: Network) -> QuerySet[Ward]:
    """The wards among which the user may choose; none for research, where places are codes."""
    if is_for_research(user, network):
        return Ward.objects.none()
    visible = Ward.objects.visible_to(user).filter(hospital__network=network)
    return visible if sees_all(user, network) else visible.filter(pk__in=user.access.wards)


def sees_all(user: User, network: Network) -> bool:
    access = user.access
    return network.pk in access.coordinates | access.researches


def is_for_research(user: User, network: Network) -> bool:
    """Whether the user sees the network's cases as a researcher only: without names and small numbers."""
    access = user.access
    return network.pk in access.researches and network.pk not in access.coordinates


def parse_filter(user: User, raw: Mapping[str, str], *, now: datetime) -> ReportFilter:
    """The question in `raw`: `network`, `hospital`, `ward` (ids), `since`, `until` (2026-05), `by`.

    Without a period, the twelve months up to the one that it is in the network at `now`. Raises InputError
    for what cannot be read or does not fit, and ObjectDoesNotExist for places that the user may not see.
    """
    network = _place(user, networks(user), "network", raw) or networks(user).first()
    if network is None:
        raise InputError(("network", "not_found", NOT_FOUND))
    until = _month("until", raw) or network.month_of(now)
    since = _month("since", raw) or months_before(until, MONTHS_SHOWN - 1)
    if since > until:
        raise InputError(("since", "out_of_order", _("The first month must not come after the last one.")))
    by = raw.get("by") or By.MONTH
    if by not in list(By):
        raise InputError(("by", "invalid", _("Choose one of the answers offered.")))
    return ReportFilter(
        network=network,
        hospital=_place(user, hospitals(user, network), "hospital", raw),
        ward=_place(user, wards(user, network), "ward", raw),
        since=since,
        until=until,
        by=By(by),
        hides_small=is_for_research(user, network),
    )


NOT_FOUND = _("This does not exist here. Choose from the list.")


def cases(user: User, report_filter: ReportFilter) -> Cases:
    """The cases that the question is about."""
    return Cases(
        rows=rows(user, report_filter),
        routes=_at(report_filter, Route.objects.visible_to(user)),
        network=report_filter.network,
        since=report_filter.since,
        until=report_filter.until,
    )


def rows(user: User, report_filter: ReportFilter) -> QuerySet[CaseFacts]:
    """The rows of CaseFacts it is about."""
    return _at(report_filter, CaseFacts.objects.visible_to(user)).filter(
        month__range=(report_filter.since, report_filter.until)
    )


def _at(report_filter: ReportFilter, places: PlacesQuerySet[Row]) -> PlacesQuerySet[Row]:
    """Those of the places that the question is about."""
    places = places.filter(network=report_filter.network)
    if report_filter.hospital is not None:
        places = places.filter(hospital=report_filter.hospital)
    return places if report_filter.ward is None else places.filter(ward=report_filter.ward)


def study(user: User, report_filter: ReportFilter) -> Cases:
    """The cases for what is checked against outcomes: for research always those of all months, because two
    periods compared would tell small numbers."""
    return cases(user, everything(report_filter) if report_filter.hides_small else report_filter)


def everything(report_filter: ReportFilter) -> ReportFilter:
    """`report_filter`, but for all months."""
    return replace(report_filter, since=date.min, until=date.max)


def coordinated(user: User) -> list[Cases]:
    """Every case in the networks that the user coordinates, network by network."""
    networks = Network.objects.visible_to(user).filter(pk__in=user.access.coordinates)
    return [cases(user, _all_of(network)) for network in networks]


def _all_of(network: Network) -> ReportFilter:
    return ReportFilter(
        network=network,
        hospital=None,
        ward=None,
        since=date.min,
        until=date.max,
        by=By.MONTH,
        hides_small=False,
    )


def _month(name: str, raw: Mapping[str, str]) -> date | None:
    text = raw.get(name) or ""
    if not text:
        return None
    refused = (name, "invalid", _("Write the month as year and month, such as 2026-05."))
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise InputError(refused) from error
    if month.year not in YEARS:
        raise InputError(refused)
    return month


def _place(user: User, choices: QuerySet[Place], name: str, raw: Mapping[str, str]) -> Place | None:
    text = raw.get(name) or ""
    if not text:
        return None
    refused: tuple[str, str, Text] = (name, "not_found", NOT_FOUND)
    try:
        key = UUID(text)
    except ValueError as error:
        raise InputError(refused) from error
    place = choices.filter(pk=key).first()
    if place is None:
        # One that the user may see and yet not choose here belongs to another network, or to others' cases.
        choices.model.objects.visible_to(user).get(pk=key)
        raise InputError(refused)
    return place
