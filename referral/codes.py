"""Coded answers of the pathway: short stable codes in code and API, words on the screen."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ChronicLiverDisease(TextChoices):
    """The chronic liver disease under the acute event, by cause."""

    HEPATITIS_B = "hepatitis_b", _("chronic hepatitis B")
    HEPATITIS_C = "hepatitis_c", _("chronic hepatitis C")
    ALCOHOL = "alcohol", _("alcohol-related liver disease")
    MASLD = "masld", _("metabolic dysfunction-associated steatotic liver disease")
    AUTOIMMUNE = "autoimmune", _("autoimmune liver disease")
    CHOLESTATIC = "cholestatic", _("chronic cholestatic liver disease")
    WILSON = "wilson", _("Wilson disease")
    DRUG = "drug", _("chronic drug-induced liver injury")
    OTHER = "other", _("other chronic liver disease")
    UNKNOWN = "unknown", _("chronic liver disease, cause not yet known")
    NONE = "none", _("no chronic liver disease")


class LeadingDefinition(TextChoices):
    """The definition of ACLF by which a network speaks of its patients; the others stand beside it."""

    CHINA = "china", _("Chinese guideline for liver failure")
    COSSH = "cossh", "COSSH"
    EASL_CLIF = "easl_clif", "EASL-CLIF"
    APASL = "apasl", "APASL"
    BY_NUMBER = "by_number", _("Number of failing organs")


class Presentation(TextChoices):
    """How the chronic disease worsened."""

    ACUTE_LIVER_INJURY = "acute_liver_injury", _("acute liver injury (transaminases or jaundice)")
    ACUTE_DECOMPENSATION = (
        "acute_decompensation",
        _("acute decompensation (portal hypertensive bleeding, overt ascites, encephalopathy, infection)"),
    )


class DeclineReason(TextChoices):
    NO_BED = "no_bed", _("no bed")
    NO_STAFF = "no_staff", _("no staff")
    OUTSIDE_SCOPE = "outside_scope", _("outside what this ward treats")
    TOO_UNSTABLE = "too_unstable", _("too unstable to travel")
    NOT_INDICATED = "not_indicated", _("admission not needed")
    WARD_CLOSED = "ward_closed", _("ward closed")
    OTHER = "other", _("other")


class BedCause(TextChoices):
    """Why the figure of a ward's free beds changed."""

    STATED = "stated", _("stated by the ward")
    PROMISED = "promised", _("a bed was promised")
    ADMITTED = "admitted", _("the patient is in the bed")
    RETURNED = "returned", _("a promised bed was given back")
    UNDONE = "undone", _("the admission was entered in error")


class DelayReason(TextChoices):
    NO_BED = "no_bed", _("no bed")
    TRANSPORT = "transport", _("transport")
    FAMILY_DECISION = "family_decision", _("decision of the family")
    LATE_RECOGNITION = "late_recognition", _("late recognition")
    LATE_LABS = "late_labs", _("late laboratory results")
    UNANSWERED_OFFER = "unanswered_offer", _("referral request not answered")
    OTHER = "other", _("other")


class EndReason(TextChoices):
    REFUSED = "refused", _("patient or family refused")
    IMPROVED = "improved", _("improved")
    TREATED_ELSEWHERE = "treated_elsewhere", _("treated elsewhere")
    OTHER = "other", _("other")


class DischargeTo(TextChoices):
    HOME = "home", _("home")
    AGAINST_ADVICE = "against_advice", _("against medical advice")
    OTHER_HOSPITAL = "other_hospital", _("another hospital")


class ReferReason(TextChoices):
    """Why a clinician refers without a flag."""

    RED_FLAG = "red_flag", _("red flag")
    WORRIED = "worried", _("clinical concern in spite of the score")
    VALUES_MISSING = "values_missing", _("values cannot be had")
    NOT_APPLICABLE = "not_applicable", _("the model does not apply")
    FAMILY_REQUEST = "family_request", _("request of the family")
    ADVISED = "advised", _("advice of the ward")
    OTHER = "other", _("other")


class HoldBackReason(TextChoices):
    """Why a clinician does not refer although the case is flagged."""

    REFUSED = "refused", _("patient or family refused")
    PALLIATIVE = "palliative", _("palliative care was agreed")
    TREATED_ELSEWHERE = "treated_elsewhere", _("treated elsewhere")
    OTHER = "other", _("other")


