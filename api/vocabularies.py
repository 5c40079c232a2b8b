"""Every closed set of codes that the API speaks, under one name, with words for each code.

They are the pathway's own enumerations and tables, named here for clients: each is an enumeration of the
OpenAPI file, and `GET /codes` gives its words in the reader's language.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts import proof
from accounts.models import Role, SignIn, User
from accounts.tokens import READ, WRITE
from api.field_codes import FIELD_CODES
from api.problem_codes import MEANINGS
from files.inspection.kinds import MediaType
from files.models import FileState, PartRole
from files.refusals import REASONS
from labs.catalogue import TESTS
from labs.doubts import DOUBTS
from labs.models import ReadingState
from labs.readings.sources import SourceForm
from labs.refusals import REFUSALS, UnreadableReportError
from labs.texts import refusal_text, test_text
from notifications import account_security
from notifications.channels.names import ChannelName
from notifications.contacts import contact_trouble, test_messages
from notifications.fates import Fate, Knowledge
from notifications.models import DeliveryState
from notifications.types import Severity
from referral import codes
from referral.alerts import morning, rota_gaps, templates
from referral.models import Deadline, Offer
from referral.models.patients import Sex
from referral.pathway import table, timeline
from referral.pathway.inputs import UNITS_OF, VERB_INPUTS
from referral.pathway.perform import EFFECTS
from referral.pathway.refusals import Text
from referral.pathway.vocabulary import Audience, Kind, Party, State, Verb
from referral.queries.case_values import Origin
from referral.queries.ward_choices import TAKE_A_WARD
from referral.statistics.reports.first_answers import AlertedBy
from referral.statistics.reports.measures import FUNNEL, JUDGED, NO_REASON, By
from referral.ward import codes as ward_codes
from referral.ward.checklist import LABELS as CHECKLIST
from referral.ward.precipitants import ICD10
from scoring import BANDS, FIELD_LABELS, ORGANS, RED_FLAGS, texts
from scoring.immune import GENERAL_KNOWLEDGE, MARKERS
from scoring.immune import READ as READ_IN_SOURCE
from scoring.inputs import ANY_INPUT, UNIT_FIELDS_OF_ANY


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A closed set. `words` by code, in the order to show them; `constants` are names for programs."""

    name: str
    about: str
    words: Mapping[str, Text]
    constants: Sequence[str]

    def __deepcopy__(self, memo: Any) -> "Vocabulary":
        return self  # fields are copied with every serializer; what never changes need not be


def of_choices(
    choices: type[TextChoices], about: str, name: str = "", only: Iterable[Any] = ()
) -> Vocabulary:
    """The members of an enumeration of the product, or `only` some of them."""
    members = [member for member in choices if not only or member in only]
    words = {str(member.value): member.label for member in members}
    return Vocabulary(name or choices.__name__, about, words, [member.name for member in members])


def of_words(name: str, about: str, words: Mapping[str, Any], prefix: str = "") -> Vocabulary:
    """Codes with their words; the constants are the codes, spelt so that a program can name them."""
    return Vocabulary(name, about, words, [_constant(prefix + code) for code in words])


def _constant(code: str) -> str:
    spelt = re.sub(
        r"\W+", "_", code.replace("/", "_per_").replace("%", "percent").replace("^", "_to_")
    ).upper()
    return f"N_{spelt}" if spelt[:1].isdigit() else spelt.strip("_")


def noted(words: Mapping[Any, str]) -> dict[str, Text]:
    """Words that `scoring` only marks for translation, translated when they are read."""
    return {str(code): format_lazy("{}", _(text)) for code, text in words.items()}


def _unread(code: str) -> str:
    """Why a report is not read, for whatever limit."""
    return refusal_text(UnreadableReportError(code, {"limit": "…"}))


# Each call of `lazy` makes a class with a method for every method of a text.
_name_of_test: Callable[[str], Text] = lazy(lambda code: test_text(code, get_language() or ""), str)
_why_unread: Callable[[str], Text] = lazy(_unread, str)


