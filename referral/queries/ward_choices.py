"""Which wards a verb can name: those that a patient may be redirected, diverted or transferred to, or that
may be asked for advice."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from accounts.models import User, Ward
from referral.models import Case, Offer
from referral.pathway.perform import verbs_of
from referral.pathway.vocabulary import Verb
from referral.queries import cases

TAKE_A_WARD = (Verb.REDIRECT, Verb.DIVERT, Verb.TRANSFER, Verb.ASK_ADVICE)


@dataclass(frozen=True, slots=True)
class WardChoice:
    """A ward of a case's network. `rank`: its place in the order in which the case's hospital asks; None: not
    among those asked. `request`: the latest one to it about this case. `verbs`: those of the reader that can
    name it now."""

    ward: Ward
    rank: int | None
    request: Offer | None
    verbs: tuple[Verb, ...]


def ward_choices(case: Case, user: User) -> list[WardChoice]:
    """Every ward of the network of a case of `selectors.cases`; those that its hospital asks come first."""
    allowed = verbs_of(cases.sides(user, case), case)
    usable = [verb for verb in TAKE_A_WARD if verb in allowed]
    requests: Mapping[UUID, Offer] = {offer.ward_id: offer for offer in case.offers.all()}
    ranks: Mapping[UUID, int] = dict(case.hospital.catchments.values_list("ward", "rank"))
    return [
        WardChoice(
            ward=ward,
            rank=ranks.get(ward.pk),
            request=requests.get(ward.pk),
            verbs=tuple(verb for verb in usable if _can_name(verb, ward, case, ranks)),
        )
        for ward in cases.wards_near(case.hospital)
    ]


def _can_name(verb: Verb, ward: Ward, case: Case, asked: Collection[UUID]) -> bool:
    """Whether `verb` takes `ward`: a request goes to an open ward; where a colleague has agreed by phone, any
    but the present one will do."""
    if verb is Verb.REDIRECT:
        return ward.is_open
    if verb is Verb.ASK_ADVICE:
        return ward.is_open and ward.pk in asked
    return ward.pk != case.ward_id
