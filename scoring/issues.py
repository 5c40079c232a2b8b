"""What can be wrong or unusual about an input, as codes with English text.

The text is marked for translation here and translated by the faces (`scoring.texts`), so that this package
stays free of any framework.
"""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from scoring.labels import FIELD_LABELS
from scoring.labels import gettext_noop as gettext_noop
from scoring.sentences import Translate

_LONGEST_QUOTE = 60


REFUSALS: Mapping[str, str] = MappingProxyType(
    {
        "unknown_field": gettext_noop("“%(field)s” is not a known input. Check its spelling."),
        "not_a_number": gettext_noop(
            "%(label)s: “%(value)s” is not a number. Enter digits, with a point as the decimal sign."
        ),
        "not_plain": gettext_noop(
            "%(label)s: “%(value)s” is not plainly one value of it; another test, unit or number stands "
            "there. Enter its number alone."
        ),
        "number_ambiguous": gettext_noop(
            "%(label)s: “%(value)s” can be two numbers: the comma may part thousands or be the decimal sign. "
            "Write it without a comma."
        ),
        "bound": gettext_noop(
            "%(label)s: “%(value)s” is a limit, not a value, and is not used for one. Enter the number "
            "itself; that of a laboratory value the laboratory has (diluted where it is above the range)."
        ),
        "units_contradict": gettext_noop(
            "%(label)s: “%(value)s” names another unit than the one stated, %(unit)s. Correct what is wrong."
        ),
        "unit_contradicts_heading": gettext_noop(
            "%(label)s: the row says “%(value)s”, the heading of the column %(unit)s. Correct what is wrong."
        ),
        "not_finite": gettext_noop(
            "%(label)s: “%(value)s” is not a measured value. Enter the number, or leave it empty."
        ),
        "not_whole": gettext_noop("%(label)s: “%(value)s” is not a whole number from %(low)s to %(high)s."),
        "not_a_choice": gettext_noop(
            "%(label)s: “%(value)s” is not one of the possible answers: %(choices)s."
        ),
        "not_yes_or_no": gettext_noop(
            "%(label)s: “%(value)s” is not an answer. Say yes or no (true or false)."
        ),
        "unit_missing": gettext_noop("%(label)s is not stated. Choose one of: %(units)s."),
        "unit_unknown": gettext_noop("%(label)s: “%(value)s” is not a known unit. Choose one of: %(units)s."),
        "unit_ambiguous": gettext_noop(
            "%(label)s: “%(value)s” can mean urea or urea nitrogen, which differ by 2.14. "
            "Choose one of: %(units)s."
        ),
        "out_of_range": gettext_noop(
            "%(label)s: %(value)s is impossible. Possible values are %(low)s to %(high)s %(unit)s; "
            "check value and unit."
        ),
        "neutrophils_exceed_wbc": gettext_noop(
            "%(label)s: %(value)s is more than all white cells together (%(wbc)s). Check both counts."
        ),
        "time_invalid": gettext_noop(
            "%(label)s: “%(value)s” is not a time. Use the form 2025-06-30T08:15:00+08:00."
        ),
        "time_without_offset": gettext_noop(
            "%(label)s: “%(value)s” does not say its time zone. Add the offset, for example +08:00."
        ),
        "sampled_in_future": gettext_noop(
            "%(label)s: “%(value)s” is in the future. Check the date and time of sampling."
        ),
        "date_ambiguous": gettext_noop(
            "%(label)s: “%(value)s” can be two days, by whether day or month stands first. "
            "Write the year first, as in 2026-03-05."
        ),
        "date_invalid": gettext_noop(
            "%(label)s: “%(value)s” is not a day or time. Write the year first, as in 2026-03-05 08:05."
        ),
        "not_utf8": gettext_noop(
            "%(label)s contains bytes that are not UTF-8 text. Save the file as “CSV UTF-8”."
        ),
        "too_many_cells": gettext_noop(
            "The row has more cells than the header names. Check for a stray separator."
        ),
        "malformed_row": gettext_noop("The row cannot be read: %(value)s. Check its quotation marks."),
        "not_an_object": gettext_noop("This is not a JSON object with the inputs by name."),
        "invalid_json": gettext_noop("This is not valid JSON: %(value)s."),
        "repeated_name": gettext_noop(
            "“%(value)s” is named twice, and which value is right cannot be known. Leave the right one."
        ),
    }
)

