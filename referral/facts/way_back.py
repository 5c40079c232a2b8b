"""What the verbs from discharge to day 90 take."""

from django.utils.translation import gettext_lazy as _

from referral import codes
from referral.facts.shapes import NOTE, OCCURRED_AT, Fact, Shape
from referral.pathway import Verb

FACTS: dict[Verb, tuple[Fact, ...]] = {
    Verb.BACK_REFER: (Fact("plan", Shape.TEXT, _("plan for the first hospital")), OCCURRED_AT),
    Verb.DISCHARGE: (
        Fact("to", Shape.CHOICE, _("discharged to"), choices=codes.DischargeTo),
        NOTE,
        OCCURRED_AT,
    ),
    Verb.CONFIRM_RETURN: (OCCURRED_AT,),
    Verb.RECORD_OUTCOME: (
        Fact("day", Shape.NUMBER, _("day"), choices=(28, 90)),
        Fact("status", Shape.CHOICE, _("outcome"), choices=codes.OutcomeStatus),
        OCCURRED_AT,
    ),
}
