"""A form for any verb, built from the inputs it takes."""

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext_lazy as _

from accounts.local_time import in_full
from portal.forms.indicators import QUESTIONS
from portal.pages.verbs import identity_fields
from portal.pages.verbs.at_once import AtOnce, at_once
from portal.pages.verbs.fields import Field, Option
from portal.pages.verbs.groups import grouped
from portal.pages.verbs.initial_values import proposed
from portal.pages.verbs.record_texts import named
from portal.pages.verbs.slugs import slug
from portal.pages.verbs.texts import RED_FLAG_TEXT, TEXTS, VerbText
from portal.pages.verbs.typed_inputs import BAD_MOMENT, WHOLE
from portal.pages.verbs.units import fixed_unit, unit_row
from referral.models import RETRACTABLE, Case, Deadline, Record
from referral.pathway.inputs import ON_AN_OFFER, UNITS_OF, VERB_INPUTS, Shape, VerbInput
from referral.pathway.inputs.shapes import CORRECTS, DEADLINE, SOURCES, WARD
from referral.pathway.inputs.ward import BESIDE_ORGANS, COMPUTED
from referral.pathway.refusals import Text
from referral.pathway.retracted_records import KIND_OF, to_correct
from referral.pathway.vocabulary import AFTER_WARD, Verb
from referral.queries import cases
from referral.queries.urgency import unanswered_red_flags
from referral.ward.codes import RecordKind
from referral.ward.precipitants import ICD10, fitting
from referral.ward.record import ward_record
from scoring import texts
from scoring.inputs import ANY_INPUT

IN_ADDITION = frozenset({"note", "occurred_at"})
MOST_RADIOS = 8
NOT_ASKED = frozenset({*COMPUTED, SOURCES.name})
"""Facts that programs may send and that no person types."""
TRUE_TIMES = ("occurred_at", "reported_at")
"""When it was, where that is now unless somebody says otherwise; after the ward it never is."""
DATED = frozenset(
    {
        *(Verb.RECORD_OUTCOME, Verb.CORRECT_OUTCOME, Verb.SETTLE_OUTCOME, Verb.RECORD_DEATH),
        Verb.DECIDE_TRANSPLANT,
    }
)
"""Verbs whose time matters so much that it is always asked in front."""
TELLING = frozenset({Verb.DISCHARGE})
"""Verbs whose note is what the next hospital reads, so that it is always asked in front."""
ONE_TAP = {Verb.DECLINE: "reason"}
"""Verbs whose coded reason is itself the button."""

NOTE: Text = _("Add a note")
EARLIER: Text = _("It happened earlier")
WHOLE_CASE: Text = _("the whole case")


@dataclass(slots=True)
class VerbForm:
    """A verb's form: what it will do, its fields, and what its hidden fields carry.

    `version` is the state of the case that the person saw, `offer` the request they mean, `once` makes a
    second click on the same form harmless, `back` is "board" when they came from there. `is_urgent`: it is
    what has to be done first. `sources`: of values that were taken from a report, as typed.
    """

    verb: Verb
    text: VerbText
    fields: list[Field]
    version: int
    offer: UUID | None
    zone: str
    once: str
    back: str = ""
    is_urgent: bool = False
    sources: str = ""
    at_once: list[AtOnce] = field(default_factory=list)
    problems: list[Text] = field(default_factory=list)

    @property
    def slug(self) -> str:
        return slug(self.verb)

    @property
    def asked(self) -> list[Field]:
        """What belongs to the verb, the one-tap reason aside."""
        grouped = {row.name for _title, rows in self.groups for row in rows}
        own = [row for row in self.fields if not self._is_extra(row) and row not in self.more]
        own = [row for row in own if row.name not in grouped]
        return [row for row in own if row is not self.one_tap]

    @property
    def groups(self) -> list[tuple[Text, list[Field]]]:
        """The fields that stand under headings; they are asked beside what `asked` has."""
        return grouped(self.verb, self.fields)

    @property
    def more(self) -> list[Field]:
        """Values beside a table of organ failure, asked only of those who open them."""
        names = BESIDE_ORGANS if self.verb == Verb.ASSESS_ORGAN_FAILURE else ()
        return [row for row in self.fields if row.name in names]

    @property
    def more_is_open(self) -> bool:
        return any(row.value or row.errors for row in self.more)

    @property
    def extra(self) -> list[Field]:
        """What may be added."""
        return [row for row in self.fields if self._is_extra(row)]

    def _is_extra(self, row: Field) -> bool:
        in_front = (self.verb in DATED and row.name == "occurred_at") or (
            self.verb in TELLING and row.name == "note"
        )
        return not row.required and row.name in IN_ADDITION and not in_front

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
    expected: bool = True,
    deadlines: Collection[Deadline] | None = None,
    hints: Mapping[str, str] = MappingProxyType({}),
) -> VerbForm:
    """The form of `verb` on `case`, with what was typed and what was refused of it.

    `expected`: whether the ward that fills it in expects the patient. `deadlines`: those to choose from where
    not all of the case are. `hints`: by ward, what to know before it is chosen (`ward_hints`).
    """
    values = dict(typed if typed is not None else proposed(verb, case, expected=expected))
    fields = _fields(verb, case, values)
    fields = identity_fields.of_form(verb, fields, expected=expected)
    if deadlines is not None:
        _choose_from(fields, {str(row.pk) for row in deadlines})
    _give_hints(fields, hints)
    urgent = verb == Verb.REFER and bool(unanswered_red_flags(case))
    text, zone = RED_FLAG_TEXT if urgent else TEXTS[verb], case.hospital.zone
    form = VerbForm(verb, text, fields, case.version, offer, zone, uuid4().hex, back, urgent)
    form.sources, form.at_once = values.get(SOURCES.name, ""), at_once(verb, case)
    rows = {row.name: row for row in fields}
    rows |= {row.unit_row.name: row for row in fields if row.unit_row}
    for name, code, message in refused:
        if name in rows:
            rows[name].errors.append(_reworded(rows[name], code, message))
            rows[name].asks |= code in QUESTIONS
        else:
            form.problems.append(message)
    return form


