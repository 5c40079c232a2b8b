"""What the verbs of the specialist ward take."""

from collections.abc import Mapping
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from referral import codes
from referral.pathway.inputs.shapes import (
    BED,
    CONFIRMED,
    CORRECTS,
    NOTE,
    OCCURRED_AT,
    PRECIPITANT,
    SOURCES,
    WARD,
    Shape,
    VerbInput,
    reason,
)
from referral.pathway.refusals import Text
from referral.pathway.vocabulary import Verb
from referral.ward import codes as ward_codes
from referral.ward.precipitants import ICD10
from scoring import FIELD_LABELS
from scoring.immune import MARKERS
from scoring.inputs import ANY_INPUT, UNIT_FIELDS_OF_ANY
from scoring.labels import HELP
from scoring.nutrition import HEIGHT_CM, WEIGHT_KG

RATIOS = ("pao2_fio2", "spo2_fio2")
COMPUTED = (*RATIOS, "urine_ml_kg_h")
"""Computed from their numbers; taken from programs that know nothing but the ratio."""

ORGAN_INPUTS = (
    *("bilirubin", "creatinine", "dialysis", "encephalopathy_grade", "inr", "map_mmhg", "vasopressors"),
    *("spo2_percent", "fio2", "pao2", *RATIOS, "mechanical_ventilation", "ventilated_for_encephalopathy"),
)
"""What the CLIF-C table is read from, in its order; names in `scoring.inputs.TYPED_INPUTS`."""

BEDSIDE = (
    *("pta_percent", "ascites", "complications", "bilirubin_rise_umol_l_day", "baseline_creatinine"),
    *("earlier_decompensation", "urine_ml", "urine_hours", "weight_kg", "urine_ml_kg_h"),
)
"""What the definitions of ACLF ask for beside the CLIF-C table."""

BESIDE_ORGANS = (
    *("sodium_mmol_l", "urea", "albumin_g_l", "wbc_10e9_l", "neutrophils_10e9_l", "platelets_10e9_l"),
    *("lactate_mmol_l", "alt_u_l", "ast_u_l", "ast_upper_limit_u_l"),
)
"""Values of the same hour that the published scores need beside the table."""


PANEL_GROUPS: Mapping[str, tuple[str, ...]] = {
    "liver": (
        *("bilirubin", "albumin_g_l", "alt_u_l", "ast_u_l", "ast_upper_limit_u_l", "ggt_u_l", "alp_u_l"),
        "ammonia_umol_l",
    ),
    "coagulation": ("inr", "prothrombin_time_s", "pta_percent", "fibrinogen_g_l"),
    "kidney": (
        *("creatinine", "cystatin_c_mg_l", "urea", "sodium_mmol_l", "potassium_mmol_l", "glucose_mmol_l"),
        "lactate_mmol_l",
    ),
    "blood": (
        *("wbc_10e9_l", "neutrophils_10e9_l", "lymphocytes_10e9_l", "platelets_10e9_l", "crp_mg_l"),
        "pct_ng_ml",
    ),
    "virus": ("hbv_dna_iu_ml", "hbsag", "hbeag", "anti_hdv", "hev_igm", "afp_ng_ml"),
    "gas": ("arterial_ph", "pao2", "fio2", "paco2", "bicarbonate_mmol_l"),
}
"""The routine laboratory panel, in the groups and the order in which it is asked for."""

PANEL = tuple(name for names in PANEL_GROUPS.values() for name in names)


def measured(name: str) -> tuple[VerbInput, ...]:
    """The input of a verb for an input of `scoring`, and for its unit where it has several."""
    spec = ANY_INPUT[name]
    hint = _(HELP[name]) if name in HELP else ""
    shares_a_unit = spec.unit_field and UNIT_FIELDS_OF_ANY[spec.unit_field] is not spec
    unit = "" if shares_a_unit else spec.unit
    value = VerbInput(name, Shape.MEASURED, _(FIELD_LABELS[name]), required=False, unit=unit, hint=hint)
    if not spec.unit_field or shares_a_unit:
        return (value,)
    return value, VerbInput(spec.unit_field, Shape.UNIT, _(FIELD_LABELS[spec.unit_field]), required=False)


def sampled_at(label: Text, *, required: bool = True, hint: Text = "") -> VerbInput:
    return VerbInput("sampled_at", Shape.MOMENT, label, required, hint=hint)


SAMPLED_AT: Text = _("when the sample was taken")

AROUND_A_SESSION: Mapping[str, tuple[Text, str, float, float]] = {
    "bilirubin_umol_l": (_("bilirubin"), "umol/L", 0.5, 1500),
    "inr": (_("INR"), "", 0.5, 30),
    "platelets_10e9_l": (_("platelets"), "10^9/L", 0, 3000),
}
"""What is measured before and after a session of artificial liver: label, unit, possible values."""
SIDES_OF_A_SESSION: Mapping[str, Any] = {
    "before": _("{value} before the session"),
    "after": _("{value} after the session"),
}


def measured_around(name: str, when: str) -> VerbInput:
    """A value of the last sample before a session of artificial liver, or of the first one after it."""
    value, unit, low, high = AROUND_A_SESSION[name]
    label = format_lazy(SIDES_OF_A_SESSION[when], value=value)
    return VerbInput(f"{name}_{when}", Shape.DECIMAL, label, False, low=low, high=high, unit=unit)


