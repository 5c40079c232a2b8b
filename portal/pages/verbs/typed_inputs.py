"""What was typed into the form of a verb, on its way to the pathway."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from portal.confirmations import confirmed_in
from portal.moments import instant
from portal.pages.verbs import identity_fields
from referral.pathway.inputs import COMPUTED, VERB_INPUTS, Shape, VerbInput
from referral.pathway.refusals import Text
from referral.pathway.vocabulary import Verb

WHOLE = "case"
NOTHING_CHOSEN: Text = _("Please choose")
BAD_MOMENT: Text = _("Enter a date and a time.")


def typed_inputs(verb: Verb, posted: Mapping[str, str]) -> dict[str, str]:
    """Those of the posted values that are inputs of the verb; several ticks of one with commas.

    What is computed and was typed all the same goes along, to be refused with the reason.
    """
    by_hand = {name: posted[name] for name in sorted(COMPUTED.get(verb, ())) if posted.get(name)}
    return {verb_input.name: _typed(verb_input, posted) for verb_input in VERB_INPUTS[verb]} | by_hand


def _typed(verb_input: VerbInput, posted: Mapping[str, str]) -> str:
    if verb_input.shape is Shape.CONFIRMED and isinstance(posted, QueryDict):
        return ",".join(sorted(confirmed_in(posted)))
    if verb_input.shape is Shape.SEVERAL and isinstance(posted, QueryDict):
        return ",".join(posted.getlist(verb_input.name))
    return posted.get(verb_input.name, "")


Refusal = tuple[str, str, Text]


def raw_inputs(
    verb: Verb, typed: Mapping[str, str], *, zone: str, now: datetime
) -> tuple[dict[str, Any], list[Refusal]]:
    """`typed` as the inputs they mean, local times as instants; and rows for what means nothing."""
    inputs, refused = identity_fields.emptied(verb, dict(typed))
    for verb_input in VERB_INPUTS[verb]:
        value = typed.get(verb_input.name, "")
        if verb_input.shape == Shape.ASSESSMENT:
            inputs[verb_input.name] = "" if value == WHOLE else value
            refused += [] if value else [(verb_input.name, "required", NOTHING_CHOSEN)]
        elif verb_input.shape == Shape.MOMENT and value:
            try:
                inputs[verb_input.name] = instant(value, zone, now)
            except ValueError:
                refused.append((verb_input.name, "invalid", BAD_MOMENT))
    return inputs, refused