VERBS = of_choices(
    Verb,
    "What a person can do on a case: the last part of an address, there with hyphens.",
    "Verb",
    only=[verb for verb in EFFECTS if verb in VERB_INPUTS],
)
EVENTS = of_words("EventKind", "What a line of the timeline says has happened.", timeline.LABELS)
DEADLINE_STATES = of_words(
    "DeadlineState",
    "What has become of a deadline.",
    {"open": _("open"), **{str(one.value): one.label for one in Deadline.Outcome}},
)
NOTIFICATION_KINDS = of_words(
    "NotificationKind",
    "What a notification is about.",
    {
        **templates.LABELS,
        **rota_gaps.LABELS,
        **morning.LABELS,
        **test_messages.LABELS,
        **contact_trouble.LABELS,
        **noted(account_security.TITLES),
    },
)
BANDS_OF_RISK = of_words("Band", "The predicted risk within 90 days, in bands.", noted(BANDS))
FLAGS = of_words("RedFlag", "A finding that refers whatever the score says.", noted(RED_FLAGS))
MODEL_STATUSES = of_words("ModelStatus", "How far a risk model can be trusted.", texts.MODEL_STATUS)
MODEL_USES = of_words(
    "ModelUse",
    "How a risk model is used here.",
    {"active": _("in force"), "shadow": _("computed beside it"), "none": _("not in use")},
)
SCORE_OUTCOMES = of_words("ScoreOutcome", "What became of an attempt to score.", texts.OUTCOME)
ORGAN_NAMES = of_words(
    "Organ", "An organ of the CLIF-C table.", noted({str(o): t for o, t in ORGANS.items()})
)
ACLF_GRADES = of_words("AclfGrade", "The grade by EASL-CLIF.", texts.ACLF_GRADE, "grade_")
SIMPLE_GRADES = of_words(
    "SimpleGrade",
    "The grade by the number of failing organs.",
    {"I": _("one failing organ"), "II": _("two failing organs"), "III": _("three or more failing organs")},
    "grade_",
)
DEFINITION_GRADES = of_words(
    "DefinitionGrade",
    "What a definition of ACLF says. Each has some of these.",
    {
        **texts.CHINESE_STAGE,
        **texts.ACLF_GRADE,
        **{"1": _("ACLF grade 1"), "3": _("ACLF grade 3")},
        **dict(SIMPLE_GRADES.words),
        **{"no": _("No ACLF"), "yes": _("ACLF")},
    },
    "grade_",
)
ACLF_TYPES = of_words(
    "AclfType",
    "The type of ACLF by the Chinese guideline.",
    {
        "A": _("without cirrhosis"),
        "B": _("compensated cirrhosis"),
        "C": _("decompensated cirrhosis"),
    },
)
CODING_CERTAINTIES = of_words(
    "CodingCertainty",
    "How certain the codes of a precipitant are.",
    {"verified": _("every code was checked in a source"), "none": _("there is no code")},
)
READ_IN = of_words(
    "ReadIn",
    "How certain a published range is.",
    {READ_IN_SOURCE: _("read in the source"), GENERAL_KNOWLEDGE: _("general knowledge")},
)
CERTAINTIES = of_words("Certainty", "How certain a number of a model is.", texts.CERTAINTY)
INPUT_NAMES = of_words(
    "InputName", "A value of a patient.", noted({name: FIELD_LABELS[name] for name in ANY_INPUT})
)
CONFIRMABLE_NAMES = of_words(
    "ConfirmableName",
    "What a person can say is right: an unusual value, or when it was drawn.",
    noted({name: FIELD_LABELS[name] for name in (*ANY_INPUT, "sampled_at")}),
)
MARKER_NAMES = of_words(
    "ImmuneMarker", "A marker of the immune status.", noted({name: FIELD_LABELS[name] for name in MARKERS})
)
UNITS = of_words(
    "Unit",
    "The unit of a normalised value.",
    {spec.unit: texts.UNITS.get(spec.unit, spec.unit) for spec in ANY_INPUT.values() if spec.unit},
)
LAB_TESTS = of_words("LabTest", "A test of a laboratory.", {code: _name_of_test(code) for code in TESTS})
BOUNDS = Vocabulary(
    "Bound",
    "What a report prints before a limit instead of a value.",
    {"<": _("below"), ">": _("above")},
    ("BELOW", "ABOVE"),
)
MEDIA_TYPES = of_words(
    "MediaType",
    "What a file, or a part of one, is.",
    {
        MediaType.JPEG: _("JPEG picture"),
        MediaType.PNG: _("PNG picture"),
        MediaType.WEBP: _("WebP picture"),
        MediaType.HEIC: _("HEIC picture"),
        MediaType.PDF: _("PDF document"),
    },
)
FILE_REFUSALS = of_words("FileRefusal", "Why a file was not taken.", REASONS)
READING_REFUSALS = of_words(
    "ReadingRefusal",
    "Why a report could not be read. Limits are in the words beside the code.",
    {**{code: _why_unread(code) for code in REFUSALS}, **REASONS},
)
LAB_DOUBTS = of_words("LabDoubt", "Why a person has to look at a proposal of a report.", noted(DOUBTS))
CHECKLIST_ITEMS = of_words("ChecklistCode", "An item of the treatment checklist.", CHECKLIST)
OUTCOME_SIDES = of_choices(Party, "Who speaks of an outcome.", "OutcomeSide", only=table.SPEAKERS)
SCOPES = of_words("Scope", "What an access token opens.", {READ: _("read"), WRITE: _("change")})
GROUPINGS = of_words(
    "GroupBy",
    "What is counted together.",
    {By.MONTH: _("month"), By.HOSPITAL: _("hospital"), By.WARD: _("ward")},
)
STAGES = of_words(
    "Stage", "A stage that cases have reached.", {name.removesuffix("_at"): text for name, text in FUNNEL}
)
JUDGED_KINDS = of_words("JudgedKind", "A deadline that statistics judge.", JUDGED)
DELAYS = of_words(
    "StatedDelay",
    "The reason that was given for a missed deadline.",
    {NO_REASON: _("nobody has said why"), **dict(codes.DelayReason.choices)},
)
PARTS = of_words(
    "Part",
    "A part of the pathway, by what cases wait for.",
    {
        "window_1": _("before the admission"),
        "window_2": _("in the ward"),
        "follow_up": _("after the ward"),
    },
)
CHOICES_BY_INPUT: Mapping[str, Vocabulary] = {
    "ascites": of_words("Ascites", "How much ascites there is.", texts.CHOICES["ascites"]),
    "sex": of_choices(Sex, "The sex of a patient.", "Sex"),
    **dict.fromkeys(
        ("hbsag", "hbeag", "anti_hdv", "hev_igm"),
        of_words("ViralMarker", "What a test for a virus says.", texts.CHOICES["hbsag"]),
    ),
}
"""The answers of the inputs that have a choice."""
WARD_VERBS = of_choices(Verb, "What names a ward.", "WardVerb", only=TAKE_A_WARD)
IDENTITY_ANSWERS = of_words(
    "IdentityAnswer",
    "What a person answered about the patient whom a number, or name and birth date, found.",
    {"same": _("the same person"), "different": _("somebody else")},
)
THIRD_FAILURES = of_words(
    "ThirdFailure",
    "How a table of organ failure came to three.",
    {"from_two": _("after a table with two"), "first_seen": _("seen for the first time")},
)
SESSION_KINDS = of_words(
    "SessionKind",
    "What opens an account.",
    {**dict(SignIn.Kind.choices), "access_token": _("access token")},
)
PROOFS = of_words(
    "ProofMethod",
    "How a person who has signed in proves again who they are.",
    {proof.PASSWORD: _("password"), proof.SECOND_FACTOR: _("second factor")},
)
SECOND_FACTORS = of_words(
    "SecondFactorKind",
    "A second factor of a sign-in.",
    {
        "totp": _("authenticator app"),
        "recovery_codes": _("recovery codes"),
        "webauthn": _("security key"),
    },
)
WISHES = of_choices(
    Severity,
    "The quietest notification that a device is sent; severe ones come always.",
    "WishedSeverity",
    only=(Severity.INFO, Severity.WARNING, Severity.SEVERE),
)
PROBLEM_CODES = of_words("ProblemCode", "Why a request was refused.", MEANINGS)
CODES_OF_FIELDS = of_words("FieldCode", "Why a field needs correction, or has to be looked at.", FIELD_CODES)

