from referral.models.assessments import Assessment, AssessmentRetraction, Indicators
from referral.models.cases import Case, Event, Message, Offer
from referral.models.deadlines import Deadline
from referral.models.patients import Patient
from referral.models.policies import PathwayPolicy
from referral.models.statistics import CaseFacts

__all__ = [
    "Assessment",
    "AssessmentRetraction",
    "Case",
    "CaseFacts",
    "Deadline",
    "Event",
    "Indicators",
    "Message",
    "Offer",
    "Patient",
    "PathwayPolicy",
]
