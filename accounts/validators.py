"""Validators of forms."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.moments import YEARS


def plausible(moment: date) -> None:
    """Refuse days and times in years that nobody means, and that cannot be kept."""
    if moment.year not in YEARS:
        raise ValidationError(_("Give a date between the years 1900 and 2199."), code="year")
