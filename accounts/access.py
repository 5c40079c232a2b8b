"""Where a person may act: their memberships, folded into sets of ids."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

Places = frozenset[UUID]
NOWHERE: Places = frozenset()


@dataclass(frozen=True)
class Access:
    """The ids of every place a user acts at, by what they do there; `networks` are those of all roles,
    `ward_networks` those of the wards. Empty for the inactive. `practises`: they are practice places."""

    refers_for: Places = NOWHERE
    treats_at: Places = NOWHERE
    leads: Places = NOWHERE
    coordinates: Places = NOWHERE
    researches: Places = NOWHERE
    administers: Places = NOWHERE
    networks: Places = NOWHERE
    ward_networks: Places = NOWHERE
    practises: bool = False

    @property
    def wards(self) -> Places:
        """Wards the user answers for, as specialist or as lead."""
        return self.treats_at | self.leads

    @property
    def is_clinical(self) -> bool:
        return bool(self.refers_for or self.wards or self.coordinates)


def access_from(rows: Iterable[tuple[str, UUID | None, UUID | None, UUID, bool]]) -> Access:
    """Fold rows of (role, hospital id, ward id, network id, whether the network is for practice)."""
    places: dict[str, set[UUID]] = {}
    practises = False
    for role, hospital, ward, network, is_practice in rows:
        practises = practises or is_practice
        places.setdefault(role, set()).add(hospital or ward or network)
        places.setdefault("network", set()).add(network)
        if ward:
            places.setdefault("ward network", set()).add(network)

    def at(role: str) -> Places:
        return frozenset(places.get(role, ()))

    return Access(
        refers_for=at("referring_clinician"),
        treats_at=at("specialist"),
        leads=at("ward_lead"),
        coordinates=at("coordinator"),
        researches=at("researcher"),
        administers=at("administrator"),
        networks=at("network"),
        ward_networks=at("ward network"),
        practises=practises,
    )
