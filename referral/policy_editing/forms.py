"""The rules of a policy as a person fills them in: lengths with their unit, alerts as rows of a table."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import get_default_renderer
from django.utils.translation import gettext_lazy as _

from accounts.missing_fields import ask_all_by_name
from accounts.validators import plausible
from notifications.types import Severity
from referral.deadlines.ladders import SEVERITIES, Step
from referral.deadlines.policies import RULES
from referral.models import PathwayPolicy
from referral.models.policies import LONGEST_MINUTES
from referral.pathway.vocabulary import FOLLOW_UPS, Audience, Kind

UNITS = ((1, _("min")), (60, _("h")), (1440, _("days")))
LENGTHS = ("late_flag_minutes", "undo_admission_minutes", "beds_hold_minutes")
PLAIN_RULES = tuple(name for name in RULES if name not in ("minutes", "ladders", *LENGTHS))
CHANGEABLE = tuple(kind for kind in Kind if kind not in FOLLOW_UPS)
BLANK_STEPS, MOST_STEPS = 3, 200


class LengthWidget(forms.MultiWidget):
    """A number and its unit; whole days and hours are shown as such."""

    def __init__(self) -> None:
        number = forms.NumberInput(attrs={"step": "any", "class": "vIntegerField"})
        super().__init__([number, forms.Select(choices=UNITS)])

    def decompress(self, value: Any) -> list[Any]:
        if value is None:
            return [None, 1]
        unit = next(size for size in (1440, 60, 1) if value % size == 0 and (abs(value) >= size or size == 1))
        return [f"{value / unit:g}", unit]


class LengthField(forms.MultiValueField):
    """A length of time as whole minutes, at least `lowest` and up to a year."""

    def __init__(self, *, lowest: int = 1, **options: Any) -> None:
        self.lowest = lowest
        number = forms.FloatField(error_messages={"invalid": _("Enter a number.")})
        unit = forms.TypedChoiceField(choices=UNITS, coerce=int)
        super().__init__([number, unit], widget=LengthWidget(), **options)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """A unit without a number is nothing typed."""
        if not data or data[0] in self.empty_values:
            return initial is not None
        return super().has_changed(initial, data)

    def compress(self, values: Sequence[Any]) -> int | None:
        if not values or values[0] in self.empty_values:
            return None
        minutes = values[0] * int(values[1] or 1)
        if not self.lowest <= minutes <= LONGEST_MINUTES:
            raise ValidationError(_("Give a length from one minute up to a year."), code="length")
        if minutes % 1:
            raise ValidationError(_("Give whole minutes."), code="length")
        return int(minutes)


def length_name(kind: str) -> str:
    return f"length_{kind}"


class PolicyForm(forms.ModelForm):
    """A new version of a network's rules, without its ladders.

    `preview` holds the digest of what was shown in words, so that only what was read can be published.
    """

    late_flag_minutes = LengthField(label=_("time for a late flag"))
    undo_admission_minutes = LengthField(
        label=_("time to undo an admission"),
        help_text=_("So long an admission can be marked as entered in error after it was recorded."),
    )
    beds_hold_minutes = LengthField(
        label=_("time for which a figure of free beds holds"),
        help_text=_("An older figure is shown as stale, and no ward is passed over because of it."),
    )
    in_force_from = forms.SplitDateTimeField(
        label=_("in force from"),
        required=False,
        validators=[plausible],
        help_text=_("Empty: at once. Cases keep the rules they began with."),
        widget=forms.SplitDateTimeWidget(date_attrs={"type": "date"}, time_attrs={"type": "time"}),
    )
    intended = forms.BooleanField(label=_("All of this is meant so."), required=False)
    preview = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = PathwayPolicy
        fields = (*PLAIN_RULES, *LENGTHS, "note", "in_force_from")
        widgets: ClassVar = {"note": forms.Textarea({"rows": 2})}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for kind in CHANGEABLE:
            self.fields[length_name(kind)] = LengthField(
                label=kind.label, initial=self.instance.minutes[kind]
            )
        ask_all_by_name(self)

    def _post_clean(self) -> None:
        """Rules are judged together with the ladders, by `PolicyEditor`."""

    def lengths(self) -> dict[str, int]:
        """Minutes by kind of deadline: those that were typed and those that are fixed."""
        typed = {str(kind): self.cleaned_data[length_name(kind)] for kind in CHANGEABLE}
        return {**self.instance.minutes, **typed}

    def length_fields(self) -> list[forms.BoundField]:
        return [self[length_name(kind)] for kind in CHANGEABLE]

    def plain_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in (*PLAIN_RULES, *LENGTHS)]


class StepForm(forms.Form):
    """One rung of a ladder. A row without any audience is one that was not filled in."""

    kind = forms.ChoiceField(label=_("deadline"), choices=[("", "—"), *Kind.choices])
    percent = forms.FloatField(label=_("at % of the time"), initial=0, min_value=0, max_value=1000)
    offset = LengthField(label=_("plus"), required=False, lowest=-LONGEST_MINUTES)
    audience = forms.MultipleChoiceField(
        label=_("who is alerted"),
        choices=Audience.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose who is alerted, or mark the row for removal.")},
    )
    severity = forms.ChoiceField(
        label=_("how loudly"),
        choices=[(name, Severity(name).label) for name in SEVERITIES],
        initial=Severity.WARNING,
    )
    every = LengthField(label=_("again every"), required=False)
    expires_offer = forms.BooleanField(label=_("the request expires"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        ask_all_by_name(self)

    def stored(self) -> dict[str, Any]:
        """The step as a policy stores it."""
        clean = self.cleaned_data
        return {
            "fraction": clean["percent"] / 100,
            "offset_minutes": clean["offset"] or 0,
            "audience": clean["audience"],
            "severity": clean["severity"],
            "every_minutes": clean["every"],
            "expires_offer": clean["expires_offer"],
        }


class StepFormSet(forms.BaseFormSet):
    """The ladders of all kinds, one row a step, in the pathway's order."""

    form = StepForm
    extra = BLANK_STEPS
    min_num, max_num, absolute_max = 0, MOST_STEPS, MOST_STEPS
    can_delete, can_delete_extra, can_order = True, True, False
    validate_min = validate_max = False
    edit_only = False
    renderer = get_default_renderer()

    def rows_of(self, kind: str) -> list[StepForm]:
        """The filled rows of a ladder, in the order they were typed."""
        deleted = self.deleted_forms
        filled = [form for form in self.forms if form.has_changed() or form.initial]
        remaining = [form for form in filled if form not in deleted]
        return [form for form in remaining if form.cleaned_data.get("kind") == kind]

    def ladders(self) -> dict[str, list[dict[str, Any]]]:
        """What was typed as a policy stores it; every row must be valid."""
        return {str(kind): [form.stored() for form in self.rows_of(kind)] for kind in Kind}

    def refuse(self, error: ValidationError) -> bool:
        """Show an error at the row it names; False if it names none."""
        names = error.params or {}
        rows = self.rows_of(names.get("kind", ""))
        if not 0 < names.get("number", 0) <= len(rows):
            return False
        rows[names["number"] - 1].add_error(None, error)
        return True


def rows_from(ladders: Mapping[str, Iterable[Step]]) -> list[dict[str, Any]]:
    """The steps of ladders as the rows of an unbound formset begin with them."""
    return [
        {
            "kind": kind,
            "percent": f"{step.fraction * 100:g}",
            "offset": _minutes(step.offset) or None,
            "audience": list(step.audience),
            "severity": step.severity,
            "every": _minutes(step.every) if step.every else None,
            "expires_offer": step.expires_offer,
        }
        for kind, steps in ladders.items()
        for step in steps
    ]


def _minutes(span: timedelta) -> float:
    return span.total_seconds() / 60
