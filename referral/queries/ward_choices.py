"""Which wards a verb can name: those that a patient may be redirected, diverted or transferred to, or that
may be asked for advice."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import User, Ward
from referral.models import Case, Offer
from referral.pathway.perform import verbs_of
from referral.pathway.vocabulary import Verb
from referral.queries import cases
from referral.queries.ward_places import WardLoad, WardPlace, loads_of, places_for

TAKE_A_WARD = (Verb.REDIRECT, Verb.DIVERT, Verb.TRANSFER, Verb.ASK_ADVICE)


@dataclass(frozen=True, slots=True)
class WardChoice:
    """A ward of a case's network. `rank`: its place in the order in which the case's hospital asks; None: not
    among those asked. `request`: the latest one to it about this case. `verbs`: those of the reader that can
    name it now. `travel_minutes`: of the usual way from there, where somebody has said so. `load`: for who
    coordinates, how busy the ward is; else None."""

    ward: Ward
    rank: int | None
    request: Offer | None
    verbs: tuple[Verb, ...]
    place: WardPlace
    travel_minutes: int | None = None
    load: WardLoad | None = None


def ward_choices(case: Case, user: User, now: datetime) -> list[WardChoice]:
    """Every ward of the network of a case of `selectors.cases`; those that its hospital asks come first."""
    allowed = verbs_of(cases.sides(user, case), case)
    usable = [verb for verb in TAKE_A_WARD if verb in allowed]
    requests: Mapping[UUID, Offer] = {offer.ward_id: offer for offer in case.offers.all()}
    served = {row.ward_id: row for row in case.hospital.catchments.all()}
    ranks: Mapping[UUID, int] = {ward: row.rank for ward, row in served.items()}
    wards = list(cases.wards_near(case.hospital))
    places = places_for(case, wards, now)
    loads = loads_of(wards, now) if case.network_id in user.access.coordinates else {}
    return [
        WardChoice(
            ward=ward,
            rank=ranks.get(ward.pk),
            request=requests.get(ward.pk),
            verbs=tuple(verb for verb in usable if _can_name(verb, ward, case, ranks)),
            place=places[ward.pk],
            travel_minutes=served[ward.pk].travel_minutes if ward.pk in served else None,
            load=loads.get(ward.pk),
        )
        for ward in wards
    ]


def _can_name(verb: Verb, ward: Ward, case: Case, asked: Collection[UUID]) -> bool:
    """Whether `verb` takes `ward`: a request goes to an open ward; where a colleague has agreed by phone, any
    but the present one will do."""
    if verb is Verb.REDIRECT:
        return ward.is_open
    if verb is Verb.ASK_ADVICE:
        return ward.is_open and ward.pk in asked
    return ward.pk != case.ward_id
