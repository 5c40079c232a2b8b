"""The inputs each verb takes: one list for both faces, and the one parser of what they were given."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.text import NO_LINE, UNREADABLE, cleaned
from referral.models import Case
from referral.pathway.inputs import any_time, background, before_admission, discharge, ward
from referral.pathway.inputs.parsers import PARSERS
from referral.pathway.inputs.shapes import Shape, VerbInput
from referral.pathway.refusals import InputError, Text
from referral.pathway.vocabulary import Verb
from scoring.inputs import ANY_INPUT
from scoring.numbers import read_number

__all__ = [
    "COMPUTED",
    "ON_AN_OFFER",
    "REASONS",
    "UNITS_OF",
    "VERB_INPUTS",
    "Shape",
    "VerbInput",
    "parse_inputs",
]

VERB_INPUTS: dict[Verb, tuple[VerbInput, ...]] = (
    before_admission.VERB_INPUTS
    | background.VERB_INPUTS
    | ward.VERB_INPUTS
    | discharge.VERB_INPUTS
    | any_time.VERB_INPUTS
)

REASONS: Mapping[Verb, VerbInput] = {
    verb: verb_input
    for verb, inputs in VERB_INPUTS.items()
    for verb_input in inputs
    if verb_input.name == "reason" and verb_input.choices
}
"""The reason that a verb is given and its event keeps, where it is one of a set of codes."""

COMPUTED: Mapping[Verb, frozenset[str]] = {
    Verb.ASSESS_ORGAN_FAILURE: frozenset({"grade", "simple_grade", "failures", "failing", "clif_c_of"}),
    **dict.fromkeys((Verb.DIAGNOSE, Verb.CORRECT_DIAGNOSIS), frozenset({"grade", "simple_grade"})),
    Verb.SET_NUTRITION_TARGET: frozenset({"resting_kcal", "target_kcal", "factor"}),
}
"""What follows from the inputs of a verb, so that nobody types it."""

ON_AN_OFFER = frozenset({Verb.ACKNOWLEDGE, Verb.ACCEPT, Verb.DECLINE, Verb.ASK_BACK, Verb.ACCEPT_WHEN_FREE})
"""Verbs that may name the offer they mean."""

UNITS_OF = {str(spec.unit_field): tuple(spec.units) for spec in ANY_INPUT.values() if spec.units}
"""The units that an input of the shape UNIT can name, by its name."""


CHOSEN = frozenset(
    {
        *(Shape.CHOICE, Shape.NUMBER, Shape.SEVERAL, Shape.BOOLEAN, Shape.UNIT),
        *(Shape.WARD, Shape.DEADLINE, Shape.ASSESSMENT, Shape.RECORD, Shape.MISTAKE),
        *(Shape.LOOSE_FILE, Shape.CASE_FILE),
    }
)
"""Shapes that are not written, but chosen among what there is."""


def parse_inputs(verb: Verb, raw: Mapping[str, Any], *, case: Case, user: User) -> dict[str, Any]:
    """`raw` as keyword arguments for `perform`. Raises InputError with a row for every input that is wrong.

    What the verb does not take is refused by name, so that a misspelt input is never lost in silence.
    """
    accepted = {verb_input.name: verb_input for verb_input in VERB_INPUTS[verb]}
    rows: list[tuple[str, str, Text]] = [
        (name, "unknown_field", _unknown(verb, name)) for name in raw if name not in accepted
    ]
    cleaned: dict[str, Any] = {}
    for name, verb_input in accepted.items():
        value = raw.get(name)
        if value is None or value in ("", []):
            if verb_input.required:
                rows.append((name, "required", _left_out(verb_input)))
            continue
        try:
            cleaned[name] = PARSERS[verb_input.shape](verb_input, value, case, user)
        except (ValueError, TypeError, AttributeError, OverflowError):
            rows.append((name, *_fault(verb_input, value)))
    if rows:
        raise InputError(*rows)
    return cleaned


def _left_out(verb_input: VerbInput) -> Text:
    words = _("Please choose: %(field)s.") if verb_input.shape in CHOSEN else _("Please fill in: %(field)s.")
    return words % {"field": verb_input.label}


def _unknown(verb: Verb, name: str) -> Text:
    if name in COMPUTED.get(verb, ()):
        return _("“%(field)s” is computed from the values and never typed. Leave it out.") % {"field": name}
    return _("“%(field)s” is not known here. Check its spelling.") % {"field": name}


def _fault(verb_input: VerbInput, value: Any) -> tuple[str, Text]:
    """The code and the words that `value` is refused with."""
    if verb_input.shape is Shape.DECIMAL and isinstance(value, str):
        return "invalid", _invalid_print(value) % {"value": value, "what": _invalid(verb_input)}
    if verb_input.shape is not Shape.TEXT or not isinstance(value, str):
        return "invalid", _invalid(verb_input)
    if not cleaned(value):
        return "required", _left_out(verb_input)
    if len(value) > verb_input.max_length:
        return "invalid", _("Write at most %(limit)s characters.") % {"limit": verb_input.max_length}
    return "unprintable", NO_LINE if verb_input.is_line else UNREADABLE


def _invalid_print(text: str) -> Text:
    """What is wrong with a number as it is written, before `what` is to be entered."""
    printed = read_number(text)
    if printed and printed.ambiguous:
        return _("The comma of “%(value)s” may be a decimal sign or part thousands: leave it out. %(what)s")
    if printed and printed.bound:
        return _("“%(value)s” is a limit, not what was measured. %(what)s")
    return "%(what)s"


def _invalid(verb_input: VerbInput) -> Text:
    match verb_input.shape:
        case Shape.TEXT:
            return _left_out(verb_input)
        case Shape.MOMENT:
            return _("This is no date and time with a time zone, such as 2026-05-17T08:30:00+08:00.")
        case Shape.DATE | Shape.BIRTH_DATE:
            return _invalid_day(verb_input)
        case Shape.DECIMAL:
            return _invalid_number(verb_input)
        case Shape.MEASURED:
            return _("Enter a number.")
        case Shape.PAIRS:
            return _("Give each value a name: one per line, such as “name: 1.5”, 20 at most.")
        case Shape.CHOICE | Shape.NUMBER | Shape.BOOLEAN | Shape.SEVERAL | Shape.UNIT | Shape.CONFIRMED:
            return _invalid_choice(verb_input)
        case _:
            return _("This does not exist here. Reload the case and choose again.")


def _invalid_day(verb_input: VerbInput) -> Text:
    if verb_input.shape is Shape.BIRTH_DATE:
        return _("This is no date such as 1962-05-03 and no year such as 1962.")
    return _("This is no date such as 2026-05-17.")


def _invalid_choice(verb_input: VerbInput) -> Text:
    values = verb_input.choices.values if isinstance(verb_input.choices, type) else verb_input.choices or ()
    if not values:
        return _("Choose one of the answers offered.")
    return _("Choose one of the answers offered: %(choices)s.") % {"choices": ", ".join(map(str, values))}


def _invalid_number(verb_input: VerbInput) -> Text:
    limits = {"low": verb_input.low, "high": verb_input.high, "unit": verb_input.unit}
    if verb_input.unit:
        return _("Enter a number from %(low)g to %(high)g, in %(unit)s.") % limits
    return _("Enter a number from %(low)g to %(high)g.") % limits
