"""What every input is called, and what tells it from what it is taken for."""

from collections.abc import Mapping
from types import MappingProxyType


def gettext_noop(text: str) -> str:
    """Marks a text for the translation catalogue and returns it unchanged."""
    return text


FIELD_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "age_years": gettext_noop("Age"),
        "cirrhosis": gettext_noop("Cirrhosis"),
        "variceal_bleeding": gettext_noop("Variceal bleeding"),
        "encephalopathy_grade": gettext_noop("Hepatic encephalopathy (West Haven grade)"),
        "bilirubin": gettext_noop("Total bilirubin"),
        "bilirubin_unit": gettext_noop("Unit of bilirubin"),
        "inr": gettext_noop("INR"),
        "urea": gettext_noop("Blood urea"),
        "urea_unit": gettext_noop("Unit of urea"),
        "sodium_mmol_l": gettext_noop("Serum sodium"),
        "wbc_unit": gettext_noop("Unit of white blood cells"),
        "neutrophils_unit": gettext_noop("Unit of neutrophils"),
        "platelets_unit": gettext_noop("Unit of platelets"),
        "lactate_unit": gettext_noop("Unit of lactate"),
        "pao2_unit": gettext_noop("Unit of PaO2"),
        "creatinine": gettext_noop("Creatinine"),
        "creatinine_unit": gettext_noop("Unit of creatinine"),
        "albumin_g_l": gettext_noop("Albumin"),
        "albumin_unit": gettext_noop("Unit of albumin"),
        "wbc_10e9_l": gettext_noop("White blood cells"),
        "neutrophils_10e9_l": gettext_noop("Neutrophils"),
        "lymphocytes_10e9_l": gettext_noop("Lymphocytes"),
        "platelets_10e9_l": gettext_noop("Platelets"),
        "alt_u_l": gettext_noop("ALT"),
        "ast_u_l": gettext_noop("AST"),
        "ast_upper_limit_u_l": gettext_noop("AST, the laboratory's upper limit of normal"),
        "lactate_mmol_l": gettext_noop("Lactate"),
        "ascites": gettext_noop("Ascites"),
        "sex": gettext_noop("Sex"),
        "map_mmhg": gettext_noop("Mean arterial pressure"),
        "vasopressors": gettext_noop("Vasopressors"),
        "spo2_percent": gettext_noop("SpO2 (oxygen saturation)"),
        "fio2": gettext_noop("FiO2 (oxygen fraction)"),
        "pao2": gettext_noop("PaO2 (arterial oxygen)"),
        "pao2_fio2": gettext_noop("PaO2/FiO2"),
        "spo2_fio2": gettext_noop("SpO2/FiO2"),
        "mechanical_ventilation": gettext_noop("Mechanical ventilation (other than for encephalopathy)"),
        "ventilated_for_encephalopathy": gettext_noop("Ventilation because of encephalopathy"),
        "dialysis": gettext_noop(
            "Renal replacement therapy (twice or more in the last week, or continuous for 24 h)"
        ),
        "pta_percent": gettext_noop("Prothrombin activity (PTA)"),
        "bilirubin_rise_umol_l_day": gettext_noop("Rise of bilirubin a day"),
        "baseline_creatinine": gettext_noop("Baseline creatinine"),
        "cause": gettext_noop("Chronic liver disease"),
        "earlier_decompensation": gettext_noop("Earlier decompensation"),
        "complications": gettext_noop("Complications of the Chinese staging"),
        "urine_ml": gettext_noop("Urine volume"),
        "urine_hours": gettext_noop("Hours in which that urine was passed"),
        "weight_kg": gettext_noop("Weight"),
        "urine_ml_kg_h": gettext_noop("Urine output"),
        "hbv_dna_iu_ml": gettext_noop("HBV DNA"),
        "afp_ng_ml": gettext_noop("Alpha-fetoprotein"),
        "ferritin_ng_ml": gettext_noop("Ferritin"),
        "igm_g_l": gettext_noop("IgM"),
        "il6_pg_ml": gettext_noop("Interleukin-6"),
        "pct_ng_ml": gettext_noop("Procalcitonin"),
        "mhladr_per_cell": gettext_noop("Monocyte HLA-DR"),
        "mhladr_percent": gettext_noop("HLA-DR positive monocytes"),
        "ggt_u_l": gettext_noop("GGT"),
        "alp_u_l": gettext_noop("Alkaline phosphatase"),
        "cystatin_c_mg_l": gettext_noop("Cystatin C"),
        "potassium_mmol_l": gettext_noop("Serum potassium"),
        "glucose_mmol_l": gettext_noop("Glucose"),
        "ammonia_umol_l": gettext_noop("Ammonia"),
        "crp_mg_l": gettext_noop("C-reactive protein"),
        "prothrombin_time_s": gettext_noop("Prothrombin time (PT)"),
        "fibrinogen_g_l": gettext_noop("Fibrinogen"),
        "arterial_ph": gettext_noop("pH of arterial blood"),
        "paco2": gettext_noop("PaCO2 (arterial carbon dioxide)"),
        "bicarbonate_mmol_l": gettext_noop("Bicarbonate"),
        "hbsag": gettext_noop("HBsAg"),
        "hbeag": gettext_noop("HBeAg"),
        "anti_hdv": gettext_noop("Anti-HDV"),
        "hev_igm": gettext_noop("HEV IgM"),
        "glucose_unit": gettext_noop("Unit of glucose"),
        "ammonia_unit": gettext_noop("Unit of ammonia"),
        "crp_unit": gettext_noop("Unit of C-reactive protein"),
        "fibrinogen_unit": gettext_noop("Unit of fibrinogen"),
        "paco2_unit": gettext_noop("Unit of PaCO2"),
        "sampled_at": gettext_noop("Time of sampling"),
        "confirmed": gettext_noop("Confirmed values"),
        "row": gettext_noop("Row"),
    }
)
"""English name of every input."""


HELP: Mapping[str, str] = MappingProxyType(
    {
        "inr": gettext_noop("A ratio, usually 0.8 to 10: neither PT in seconds nor PTA in %."),
        "urea": gettext_noop(
            "In mmol/L, urea and urea nitrogen (BUN) have the same number. In mg/dL they differ: "
            "choose which."
        ),
        "neutrophils_10e9_l": gettext_noop("The number of cells, not the share in %."),
        "fio2": gettext_noop("0.21 on room air; 0.21 to 1.0, or 21 to 100 %."),
        "pta_percent": gettext_noop("The activity in %, beside the INR; both are kept."),
        "bilirubin_rise_umol_l_day": gettext_noop("In the last days, by two values: 17.1 or more is fast."),
        "baseline_creatinine": gettext_noop(
            "The last stable value of three months, in the unit of creatinine. Empty: the first one of this "
            "case."
        ),
        "complications": gettext_noop(
            "How many complications and failures outside the liver there are; 0 for none. Empty: not "
            "counted, and the Chinese stage stays a least one."
        ),
        "urine_hours": gettext_noop("The last 6 to 24 hours, with catheter or collected; 24 for a day."),
        "weight_kg": gettext_noop("With ascites or oedema, the estimated dry weight."),
        "prothrombin_time_s": gettext_noop("In seconds: neither the INR nor the activity in %."),
        "map_mmhg": gettext_noop("(systolic + 2 × diastolic) / 3"),
    }
)
"""What tells an input from what it is taken for, in a line under its field."""
