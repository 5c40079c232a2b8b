"""How a list of cases is narrowed and ordered: by one state, by time left or severity."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.functional import Promise

from referral.pathway.vocabulary import State
from referral.queries.worklists import BY_SEVERITY, BY_TIME

ORDERS = (BY_TIME, BY_SEVERITY)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """`state` is empty for all, `order` one of ORDERS."""

    state: str = ""
    order: str = BY_TIME

    @classmethod
    def of(cls, asked: Mapping[str, str], states: Collection[str]) -> "Narrowed":
        """What an address asks for; what it cannot mean counts as not asked."""
        state, order = asked.get("state", ""), asked.get("sort", "")
        return cls(state if state in states else "", order if order in ORDERS else BY_TIME)

    @property
    def query(self) -> str:
        """What is asked for as a part of an address, with a leading "&" where it is not empty."""
        given = {"state": self.state, "sort": "" if self.order == BY_TIME else self.order}
        encoded = urlencode({name: value for name, value in given.items() if value})
        return f"&{encoded}" if encoded else ""


@dataclass(frozen=True, slots=True)
class StateChoice:
    """A state that a list can be narrowed to, with how many cases are in it."""

    state: str
    label: str | Promise
    count: int
    is_here: bool


def state_choices(counts: Mapping[str, int], narrowed: Narrowed) -> list[StateChoice]:
    """The states of a list that somebody is in, in the order of the pathway."""
    return [
        StateChoice(state, State(state).label, counts[state], state == narrowed.state)
        for state in State.values
        if counts.get(state) or state == narrowed.state
    ]
