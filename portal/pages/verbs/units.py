"""The unit beside a field: chosen, or the one that there is."""

from collections.abc import Mapping

from portal.pages.verbs.fields import Field
from referral.pathway.inputs import Shape, VerbInput
from referral.pathway.refusals import Text
from scoring import texts
from scoring.inputs import ANY_INPUT, UNIT_FIELDS_OF_ANY


def unit_row(rows: Mapping[str, Field], name: str) -> Field | None:
    """The choice of a value's unit; where the name of the value says one, that is chosen already."""
    spec = ANY_INPUT.get(name)
    has_its_own = spec is not None and UNIT_FIELDS_OF_ANY.get(spec.unit_field or "") is spec
    row = rows.get(spec.unit_field or "") if spec and has_its_own else None
    if row is not None and spec is not None and spec.unit_in_name:
        row.value = row.value or spec.unit
    return row


def fixed_unit(verb_input: VerbInput) -> Text:
    """The one unit that a value can have; none where it is chosen."""
    spec = ANY_INPUT.get(verb_input.name)
    if verb_input.shape == Shape.MEASURED and spec is not None and spec.unit_field:
        return ""
    return texts.unit_text(str(verb_input.unit))
