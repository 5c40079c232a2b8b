"""What an input of a verb looks like."""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from referral import codes
from referral.pathway.refusals import Text

LONGEST_LINE = 80
"""Texts that may be longer are asked for in several lines."""


class Shape(StrEnum):
    """What an input looks like.

    MOMENT is an aware datetime or RFC 3339 text with an offset, DATE a day (ISO), SEVERAL a list of codes,
    PAIRS free names with a number or short text each. MEASURED is a value of the input of `scoring` of the
    same name, UNIT the unit it was typed in: both are passed on as typed, for `scoring` to read;
    CONFIRMED is the list of those whose unusual value is right. BIRTH_DATE is a day (ISO) or a year. RECORD
    is one that counts, MISTAKE one that was marked as entered in error. LOOSE_FILE is one that the person has
    sent and that is attached to nothing, CASE_FILE one of the case that counts.
    """

    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    MOMENT = "moment"
    WARD = "ward"
    DEADLINE = "deadline"
    ASSESSMENT = "assessment"
    RECORD = "record"
    MISTAKE = "mistake"
    LOOSE_FILE = "loose_file"
    CASE_FILE = "case_file"
    VALUES = "values"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    SEVERAL = "several"
    PAIRS = "pairs"
    MEASURED = "measured"
    UNIT = "unit"
    CONFIRMED = "confirmed"
    BIRTH_DATE = "birth_date"


@dataclass(frozen=True, slots=True)
class VerbInput:
    """One input of a verb. `choices` belong to CHOICE, SEVERAL and, as whole numbers, to NUMBER.

    `low` and `high`, both possible, bound every DECIMAL, whose fixed `unit` stands beside it. `hint` helps
    whoever fills it in.
    """

    name: str
    shape: Shape
    label: Text
    required: bool = True
    choices: type[TextChoices] | tuple[int, ...] | None = None
    max_length: int = 2000
    low: float | None = None
    high: float | None = None
    unit: Text = ""
    hint: Text = ""

    @property
    def is_line(self) -> bool:
        """Whether a text is one line, without line breaks."""
        return self.max_length <= LONGEST_LINE

    @property
    def codes(self) -> type[TextChoices]:
        """The choices of a CHOICE or SEVERAL."""
        if not isinstance(self.choices, type):
            raise TypeError(f"{self.name} is not chosen from codes")
        return self.choices


NOTE = VerbInput("note", Shape.TEXT, _("note"), required=False)
OCCURRED_AT = VerbInput("occurred_at", Shape.MOMENT, _("when it happened"), required=False)
WARD = VerbInput("ward", Shape.WARD, _("ward"))
DEADLINE = VerbInput("deadline", Shape.DEADLINE, _("deadline"))


def reason(choices: type[TextChoices], *, required: bool = True, hint: Text = "") -> VerbInput:
    return VerbInput("reason", Shape.CHOICE, _("reason"), required, choices, hint=hint)


BED = VerbInput("bed", Shape.TEXT, _("bed, if known"), required=False, max_length=40)
PRECIPITANT = VerbInput("precipitant", Shape.CHOICE, _("precipitant"), choices=codes.PrecipitantCode)
EXPECTED = VerbInput("expected_arrival_at", Shape.MOMENT, _("expected arrival"))
TRANSPORT = (
    VerbInput("means", Shape.CHOICE, _("means of transport"), False, codes.TransportMeans),
    VerbInput(
        "team",
        Shape.TEXT,
        _("who brings the patient"),
        required=False,
        max_length=80,
        hint=_("Names, or the crew of the ambulance."),
    ),
    VerbInput(
        "contact",
        Shape.TEXT,
        _("phone on the way"),
        required=False,
        max_length=40,
        hint=_("A number that somebody answers in the vehicle."),
    ),
    VerbInput("needs", Shape.SEVERAL, _("needs on the way"), False, codes.TransportNeed),
)
"""Who brings the patient, and how."""
WHY = VerbInput("reason", Shape.TEXT, _("reason"), max_length=200)
CORRECTS = VerbInput(
    "corrects",
    Shape.MISTAKE,
    _("record entered in error that this one is right for"),
    required=False,
    hint=_("Needed when the patient has left the ward."),
)
CONFIRMED = VerbInput("confirmed", Shape.CONFIRMED, _("unusual values that are right"), required=False)
SOURCES = VerbInput(
    "sources",
    Shape.PAIRS,
    _("where values are from"),
    required=False,
    hint=_("By name of the value the id of a reading, or “text” for what was read from text."),
)