def _choose_from(fields: Sequence[Field], deadlines: Container[str]) -> None:
    for row in fields:
        if row.name == DEADLINE.name:
            row.options = [option for option in row.options if option.value in deadlines]
            row.value = row.value or (row.options[0].value if len(row.options) == 1 else "")


def _give_hints(fields: Sequence[Field], hints: Mapping[str, str]) -> None:
    for row in fields:
        if hints and row.name == WARD.name:
            row.options = [
                replace(option, hint=hints.get(option.value, option.hint)) for option in row.options
            ]


def _fields(verb: Verb, case: Case, values: Mapping[str, str]) -> list[Field]:
    """The rows of a form; a choice of unit belongs to the row of its value."""
    inputs = [
        verb_input
        for verb_input in VERB_INPUTS[verb]
        if verb_input.shape != Shape.CONFIRMED and verb_input.name not in NOT_ASKED
    ]
    rows = {
        verb_input.name: field_of(verb, verb_input, case, values.get(verb_input.name, ""))
        for verb_input in inputs
    }
    _ask_what_is_corrected(rows, case)
    for name, row in rows.items():
        row.unit_row = unit_row(rows, name)
        row.confirmed = name in values.get("confirmed", "").split(",")
        row.asks = row.confirmed
    unit_names = {row.unit_row.name for row in rows.values() if row.unit_row}
    return [row for row in rows.values() if row.name not in unit_names]


def _ask_what_is_corrected(rows: dict[str, Field], case: Case) -> None:
    """Not where there is nothing to correct; after the ward nothing else can be recorded."""
    row = rows.get(CORRECTS.name)
    if row is None or not row.options:
        rows.pop(CORRECTS.name, None)
    elif case.state in AFTER_WARD:
        for asked in (row, *(rows[name] for name in TRUE_TIMES if name in rows)):
            asked.required, asked.hint = True, ""
        row.value = row.value or (row.options[0].value if len(row.options) == 1 else "")


def _reworded(row: Field, code: str, message: Text) -> Text:
    return BAD_MOMENT if row.widget == "moment" and code == "invalid" else message


def field_of(verb: Verb, verb_input: VerbInput, case: Case, value: str) -> Field:
    """One input on the screen, with what was typed."""
    options = OPTIONS[verb_input.shape](verb, verb_input, case) if verb_input.shape in OPTIONS else ()
    return Field(
        name=verb_input.name,
        id=f"{slug(verb)}-{verb_input.name}-{case.pk.hex[-8:]}",
        label=verb_input.label,
        widget=_widget(verb_input, len(options)),
        hint=verb_input.hint,
        unit=fixed_unit(verb_input),
        required=_is_asked(verb_input),
        value=value or (options[0].value if _is_asked(verb_input) and len(options) == 1 else ""),
        options=options,
        max_length=verb_input.max_length if verb_input.shape in (Shape.TEXT, Shape.PAIRS) else None,
    )


def _is_asked(verb_input: VerbInput) -> bool:
    """Whether a person must answer: also whether one assessment or the whole case is meant."""
    return verb_input.required or verb_input.shape == Shape.ASSESSMENT


def _widget(verb_input: VerbInput, options: int) -> str:
    match verb_input.shape:
        case Shape.TEXT:
            return "line" if verb_input.is_line else "text"
        case Shape.PAIRS:
            return "text"
        case Shape.MEASURED if options:
            return "radio"
        case _ if verb_input.shape in WIDGETS:
            return WIDGETS[verb_input.shape]
        case _:
            return "radio" if options <= MOST_RADIOS else "select"


def _choices(verb: Verb, verb_input: VerbInput, case: Case) -> list[Option]:
    if verb_input.choices is ICD10:
        return [Option(code, label, hint=_fitting(code)) for code, label in ICD10.choices]
    choices = verb_input.choices.choices if isinstance(verb_input.choices, type) else ()
    return [Option(str(value), label) for value, label in choices]


