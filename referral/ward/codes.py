"""Coded answers of the specialist ward: short stable codes in code and API, words on the screen."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RecordKind(TextChoices):
    """What the ward records. Of the last three a newer entry replaces the one before, so that they are marked
    as a mistake only together with the admission."""

    KIT_RESULT = "kit_result", _("kit result")
    ORGAN_FAILURE = "organ_failure", _("assessment of organ failure")
    TRANSPLANT_DECISION = "transplant_decision", _("decision on transplant")
    PRECIPITANT = "precipitant", _("precipitant")
    INTERVENTION = "intervention", _("treatment of the precipitant")
    ARTIFICIAL_LIVER = "artificial_liver", _("artificial liver session")
    IMMUNE_STATUS = "immune_status", _("immune markers")
    PANEL = "panel", _("laboratory panel")
    TREATMENT = "treatment", _("item of the treatment")
    NUTRITION_TARGET = "nutrition_target", _("nutrition target")
    NUTRITION_DAY = "nutrition_day", _("energy taken on a day")


class KitAnswer(TextChoices):
    """What the six-metabolite kit itself says."""

    POSITIVE = "positive", _("positive")
    NEGATIVE = "negative", _("negative")
    INDETERMINATE = "indeterminate", _("indeterminate")


class TransplantDecision(TextChoices):
    """Where a patient stands on the way to a transplant, each with its date."""

    NOT_CONSIDERED = "not_considered", _("not considered so far")
    EVALUATED = "evaluated", _("evaluated for a transplant")
    CONTRAINDICATED = "contraindicated", _("transplant contraindicated")
    LISTED = "listed", _("put on the transplant waiting list")
    DONOR_FOUND = "donor_found", _("donor organ found")
    TRANSPLANTED = "transplanted", _("transplanted")
    AGAINST = "decided_against", _("decided against a transplant")


class AgainstTransplant(TextChoices):
    """Why a transplant was decided against or is contraindicated."""

    CONTRAINDICATED = "contraindicated", _("contraindicated")
    REFUSED = "refused", _("patient or family refused")
    IMPROVED = "improved", _("improved")
    TOO_ILL = "too_ill", _("too ill for surgery")
    INFECTION = "infection", _("infection not under control")
    CANCER = "cancer", _("cancer")
    HEART_OR_LUNGS = "heart_or_lungs", _("disease of heart or lungs")
    ALCOHOL_USE = "alcohol_use", _("ongoing use of alcohol")
    NO_ORGAN = "no_organ", _("no organ within reach")
    COST = "cost", _("cost")
    OTHER = "other", _("other")


FINAL = frozenset(
    {TransplantDecision.TRANSPLANTED, TransplantDecision.AGAINST, TransplantDecision.CONTRAINDICATED}
)
"""Decisions that end the days to a transplant."""
NEEDS_REASON = frozenset({TransplantDecision.AGAINST, TransplantDecision.CONTRAINDICATED})


class TreatmentItem(TextChoices):
    """An item of the treatment checklist; transplant and its listing are decisions of their own."""

    LIVER_PROTECTION = "liver_protection", _("protection of the liver parenchyma")
    NUTRITION = "nutrition", _("nutrition")
    INFECTION_PREVENTION = "infection_prevention", _("prevention of infection")
    SYMPTOMS = "symptoms", _("treatment of symptoms")
    ORGAN_SUPPORT = "organ_support", _("support of the failing organ")
    ARTIFICIAL_LIVER = "artificial_liver", _("artificial liver (an option)")
    ICU = "icu", _("intensive care")


class Progress(TextChoices):
    PLANNED = "planned", _("planned")
    DONE = "done", _("done")
    DECLINED = "declined", pgettext_lazy("treatment", "declined")


class NotDoneReason(TextChoices):
    """Why an item of the checklist is not done."""

    NOT_INDICATED = "not_indicated", _("not indicated")
    CONTRAINDICATED = "contraindicated", _("contraindicated")
    REFUSED = "refused", _("patient or family refused")
    NOT_AVAILABLE = "not_available", _("not available")
    OTHER = "other", _("other")


class ArtificialLiverMode(TextChoices):
    PLASMA_EXCHANGE = "plasma_exchange", _("plasma exchange (PE)")
    DPMAS = "dpmas", _("double plasma molecular adsorption (DPMAS)")
    DPMAS_PE = "dpmas_pe", _("DPMAS with plasma exchange")
    ADSORPTION = "adsorption", _("plasma bilirubin adsorption")
    ALBUMIN_DIALYSIS = "albumin_dialysis", _("albumin dialysis")
    PLASMA_PERFUSION = "plasma_perfusion", _("plasma perfusion (PP)")
    HAEMOFILTRATION = "haemofiltration", _("haemofiltration or haemodiafiltration (CVVHDF)")
    PERT = "pert", _("PERT")
    BIOARTIFICIAL = "bioartificial", _("bioartificial liver, in a study")
    OTHER = "other", _("other")


class Anticoagulant(TextChoices):
    NONE = "none", pgettext_lazy("anticoagulant", "none")
    HEPARIN = "heparin", _("heparin")
    LOW_MOLECULAR = "low_molecular", _("low molecular weight heparin")
    CITRATE = "citrate", _("citrate")
    NAFAMOSTAT = "nafamostat", _("nafamostat")
    OTHER = "other", _("other")


class VascularAccess(TextChoices):
    FEMORAL = "femoral", _("femoral vein catheter")
    JUGULAR = "jugular", _("jugular vein catheter")
    PERIPHERAL = "peripheral", _("peripheral vessels")
    FISTULA = "fistula", _("fistula")
    OTHER = "other", _("other")


class InterventionKind(TextChoices):
    """Of what kind a treatment of the precipitant is; the note says which."""

    ANTIVIRAL = "antiviral", _("antiviral")
    ANTIBACTERIAL = "antibacterial", _("antibacterial")
    ANTIFUNGAL = "antifungal", _("antifungal")
    HAEMOSTASIS = "haemostasis", _("haemostasis")
    STOPPED_DRUG = "stopped_drug", _("drug or herb stopped")
    ABSTINENCE = "abstinence", _("abstinence from alcohol")
    STEROID = "steroid", _("corticosteroid")
    OTHER = "other", _("other")


class Complication(TextChoices):
    """What went wrong in a session; none named means that nothing did."""

    BLEEDING = "bleeding", _("bleeding")
    HYPOTENSION = "hypotension", _("low blood pressure")
    ALLERGY = "allergy", _("allergic reaction")
    CLOTTING = "clotting", _("clotting of the circuit")
    CATHETER = "catheter", _("trouble with the catheter")
    INFECTION = "infection", _("infection")
    HYPOCALCAEMIA = "hypocalcaemia", _("low calcium")
    OTHER = "other", _("other")
