"""What is typed into the calculator: every input of every score, in groups. Nothing of it is kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from labs.typed import LONGEST_LINE, value_in
from portal.forms.fields import take_refusals
from portal.forms.indicators import YES_OR_NO, factors_of
from scoring import EIGHT, INPUTS, Input, Reading, read_inputs
from scoring.texts import CHOICES, help_text, issue_text, label, unit_text, west_haven_grades

Text = str | Promise

_ORGANS = (
    *("map_mmhg", "vasopressors", "spo2_percent", "fio2", "pao2", "pao2_fio2", "spo2_fio2"),
    *("mechanical_ventilation", "dialysis"),
)
_LABORATORY = tuple(
    name
    for name, spec in INPUTS.items()
    if name not in {*EIGHT, *_ORGANS} and (spec.laboratory or name == "ast_upper_limit_u_l")
)
GROUPS: tuple[tuple[str, Text, tuple[str, ...]], ...] = (
    ("eight", _("Eight indicators"), EIGHT),
    ("routine", _("Routine laboratory"), _LABORATORY),
    ("organs", _("Organs"), _ORGANS),
    (
        "other",
        _("Other"),
        tuple(name for name in INPUTS if name not in {*EIGHT, *_LABORATORY, *_ORGANS}),
    ),
)
"""Every input once: the id of its group on the page, the group's title, and the inputs by name."""

NOT_STATED = ("", _("Not stated"))


@dataclass(frozen=True)
class Entry:
    """One input on the screen. `factors` are its units for live conversion; `warnings` are soft limits;
    `help` tells it from what it is taken for."""

    value: forms.BoundField
    unit: forms.BoundField | None
    fixed_unit: str
    factors: str
    warnings: tuple[str, ...]
    help: str


class CalculatorForm(forms.Form):
    """Every input of `scoring.INPUTS`. Impossible values are refused at their field; unusual ones count and
    are warned of. After validation `reading` holds what the scores are counted from."""

    reading: Reading | None = None

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for spec in INPUTS.values():
            self.fields[spec.name] = _field(spec)
            if spec.unit_field and spec.units:
                units = [(unit, unit_text(unit)) for unit in spec.units]
                self.fields[spec.unit_field] = forms.ChoiceField(
                    label=label(spec.unit_field), choices=units, required=False
                )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.reading = read_inputs(
            {name: value_in(name, value) for name, value in cleaned.items() if value != ""}
        )
        take_refusals(self, ((issue.field, issue.code, issue_text(issue)) for issue in self.reading.issues))
        return cleaned

    def groups(self) -> Iterator[tuple[str, Text, list[Entry]]]:
        """Id, title and entries of each group, in the order of the screen."""
        for key, title, names in GROUPS:
            yield key, title, [self._entry(INPUTS[name]) for name in names]

    def _entry(self, spec: Input) -> Entry:
        warnings = self.reading.warnings if self.reading else ()
        return Entry(
            value=self[spec.name],
            unit=self[spec.unit_field] if spec.unit_field else None,
            fixed_unit="" if spec.units else unit_text(spec.unit),
            factors=factors_of(spec),
            warnings=tuple(issue_text(issue) for issue in warnings if issue.field == spec.name),
            help=help_text(spec.name),
        )


def _field(spec: Input) -> forms.Field:
    """The control of one input. Nothing is preselected: what is not stated is not there."""
    by_kind: dict[str, list[tuple[Any, Text]]] = {
        "flag": list(YES_OR_NO),
        "grade": [(grade, f"{name} · {looks}") for grade, name, looks in west_haven_grades()],
        "choice": list(CHOICES.get(spec.name, {}).items()),
    }
    choices = by_kind.get(spec.kind)
    if choices:
        return forms.ChoiceField(label=label(spec.name), choices=[NOT_STATED, *choices], required=False)
    return forms.CharField(
        label=label(spec.name),
        required=False,
        max_length=LONGEST_LINE,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
