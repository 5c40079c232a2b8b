"""How sick: indicators, units, risk models, comparator scores and organ failure, as a library.

Everything exported here is pure: no framework, no database, no clock. What scores many patients at once is
loaded when it is first named, and NumPy with it.
"""

from typing import TYPE_CHECKING, Any

from scoring.evaluation import BANDS, DEFAULT_THRESHOLD, DISPLAY_CAP, Band, Evaluation, band_of, evaluate
from scoring.inputs import EIGHT, INPUTS, OTHER_LABORATORY, Input
from scoring.issues import MESSAGES, Issue
from scoring.labels import FIELD_LABELS
from scoring.modelfile import (
    DEFAULT_NAME,
    ModelFileError,
    default_model,
    load_model,
    model_from_document,
    seal,
)
from scoring.organ_failure import ORGANS, AclfGrade, OrganInputs, aclf_grade, organ_subscores
from scoring.parsing import check_value
from scoring.reading import Reading, confirmed_names, read_inputs
from scoring.red_flags import RED_FLAGS, red_flags
from scoring.riskmodel import Horizon, RiskModel
from scoring.scores import SCORES, ScoreValue, comparator_gaps, comparators, organ_inputs
from scoring.scores.aarc import aarc, aarc_risks
from scoring.scores.albi import albi
from scoring.scores.apri import apri
from scoring.scores.clif_aclf import clif_c_aclf, clif_c_aclf_risks
from scoring.scores.clif_ad import clif_c_ad, clif_c_ad_risks
from scoring.scores.cossh2 import cossh_aclf_2
from scoring.scores.ctp import ctp
from scoring.scores.fib4 import fib_4
from scoring.scores.imeld import imeld
from scoring.scores.meld import meld, meld_2001_unrounded, meld_unrounded
from scoring.scores.meld3 import meld_3, meld_3_unrounded
from scoring.scores.meld_na import meld_na, meld_na_biggins_2006, meld_na_kim_2008
from scoring.terms import Term
from scoring.units import (
    albumin_g_dl,
    bilirubin_mg_dl,
    bilirubin_umol_l,
    bun_mg_dl,
    creatinine_mg_dl,
    creatinine_umol_l,
    urea_mmol_l,
)

if TYPE_CHECKING:
    from scoring.batch import evaluate_many, linear_predictors, risks

DEFAULT_MODEL = default_model()
"""The risk model shipped with the product."""

__all__ = [
    "BANDS",
    "DEFAULT_MODEL",
    "DEFAULT_NAME",
    "DEFAULT_THRESHOLD",
    "DISPLAY_CAP",
    "EIGHT",
    "FIELD_LABELS",
    "INPUTS",
    "MESSAGES",
    "ORGANS",
    "OTHER_LABORATORY",
    "RED_FLAGS",
    "SCORES",
    "AclfGrade",
    "Band",
    "Evaluation",
    "Horizon",
    "Input",
    "Issue",
    "ModelFileError",
    "OrganInputs",
    "Reading",
    "RiskModel",
    "ScoreValue",
    "Term",
    "aarc",
    "aarc_risks",
    "aclf_grade",
    "albi",
    "albumin_g_dl",
    "apri",
    "band_of",
    "bilirubin_mg_dl",
    "bilirubin_umol_l",
    "bun_mg_dl",
    "check_value",
    "clif_c_aclf",
    "clif_c_aclf_risks",
    "clif_c_ad",
    "clif_c_ad_risks",
    "comparator_gaps",
    "comparators",
    "confirmed_names",
    "cossh_aclf_2",
    "creatinine_mg_dl",
    "creatinine_umol_l",
    "ctp",
    "default_model",
    "evaluate",
    "evaluate_many",
    "fib_4",
    "imeld",
    "linear_predictors",
    "load_model",
    "meld",
    "meld_2001_unrounded",
    "meld_3",
    "meld_3_unrounded",
    "meld_na",
    "meld_na_biggins_2006",
    "meld_na_kim_2008",
    "meld_unrounded",
    "model_from_document",
    "organ_inputs",
    "organ_subscores",
    "read_inputs",
    "red_flags",
    "risks",
    "seal",
    "urea_mmol_l",
]


def __getattr__(name: str) -> Any:
    if name in {"evaluate_many", "linear_predictors", "risks"}:
        from scoring import batch

        return getattr(batch, name)
    raise AttributeError(name)
