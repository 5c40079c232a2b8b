"""What the verbs from diagnosis to day 90 take, and those of advice."""

from django.utils.translation import gettext_lazy as _

from referral import codes
from referral.pathway.inputs.shapes import CONFIRMED, NOTE, OCCURRED_AT, Shape, VerbInput
from referral.pathway.vocabulary import Verb

OUTCOME = (
    VerbInput("day", Shape.NUMBER, _("day"), choices=(28, 90)),
    VerbInput("status", Shape.CHOICE, _("outcome"), choices=codes.OutcomeStatus),
    VerbInput(
        "organ_failure",
        Shape.CHOICE,
        _("organ failure within 28 days"),
        required=False,
        choices=codes.OrganFailureSeen,
    ),
)
DIAGNOSIS = (
    VerbInput("category", Shape.CHOICE, _("diagnosis"), choices=codes.DiagnosisCategory),
    VerbInput("should_know", Shape.TEXT, _("what the first hospital should know"), required=False),
    CONFIRMED,
    NOTE,
)
LETTER = (
    VerbInput("plan", Shape.TEXT, _("plan for the first hospital")),
    VerbInput("medicines", Shape.TEXT, _("medicines"), required=False),
    VerbInput("appointments", Shape.TEXT, _("appointments"), required=False),
    VerbInput("red_flags", Shape.TEXT, _("warning signs: when to call the ward at once"), required=False),
)
WHAT_WAS_WRONG = VerbInput("why", Shape.TEXT, _("what was wrong"))
SEEN_AT = VerbInput("occurred_at", Shape.MOMENT, _("when seen alive, died or transplanted"), required=False)
BECAUSE = VerbInput("note", Shape.TEXT, _("how you know"))

VERB_INPUTS: dict[Verb, tuple[VerbInput, ...]] = {
    Verb.ASK_ADVICE: (
        VerbInput("text", Shape.TEXT, _("question")),
        VerbInput("ward", Shape.WARD, _("ward"), required=False),
    ),
    Verb.ANSWER_ADVICE: (
        VerbInput("advice", Shape.CHOICE, _("advice"), required=False, choices=codes.Advice),
        VerbInput("text", Shape.TEXT, _("answer")),
    ),
    Verb.DIAGNOSE: (*DIAGNOSIS, OCCURRED_AT),
    Verb.BACK_REFER: (*LETTER, OCCURRED_AT),
    Verb.CORRECT_DIAGNOSIS: (
        *DIAGNOSIS,
        WHAT_WAS_WRONG,
        VerbInput(
            "diagnosed_at",
            Shape.MOMENT,
            _("when the diagnosis was made"),
            required=False,
            hint=_("Empty means: as it was."),
        ),
    ),
    Verb.CORRECT_BACK_REFERRAL: (*LETTER, WHAT_WAS_WRONG),
    Verb.DISCHARGE: (
        VerbInput("to", Shape.CHOICE, _("discharged to"), choices=codes.DischargeTo),
        VerbInput(
            "note",
            Shape.TEXT,
            _("plan, medicines, next tests with dates, warning signs"),
            required=False,
            hint=_("After a stay in the ward it stands in the letter to the first hospital."),
        ),
        OCCURRED_AT,
    ),
    Verb.CONFIRM_RETURN: (NOTE, OCCURRED_AT),
    Verb.RECORD_OUTCOME: (*OUTCOME, SEEN_AT, NOTE),
    Verb.CORRECT_OUTCOME: (*OUTCOME, SEEN_AT, BECAUSE),
    Verb.SETTLE_OUTCOME: (*OUTCOME, SEEN_AT, BECAUSE),
}
