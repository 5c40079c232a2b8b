"""The rows of cases and of all that belongs to them; rules that only the database keeps are migrations."""

from referral.models.admissions import Admission
from referral.models.assessments import Assessment, AssessmentRetraction, Indicators
from referral.models.background import Background
from referral.models.beds import BedChange, FreeBeds
from referral.models.case_files import CaseFile, CaseFileLook
from referral.models.cases import Case, Event, Message, Offer, Question
from referral.models.deadlines import Deadline
from referral.models.discharge import BackReferral, Diagnosis, Outcome
from referral.models.evidence import Evidence
from referral.models.lost_roles import LostRole
from referral.models.notification_days import Addressee, DeliveryFate, NotificationDay
from referral.models.patients import Patient, Person
from referral.models.policies import PathwayPolicy
from referral.models.sealed import Route, SealedColumn, SealedMonth
from referral.models.statistics import CaseFacts
from referral.models.transports import Transport
from referral.models.ward_records import (
    RETRACTABLE,
    ArtificialLiverSession,
    ImmuneStatus,
    Intervention,
    KitResult,
    LaboratoryPanel,
    NutritionDay,
    NutritionTarget,
    OrganFailureAssessment,
    Precipitant,
    Record,
    Retraction,
    TransplantDecision,
    TreatmentRecord,
)

__all__ = [
    "RETRACTABLE",
    "Addressee",
    "Admission",
    "ArtificialLiverSession",
    "Assessment",
    "AssessmentRetraction",
    "BackReferral",
    "BedChange",
    "Background",
    "Case",
    "CaseFacts",
    "CaseFile",
    "CaseFileLook",
    "Deadline",
    "DeliveryFate",
    "Diagnosis",
    "Event",
    "Evidence",
    "FreeBeds",
    "ImmuneStatus",
    "Indicators",
    "Intervention",
    "KitResult",
    "LaboratoryPanel",
    "LostRole",
    "Message",
    "NutritionDay",
    "NutritionTarget",
    "Offer",
    "OrganFailureAssessment",
    "Outcome",
    "PathwayPolicy",
    "Patient",
    "Person",
    "Precipitant",
    "Question",
    "Record",
    "Retraction",
    "Route",
    "SealedColumn",
    "SealedMonth",
    "NotificationDay",
    "TransplantDecision",
    "Transport",
    "TreatmentRecord",
]
