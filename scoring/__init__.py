"""How sick: indicators, units, risk models, comparator scores and organ failure, as a library.

Everything exported here is pure: no framework, no database, no clock.
"""

from scoring.evaluation import BANDS, DEFAULT_THRESHOLD, DISPLAY_CAP, Band, Evaluation, band_of, evaluate
from scoring.inputs import EIGHT, INPUTS, OTHER_LABORATORY, Input
from scoring.issues import FIELD_LABELS, MESSAGES, Issue
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
from scoring.terms import Term

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
    "aclf_grade",
    "band_of",
    "check_value",
    "comparator_gaps",
    "comparators",
    "confirmed_names",
    "default_model",
    "evaluate",
    "load_model",
    "model_from_document",
    "organ_inputs",
    "organ_subscores",
    "read_inputs",
    "red_flags",
    "seal",
]
