"""The words that the tables of this package are written in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Names = frozenset[str]


def names(*callers: str) -> Names:
    return frozenset(callers)


ASKED = names("asked", "asked lead")
CASE = names("doctor", "coordinator") | ASKED
"""Who sees the case: its hospital, the ward that is asked, the coordinator of its network."""
FAR = names("far doctor", "far ward", "far coordinator", "far administrator")
WARDS = ASKED | names("declined", "other ward", "far ward")
COORDINATORS = names("coordinator", "far coordinator")
DOCTORS = names("doctor", "other doctor", "far doctor")
ADMINISTRATORS = names("administrator", "far administrator", "superuser")
PEOPLE = WARDS | COORDINATORS | DOCTORS | ADMINISTRATORS | names("researcher", "no role")
STRANGERS = names("anonymous", "deactivated")
EVERYBODY = PEOPLE | STRANGERS


@dataclass(frozen=True)
class Row:
    """One method of one route: `inside` get `status`, the others of PEOPLE `outside`, but for `others`.

    `subject`: what the address names, of `Scene.ids`. Whoever is outside by a 404, and who is `blind`, is
    answered the same about one that does not exist. `values` fill further parameters of the address. `open`:
    nobody has to sign in. `reads`: a token to read is enough although it is a POST. `by_person`: no access
    token may do it at all. `query`: what is posted to a page.
    `strangers`: what those who are not signed in are answered, where it is not what the face answers them.
    """

    method: str
    route: str
    inside: Names
    status: int
    others: Mapping[int, Names] = field(default_factory=dict)
    outside: int = 404
    subject: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    open: bool = False
    reads: bool = False
    by_person: bool = False
    query: Mapping[str, str] = field(default_factory=dict)
    blind: Names = frozenset()
    strangers: int = 0

    def status_for(self, name: str) -> int:
        """What a person of PEOPLE is answered."""
        other = next((status for status, who in self.others.items() if name in who), None)
        if other is not None:
            return other
        return self.status if name in self.inside else self.outside

    @property
    def strangers_see(self) -> set[str]:
        """Who must not be able to tell what exists from what does not."""
        return {name for name in PEOPLE if self.status_for(name) == self.outside == 404} | self.blind
