"""What was typed into the form of a verb, on its way to the pathway."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from portal.confirmations import confirmed_in
from portal.moments import instant
from portal.pages.verbs import identity_fields
from referral.pathway.inputs import COMPUTED, FACTS, Fact, Shape
from referral.pathway.refusals import Text
from referral.pathway.vocabulary import Verb

WHOLE = "case"
NOTHING_CHOSEN: Text = _("Please choose")
BAD_MOMENT: Text = _("Enter a date and a time.")


def typed_facts(verb: Verb, posted: Mapping[str, str]) -> dict[str, str]:
    """Those of the posted values that are facts of the verb; several ticks of one with commas.

    What is computed and was typed all the same goes along, to be refused with the reason.
    """
    by_hand = {name: posted[name] for name in sorted(COMPUTED.get(verb, ())) if posted.get(name)}
    return {fact.name: _typed(fact, posted) for fact in FACTS[verb]} | by_hand


def _typed(fact: Fact, posted: Mapping[str, str]) -> str:
    if fact.shape is Shape.CONFIRMED and isinstance(posted, QueryDict):
        return ",".join(sorted(confirmed_in(posted)))
    if fact.shape is Shape.SEVERAL and isinstance(posted, QueryDict):
        return ",".join(posted.getlist(fact.name))
    return posted.get(fact.name, "")


Refusal = tuple[str, str, Text]


def as_facts(
    verb: Verb, typed: Mapping[str, str], *, zone: str, now: datetime
) -> tuple[dict[str, Any], list[Refusal]]:
    """`typed` as the facts they mean, local times as instants; and rows for what means nothing."""
    facts, refused = identity_fields.emptied(verb, dict(typed))
    for fact in FACTS[verb]:
        value = typed.get(fact.name, "")
        if fact.shape == Shape.ASSESSMENT:
            facts[fact.name] = "" if value == WHOLE else value
            refused += [] if value else [(fact.name, "required", NOTHING_CHOSEN)]
        elif fact.shape == Shape.MOMENT and value:
            try:
                facts[fact.name] = instant(value, zone, now)
            except ValueError:
                refused.append((fact.name, "invalid", BAD_MOMENT))
    return facts, refused