CONFIRMABLE: Mapping[str, str] = MappingProxyType(
    {
        "unusually_low": gettext_noop(
            "%(label)s %(value)s %(unit)s is unusually low (below %(limit)s). Is it right?"
        ),
        "unusually_high": gettext_noop(
            "%(label)s %(value)s %(unit)s is unusually high (above %(limit)s). Is it right?"
        ),
        "perhaps_mg_dl": gettext_noop(
            "%(label)s %(value)s %(unit)s is unusual for someone this ill. "
            "Was the laboratory's value in mg/dL?"
        ),
        "perhaps_umol_l": gettext_noop(
            "%(label)s %(value)s %(unit)s is unusually high. Was the laboratory's value in µmol/L?"
        ),
        "perhaps_mmol_l": gettext_noop(
            "%(label)s %(value)s %(unit)s is unusually low. Was the laboratory's value in mmol/L?"
        ),
        "perhaps_g_dl": gettext_noop(
            "%(label)s %(value)s %(unit)s is very low. Was the laboratory's value in g/dL?"
        ),
        **dict.fromkeys(
            (
                *("perhaps_g_l", "perhaps_ul", "perhaps_10e9_l", "perhaps_kpa", "perhaps_mmhg"),
                *("perhaps_mg_l", "perhaps_ug_dl"),
            ),
            gettext_noop(
                "%(label)s %(value)s %(unit)s is unusual. Was the laboratory's value in %(other_unit)s?"
            ),
        ),
        **dict.fromkeys(
            (
                *("perhaps_seconds", "perhaps_pta", "perhaps_percent", "perhaps_chloride"),
                *("perhaps_map_kpa", "perhaps_systolic", "perhaps_pao2", "perhaps_flow"),
            ),
            gettext_noop("%(label)s %(value)s %(unit)s is unusual; usual is %(low)s to %(high)s."),
        ),
        "needs_fio2": gettext_noop(
            "%(given)s says nothing about the lungs without FiO2. Enter FiO2: 0.21 on room air."
        ),
        "ratio_out_of_reach": gettext_noop(
            "PaO2/FiO2 would be %(value)s mmHg (above %(limit)s). Check FiO2, which is 0.21 on room air "
            "only, and the unit of PaO2."
        ),
        "needed_for_urine": gettext_noop(
            "%(given)s says nothing about the kidneys without this. Enter it: %(label)s."
        ),
        "needs_oxygen": gettext_noop(
            "FiO2 says nothing about the lungs by itself. Enter SpO2 in %%, or PaO2 of a blood gas."
        ),
        "stale_sample": gettext_noop(
            "%(label)s was sampled %(hours)s hours ago, more than %(limit)s. Is there no newer value?"
        ),
        "stale_samples": gettext_noop(
            "The values were sampled %(hours)s hours ago, more than %(limit)s. Are there no newer ones?"
        ),
        "scattered_samples": gettext_noop(
            "The values were sampled %(hours)s hours apart, more than %(limit)s. Do they describe one state?"
        ),
    }
)

NOTICES: Mapping[str, str] = MappingProxyType(
    {
        "sampled_at_missing": gettext_noop("%(label)s: the time of sampling is not known."),
        "bound_taken": gettext_noop(
            "%(label)s: computed with %(number)s, the limit of the measurement “%(value)s”. The true value "
            "lies beyond it."
        ),
        "age_by_birth_date": gettext_noop(
            "%(label)s %(value)s was entered, but by the birth date it is %(age)s. Correct what is wrong."
        ),
        "outside_population": gettext_noop(
            "%(label)s %(value)s: the model was made for %(low)s to %(high)s. Read the result with caution."
        ),
        "outside_model_range": gettext_noop(
            "%(label)s %(value)s %(unit)s is outside the range the model was made for (%(low)s to %(high)s)."
        ),
        "not_used": gettext_noop("%(label)s is not used here."),
        "counts_as_no": gettext_noop("%(label)s is not stated and counts as no."),
        "counts_as_known": gettext_noop("A chronic liver disease is not stated and counts as known."),
        "complications_from_values": gettext_noop(
            "Complications were not counted; the values show %(count)s. The Chinese stage stays open: it is "
            "at least what INR, PTA and these point to. Count the complications to decide it."
        ),
        "fewer_than_values_show": gettext_noop(
            "%(label)s: %(stated)s are stated, the values show %(count)s, which count."
        ),
        "stages_differ": gettext_noop(
            "Chinese stage: INR, PTA and complications point to different stages (%(stages)s); the latest "
            "leads."
        ),
        "between_stages": gettext_noop(
            "Bilirubin and coagulation do not fit one Chinese stage together, so none is given. Read the "
            "other definitions, and repeat both values."
        ),
        "rise_of_unknown_time": gettext_noop(
            "%(label)s rose by %(value)s µmol/L: stage 1 if within 48 hours, which is not known here."
        ),
        "decompensated_before": gettext_noop(
            "APASL counts the first decompensation only; there was one before. Its criteria are shown as the "
            "values meet them."
        ),
    }
)

