"""Which ward is asked: the catchment of the case's hospital, in order, looked up live."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from accounts.joined import columns, objects, question, rows
from accounts.models import Hospital, Ward
from referral.models import Case, FreeBeds, Offer, Question
from referral.pathway.change import Change
from referral.pathway.vocabulary import State

PASSED_OVER = (Offer.State.DECLINED, Offer.State.EXPIRED, Offer.State.RELEASED)
BEDS_OF_WARD = FreeBeds._meta.get_field("ward").remote_field
SHOWN = (columns("ward", Ward), columns("hospital", Hospital), columns("beds", FreeBeds))
WARDS_LEFT = question(
    """
SELECT {columns}
FROM accounts_catchment AS catchment
JOIN accounts_ward AS ward ON ward.id = catchment.ward_id
JOIN accounts_hospital AS hospital ON hospital.id = ward.hospital_id
LEFT JOIN referral_freebeds AS beds ON beds.ward_id = ward.id
WHERE catchment.hospital_id = %(hospital)s AND ward.closed_at IS NULL
    AND NOT EXISTS (
        SELECT FROM referral_offer AS offer
        WHERE offer.case_id = %(case)s AND offer.ward_id = ward.id
            AND offer.state = ANY(%(passed_over)s) AND offer.offered_at >= %(flagged_at)s
    )
ORDER BY catchment.rank
""",
    SHOWN,
)


def catchment(case: Case) -> QuerySet[Ward]:
    """The open wards of the hospital's catchment, in its order."""
    return (
        Ward.objects.filter(catchments__hospital=case.hospital_id, closed_at__isnull=True)
        .select_related("hospital")
        .order_by("catchments__rank")
    )


def wards_left(case: Case) -> list[Ward]:
    """The open wards of the hospital's catchment that were not asked since the flag, in its order."""
    asked = {
        "hospital": case.hospital_id,
        "case": case.pk,
        "passed_over": list(PASSED_OVER),
        "flagged_at": case.flagged_at,
    }
    wards = []
    for row in rows(WARDS_LEFT, asked):
        ward, hospital, beds = objects(row, SHOWN, {})
        ward.hospital = hospital
        BEDS_OF_WARD.set_cached_value(ward, beds)
        wards.append(ward)
    return wards


def full_wards(case: Case, wards: Iterable[Ward], now: datetime) -> list[Ward]:
    """Those of `wards` that have said that no bed is free, so lately that the policy of `case` heeds it."""
    policy = case.policy
    if not policy.passes_over_full:
        return []
    figures = [(ward, getattr(ward, "free_beds", None)) for ward in wards]
    return [
        ward for ward, row in figures if row and row.free == 0 and not row.is_stale(now, policy.beds_hold)
    ]


def offer_to_next_ward(change: Change) -> State:
    """Offer the case to the next ward of the catchment, and say which state that brings.

    Where the policy allows it, wards that say no bed is free are asked last; the line of the timeline says
    which were passed over, and when they said so.
    """
    wards = wards_left(change.case)
    if not wards:
        return State.UNPLACED
    full = full_wards(change.case, wards, change.now)
    ward = next((ward for ward in wards if ward not in full), wards[0])
    if passed := wards[: wards.index(ward)]:
        change.details["passed_over"] = [
            {"ward": str(row.pk), "stated_at": row.free_beds.stated_at.isoformat()} for row in passed
        ]
    elif len(full) == len(wards):
        change.details["all_full"] = True
    return offer_to(change, ward)


def offer_to(change: Change, ward: Ward) -> State:
    """Open an offer to `ward`."""
    change.opened = Offer.objects.create(case=change.case, ward=ward, offered_at=change.now)
    return State.OFFERED


def close_open_offer(case: Case, state: Offer.State, *, now: datetime) -> None:
    """End the case's open offer, if it has one, for a reason of the case's own."""
    Offer.objects.filter(case=case, state=Offer.State.OPEN).update(state=state, answered_at=now)


def close_question(case: Case, *, now: datetime) -> None:
    """End the wait for a ward's advice, because the case is no longer watched."""
    Question.objects.open().filter(case=case).update(closed_at=now)
