"""The cirrhosis patients of SUPPORT2 as a cohort file, from the SurvSet package.

508 patients of five American hospitals, 1989-1994, nearly in intensive care; death only. It lacks INR, the
grade of encephalopathy and variceal bleeding, and everybody has cirrhosis: of use to try the tools, not to
make a model. Connors AF, JAMA 1995;274:1591-1598; https://hbiostat.org/data/repo/Csupport2.html

SurvSet is under the GPL and serves development only; nothing that runs in a hospital needs it.
"""

from typing import TextIO

from SurvSet.data import SurvLoader

_COLUMNS = {
    "num_age": "age_years",
    "num_bili": "bilirubin",
    "num_bun": "urea",
    "num_sod": "sodium_mmol_l",
    "num_crea": "creatinine",
    "num_wblc": "wbc_10e9_l",
    "num_meanbp": "map_mmhg",
    "num_pafi": "pao2_fio2",
    "fac_sex": "sex",
    "time": "time_days",
    "event": "event",
}


def write_support2_cirrhosis(target: TextIO) -> int:
    """Writes the cohort as CSV and returns the number of patients."""
    everyone = SurvLoader().load_dataset("support2")["df"]
    patients = everyone[everyone["fac_dzgroup"] == "Cirrhosis"]
    cohort = patients[list(_COLUMNS)].rename(columns=_COLUMNS)
    cohort = cohort.assign(
        albumin_g_l=patients["num_alb"] * 10,
        cirrhosis=1,
        bilirubin_unit="mg/dL",
        urea_unit="BUN mg/dL",
        creatinine_unit="mg/dL",
    )
    cohort.to_csv(target, index=False, float_format="%.6g")
    return len(cohort)