HINTS: Mapping[str, str] = MappingProxyType(
    {
        "in_other_unit": gettext_noop(
            "%(value)s %(other_unit)s would be %(converted)s %(unit)s; if that is meant, choose the unit "
            "%(other_unit)s."
        ),
        "take_the_number": gettext_noop(
            "Where there is none, confirm it: then %(number)s is taken for the value, and the result says so."
        ),
        "perhaps_seconds": gettext_noop(
            "Is it the prothrombin time (PT) in seconds, or the prothrombin activity (PTA) in %%? "
            "Enter the INR."
        ),
        "perhaps_pta": gettext_noop(
            "Is it the prothrombin activity (PTA) in %%, or the prothrombin time (PT) in seconds? "
            "Enter the INR."
        ),
        "perhaps_percent": gettext_noop("Is it the share in %%? Enter the number of cells."),
        "perhaps_potassium": gettext_noop("Is it the potassium? Enter the sodium."),
        "perhaps_chloride": gettext_noop("Is it the chloride? Enter the sodium."),
        "perhaps_map_kpa": gettext_noop("Is it in kPa? 1 kPa is 7.5 mmHg."),
        "perhaps_systolic": gettext_noop(
            "Is it the systolic pressure? The mean is (systolic + 2 × diastolic) / 3."
        ),
        "perhaps_fraction": gettext_noop("Enter the saturation in %%, such as 98."),
        "perhaps_pta_fraction": gettext_noop("Enter the activity in %%, such as 35."),
        "perhaps_ratio": gettext_noop("Enter the saturation itself in %%; the ratio is computed."),
        "perhaps_flow": gettext_noop(
            "Is it the oxygen flow in L/min? Enter the fraction: 0.21 on room air, with oxygen such as 0.4 "
            "or 40 %%."
        ),
        "perhaps_saturation": gettext_noop(
            "Is it the saturation? Enter SpO2 in %% and FiO2 (0.21 on room air) as two values; the ratio is "
            "computed."
        ),
        "perhaps_pao2": gettext_noop(
            "Is it PaO2? Enter PaO2 and FiO2 (0.21 on room air) as two values; the ratio is computed."
        ),
    }
)
"""What a value was probably meant to be and what to do, by the `hint` of an issue; follows its message."""

MESSAGES: Mapping[str, str] = MappingProxyType({**REFUSALS, **CONFIRMABLE, **NOTICES})
"""English text of every code, with %(name)s placeholders filled from `Issue.params`."""

IN_DAYS: Mapping[str, str] = MappingProxyType(
    {
        "stale_sample": gettext_noop(
            "%(label)s was sampled %(days)s days ago, more than %(limit)s hours. Is there no newer value?"
        ),
        "stale_samples": gettext_noop(
            "The values were sampled %(days)s days ago, more than %(limit)s hours. Are there no newer ones?"
        ),
        "scattered_samples": gettext_noop(
            "The values were sampled %(days)s days apart, more than %(limit)s hours. "
            "Do they describe one state?"
        ),
    }
)
"""What the message of a code says instead where a time is long enough to be counted in days."""

DAYS_FROM_HOURS = 72
"""From so many hours on nobody counts in hours."""


@dataclass(frozen=True, slots=True)
class Issue:
    """Something wrong (a refusal) or noteworthy (a warning) about one input.

    `field` is an input name, or `sampled_at.<input name>` for the time of one value; `params` are JSON
    values.
    """

    field: str
    code: str
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def needs_confirmation(self) -> bool:
        """True for a soft limit: a person may confirm the value as it is."""
        return self.code in CONFIRMABLE

    @property
    def label(self) -> str:
        """English name of the input."""
        return FIELD_LABELS.get(self.field.removeprefix("sampled_at."), self.field)

    @property
    def message(self) -> str:
        """English text that says what is wrong and what to do."""
        return self.read(str)

    @property
    def text(self) -> str:
        """The marked text of its code, which counts long times in days."""
        in_days = self.code in IN_DAYS and self.params.get("hours", 0) >= DAYS_FROM_HOURS
        return (IN_DAYS if in_days else MESSAGES)[self.code]

    def read(self, translate: Translate) -> str:
        """The same in the language of `translate`, which gives the words for a marked text."""
        hint = HINTS.get(str(self.params.get("hint")))
        text = f"{translate(self.text)} {translate(hint) if hint else ''}"
        return self.render(text, translate(self.label))

    def render(self, text: str, label: str) -> str:
        """`text` (the code's message, perhaps translated) with this issue's particulars filled in."""
        shown = {name: plain_number(value) for name, value in self.params.items()}
        if "hours" in self.params:
            shown["days"] = plain_number(self.params["hours"] // 24)
        return " ".join((text % {"label": label, "field": self.field, **shown}).split()).replace(" ;", ";")

    def as_dict(self) -> dict[str, Any]:
        """JSON form: field, code, English message, params."""
        return {"field": self.field, "code": self.code, "message": self.message, "params": dict(self.params)}


def as_text(raw: object) -> str:
    """What was typed as text; an ellipsis for a whole number of thousands of digits, which has none."""
    try:
        return str(raw)
    except ValueError:
        return "…"


def quoted(raw: object) -> str:
    """What was typed, for a message that repeats it: cut short where it is longer than a line."""
    text = as_text(raw)
    return text if len(text) <= _LONGEST_QUOTE else f"{text[: _LONGEST_QUOTE - 1]}…"


LARGE = 100_000
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def plain_number(value: object) -> str:
    """A value for people: four significant digits at most, no trailing zeros, lists with commas.

    Large ones, as of a virus, are a power of ten where that loses no digit.
    """
    if isinstance(value, int | float) and LARGE <= abs(value) < math.inf:
        digits, power = f"{value:.3e}".split("e+")
        if float(f"{digits}e{power}") == value:
            return f"{float(digits):g}×10{str(int(power)).translate(_RAISED)}"
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return str(value)
