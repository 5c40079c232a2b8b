"""What a fact of a verb looks like."""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from referral import codes
from referral.errors import Text


class Shape(StrEnum):
    """What a fact looks like: MOMENT is an aware datetime or RFC 3339 text with an offset."""

    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    MOMENT = "moment"
    WARD = "ward"
    DEADLINE = "deadline"
    ASSESSMENT = "assessment"
    VALUES = "values"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of a verb. `choices` belong to CHOICE and, as whole numbers, to NUMBER."""

    name: str
    shape: Shape
    label: Text
    required: bool = True
    choices: type[TextChoices] | tuple[int, ...] | None = None
    max_length: int = 2000


NOTE = Fact("note", Shape.TEXT, _("note"), required=False)
OCCURRED_AT = Fact("occurred_at", Shape.MOMENT, _("when it happened"), required=False)
WARD = Fact("ward", Shape.WARD, _("ward"))
DEADLINE = Fact("deadline", Shape.DEADLINE, _("deadline"))


def reason(choices: type[TextChoices]) -> Fact:
    return Fact("reason", Shape.CHOICE, _("reason"), choices=choices)


BED = Fact("bed", Shape.TEXT, _("bed, if known"), required=False, max_length=40)
PRECIPITANT = Fact("precipitant", Shape.CHOICE, _("precipitant"), choices=codes.PrecipitantCode)
EXPECTED = Fact("expected_arrival_at", Shape.MOMENT, _("expected arrival"))
WHY = Fact("reason", Shape.TEXT, _("reason"), max_length=200)
