"""What the verbs that answer a request, or put a condition, are called, will do and have done."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from referral.pathway.refusals import Text
from referral.pathway.vocabulary import Verb

REQUEST_TEXTS: Mapping[Verb, tuple[Text, Text, Text, Text, str]] = {
    Verb.ACKNOWLEDGE: (
        _("Acknowledge"),
        _("Says that your ward has seen the request and is looking at it. It does not promise a bed."),
        _("Acknowledge"),
        _("Acknowledged. The first hospital was told."),
        "primary",
    ),
    Verb.ACCEPT: (
        _("Accept with a bed"),
        _("Promises a bed. The first hospital is told at once and can send the patient."),
        _("Accept"),
        _("Accepted. The first hospital was told."),
        "primary",
    ),
    Verb.ASK_BACK: (
        _("Ask the first hospital"),
        _("One question before you decide. The first hospital is alerted; your time to decide runs on."),
        _("Ask"),
        _("The first hospital was asked."),
        "plain",
    ),
    Verb.ANSWER_BACK: (
        _("Answer the ward's question"),
        _("The ward is told at once. Its time to decide runs on."),
        _("Answer"),
        _("Your answer was sent to the ward."),
        "primary",
    ),
    Verb.ACCEPT_WHEN_FREE: (
        _("Accept when a bed is free"),
        _(
            "The first hospital is told the time. Accept as soon as the bed is free: if you have not by "
            "then, the next ward is asked."
        ),
        _("Promise it until then"),
        _("The first hospital was told. Accept as soon as the bed is free."),
        "plain",
    ),
}
"""By verb: title, effect, button, what was done, tone."""
