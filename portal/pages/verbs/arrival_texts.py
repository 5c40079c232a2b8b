"""What the verbs of the arrival are called, will do and have done."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from referral.pathway.refusals import Text
from referral.pathway.vocabulary import Verb

ARRIVAL_TEXTS: Mapping[Verb, tuple[Text, Text, Text, Text, str]] = {
    Verb.DESCRIBE_TRANSPORT: (
        _("Who brings the patient"),
        _("The ward sees at once who comes, with which number to call and what is needed on the way."),
        _("Save"),
        _("The ward sees who brings the patient."),
        "plain",
    ),
    Verb.CHANGE_ARRIVAL: (
        _("Change the expected arrival"),
        _(
            "Both sides see the new time at once, and are alerted when it has passed by too much. Where the "
            "arrival was recorded, this says that it was an error."
        ),
        _("Expect the patient then"),
        _("The expected arrival was changed. The other side was told."),
        "plain",
    ),
    Verb.ARRIVE: (
        _("Patient has arrived"),
        _("Ends the wait for the arrival. The first hospital is told; taking the patient over comes next."),
        _("Record arrival"),
        _("The arrival was recorded. The first hospital was told."),
        "primary",
    ),
    Verb.HAND_OVER: (
        _("Take the patient over"),
        _(
            "Records that you have taken the patient over, and from whom. A patient who is not admitted yet "
            "is admitted by this: the second window begins."
        ),
        _("Taken over"),
        _("You have taken the patient over. The first hospital was told."),
        "primary",
    ),
}
"""By verb: title, effect, button, what was done, tone."""
