"""What a record says of the cards it was given."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from fhir.datatypes import as_uuid
from fhir.hooks.cards import OVERRIDE_REASONS
from fhir.outcomes import refused
from integrations.cards import Feedback
from integrations.models import AdviceCard
from labs.fhir_report import object_of, text_of

MOST_ROWS = 100
LONGEST_COMMENT = 2000
UNKNOWN = _("No card of these ids was given to this system: %(cards)s. The others were recorded.")


def read(body: Any) -> list[Feedback]:
    """The feedback of a call. Raises Refused (400)."""
    rows = body.get("feedback") if isinstance(body, Mapping) else None
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST_ROWS:
        text = _("“feedback” must be a list with 1 to %(most)s rows.") % {"most": MOST_ROWS}
        raise refused(400, text, "feedback", kind="structure")
    return [_row(row, f"feedback[{position}]") for position, row in enumerate(rows)]


def _row(row: Any, where: str) -> Feedback:
    given = object_of(row)
    card, outcome = as_uuid(text_of(given.get("card"))), text_of(given.get("outcome"))
    if card is None:
        raise refused(400, _("“card” must be the uuid of a card."), f"{where}.card")
    if outcome not in AdviceCard.Outcome.values:
        text = _("“outcome” must be “accepted” or “overridden”.")
        raise refused(400, text, f"{where}.outcome")
    why = object_of(given.get("overrideReason"))
    code = text_of(object_of(why.get("reason")).get("code"))
    if code and code not in OVERRIDE_REASONS:
        unknown = _("“%(code)s” is none of the card's override reasons.") % {"code": code[:40]}
        raise refused(400, unknown, f"{where}.overrideReason.reason", kind="code-invalid")
    comment = text_of(why.get("userComment"))[:LONGEST_COMMENT]
    return Feedback(card, outcome, code, comment)
