"""Every code of the scoring core as translated text, for the faces; unknown to the core."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from scoring.evaluation import BANDS, DISPLAY_CAP
from scoring.inputs import ANY_INPUT, BY_KEY
from scoring.issues import HINTS, Issue, plain_number
from scoring.labels import FIELD_LABELS, HELP
from scoring.organ_failure import ORGANS
from scoring.red_flags import RED_FLAGS
from scoring.units import canonical_unit

Text = str | Promise

WEST_HAVEN: Mapping[int, Text] = {
    0: _("No encephalopathy: awake, oriented, behaves as usual, no flapping tremor."),
    1: _("Slight lack of awareness, short attention span, altered sleep, euphoria or anxiety."),
    2: _("Lethargy, disorientation for time, change of personality, flapping tremor."),
    3: _("Somnolent to semi-stuporous but rousable, confused, gross disorientation."),
    4: _("Coma: does not respond, or only to pain."),
}
"""What each West Haven grade looks like at the bedside."""

BEFORE_PUNCTUATION = re.compile(r" (?=[）;；，。])|(?<=[。？]) ")
"""Blanks that stand where an input has no unit, or behind a Chinese sentence."""

ROMAN = ("0", "Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ")
"""Grades of encephalopathy as they are written."""

MODEL_STATUS: Mapping[str, Text] = {
    "provisional": _("Provisional: not the consortium's published model, not validated"),
    "validated": _("Validated"),
    "retired": _("Retired"),
}

OUTCOME: Mapping[str, Text] = {
    "scored": _("Scored"),
    "incomplete": _("No score: indicators are missing"),
    "not_applicable": _("No score: the model does not apply without chronic liver disease"),
}
"""What became of an evaluation, by its `status`."""

CHINESE_STAGE: Mapping[str, Text] = {
    "none": _("Neither failure nor pre-failure"),
    "pre": _("Pre-failure stage"),
    "early": _("Early stage"),
    "middle": _("Middle stage"),
    "late": _("Late stage"),
}
"""The stages of the Chinese guideline, in its words."""

ACLF_GRADE: Mapping[str, Text] = {
    "none": _("No ACLF"),
    "1a": _("ACLF grade 1a"),
    "1b": _("ACLF grade 1b"),
    "2": _("ACLF grade 2"),
    "3a": _("ACLF grade 3a"),
    "3b": _("ACLF grade 3b"),
}

CHOICES: Mapping[str, Mapping[str, Text]] = {
    "ascites": {"none": _("No ascites"), "mild": _("Mild"), "moderate_severe": _("Moderate or severe")},
    **dict.fromkeys(
        ("hbsag", "hbeag", "anti_hdv", "hev_igm"), {"negative": _("negative"), "positive": _("positive")}
    ),
    "sex": {"male": _("Male"), "female": _("Female")},
    "cause": {
        "hepatitis_b": _("chronic hepatitis B"),
        "hepatitis_c": _("chronic hepatitis C"),
        "alcohol": _("alcohol-related liver disease"),
        "masld": _("metabolic dysfunction-associated steatotic liver disease"),
        "autoimmune": _("autoimmune liver disease"),
        "cholestatic": _("chronic cholestatic liver disease"),
        "wilson": _("Wilson disease"),
        "drug": _("chronic drug-induced liver injury"),
        "other": _("other chronic liver disease"),
        "unknown": _("chronic liver disease, cause not yet known"),
        "none": _("no chronic liver disease"),
    },
}
"""The answers of each input with a choice."""

UNITS: Mapping[str, Text] = {
    "years": _("years"),
    "receptors/cell": _("receptors/cell"),
    "urea mg/dL": _("mg/dL urea"),
    "BUN mg/dL": _("mg/dL BUN"),
}
"""Those units that have words in them."""

CERTAINTY: Mapping[str, Text] = {
    "published": _("Published"),
    "derived": _("Derived from published figures"),
    "assumed": _("Assumption"),
    "calibrated": _("Calibrated to published rates"),
    "fitted": _("Fitted to a cohort"),
}
"""How certain a number of a model card is."""

LOW_SCORE_CAUTION = _("A low score does not overrule a worried clinician.")


@dataclass(frozen=True, slots=True)
class ContributionText:
    """One bar of the chart, in words. `share` is in units of the linear predictor, `factor` is exp(share)."""

    input: str
    label: str
    share: float
    factor: float
    value: str
    reference: str
    sentence: str


def label(name: str) -> str:
    """Translated name of an input; the name itself if it is none."""
    return gettext(FIELD_LABELS[name]) if name in FIELD_LABELS else name


def issue_text(issue: Issue) -> str:
    """Translated message of a refusal or warning."""
    shown = {name: unit_text(issue.params[name]) for name in ("unit", "other_unit") if name in issue.params}
    shown |= {name: label(issue.params[name]) for name in ("given",) if name in issue.params}
    if "stages" in issue.params:
        shown["stages"] = gettext(", ").join(_pointed(each) for each in issue.params["stages"])
    if "units" in issue.params:
        shown["units"] = gettext(" or ").join(unit_text(unit) for unit in issue.params["units"])
    written = Issue(issue.field, issue.code, {**issue.params, **shown})
    hint = HINTS.get(str(issue.params.get("hint")))
    text = gettext(issue.text) + (f" {gettext(hint)}" if hint else "")
    rendered = written.render(text, label(issue.field.removeprefix("sampled_at.")))
    return BEFORE_PUNCTUATION.sub("", rendered)


def _pointed(named: str) -> str:
    """What points to a Chinese stage, and the stage, in words; given as `inr: early`."""
    name, _colon, stage = named.partition(": ")
    return f"{label(name)}{gettext(': ')}{CHINESE_STAGE[stage]}"


def help_text(name: str) -> str:
    """What tells an input from what it is taken for; empty where nothing needs saying."""
    return gettext(HELP[name]) if name in HELP else ""


def stored_issue_text(stored: Mapping[str, Any]) -> str:
    """Translated message of an issue kept in its JSON form."""
    return issue_text(Issue(stored["field"], stored["code"], stored.get("params", {})))


def band_text(band: str) -> str:
    """Translated name of a risk band."""
    return gettext(BANDS[band])


def red_flag_text(code: str) -> str:
    """Translated name of a red flag."""
    return gettext(RED_FLAGS[code])


def west_haven_grades() -> list[tuple[int, str, str]]:
    """Every grade of encephalopathy: its number, how it is written, what it looks like at the bedside."""
    return [
        (grade, value_text("encephalopathy_grade", grade), str(looks)) for grade, looks in WEST_HAVEN.items()
    ]


def organ_text(organ: str) -> str:
    """Translated name of an organ of the CLIF-C table."""
    return gettext({str(name): text for name, text in ORGANS.items()}[organ])


def risk_text(risk: float) -> str:
    """A risk (0-1) for people: whole per cent, one decimal below 10 %, never beyond "above 95 %"."""
    if risk > DISPLAY_CAP:
        return gettext("above %(percent)s %%") % {"percent": round(DISPLAY_CAP * 100)}
    percent = risk * 100
    written = f"{percent:.1f}" if round(percent, 1) < 10 else f"{percent:.0f}"
    return gettext("%(percent)s %%") % {"percent": written}


def value_text(key: str, value: Any) -> str:
    """A normalised value with its unit, for people."""
    spec = BY_KEY[key]
    if spec.kind == "flag":
        return gettext("yes") if value else gettext("no")
    if spec.kind == "choice":
        return str(CHOICES[spec.name][value])
    if spec.kind == "grade":
        return pgettext("encephalopathy", "%(grade)s") % {"grade": ROMAN[int(value)]}
    return f"{plain_number(value)} {unit_text(spec.unit)}".strip()


def typed_text(name: str, entered: Mapping[str, Any]) -> str:
    """What was typed with its unit, as `Reading.entered` has it; nothing if `value_text` is in that unit."""
    spec, typed = ANY_INPUT[name], entered.get("unit", "")
    unit = canonical_unit(typed, spec.units or {})
    if unit is None or unit == spec.unit:
        return ""
    return f"{entered['value']} {unit_text(unit)}"


def unit_text(unit: str) -> str:
    """A unit as people write it."""
    return str(UNITS.get(unit, unit)).replace("umol", "µmol").replace("/uL", "/µL").replace("10^9", "×10⁹")


def explain(
    contributions: Mapping[str, float], *, values: Mapping[str, Any], reference: Mapping[str, Any]
) -> list[ContributionText]:
    """The contributions of a stored result in words, the strongest first.

    `values` and `reference` are normalised, by key, as `Evaluation.as_dict` gives them.
    """
    rows = [_explained(name, share, values, reference) for name, share in contributions.items()]
    return sorted(rows, key=lambda row: -abs(row.share))


def _explained(
    name: str, share: float, values: Mapping[str, Any], reference: Mapping[str, Any]
) -> ContributionText:
    key = ANY_INPUT[name].key
    factor = math.exp(share)
    value, typical = value_text(key, values[key]), value_text(key, reference[key])
    return ContributionText(
        input=name,
        label=label(name),
        share=share,
        factor=factor,
        value=value,
        reference=typical,
        sentence=_sentence(factor) % {"value": value, "reference": typical, "factor": f"{factor:.2g}"},
    )


def _sentence(factor: float) -> str:
    if factor > 1.05:
        return gettext(
            "%(value)s instead of the typical patient's %(reference)s: raises the hazard %(factor)s-fold."
        )
    if factor < 1 / 1.05:
        return gettext(
            "%(value)s instead of the typical patient's %(reference)s: lowers the hazard to %(factor)s of it."
        )
    return gettext("%(value)s, about as in the typical patient (%(reference)s): hardly changes the hazard.")
