"""What the verbs of every open state take."""

from django.utils.translation import gettext_lazy as _

from referral import codes
from referral.models.patients import Sex
from referral.pathway.inputs.discharge import WHAT_WAS_WRONG
from referral.pathway.inputs.shapes import (
    CONFIRMED,
    DEADLINE,
    NOTE,
    OCCURRED_AT,
    WHY,
    Shape,
    VerbInput,
    reason,
)
from referral.pathway.vocabulary import Verb

VERB_INPUTS: dict[Verb, tuple[VerbInput, ...]] = {
    Verb.RECORD_DEATH: (VerbInput("occurred_at", Shape.MOMENT, _("time of death")), NOTE),
    Verb.END_REFERRAL: (reason(codes.EndReason), NOTE, OCCURRED_AT),
    Verb.MESSAGE: (VerbInput("text", Shape.TEXT, _("message")),),
    Verb.ADD_FILE: (
        VerbInput("file", Shape.LOOSE_FILE, _("file")),
        VerbInput("kind", Shape.CHOICE, _("what it is"), choices=codes.FileKind),
        VerbInput("taken_at", Shape.MOMENT, _("when it is from"), required=False),
        VerbInput("caption", Shape.TEXT, _("caption"), required=False, max_length=80),
    ),
    Verb.RETRACT_FILE: (VerbInput("file", Shape.CASE_FILE, _("file")), reason(codes.FileErrorReason), NOTE),
    Verb.CORRECT_FIRST_VISIT: (VerbInput("first_visit_at", Shape.MOMENT, _("first visit")), NOTE),
    Verb.CORRECT_IDENTITY: (
        VerbInput("name", Shape.TEXT, _("full name"), required=False, max_length=80),
        VerbInput("sex", Shape.CHOICE, _("sex"), required=False, choices=Sex),
        VerbInput(
            "birth_date",
            Shape.BIRTH_DATE,
            _("birth date"),
            required=False,
            hint=_("Such as 1962-05-03; 1962 alone where only the year is known."),
        ),
        VerbInput("national_id", Shape.TEXT, _("national ID"), required=False, max_length=40),
        VerbInput("local_number", Shape.TEXT, _("hospital number"), required=False, max_length=40),
        VerbInput("phone", Shape.TEXT, _("phone of patient or family"), required=False, max_length=30),
        VerbInput(
            "removed",
            Shape.SEVERAL,
            _("wrong, and the right one is not known"),
            required=False,
            choices=codes.Removable,
        ),
        CONFIRMED,
        WHAT_WAS_WRONG,
    ),
    Verb.MARK_ENTERED_IN_ERROR: (
        reason(codes.ErrorReason),
        VerbInput("assessment", Shape.ASSESSMENT, _("what no longer counts"), required=False),
        NOTE,
    ),
    Verb.EXTEND: (DEADLINE, VerbInput("due_at", Shape.MOMENT, _("new time")), WHY),
    Verb.SNOOZE: (DEADLINE, VerbInput("until", Shape.MOMENT, _("silent until")), WHY),
    Verb.EXPLAIN_DELAY: (DEADLINE, reason(codes.DelayReason), NOTE),
}
