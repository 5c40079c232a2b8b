"""What the verbs up to admission take."""

from django.utils.translation import gettext_lazy as _

from referral import codes
from referral.pathway.inputs.shapes import (
    BED,
    CONFIRMED,
    EXPECTED,
    NOTE,
    OCCURRED_AT,
    TRANSPORT,
    WARD,
    Shape,
    VerbInput,
    reason,
)
from referral.pathway.vocabulary import Verb

VERB_INPUTS: dict[Verb, tuple[VerbInput, ...]] = {
    Verb.SAVE_INDICATORS: (VerbInput("values", Shape.VALUES, _("eight indicators")),),
    Verb.ASSESS: (
        VerbInput("values", Shape.VALUES, _("eight indicators"), required=False),
        VerbInput(
            "hold_back",
            Shape.CHOICE,
            _("reason for not referring"),
            required=False,
            choices=codes.HoldBackReason,
        ),
        NOTE,
        OCCURRED_AT,
    ),
    Verb.REFER: (reason(codes.ReferReason), NOTE, OCCURRED_AT),
    Verb.WITHDRAW: (reason(codes.WithdrawReason), NOTE, OCCURRED_AT),
    Verb.DEPART: (EXPECTED, *TRANSPORT, OCCURRED_AT),
    Verb.DESCRIBE_TRANSPORT: TRANSPORT,
    Verb.CHANGE_ARRIVAL: (EXPECTED, NOTE),
    Verb.CORRECT_JOURNEY: (
        VerbInput("departed_at", Shape.MOMENT, _("time of departure"), required=False),
        VerbInput("expected_arrival_at", Shape.MOMENT, _("expected arrival"), required=False),
        NOTE,
    ),
    Verb.ARRIVE: (OCCURRED_AT,),
    Verb.HAND_OVER: (
        VerbInput(
            "handed_over_by",
            Shape.TEXT,
            _("handed over by"),
            required=False,
            max_length=80,
            hint=_("Who brought the patient; you are the one who takes over."),
        ),
        BED,
        OCCURRED_AT,
    ),
    Verb.ACKNOWLEDGE: (OCCURRED_AT,),
    Verb.ACCEPT: (BED, CONFIRMED, OCCURRED_AT),
    Verb.ASK_BACK: (VerbInput("text", Shape.TEXT, _("your question"), max_length=500),),
    Verb.ANSWER_BACK: (VerbInput("text", Shape.TEXT, _("your answer")),),
    Verb.ACCEPT_WHEN_FREE: (VerbInput("until", Shape.MOMENT, _("a bed is free at the latest by")), NOTE),
    Verb.DECLINE: (reason(codes.DeclineReason), NOTE, OCCURRED_AT),
    Verb.RELEASE: (reason(codes.ReleaseReason), NOTE, OCCURRED_AT),
    Verb.DIVERT: (WARD, EXPECTED, NOTE, OCCURRED_AT),
    Verb.ADMIT: (
        VerbInput(
            "said",
            Shape.TEXT,
            _("full name or birth date, as the person at the door says it"),
            required=False,
            max_length=80,
            hint=_("Only for a patient whom your ward does not expect; it is compared with the record."),
        ),
        BED,
        OCCURRED_AT,
    ),
    Verb.UNDO_ADMISSION: (reason(codes.AdmissionError), NOTE),
    Verb.REDIRECT: (WARD, NOTE),
}
