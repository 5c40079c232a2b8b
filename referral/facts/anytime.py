"""What the verbs of every open state take."""

from django.utils.translation import gettext_lazy as _

from referral import codes
from referral.facts.shapes import DEADLINE, NOTE, OCCURRED_AT, WHY, Fact, Shape, reason
from referral.pathway import Verb

FACTS: dict[Verb, tuple[Fact, ...]] = {
    Verb.RECORD_DEATH: (Fact("occurred_at", Shape.MOMENT, _("time of death")), NOTE),
    Verb.END_REFERRAL: (reason(codes.EndReason), NOTE, OCCURRED_AT),
    Verb.MESSAGE: (Fact("text", Shape.TEXT, _("message")),),
    Verb.CORRECT_FIRST_VISIT: (Fact("first_visit_at", Shape.MOMENT, _("first visit")), NOTE),
    Verb.MARK_ENTERED_IN_ERROR: (
        reason(codes.ErrorReason),
        Fact("assessment", Shape.ASSESSMENT, _("assessment"), required=False),
        NOTE,
    ),
    Verb.EXTEND: (DEADLINE, Fact("due_at", Shape.MOMENT, _("new time")), WHY),
    Verb.SNOOZE: (DEADLINE, Fact("until", Shape.MOMENT, _("silent until")), WHY),
    Verb.EXPLAIN_DELAY: (DEADLINE, reason(codes.DelayReason), NOTE),
}