def _fitting(icd10: str) -> str:
    """For what a code stands, in our words."""
    return str(_(", ")).join(str(precipitant.label) for precipitant in fitting(icd10))


def _numbers(verb: Verb, verb_input: VerbInput, case: Case) -> list[Option]:
    numbers = verb_input.choices if isinstance(verb_input.choices, tuple) else ()
    return [Option(str(number), _("day %(day)s") % {"day": number}) for number in numbers]


def _wards(verb: Verb, verb_input: VerbInput, case: Case) -> list[Option]:
    current = case.ward_id if verb in (Verb.DIVERT, Verb.TRANSFER) else None
    asked_first = verb == Verb.ASK_ADVICE and {row.ward_id for row in case.hospital.catchments.all()}
    return [
        Option(
            str(ward.pk),
            f"{ward.hospital.name} · {ward.name}",
            hint=_("ward open") if ward.is_open else _("ward closed"),
            phone=ward.phone,
            disabled=not ward.is_open and verb in (Verb.REDIRECT, Verb.ASK_ADVICE),
        )
        for ward in cases.wards_to_call(case)
        if ward.pk != current and (not asked_first or ward.pk in asked_first)
    ]


def _deadlines(verb: Verb, verb_input: VerbInput, case: Case) -> list[Option]:
    def fits(row: Deadline) -> bool:
        return row.missed_at is not None if verb == Verb.EXPLAIN_DELAY else row.closed_at is None

    zone = case.hospital.zone
    rows = [row for row in case.deadlines.all() if fits(row)]
    return [Option(str(row.pk), row.get_kind_display(), hint=in_full(row.due_at, zone)) for row in rows]


def _assessments(verb: Verb, verb_input: VerbInput, case: Case) -> list[Option]:
    return [Option(WHOLE, WHOLE_CASE)] + [
        Option(
            str(row.pk),
            _("assessment %(number)s") % {"number": row.number},
            hint=in_full(row.assessed_at, case.hospital.zone),
        )
        for row in cases.assessments(case)
    ]


def _records(verb: Verb, verb_input: VerbInput, case: Case) -> list[Option]:
    return [_record(kind, row, case) for kind, row in ward_record(case).mistakable]


def _case_files(verb: Verb, verb_input: VerbInput, case: Case) -> list[Option]:
    zone = case.hospital.zone
    rows = case.files.counting()
    return [Option(str(row.pk), row.get_kind_display(), hint=in_full(row.added_at, zone)) for row in rows]


def _mistakes(verb: Verb, verb_input: VerbInput, case: Case) -> list[Option]:
    """What of the verb's kind is still to be corrected."""
    kind = KIND_OF[verb]
    wrong = [row.record for row in to_correct(case) if row.kind == kind]
    rows = RETRACTABLE[kind].objects.filter(pk__in=wrong) if wrong else ()
    return [_record(kind, row, case) for row in rows]


def _record(kind: RecordKind, row: Record, case: Case) -> Option:
    return Option(str(row.pk), *named(kind, row, case.hospital.zone))


def _answers(verb: Verb, verb_input: VerbInput, case: Case) -> list[Option]:
    return [Option("true", _("yes")), Option("false", _("no"))]


def _measured(verb: Verb, verb_input: VerbInput, case: Case) -> list[Option]:
    """The answers of an input that is no number: yes or no, or the grades of encephalopathy."""
    match ANY_INPUT[verb_input.name].kind:
        case "flag":
            return _answers(verb, verb_input, case)
        case "grade":
            return [Option(str(grade), name, looks) for grade, name, looks in texts.west_haven_grades()]
        case "choice":
            return [Option(value, label) for value, label in texts.CHOICES[verb_input.name].items()]
        case _:
            return []


def _units(verb: Verb, verb_input: VerbInput, case: Case) -> list[Option]:
    return [Option(unit, texts.unit_text(unit)) for unit in UNITS_OF[verb_input.name]]


WIDGETS: dict[Shape, str] = {
    Shape.MOMENT: "moment",
    Shape.DATE: "date",
    Shape.DECIMAL: "number",
    Shape.MEASURED: "number",
    Shape.SEVERAL: "checks",
    Shape.BIRTH_DATE: "line",
}

OPTIONS: dict[Shape, Callable[[Verb, VerbInput, Case], list[Option]]] = {
    Shape.CHOICE: _choices,
    Shape.NUMBER: _numbers,
    Shape.WARD: _wards,
    Shape.DEADLINE: _deadlines,
    Shape.ASSESSMENT: _assessments,
    Shape.RECORD: _records,
    Shape.CASE_FILE: _case_files,
    Shape.MISTAKE: _mistakes,
    Shape.SEVERAL: _choices,
    Shape.BOOLEAN: _answers,
    Shape.MEASURED: _measured,
    Shape.UNIT: _units,
}

NEEDS_NO_VERSION = ON_AN_OFFER | {Verb.MESSAGE, Verb.ADMIT, Verb.RECORD_DEATH, Verb.EXPLAIN_DELAY}
"""Verbs that hold whatever else has happened to the case meanwhile: they name an offer or state a fact."""
