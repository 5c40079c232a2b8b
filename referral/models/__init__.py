from referral.models.assessments import Assessment, AssessmentRetraction, Indicators
from referral.models.cases import Case, Event, Message, Offer
from referral.models.deadlines import Deadline
from referral.models.evidence import Evidence
from referral.models.patients import Patient
from referral.models.policies import PathwayPolicy
from referral.models.statistics import CaseFacts
from referral.models.window_2 import (
    ArtificialLiverSession,
    ImmuneStatus,
    Intervention,
    KitResult,
    NutritionDay,
    NutritionTarget,
    OrganFailureAssessment,
    Precipitant,
    TransplantDecision,
    TreatmentRecord,
)

__all__ = [
    "ArtificialLiverSession",
    "Assessment",
    "AssessmentRetraction",
    "Case",
    "CaseFacts",
    "Deadline",
    "Event",
    "Evidence",
    "ImmuneStatus",
    "Indicators",
    "Intervention",
    "KitResult",
    "Message",
    "NutritionDay",
    "NutritionTarget",
    "Offer",
    "OrganFailureAssessment",
    "PathwayPolicy",
    "Patient",
    "Precipitant",
    "TransplantDecision",
    "TreatmentRecord",
]