class WithdrawReason(TextChoices):
    IMPROVED = "improved", _("improved")
    REFUSED = "refused", _("patient or family refused")
    TREATED_HERE = "treated_here", _("treated at the first hospital")
    OTHER = "other", _("other")


class ReleaseReason(TextChoices):
    BED_LOST = "bed_lost", _("the bed is no longer free")
    STAFF_LOST = "staff_lost", _("staff no longer available")
    WARD_CLOSED = "ward_closed", _("ward closed")
    OTHER = "other", _("other")


class ErrorReason(TextChoices):
    WRONG_PATIENT = "wrong_patient", _("wrong patient")
    ENTERED_TWICE = "entered_twice", _("entered twice")
    WRONG_VALUES = "wrong_values", _("wrong values")
    TEST_ENTRY = "test_entry", _("test entry")


class AntiviralUse(TextChoices):
    """Whether the patient takes an antiviral drug."""

    NEVER = "never", _("never taken")
    TAKING = "taking", _("taking it")
    STOPPED = "stopped", _("stopped")


class CirrhosisKnownBy(TextChoices):
    """How it is known that there is cirrhosis."""

    BIOPSY = "biopsy", _("biopsy")
    IMAGING = "imaging", _("imaging")
    ELASTOGRAPHY = "elastography", _("elastography")
    ENDOSCOPY = "endoscopy", _("varices at endoscopy")
    SIGNS = "signs", _("clinical signs and laboratory values")


class EarlierDecompensation(TextChoices):
    """How the liver had decompensated before this episode."""

    NEVER = "never", _("never decompensated before")
    ASCITES = "ascites", _("ascites")
    BLEEDING = "bleeding", _("variceal bleeding")
    ENCEPHALOPATHY = "encephalopathy", _("hepatic encephalopathy")
    JAUNDICE = "jaundice", _("jaundice or liver failure")


class AscitesGrade(TextChoices):
    """Ascites by the grades of the International Club of Ascites."""

    NONE = "none", _("no ascites")
    GRADE_1 = "grade_1", _("grade 1: seen by ultrasound only")
    GRADE_2 = "grade_2", _("grade 2: moderate")
    GRADE_3 = "grade_3", _("grade 3: large or tense")


class InfectionSite(TextChoices):
    """Where an infection is."""

    NONE = "none", _("no infection found")
    PERITONITIS = "peritonitis", _("spontaneous bacterial peritonitis")
    LUNG = "lung", _("lung")
    URINARY = "urinary", _("urinary tract")
    BLOOD = "blood", _("bloodstream")
    BILIARY = "biliary", _("biliary tract")
    SKIN = "skin", _("skin and soft tissue")
    GUT = "gut", _("gut")
    OTHER = "other", _("elsewhere")


class Varices(TextChoices):
    """Varices of oesophagus or stomach, as the last endoscopy or imaging showed them."""

    NONE = "none", _("no varices")
    SMALL = "small", _("small")
    LARGE = "large", _("medium or large")
    NOT_EXAMINED = "not_examined", _("not examined")


class Comorbidity(TextChoices):
    """What a patient has beside the liver disease."""

    DIABETES = "diabetes", _("diabetes")
    HYPERTENSION = "hypertension", _("hypertension")
    HEART_DISEASE = "heart_disease", _("heart disease")
    KIDNEY_DISEASE = "kidney_disease", _("chronic kidney disease")
    LUNG_DISEASE = "lung_disease", _("chronic lung disease")
    STROKE = "stroke", _("stroke")
    LIVER_CANCER = "liver_cancer", _("liver cancer")
    OTHER_CANCER = "other_cancer", _("another cancer")
    HIV = "hiv", _("HIV infection")
    PREGNANCY = "pregnancy", _("pregnancy")


class TransportNeed(TextChoices):
    """What a patient needs on the way."""

    OXYGEN = "oxygen", _("oxygen")
    ESCORT = "escort", _("escort by a doctor or nurse")
    MONITOR = "monitor", _("monitor")
    INFUSION = "infusion", _("running infusion")
    VENTILATOR = "ventilator", _("ventilator")
    LYING = "lying", _("lying down")


class TransportMeans(TextChoices):
    """What brings the patient to the ward."""

    HOSPITAL_AMBULANCE = "hospital_ambulance", _("ambulance of the hospital")
    EMERGENCY_SERVICE = "emergency_service", _("ambulance of the emergency service (120)")
    WARD_FETCHES = "ward_fetches", _("fetched by the ward")
    OWN_CAR = "own_car", _("car of the family")
    TRAIN = "train", _("train")
    AIR = "air", _("by air")
    OTHER = "other", _("other")


