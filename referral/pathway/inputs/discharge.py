"""What the verbs from diagnosis to day 90 take, and those of advice."""

from django.utils.translation import gettext_lazy as _

from referral import codes
from referral.pathway.inputs.shapes import CONFIRMED, NOTE, OCCURRED_AT, Fact, Shape
from referral.pathway.vocabulary import Verb

OUTCOME = (
    Fact("day", Shape.NUMBER, _("day"), choices=(28, 90)),
    Fact("status", Shape.CHOICE, _("outcome"), choices=codes.OutcomeStatus),
    Fact(
        "organ_failure",
        Shape.CHOICE,
        _("organ failure within 28 days"),
        required=False,
        choices=codes.OrganFailureSeen,
    ),
)
DIAGNOSIS = (
    Fact("category", Shape.CHOICE, _("diagnosis"), choices=codes.DiagnosisCategory),
    Fact("should_know", Shape.TEXT, _("what the first hospital should know"), required=False),
    CONFIRMED,
    NOTE,
)
LETTER = (
    Fact("plan", Shape.TEXT, _("plan for the first hospital")),
    Fact("medicines", Shape.TEXT, _("medicines"), required=False),
    Fact("appointments", Shape.TEXT, _("appointments"), required=False),
    Fact("red_flags", Shape.TEXT, _("warning signs: when to call the ward at once"), required=False),
)
WHAT_WAS_WRONG = Fact("why", Shape.TEXT, _("what was wrong"))
SEEN_AT = Fact("occurred_at", Shape.MOMENT, _("when seen alive, died or transplanted"), required=False)
BECAUSE = Fact("note", Shape.TEXT, _("how you know"))

FACTS: dict[Verb, tuple[Fact, ...]] = {
    Verb.ASK_ADVICE: (
        Fact("text", Shape.TEXT, _("question")),
        Fact("ward", Shape.WARD, _("ward"), required=False),
    ),
    Verb.ANSWER_ADVICE: (
        Fact("advice", Shape.CHOICE, _("advice"), required=False, choices=codes.Advice),
        Fact("text", Shape.TEXT, _("answer")),
    ),
    Verb.DIAGNOSE: (*DIAGNOSIS, OCCURRED_AT),
    Verb.BACK_REFER: (*LETTER, OCCURRED_AT),
    Verb.CORRECT_DIAGNOSIS: (
        *DIAGNOSIS,
        WHAT_WAS_WRONG,
        Fact(
            "diagnosed_at",
            Shape.MOMENT,
            _("when the diagnosis was made"),
            required=False,
            hint=_("Empty means: as it was."),
        ),
    ),
    Verb.CORRECT_BACK_REFERRAL: (*LETTER, WHAT_WAS_WRONG),
    Verb.DISCHARGE: (
        Fact("to", Shape.CHOICE, _("discharged to"), choices=codes.DischargeTo),
        NOTE,
        OCCURRED_AT,
    ),
    Verb.CONFIRM_RETURN: (NOTE, OCCURRED_AT),
    Verb.RECORD_OUTCOME: (*OUTCOME, SEEN_AT, NOTE),
    Verb.CORRECT_OUTCOME: (*OUTCOME, SEEN_AT, BECAUSE),
    Verb.SETTLE_OUTCOME: (*OUTCOME, SEEN_AT, BECAUSE),
}
