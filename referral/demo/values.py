"""What the ward of the demo measures."""

from typing import Any

ORGANS: dict[str, Any] = {
    "bilirubin": 402,
    "bilirubin_unit": "umol/L",
    "creatinine": 96,
    "creatinine_unit": "umol/L",
    "encephalopathy_grade": 1,
    "inr": 2.2,
    "map_mmhg": 78,
    "vasopressors": False,
    "pao2_fio2": 330,
}


PANEL: dict[str, Any] = {
    **{"bilirubin": 396, "bilirubin_unit": "umol/L", "albumin_g_l": 28, "alt_u_l": 640, "ast_u_l": 520},
    **{"ast_upper_limit_u_l": 40, "ggt_u_l": 96, "alp_u_l": 168, "ammonia_umol_l": 92, "inr": 2.5},
    **{"prothrombin_time_s": 27.4, "pta_percent": 31, "fibrinogen_g_l": 1.3, "creatinine": 104},
    **{"creatinine_unit": "umol/L", "urea": 8.8, "urea_unit": "mmol/L", "sodium_mmol_l": 131},
    **{"potassium_mmol_l": 3.6, "glucose_mmol_l": 4.1, "lactate_mmol_l": 2.4, "wbc_10e9_l": 13.1},
    **{"neutrophils_10e9_l": 10.9, "lymphocytes_10e9_l": 0.8, "platelets_10e9_l": 68, "crp_mg_l": 41},
    **{"hbv_dna_iu_ml": 2_400_000, "hbsag": "positive", "hbeag": "negative", "afp_ng_ml": 210},
}

PANEL_LATER: dict[str, Any] = {**PANEL, "albumin_g_l": 26, "ammonia_umol_l": 118, "platelets_10e9_l": 51}

PANEL_OF_STEADY: dict[str, Any] = {
    **{"bilirubin": 158, "bilirubin_unit": "umol/L", "albumin_g_l": 29, "alt_u_l": 186, "ast_u_l": 241},
    **{"ggt_u_l": 205, "inr": 1.65, "pta_percent": 46, "creatinine": 78, "creatinine_unit": "umol/L"},
    **{"urea": 5.9, "urea_unit": "mmol/L", "sodium_mmol_l": 134, "potassium_mmol_l": 3.8},
    **{"wbc_10e9_l": 7.4, "neutrophils_10e9_l": 5.1, "platelets_10e9_l": 82, "crp_mg_l": 14},
}

PANEL_AT_DISCHARGE: dict[str, Any] = {
    **{"bilirubin": 71, "bilirubin_unit": "umol/L", "albumin_g_l": 33, "alt_u_l": 62, "ast_u_l": 74},
    **{"ggt_u_l": 128, "inr": 1.28, "pta_percent": 64, "creatinine": 74, "creatinine_unit": "umol/L"},
    **{"urea": 5.1, "urea_unit": "mmol/L", "sodium_mmol_l": 138, "potassium_mmol_l": 4.1},
    **{"wbc_10e9_l": 5.2, "neutrophils_10e9_l": 3.1, "platelets_10e9_l": 96, "crp_mg_l": 4},
}

LETTER: dict[str, Any] = {
    "medicines": "演示：按出院带药单服用，不自行停药或加药；避免成分不明的中草药和保健品。",
    "appointments": "演示：出院后第7、14、28天复查总胆红素、INR、血钠、肌酐和血常规；第28天到病房门诊复诊。",
    "red_flags": "演示：嗜睡或答非所问、呕血或黑便、发热、尿量明显减少、黄疸加深，请立即致电病房。",
}
