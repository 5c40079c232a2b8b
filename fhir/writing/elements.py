"""Reading a resource that was sent: what is not understood is refused by its name."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from fhir.datatypes import Json
from fhir.outcomes import Issue, Refused
from labs.fhir_report import objects_in, text_of

__all__ = ["Findings", "codings_of", "objects_in", "reference_of", "text_of"]

UNREAD = frozenset({"resourceType", "id", "meta", "text", "language", "implicitRules"})
"""Elements that say nothing of a patient."""


class Findings:
    """What was wrong with what was sent; `lenient`: what is not understood is left out and said."""

    def __init__(self, lenient: bool = False) -> None:
        self.lenient = lenient
        self.issues: list[Issue] = []
        self.warnings: list[Issue] = []

    def add(self, where: str, text: Any, kind: str = "value") -> None:
        self.issues.append((kind, where, text))

    def required(self, where: str) -> None:
        self.add(where, _("This element is needed: %(where)s.") % {"where": where}, "required")

    def refuse_unknown(self, resource: Mapping[str, Any], where: str, taken: Iterable[str]) -> None:
        """Name every element of `resource` that is not among `taken`."""
        for name in resource:
            if name in UNREAD or name in taken:
                continue
            text = _("“%(where)s” is not taken here. Leave it out, or send “Prefer: handling=lenient”.")
            issue = ("not-supported", f"{where}.{name}", text % {"where": f"{where}.{name}"})
            (self.warnings if self.lenient else self.issues).append(issue)

    def check(self) -> None:
        """Raises Refused where something was wrong."""
        if self.issues:
            raise Refused(422, *self.issues)


def codings_of(value: Any) -> list[Json]:
    """The codings of a CodeableConcept that are whole."""
    rows = value.get("coding") if isinstance(value, Mapping) else None
    return [
        row
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict) and isinstance(row.get("code"), str)
    ]


def reference_of(value: Any) -> str:
    return text_of(value.get("reference")) if isinstance(value, Mapping) else ""
