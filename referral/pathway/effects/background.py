"""The verb that says more of the patient than the indicators do."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from referral.models import Background
from referral.pathway.change import Change
from referral.pathway.inputs.background import BACKGROUND
from referral.pathway.perform import effect
from referral.pathway.vocabulary import Verb
from referral.queries.background import background_of


@effect(Verb.STATE_BACKGROUND)
def state_background(change: Change, **stated: Any) -> None:
    """The background is now what is `stated`; what is left out is no longer part of it.

    What was said before stays as a row of its own. Nobody is alerted: pages that are open show it at once.
    """
    if moment := stated.get("measured_at"):
        stated["measured_at"] = change.past(moment, "measured_at")
    content = {name: _as_stored(value) for name, value in stated.items()}
    before = background_of(change.case)
    earlier: Mapping[str, Any] = before.content if before else {}
    different = [row.name for row in BACKGROUND if content.get(row.name) != earlier.get(row.name)]
    if not different:
        change.is_repeated = True
        return
    Background.objects.create(
        case=change.case, content=content, stated_by=change.person, stated_at=change.now
    )
    change.details["background"] = different


def _as_stored(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