ENUMERATIONS: Mapping[Any, Vocabulary] = {
    choices: of_choices(choices, about, name)
    for choices, about, name in (
        (State, "Where a case is on the pathway.", ""),
        (Party, "Who somebody is to a case.", ""),
        (Kind, "What can be due on a case.", "DeadlineKind"),
        (Offer.State, "What has become of a referral request to a ward.", "OfferState"),
        (Role, "What a person does at one place.", ""),
        (User.Language, "A language of screens and messages.", ""),
        (Severity, "How loud a notification is.", ""),
        (ChannelName, "A way to tell a person something.", "Channel"),
        (DeliveryState, "What has become of telling somebody one way.", ""),
        (Fate, "What is certain of telling somebody one way.", "AlertFate"),
        (AlertedBy, "What had last alerted the person who answered a request first.", ""),
        (Knowledge, "How far it is certain that somebody knows.", "AlertKnowledge"),
        (Audience, "Whom an alert looks for.", ""),
        (Sex, "The sex of a patient.", ""),
        (Origin, "Which side entered a value, and where.", "ValueOrigin"),
        (ICD10, "A precipitant in ICD-10 (WHO).", "Icd10"),
        (codes.ChronicLiverDisease, "The chronic liver disease under the acute event, by cause.", ""),
        (codes.Presentation, "How the chronic disease worsened.", ""),
        (codes.BedCause, "Why the figure of a ward's free beds changed.", ""),
        (codes.DeclineReason, "Why a ward declines.", ""),
        (codes.DelayReason, "Why a deadline was missed.", ""),
        (codes.EndReason, "Why a referral ends without an admission.", ""),
        (codes.DischargeTo, "Where a patient is discharged to.", ""),
        (codes.ReferReason, "Why a clinician refers without a flag.", ""),
        (codes.HoldBackReason, "Why a flagged patient is not referred.", ""),
        (codes.WithdrawReason, "Why a request is taken back.", ""),
        (codes.ReleaseReason, "Why a promised bed is taken back.", ""),
        (codes.ErrorReason, "Why something was entered in error.", ""),
        (codes.AntiviralUse, "Whether a patient takes an antiviral drug.", ""),
        (codes.CirrhosisKnownBy, "How it is known that there is cirrhosis.", ""),
        (codes.EarlierDecompensation, "How the liver had decompensated before.", ""),
        (codes.AscitesGrade, "Ascites by the grades of the International Club of Ascites.", ""),
        (codes.InfectionSite, "Where an infection is.", ""),
        (codes.Varices, "Varices of oesophagus or stomach.", ""),
        (codes.Comorbidity, "What a patient has beside the liver disease.", ""),
        (codes.TransportNeed, "What a patient needs on the way.", ""),
        (codes.TransportMeans, "What brings a patient to the ward.", ""),
        (codes.FileKind, "What a picture or document is. `add_file` is a POST to `files`.", ""),
        (codes.FileErrorReason, "Why a file was entered in error.", ""),
        (FileState, "How the check of a file stands.", ""),
        (ReadingState, "How the reading of a laboratory report stands.", ""),
        (SourceForm, "In what form a value came before somebody took it.", ""),
        (PartRole, "What a part of a file is.", "FilePartRole"),
        (codes.AdmissionError, "Why an admission was entered in error.", "AdmissionErrorReason"),
        (codes.Removable, "What of an identity can be taken out.", "RemovableIdentity"),
        (codes.OutcomeStatus, "How a patient was at day 28 or 90.", ""),
        (codes.OrganFailureSeen, "Whether an organ failed within 28 days of the first visit.", ""),
        (codes.OutcomeSource, "How a statement about the outcome came about.", ""),
        (codes.Advice, "What a ward advises.", ""),
        (codes.DiagnosisCategory, "What the ward diagnosed.", ""),
        (codes.LeadingDefinition, "The definition of ACLF that a network lets lead.", ""),
        (codes.PrecipitantCode, "A precipitant of ACLF.", "PrecipitantCode"),
        (ward_codes.RecordKind, "A record that can be marked as entered in error.", ""),
        (ward_codes.KitAnswer, "What the kit says.", ""),
        (
            ward_codes.TransplantDecision,
            "Where a patient stands on the way to a transplant.",
            "TransplantChoice",
        ),
        (ward_codes.Anticoagulant, "The anticoagulant of a session.", "Anticoagulant"),
        (ward_codes.VascularAccess, "The vascular access of a session.", "VascularAccess"),
        (ward_codes.InterventionKind, "Of what kind a treatment of the precipitant is.", "InterventionKind"),
        (ward_codes.AgainstTransplant, "Why a transplant was decided against.", ""),
        (ward_codes.TreatmentItem, "An item of the checklist that is recorded as treatment.", ""),
        (ward_codes.Progress, "How an item of the checklist stands.", "TreatmentProgress"),
        (ward_codes.NotDoneReason, "Why an item of the checklist is not done.", ""),
        (ward_codes.ArtificialLiverMode, "A mode of artificial liver.", ""),
        (ward_codes.Complication, "What went wrong in a session.", ""),
    )
}
"""Those that are an enumeration of the product, by its class."""

UNITS_BY_FIELD: Mapping[str, Vocabulary] = {
    field: of_words(
        "CountUnit" if "/uL" in units else field.title().replace("_", ""),
        "The unit in which the value was typed.",
        {unit: texts.UNITS.get(unit, unit) for unit in units},
    )
    for field, units in UNITS_OF.items()
    if field in UNIT_FIELDS_OF_ANY
}
"""The units that a value may be typed in, by the name of the field that says which."""


def vocabulary(codes: Any) -> Vocabulary:
    """That of an enumeration of the product; a vocabulary is its own."""
    return codes if isinstance(codes, Vocabulary) else ENUMERATIONS[codes]


def vocabularies() -> list[Vocabulary]:
    """All of them, by name."""
    own = [one for one in globals().values() if isinstance(one, Vocabulary)]
    rows = {
        one.name: one
        for one in (*own, *ENUMERATIONS.values(), *UNITS_BY_FIELD.values(), *CHOICES_BY_INPUT.values())
    }
    return [rows[name] for name in sorted(rows)]
