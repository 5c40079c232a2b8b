"""The eight indicators on one screen: values with units, times of sampling, questions to a person."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.punctuation import labelled
from labs.typed import LONGEST_LINE, value_in
from portal.confirmations import confirmed_in
from portal.forms.fields import MomentField, Refusal, capitalised, set_clock, take_refusals
from portal.moments import local
from referral.codes import HoldBackReason, ReferReason
from scoring import EIGHT, INPUTS, Input, Issue, read_inputs
from scoring.inputs import UNIT_FIELDS
from scoring.texts import CHOICES, WEST_HAVEN, help_text, issue_text, label, unit_text, west_haven_grades
from scoring.units import canonical_unit

Text = str | Promise

MAIN = (*(name for name in EIGHT if INPUTS[name].laboratory), "creatinine")
"""Laboratory values that are asked in front: those of the eight, and creatinine, which can be a red flag."""
MORE = (
    *("albumin_g_l", "wbc_10e9_l", "neutrophils_10e9_l", "platelets_10e9_l", "lactate_mmol_l"),
    *("alt_u_l", "ast_u_l", "ast_upper_limit_u_l"),
)
"""What the published scores need beside them."""
LABORATORY = (*MAIN, *MORE)

YES_OR_NO = [("yes", _("Yes")), ("no", _("No"))]
NOTHING: Mapping[str, Any] = MappingProxyType({})
QUESTIONS = frozenset({"needs_confirmation", "bound"})
"""Codes of refusals that a person may answer by confirming the field."""


@dataclass(frozen=True)
class Entry:
    """One laboratory value on the screen: `questions` about it and whether it was `confirmed`; `last` is the
    value stored before."""

    name: str
    value: forms.BoundField
    unit: forms.BoundField | None
    fixed_unit: str
    sampled_at: forms.BoundField
    factors: str
    questions: Sequence[str]
    confirmed: bool
    last: str
    help: str
    source: forms.BoundField


DRAWN_IN_FUTURE = _("The time of sampling is in the future. Check the date and time.")


class IndicatorsForm(forms.Form):
    """What is typed of the eight indicators, and of what the published scores need beside them. Age comes
    from the birth date.

    `start` holds raw values by input name, as `scoring.read_inputs` takes them. Impossible values are refused
    here by the same reading that the pathway does; unusual ones are questions, answered by naming the field
    in `confirmed`. `last` are earlier values in words.
    """

    cirrhosis = forms.ChoiceField(
        label=_("Cirrhosis"), choices=YES_OR_NO, required=False, widget=forms.RadioSelect
    )
    variceal_bleeding = forms.ChoiceField(
        label=_("Variceal bleeding"), choices=YES_OR_NO, required=False, widget=forms.RadioSelect
    )
    encephalopathy_grade = forms.ChoiceField(
        label=_("Hepatic encephalopathy (West Haven grade)"),
        choices=lambda: [(grade, name) for grade, name, _looks in west_haven_grades()],
        required=False,
        widget=forms.RadioSelect,
    )
    ascites = forms.ChoiceField(
        label=_("Ascites"), choices=[("", _("Not stated")), *CHOICES["ascites"].items()], required=False
    )
    sampled_at = MomentField(
        label=_("Blood drawn"),
        help_text=_("By the clock of your hospital. Older than 12 hours? Draw blood again if you can."),
        required=False,
    )
    hold_back = forms.ChoiceField(
        label=_("Reason for not referring"),
        help_text=_("The reason is recorded and counted. You can still refer at any time."),
        choices=[("", _("Refer if flagged")), *capitalised(HoldBackReason.choices)],
        required=False,
    )
    reason = forms.ChoiceField(
        label=_("Reason for referring without a score"),
        choices=[("", _("Please choose")), *capitalised(ReferReason.choices)],
        required=False,
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "data-identity": ""}),
    )

    def __init__(
        self,
        data: QueryDict | None,
        *,
        zone: str,
        now: datetime,
        start: Mapping[str, Any] = NOTHING,
        last: Mapping[str, str] = NOTHING,
    ) -> None:
        super().__init__(data, initial=initial(start, zone))
        self.now, self.last, self.zone = now, last, zone
        for name in LABORATORY:
            self._add(INPUTS[name])
        set_clock(self, zone=zone, now=now)
        self.questions: dict[str, list[str]] = {}
        self.confirmed = confirmed_in(data) if data is not None else set()

    def _add(self, spec: Input) -> None:
        drawn_at = gettext("drawn at")
        self.fields[spec.name] = forms.CharField(
            label=label(spec.name),
            required=False,
            max_length=LONGEST_LINE,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        )
        if spec.unit_field and spec.units:
            units = [(unit, unit_text(unit)) for unit in spec.units]
            self.fields[spec.unit_field] = forms.ChoiceField(
                label=label(spec.unit_field), choices=units, required=False
            )
        self.fields[f"sampled_at_{spec.name}"] = MomentField(
            label=labelled(label(spec.name), drawn_at), required=False
        )
        self.fields[f"source_{spec.name}"] = forms.CharField(
            required=False, max_length=40, widget=forms.HiddenInput
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        reading = read_inputs(self.values(), now=self.now, expect_sampled_at=True)
        self.refuse([(issue.field, issue.code, issue_text(issue)) for issue in reading.issues])
        for issue in reading.warnings:
            self.ask(issue)
        return cleaned

    def ask(self, issue: Issue) -> None:
        if issue.needs_confirmation:
            self.questions.setdefault(issue.field, []).append(issue_text(issue))

    def refuse(self, rows: Sequence[Refusal]) -> None:
        """Show what the pathway refused; questions that it asks and this form did not know are asked too."""
        for field, code, message in rows:
            if code in QUESTIONS:
                self.questions.setdefault(field, [str(message)])
        self._take([row for row in rows if row[1] not in QUESTIONS])

    def _take(self, rows: Sequence[Refusal]) -> None:
        """Refusals at the fields where the person typed: one time for all values is refused once."""
        shared = [row for row in rows if row[1] == "sampled_in_future" and not self._has_own_time(row[0])]
        take_refusals(self, (row for row in rows if row not in shared))
        if shared:
            take_refusals(self, [("sampled_at", "sampled_in_future", DRAWN_IN_FUTURE)])

    def _has_own_time(self, field: str) -> bool:
        return bool(self[f"sampled_at_{field.removeprefix('sampled_at.')}"].value())

    def values(self) -> dict[str, Any]:
        """What was typed, by input name, for the pathway. Empty texts empty what was stored before."""
        clean = self.cleaned_data
        values: dict[str, Any] = {name: value_in(name, clean.get(name, "")) for name in TYPED}
        for name in LABORATORY:
            if spec_unit := INPUTS[name].unit_field:
                values[spec_unit] = clean.get(spec_unit, "") if values[name] else ""
        values["sampled_at"] = {
            name: moment.isoformat()
            for name in LABORATORY
            if INPUTS[name].laboratory
            and values[name]
            and (moment := clean.get(f"sampled_at_{name}") or clean.get("sampled_at"))
        }
        values["confirmed"] = sorted(self.confirmed)
        values["sources"] = {
            name: clean[f"source_{name}"]
            for name in LABORATORY
            if clean.get(f"source_{name}") and values[name]
        }
        return values

    def differs_from(self, stored: Mapping[str, Any]) -> bool:
        """Whether something was typed that is not in `stored` raw values."""
        clean = self.cleaned_data
        return any(clean[name] and clean[name] != str(stored.get(name, "")) for name in TYPED)

    def laboratory(self) -> Iterator[Entry]:
        """The laboratory values in the order of the screen."""
        return self._entries(MAIN)

    def more(self) -> Iterator[Entry]:
        """What is asked only of those who open it."""
        return self._entries(MORE)

    @property
    def more_is_open(self) -> bool:
        """Whether something stands among the other values, or is asked or refused there."""
        names = {*MORE, "ascites"}
        return any(self[name].value() or self[name].errors or name in self.questions for name in names)

    def entry(self, name: str) -> Entry:
        """One laboratory value."""
        return next(self._entries((name,)))

    def _entries(self, names: Sequence[str]) -> Iterator[Entry]:
        for name in names:
            spec = INPUTS[name]
            yield Entry(
                name=name,
                value=self[name],
                unit=self[spec.unit_field] if spec.unit_field else None,
                fixed_unit="" if spec.units else unit_text(spec.unit),
                sampled_at=self[f"sampled_at_{name}"],
                factors=factors_of(spec),
                questions=self.questions.get(name, ()),
                confirmed=name in self.confirmed,
                last=self.last.get(name, ""),
                help=help_text(name),
                source=self[f"source_{name}"],
            )

    @property
    def has_own_times(self) -> bool:
        """Whether some value was drawn at another time than the rest."""
        return any(self[f"sampled_at_{name}"].value() for name in LABORATORY)

    def grades(self) -> list[tuple[Any, Text]]:
        """The choices of the West Haven grade with what each looks like."""
        return list(zip(self["encephalopathy_grade"], WEST_HAVEN.values(), strict=True))

    def open_questions(self) -> list[tuple[str, str]]:
        """Questions nobody has answered: the id of the confirming box, and the words."""
        return [
            (f"confirm-{field}", text)
            for field, questions in self.questions.items()
            if field not in self.confirmed
            for text in questions
        ]

    def other_questions(self) -> list[tuple[str, list[str], bool]]:
        """Questions about what has no place of its own among the values: age, scattered times."""
        asked = {**{name: [] for name in self.confirmed if name == "age_years"}, **self.questions}
        return [
            (field, questions, field in self.confirmed)
            for field, questions in asked.items()
            if field not in LABORATORY
        ]


TYPED = ("cirrhosis", "variceal_bleeding", "encephalopathy_grade", *LABORATORY, "ascites")


def factors_of(spec: Input) -> str:
    """The units of an input with factors and names, for live conversion; empty where none is chosen."""
    units = {unit: [factor, unit_text(unit)] for unit, factor in (spec.units or {}).items()}
    return json.dumps(units) if spec.unit_field and units else ""


def initial(start: Mapping[str, Any], zone: str) -> dict[str, Any]:
    """Raw values by input name as the form's fields hold them."""
    values = {name: value for name, value in start.items() if name not in ("sampled_at", "confirmed")}
    for unit_field, spec in UNIT_FIELDS.items():
        if unit_field in values:
            values[unit_field] = canonical_unit(str(values[unit_field]), spec.units or {})
    for name in ("cirrhosis", "variceal_bleeding"):
        if isinstance(values.get(name), bool):
            values[name] = "yes" if values[name] else "no"
    times = start.get("sampled_at") or {}
    moments = {name: local(datetime.fromisoformat(str(time)), zone) for name, time in times.items()}
    if len(set(moments.values())) == 1:
        values["sampled_at"] = next(iter(moments.values()))
    else:
        values |= {f"sampled_at_{name}": moment for name, moment in moments.items()}
    return values
