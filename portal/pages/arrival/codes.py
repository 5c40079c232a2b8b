"""The code on a printed letter: an address that leads whoever takes the patient over to the case.

It is signed and names the case alone, so that it cannot be guessed and says nothing of the patient; it gives
no right: what the reader may do is asked of the pathway.
"""

from uuid import UUID

import segno
from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from referral.models import Case
from referral.pathway.vocabulary import BEFORE_ADMISSION

GOOD_FOR_HOURS = 72
SALT = "portal.hand_over"


def make_code(case_id: UUID) -> str:
    """A code for a letter that is printed now."""
    return signing.dumps(case_id.hex, salt=SALT, compress=False)


def case_of(code: str) -> UUID | None:
    """The id of the case of a code; None for one that is malformed, forged, or older than 72 hours."""
    try:
        return UUID(signing.loads(code, salt=SALT, max_age=GOOD_FOR_HOURS * 3600))
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return None


def drawn_code(case: Case) -> SafeString | None:
    """The code of a visible case as a drawing (SVG), while the patient is to be admitted; else None."""
    if case.state not in BEFORE_ADMISSION or case.ward is None:
        return None
    address = f"{settings.BASE_URL}{reverse('portal:hand_over_code', args=[make_code(case.pk)])}"
    drawing = segno.make(address, error="m", micro=False)
    return mark_safe(  # noqa: S308 - drawn here, of an address of our own
        drawing.svg_inline(scale=2, border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr-code")
    )
