"""Fields under headings, for the verbs that take so many."""

from collections.abc import Sequence

from portal.pages.verbs.fields import Field
from portal.pages.verbs.long_texts import GROUPS
from referral.pathway.inputs.background import GROUPS as BACKGROUND_GROUPS
from referral.pathway.inputs.ward import PANEL_GROUPS
from referral.pathway.refusals import Text
from referral.pathway.vocabulary import Verb


def grouped(verb: Verb, fields: Sequence[Field]) -> list[tuple[Text, list[Field]]]:
    """The values of a laboratory panel, or what a background says, each group with its heading."""
    rows = {row.name: row for row in fields}
    if verb == Verb.STATE_BACKGROUND:
        return [(title, [rows[row.name] for row in inputs]) for title, inputs in BACKGROUND_GROUPS.values()]
    if verb == Verb.RECORD_PANEL:
        return [(GROUPS[group], [rows[name] for name in names]) for group, names in PANEL_GROUPS.items()]
    return []
