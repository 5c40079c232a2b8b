"""A form for any verb, built from the facts it takes; and what was typed, on its way to the pathway."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from portal.moments import instant, local
from portal.verb_texts import TEXTS, Text, VerbText, slug
from referral import selectors
from referral.facts import FACTS, ON_AN_OFFER, Fact, Shape
from referral.models import Case, Deadline
from referral.pathway import Verb

LONGEST_LINE = 40
IN_ADDITION = frozenset({"note", "occurred_at"})
MOST_RADIOS = 8
ONE_TAP = {Verb.DECLINE: "reason"}
"""Verbs whose coded reason is itself the button."""

NOTE: Text = _("Add a note")
EARLIER: Text = _("It happened earlier")
WHOLE = "case"
WHOLE_CASE: Text = _("the whole case")
NOTHING_CHOSEN: Text = _("Please choose")
BAD_MOMENT: Text = _("Enter a date and a time.")


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: Text
    hint: Text = ""
    phone: str = ""
    disabled: bool = False


@dataclass(slots=True)
class Field:
    """One fact on the screen. `widget`: line, text, radio, select or moment."""

    name: str
    id: str
    label: Text
    widget: str
    required: bool
    value: str = ""
    options: Sequence[Option] = ()
    max_length: int | None = None
    errors: list[Text] = field(default_factory=list)

    @property
    def id_for_label(self) -> str:
        return self.id


@dataclass(slots=True)
class VerbForm:
    """A verb's form: what it will do, its fields, and what its hidden fields carry.

    `version` is the state of the case that the person saw, `offer` the request they mean, `once` makes a
    second click on the same form harmless, `back` is "board" when they came from there.
    """

    verb: Verb
    text: VerbText
    fields: list[Field]
    version: int
    offer: UUID | None
    zone: str
    once: str
    back: str = ""
    problems: list[Text] = field(default_factory=list)

    @property
    def slug(self) -> str:
        return slug(self.verb)

    @property
    def asked(self) -> list[Field]:
        """What belongs to the deed, the one-tap reason aside."""
        own = [row for row in self.fields if row.required or row.name not in IN_ADDITION]
        return [row for row in own if row is not self.one_tap]

    @property
    def extra(self) -> list[Field]:
        """What may be added."""
        return [row for row in self.fields if not row.required and row.name in IN_ADDITION]

    @property
    def extra_label(self) -> Text:
        names = {row.name for row in self.extra}
        if names == {"note"}:
            return NOTE
        return EARLIER if names == {"occurred_at"} else _("Note, or an earlier time")

    @property
    def extra_is_open(self) -> bool:
        return any(row.value or row.errors for row in self.extra)

    @property
    def one_tap(self) -> Field | None:
        name = ONE_TAP.get(self.verb)
        return next((row for row in self.fields if row.name == name), None)

    @property
    def errors(self) -> bool:
        return bool(self.problems or any(row.errors for row in self.fields))

    def non_field_errors(self) -> list[Text]:
        return self.problems

    def __iter__(self) -> Any:
        return iter(self.fields)


def build(
    verb: Verb,
    *,
    case: Case,
    offer: UUID | None = None,
    typed: Mapping[str, str] | None = None,
    refused: Sequence[tuple[str, str, Text]] = (),
    back: str = "",
) -> VerbForm:
    """The form of `verb` on `case`, with what was typed and what was refused of it."""
    values = dict(typed if typed is not None else proposed(verb, case))
    facts = FACTS[verb]
    fields = [_field(verb, fact, case, values.get(fact.name, "")) for fact in facts]
    form = VerbForm(verb, TEXTS[verb], fields, case.version, offer, case.hospital.zone, uuid4().hex, back)
    by_name = {row.name: row for row in fields}
    for name, code, message in refused:
        if name in by_name:
            by_name[name].errors.append(_reworded(by_name[name], code, message))
        else:
            form.problems.append(message)
    return form


def proposed(verb: Verb, case: Case) -> dict[str, str]:
    """What a form starts with: only what is known already."""
    if verb == Verb.ADMIT and case.bed:
        return {"bed": case.bed}
    if verb == Verb.CORRECT_FIRST_VISIT:
        return {"first_visit_at": local(case.first_visit_at, case.hospital.zone)}
    return {}


def typed_facts(verb: Verb, posted: Mapping[str, str]) -> dict[str, str]:
    """Those of the posted values that are facts of the verb."""
    return {fact.name: posted.get(fact.name, "") for fact in FACTS[verb]}


Refusal = tuple[str, str, Text]


def as_facts(
    verb: Verb, typed: Mapping[str, str], *, zone: str, now: datetime
) -> tuple[dict[str, Any], list[Refusal]]:
    """`typed` as the facts they mean, local times as instants; and rows for what means nothing."""
    facts: dict[str, Any] = dict(typed)
    refused: list[Refusal] = []
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


def _reworded(row: Field, code: str, message: Text) -> Text:
    return BAD_MOMENT if row.widget == "moment" and code == "invalid" else message


def _field(verb: Verb, fact: Fact, case: Case, value: str) -> Field:
    options = OPTIONS[fact.shape](verb, fact, case) if fact.shape in OPTIONS else ()
    return Field(
        name=fact.name,
        id=f"{slug(verb)}-{fact.name}-{case.pk.hex[-8:]}",
        label=fact.label,
        widget=_widget(fact, len(options)),
        required=_is_asked(fact),
        value=value or (options[0].value if _is_asked(fact) and len(options) == 1 else ""),
        options=options,
        max_length=fact.max_length if fact.shape == Shape.TEXT else None,
    )


def _is_asked(fact: Fact) -> bool:
    """Whether a person must answer: also whether one assessment or the whole case is meant."""
    return fact.required or fact.shape == Shape.ASSESSMENT


def _widget(fact: Fact, options: int) -> str:
    match fact.shape:
        case Shape.TEXT:
            return "line" if fact.max_length <= LONGEST_LINE else "text"
        case Shape.MOMENT:
            return "moment"
        case _:
            return "radio" if options <= MOST_RADIOS else "select"


def _choices(verb: Verb, fact: Fact, case: Case) -> list[Option]:
    choices = fact.choices.choices if isinstance(fact.choices, type) else ()
    return [Option(str(value), label) for value, label in choices]


def _numbers(verb: Verb, fact: Fact, case: Case) -> list[Option]:
    numbers = fact.choices if isinstance(fact.choices, tuple) else ()
    return [Option(str(number), _("day %(day)s") % {"day": number}) for number in numbers]


def _wards(verb: Verb, fact: Fact, case: Case) -> list[Option]:
    present = case.ward_id if verb == Verb.DIVERT else None
    return [
        Option(
            str(ward.pk),
            f"{ward.hospital.name} · {ward.name}",
            hint=_("ward open") if ward.is_open else _("ward closed"),
            phone=ward.phone,
            disabled=not ward.is_open and verb == Verb.REDIRECT,
        )
        for ward in selectors.wards_to_call(case)
        if ward.pk != present
    ]


def _deadlines(verb: Verb, fact: Fact, case: Case) -> list[Option]:
    def fits(row: Deadline) -> bool:
        return row.missed_at is not None if verb == Verb.EXPLAIN_DELAY else row.closed_at is None

    rows = [row for row in case.deadlines.all() if fits(row)]
    zone = ZoneInfo(case.hospital.zone)
    return [
        Option(str(row.pk), row.get_kind_display(), hint=f"{row.due_at.astimezone(zone):%Y-%m-%d %H:%M}")
        for row in rows
    ]


def _assessments(verb: Verb, fact: Fact, case: Case) -> list[Option]:
    zone = ZoneInfo(case.hospital.zone)
    return [Option(WHOLE, WHOLE_CASE)] + [
        Option(
            str(row.pk),
            _("assessment %(number)s") % {"number": row.number},
            hint=f"{row.assessed_at.astimezone(zone):%Y-%m-%d %H:%M}",
        )
        for row in selectors.assessments(case)
    ]


OPTIONS: dict[Shape, Callable[[Verb, Fact, Case], list[Option]]] = {
    Shape.CHOICE: _choices,
    Shape.NUMBER: _numbers,
    Shape.WARD: _wards,
    Shape.DEADLINE: _deadlines,
    Shape.ASSESSMENT: _assessments,
}

NEEDS_NO_VERSION = ON_AN_OFFER | {Verb.MESSAGE, Verb.ADMIT, Verb.RECORD_DEATH, Verb.EXPLAIN_DELAY}
"""Verbs that hold whatever else has happened to the case meanwhile: they name an offer or state a fact."""
