"""How a list of cases is narrowed (by state, hospital, to what is overdue) and ordered (time or severity)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.sessions.backends.base import SessionBase
from django.utils.functional import Promise

from referral.pathway.vocabulary import State
from referral.queries.worklists import BY_TIME, ORDERS

KEPT = ("sort", "hospital", "overdue")
SESSION_KEY = "board"


@dataclass(frozen=True, slots=True)
class Narrowed:
    """`state` and `hospital`, an id, are empty for all, `order` is one of ORDERS."""

    state: str = ""
    order: str = BY_TIME
    hospital: str = ""
    overdue: bool = False

    @classmethod
    def of(
        cls, asked: Mapping[str, str], states: Collection[str], hospitals: Collection[str] = ()
    ) -> "Narrowed":
        """What an address asks for; what it cannot mean counts as not asked."""
        state, order, hospital = (asked.get(name, "") for name in ("state", "sort", "hospital"))
        return cls(
            state if state in states else "",
            order if order in ORDERS else BY_TIME,
            hospital if hospital in hospitals else "",
            asked.get("overdue") == "1",
        )

    @property
    def is_filtered(self) -> bool:
        """Whether rows are left out that are counted by state."""
        return bool(self.hospital or self.overdue)

    @property
    def query(self) -> str:
        """What is asked for as a part of an address, with a leading "&" where it is not empty."""
        given = {
            "state": self.state,
            "sort": "" if self.order == BY_TIME else self.order,
            "hospital": self.hospital,
            "overdue": "1" if self.overdue else "",
        }
        encoded = urlencode({name: value for name, value in given.items() if value})
        return f"&{encoded}" if encoded else ""


def kept_for_next_visit(asked: Mapping[str, str], session: SessionBase) -> dict[str, str]:
    """What an address asks of a board, with the filters and the order that its reader chose last.

    An address that says something of them is a choice, which is kept as long as the session.
    """
    chosen = {name: asked.get(name, "") for name in KEPT}
    if any(name in asked for name in KEPT):
        if session.get(SESSION_KEY) != chosen:
            session[SESSION_KEY] = chosen
    else:
        chosen = session.get(SESSION_KEY) or chosen
    return {**{name: asked[name] for name in asked if name not in KEPT}, **chosen}


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
