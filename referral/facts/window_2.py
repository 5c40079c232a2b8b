"""What the verbs of the specialist ward take."""

from django.utils.translation import gettext_lazy as _

from referral import codes
from referral.facts.shapes import NOTE, OCCURRED_AT, PRECIPITANT, Fact, Shape
from referral.pathway import Verb

FACTS: dict[Verb, tuple[Fact, ...]] = {
    Verb.RECORD_PRECIPITANT: (PRECIPITANT, NOTE, OCCURRED_AT),
    Verb.RECORD_INTERVENTION: (PRECIPITANT, Fact("note", Shape.TEXT, _("what was done")), OCCURRED_AT),
    Verb.DIAGNOSE: (
        Fact("category", Shape.CHOICE, _("diagnosis"), choices=codes.DiagnosisCategory),
        NOTE,
        OCCURRED_AT,
    ),
}