VERB_INPUTS: dict[Verb, tuple[VerbInput, ...]] = {
    Verb.RECORD_KIT_RESULT: (
        CORRECTS,
        VerbInput("lot", Shape.TEXT, _("lot number of the kit"), max_length=40),
        sampled_at(SAMPLED_AT),
        VerbInput("answer", Shape.CHOICE, _("the kit's answer"), choices=ward_codes.KitAnswer),
        VerbInput("probability", Shape.DECIMAL, _("probability, if the kit gives one"), False, low=0, high=1),
        VerbInput(
            "assay",
            Shape.PAIRS,
            _("assay values"),
            required=False,
            hint=_("One per line, such as “name: 1.5”, as the report names them."),
        ),
        NOTE,
        VerbInput(
            "reported_at",
            Shape.MOMENT,
            _("when it was reported"),
            required=False,
            hint=_("Empty means: now."),
        ),
    ),
    Verb.ASSESS_ORGAN_FAILURE: (
        CORRECTS,
        sampled_at(_("when the blood was drawn"), required=False, hint=_("Empty means: not known.")),
        *(verb_input for name in (*ORGAN_INPUTS, *BEDSIDE) for verb_input in measured(name)),
        *(verb_input for name in BESIDE_ORGANS for verb_input in measured(name)),
        SOURCES,
        CONFIRMED,
        NOTE,
        OCCURRED_AT,
    ),
    Verb.RETRACT_RECORD: (
        VerbInput("record", Shape.RECORD, _("record that was entered in error")),
        reason(codes.ErrorReason),
        NOTE,
    ),
    Verb.RECORD_PRECIPITANT: (
        CORRECTS,
        PRECIPITANT,
        VerbInput("icd10", Shape.CHOICE, _("ICD-10 code (WHO)"), required=False, choices=ICD10),
        NOTE,
        OCCURRED_AT,
    ),
    Verb.RECORD_INTERVENTION: (
        CORRECTS,
        PRECIPITANT,
        VerbInput(
            "treatment",
            Shape.CHOICE,
            _("kind of treatment"),
            required=False,
            choices=ward_codes.InterventionKind,
        ),
        VerbInput("note", Shape.TEXT, _("what was done")),
        OCCURRED_AT,
    ),
    Verb.RECORD_TREATMENT: (
        VerbInput("item", Shape.CHOICE, _("item of the checklist"), choices=ward_codes.TreatmentItem),
        VerbInput("progress", Shape.CHOICE, _("how it stands"), choices=ward_codes.Progress),
        reason(ward_codes.NotDoneReason, required=False, hint=_("Needed when it is declined.")),
        NOTE,
        OCCURRED_AT,
    ),
    Verb.RECORD_ARTIFICIAL_LIVER: (
        CORRECTS,
        VerbInput("mode", Shape.CHOICE, _("mode"), choices=ward_codes.ArtificialLiverMode),
        VerbInput("started_at", Shape.MOMENT, _("start of the session")),
        VerbInput("ended_at", Shape.MOMENT, _("end of the session")),
        VerbInput(
            "complications",
            Shape.SEVERAL,
            _("complications"),
            required=False,
            choices=ward_codes.Complication,
        ),
        VerbInput(
            *("plasma_ml", Shape.DECIMAL, _("plasma exchanged or adsorbed"), False),
            low=0,
            high=20_000,
            unit="mL",
        ),
        VerbInput(
            *("anticoagulant", Shape.CHOICE, _("anticoagulant"), False, ward_codes.Anticoagulant),
        ),
        VerbInput(*("access", Shape.CHOICE, _("vascular access"), False, ward_codes.VascularAccess)),
        *(measured_around(name, when) for name in AROUND_A_SESSION for when in SIDES_OF_A_SESSION),
        NOTE,
    ),
    Verb.SET_NUTRITION_TARGET: (
        VerbInput("height_cm", Shape.DECIMAL, _("height"), low=HEIGHT_CM[0], high=HEIGHT_CM[1], unit="cm"),
        VerbInput(
            "weight_kg",
            Shape.DECIMAL,
            _("weight"),
            low=WEIGHT_KG[0],
            high=WEIGHT_KG[1],
            unit="kg",
            hint=_("With ascites or oedema, the estimated dry weight."),
        ),
        VerbInput("with_ascites", Shape.BOOLEAN, _("weight includes ascites or oedema"), required=False),
        VerbInput("protein_g", Shape.DECIMAL, _("protein planned a day"), False, low=0, high=300, unit="g"),
        NOTE,
        OCCURRED_AT,
    ),
    Verb.RECORD_INTAKE: (
        VerbInput("day", Shape.DATE, _("date")),
        VerbInput("kcal", Shape.DECIMAL, _("energy intake that day"), low=0, high=10_000, unit="kcal"),
        VerbInput("protein_g", Shape.DECIMAL, _("protein intake that day"), False, low=0, high=300, unit="g"),
        VerbInput("night_snack", Shape.BOOLEAN, _("snack late in the evening"), required=False),
        NOTE,
    ),
    Verb.RECORD_IMMUNE_STATUS: (
        CORRECTS,
        sampled_at(SAMPLED_AT),
        *(verb_input for name in MARKERS for verb_input in measured(name)),
        CONFIRMED,
        NOTE,
    ),
    Verb.RECORD_PANEL: (
        CORRECTS,
        sampled_at(SAMPLED_AT),
        *(verb_input for name in PANEL for verb_input in measured(name)),
        SOURCES,
        CONFIRMED,
        NOTE,
    ),
    Verb.TRANSFER: (WARD, BED, NOTE, OCCURRED_AT),
    Verb.DECIDE_TRANSPLANT: (
        CORRECTS,
        VerbInput("decision", Shape.CHOICE, _("status"), choices=ward_codes.TransplantDecision),
        reason(
            ward_codes.AgainstTransplant,
            required=False,
            hint=_("Needed when it is decided against or contraindicated."),
        ),
        NOTE,
        OCCURRED_AT,
    ),
}
