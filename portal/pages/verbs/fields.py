"""One fact on the screen: its field, and the options to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from referral.pathway.refusals import Text


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: Text
    hint: Text = ""
    phone: str = ""
    disabled: bool = False


@dataclass(slots=True)
class Field:
    """One fact on the screen.

    `widget`: line, text, radio, select, moment, date, number or checks. `unit`: a fixed one beside the
    value; `unit_row`: the choice of one. `asks`: whether to ask if an unusual value is right, `confirmed`:
    the answer.
    """

    name: str
    id: str
    label: Text
    widget: str
    required: bool
    value: str = ""
    options: Sequence[Option] = ()
    max_length: int | None = None
    errors: list[Text] = field(default_factory=list)
    hint: Text = ""
    unit: Text = ""
    unit_row: "Field | None" = None
    asks: bool = False
    confirmed: bool = False

    @property
    def id_for_label(self) -> str:
        return self.id

    @property
    def chosen(self) -> list[str]:
        """The ticks of a row of several."""
        return self.value.split(",")
