"""What a report says: whose it is, when it was sampled, and its findings. Nothing here is a value yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from labs.words import Corners

Form = Literal["text", "photo", "pdf", "hl7v2", "fhir"]


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a report names; None for what it does not say. `sex` is `male` or `female`."""

    name: str | None = None
    sex: str | None = None
    age_years: float | None = None
    number: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Only what is known."""
        parts = {"name": self.name, "sex": self.sex, "age_years": self.age_years, "number": self.number}
        return {name: value for name, value in parts.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a report, a proposal that somebody has to take before it is a value.

    `test` is a code of the catalogue, `input` the name of the input it is, None for a test that no score
    uses; `routine` is then the value of the ward's panel, None where it is none either. `value` is None where
    the print is no number; `choice` is the answer of a test that has one (`negative`, `positive`).
    `comparator` is `<` or `>` for a bound. `unit` as `scoring` spells it; None where
    the input has one unit only, or none was printed. `sampled_at` and the times of a report are
    `YYYY-MM-DDTHH:MM` in the hospital's time. `text` is the line it was read from; `page` and `box` (corners
    in pixels) say where on a picture, `spans` (left and right) where its words stand in that box,
    `confidence` (0 to 1) how certain its print was. `doubts` are codes of `labs.doubts.DOUBTS` and of
    `scoring`'s questions.
    """

    test: str
    input: str | None
    value: float | None
    comparator: str | None
    unit: str | None
    text: str
    sampled_at: str | None = None
    doubts: tuple[str, ...] = ()
    page: int = 0
    box: Corners = ()
    spans: tuple[tuple[float, float], ...] = ()
    confidence: float | None = None
    routine: str | None = None
    choice: str | None = None

    @property
    def name(self) -> str | None:
        """The value that somebody can take; None for what nothing asks for."""
        return self.input or self.routine

    def with_doubts(self, *codes: str) -> "Finding":
        """The finding with more doubts, each once."""
        return replace(self, doubts=tuple(dict.fromkeys((*self.doubts, *codes))))

    def as_dict(self) -> dict[str, Any]:
        """JSON form; what a picture alone has is left out for the others."""
        line: dict[str, Any] = {
            "test": self.test,
            "input": self.input,
            "value": _whole(self.value),
            "comparator": self.comparator,
            "unit": self.unit,
            "sampled_at": self.sampled_at,
            "text": self.text,
        }
        if self.routine:
            line["routine"] = self.routine
        if self.choice:
            line["choice"] = self.choice
        if self.box:
            line |= {"page": self.page, "box": [list(corner) for corner in self.box]}
        if self.confidence is not None:
            line["confidence"] = round(self.confidence, 3)
        return line | {"doubts": list(self.doubts)}


@dataclass(frozen=True, slots=True)
class Report:
    """A report as read. `unread` are lines with a number or a name of a test of which nothing was made."""

    form: Form
    patient: Person = field(default_factory=Person)
    sampled_at: str | None = None
    reported_at: str | None = None
    findings: Sequence[Finding] = ()
    unread: Sequence[str] = ()

    def as_dict(self) -> Mapping[str, Any]:
        """JSON form."""
        return {
            "form": self.form,
            "patient": self.patient.as_dict(),
            "sampled_at": self.sampled_at,
            "reported_at": self.reported_at,
            "findings": [finding.as_dict() for finding in self.findings],
            "unread": list(self.unread),
        }


def _whole(value: float | None) -> float | int | None:
    return int(value) if value is not None and value.is_integer() and abs(value) < 1e15 else value
