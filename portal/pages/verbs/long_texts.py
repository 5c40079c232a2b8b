"""What verbs will do and have done, where that takes more than a line."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from referral.pathway.refusals import Text

ADMISSION_EFFECT = _(
    "Ends the first window. From the time of admission, 48 hours run to the diagnosis. "
    "Open requests to other wards end."
)
END_EFFECT = _(
    "No ward is asked any more and a promised bed is given up. "
    "The patient is followed up to day 90 all the same."
)
END_DONE = _("The referral was ended. Follow-up goes on.")
BACKGROUND_EFFECT = _(
    "All of it is optional. First hospital and ward see it at once, without an alert. What you change "
    "replaces what was said before, which stays on record."
)
UNDO_EFFECT = _(
    "The case goes back to where it was before the admission: the same request or promised bed, and "
    "the time limits of the first window with their due times. What was recorded since stays "
    "readable, marked, and counts nowhere. Both wards, the first hospital and the coordinator are "
    "told."
)
UNDO_DONE = _(
    "The admission was marked as entered in error. The case is where it was before, and all sides were told."
)
TRANSFER_EFFECT = _(
    "The other ward, which has agreed by phone, has the patient from then on. "
    "Your ward no longer sees the case. The second window runs on."
)
KIT_EFFECT = _(
    "Keeps what the six-metabolite kit answered, as an outside result. "
    "The kit is made for patients without organ failure; it decides nothing here."
)
CORRECTION_EFFECT = _(
    "Takes the place of what the first hospital wrote; both versions stay on the timeline. The other side is "
    "told. If age or sex was wrong, assess again: a score that was computed stays as it was."
)


CORRECTION_DONE = _("The identity was corrected. Both versions are on the timeline.")
TRANSPLANT_EFFECT = _(
    "A transplant, or a decision against it, ends the seven days to a transplant. Being listed does not."
)
IMMUNE_EFFECT = _(
    "Adds the values of one sample, shown beside published ranges. No treatment follows from them here."
)
GROUPS: Mapping[str, Text] = {
    "liver": _("Liver"),
    "coagulation": _("Coagulation"),
    "kidney": _("Kidney, electrolytes, metabolism"),
    "blood": _("Blood count, inflammation"),
    "virus": _("Viruses, tumour marker"),
    "gas": _("Blood gas"),
}
"""The groups of the laboratory panel in words."""
