"""The code on a printed letter, as an address and drawn."""

import segno
from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from referral.models import Case
from referral.pathway.vocabulary import BEFORE_ADMISSION
from referral.queries.hand_over_codes import make_code


def drawn_code(case: Case) -> SafeString | None:
    """The code of a visible case as a drawing (SVG), while the patient is to be admitted; else None."""
    if case.state not in BEFORE_ADMISSION or case.ward is None:
        return None
    address = f"{settings.BASE_URL}{reverse('portal:hand_over_code', args=[make_code(case.pk)])}"
    drawing = segno.make(address, error="m", micro=False)
    return mark_safe(  # noqa: S308 - drawn here, of an address of our own
        drawing.svg_inline(scale=2, border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr-code")
    )
