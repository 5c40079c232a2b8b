"""What verbs of the ward will do and have done, in sentences that are longer than those of the others."""

from django.utils.translation import gettext_lazy as _

ADMISSION_EFFECT = _(
    "Ends the first window. From the time of admission, 48 hours run to the diagnosis. "
    "Open requests to other wards end."
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