class FileKind(TextChoices):
    """What a picture or document of a case is."""

    LABORATORY = "laboratory", _("laboratory report")
    IMAGING = "imaging", _("imaging")
    ECG = "ecg", _("ECG")
    DISCHARGE_SUMMARY = "discharge_summary", _("discharge summary")
    MEDICATION = "medication", _("medication list")
    CONSENT = "consent", _("consent")
    OTHER = "other", _("other")


class FileErrorReason(TextChoices):
    """Why a file was entered in error."""

    WRONG_PATIENT = "wrong_patient", _("wrong patient")
    WRONG_FILE = "wrong_file", _("wrong file")
    ILLEGIBLE = "illegible", _("cannot be read")
    ENTERED_TWICE = "entered_twice", _("entered twice")
    OTHER = "other", _("other")


class AdmissionError(TextChoices):
    """Why an admission was entered in error."""

    WRONG_PATIENT = "wrong_patient", _("wrong patient")
    NOT_ARRIVED = "not_arrived", _("the patient has not come")
    OTHER_WARD = "other_ward", _("the patient is in another ward")
    TEST_ENTRY = "test_entry", _("test entry")


class Removable(TextChoices):
    """What of an identity can be wrong while the right one is not known."""

    NATIONAL_ID = "national_id", _("national ID")
    LOCAL_NUMBER = "local_number", _("hospital number")
    PHONE = "phone", _("phone of patient or family")


class OutcomeStatus(TextChoices):
    ALIVE = "alive", _("alive")
    DEAD = "dead", _("dead")
    TRANSPLANTED = "transplanted", _("transplanted")
    LOST = "lost", _("lost to follow-up")


class OrganFailureSeen(TextChoices):
    """Whether an organ failed within 28 days of the first visit."""

    YES = "yes", _("yes")
    NO = "no", _("no")
    UNKNOWN = "unknown", _("not known")


class OutcomeSource(TextChoices):
    """How a statement about the outcome came about."""

    REPORTED = "reported", _("reported")
    CORRECTED = "corrected", _("corrected")
    SETTLED = "settled", _("settled by the coordinator")


class Advice(TextChoices):
    """What a ward advises on a watched case."""

    REFER = "refer", _("refer now")
    WATCH = "watch", _("watch on and re-assess")
    OTHER = "other", _("other, see the answer")


class DiagnosisCategory(TextChoices):
    EARLY_ACLF = "early_aclf", _("early ACLF, before organ failure")
    ACLF = "aclf", _("ACLF")
    DECOMPENSATION = "decompensation", _("acute decompensation without ACLF")
    LIVER_INJURY = "liver_injury", _("severe liver injury without ACLF")
    OTHER = "other", _("other")


class PrecipitantCode(TextChoices):
    """Precipitants of ACLF; UNKNOWN means that none was found."""

    HBV_FLARE = "HBV_FLARE", _("hepatitis B flare or reactivation")
    NUC_STOP = "NUC_STOP", _("antiviral treatment stopped")
    HDV_SUPER = "HDV_SUPER", _("hepatitis D superinfection")
    HAV = "HAV", _("hepatitis A superinfection")
    HEV = "HEV", _("hepatitis E superinfection")
    OTHER_VIRAL = "OTHER_VIRAL", _("other viral hepatitis")
    BACT_INF = "BACT_INF", _("bacterial infection")
    FUNGAL_INF = "FUNGAL_INF", _("fungal infection")
    INFLUENZA = "INFLUENZA", _("influenza")
    COVID = "COVID", _("COVID-19")
    ALCOHOL = "ALCOHOL", _("alcohol-related hepatitis")
    GI_BLEED = "GI_BLEED", _("gastrointestinal bleeding")
    DILI = "DILI", _("drug- or herb-induced liver injury")
    SURGERY = "SURGERY", _("surgery")
    TIPS = "TIPS", _("transjugular intrahepatic portosystemic shunt")
    AIH = "AIH", _("autoimmune hepatitis flare")
    WILSON = "WILSON", _("Wilson disease")
    PVT = "PVT", _("portal vein thrombosis")
    BCS = "BCS", _("hepatic vein thrombosis")
    ISCHAEMIC = "ISCHAEMIC", _("ischaemic liver injury")
    EXERTION = "EXERTION", _("exhaustion or overexertion")
    OTHER = "OTHER", _("other, named in the note")
    UNKNOWN = "UNKNOWN", _("none found")
