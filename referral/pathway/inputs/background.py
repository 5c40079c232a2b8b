"""What else the first hospital, and then the ward, may say of a patient: all optional, and none of it needed
to refer."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

from referral import codes
from referral.pathway.inputs.shapes import Shape, VerbInput
from referral.pathway.refusals import Text
from referral.pathway.vocabulary import Verb

LINE, SENTENCES = 80, 500


def _text(name: str, label: Text, hint: Text = "", max_length: int = SENTENCES) -> VerbInput:
    return VerbInput(name, Shape.TEXT, label, required=False, max_length=max_length, hint=hint)


def _number(name: str, label: Text, unit: Text, low: float, high: float) -> VerbInput:
    return VerbInput(name, Shape.DECIMAL, label, required=False, low=low, high=high, unit=unit)


_COURSE = (
    _text("history", _("history"), _("Since when, and how it went: two sentences.")),
    _text("treatment_so_far", _("treatment so far")),
)
_CAUSE = (
    VerbInput("cirrhosis_known_by", Shape.SEVERAL, _("cirrhosis known by"), False, codes.CirrhosisKnownBy),
    VerbInput(
        "decompensated_before", Shape.SEVERAL, _("earlier decompensation"), False, codes.EarlierDecompensation
    ),
    VerbInput("ascites_grade", Shape.CHOICE, _("ascites"), False, codes.AscitesGrade),
    VerbInput("varices", Shape.CHOICE, _("varices"), False, codes.Varices),
    _text("hbv_dna", _("HBV DNA"), _("As printed, with its unit: 3.2E+06 IU/mL, or <20 IU/mL."), LINE),
    VerbInput("antiviral", Shape.CHOICE, _("antiviral drug"), False, codes.AntiviralUse),
    _text("antiviral_drug", _("which antiviral drug"), max_length=LINE),
    VerbInput("antiviral_since", Shape.DATE, _("antiviral drug taken since"), False),
    VerbInput("antiviral_stopped", Shape.DATE, _("antiviral drug stopped on"), False),
    _number("alcohol_g_day", _("alcohol"), _("g a day"), 0, 1000),
    _text("drugs_and_herbs", _("drugs and herbs that may harm the liver"), max_length=300),
)
_BESIDE = (
    VerbInput("comorbidities", Shape.SEVERAL, _("other diseases"), False, codes.Comorbidity),
    _text("other_diseases", _("other diseases, in words"), max_length=200),
    _text("medication", _("current medication")),
    _text("allergies", _("allergies"), max_length=200),
)
_SIGNS = (
    VerbInput("measured_at", Shape.MOMENT, _("measured at"), False),
    _number("temperature_c", _("temperature"), "°C", 25, 45),
    _number("pulse_per_min", _("pulse"), _("/min"), 10, 300),
    _number("systolic_mmhg", _("systolic pressure"), "mmHg", 30, 300),
    _number("diastolic_mmhg", _("diastolic pressure"), "mmHg", 10, 200),
    _number("breaths_per_min", _("breathing"), _("/min"), 2, 80),
    _number("saturation_percent", _("SpO2 (oxygen saturation)"), "%", 30, 100),
    _number("gcs", _("Glasgow coma scale"), "", 3, 15),
    _number("urine_ml_day", _("urine output"), _("mL in 24 h"), 0, 20_000),
)
_FINDINGS = (
    VerbInput("infection_site", Shape.SEVERAL, _("site of infection"), False, codes.InfectionSite),
    _text("infection", _("signs of infection"), max_length=300),
    _text("cultures", _("cultures"), max_length=300),
    _text("imaging", _("imaging, in words")),
)
_JOURNEY = (
    VerbInput("transport_needs", Shape.SEVERAL, _("needs on the way"), False, codes.TransportNeed),
    _text("family_informed", _("what the family was told"), max_length=300),
)

GROUPS: Mapping[str, tuple[Text, tuple[VerbInput, ...]]] = MappingProxyType(
    {
        "course": (_("Course"), _COURSE),
        "cause": (_("Cause"), _CAUSE),
        "beside": (_("Other diseases, medication, allergies"), _BESIDE),
        "signs": (_("Vital signs"), _SIGNS),
        "findings": (_("Infection and imaging"), _FINDINGS),
        "journey": (_("The way, and the family"), _JOURNEY),
    }
)
"""The inputs in the order in which they are asked and shown, by group."""

BACKGROUND = tuple(verb_input for _label, inputs in GROUPS.values() for verb_input in inputs)

VERB_INPUTS: dict[Verb, tuple[VerbInput, ...]] = {Verb.STATE_BACKGROUND: BACKGROUND}
