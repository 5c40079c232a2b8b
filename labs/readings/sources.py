"""Where a value is from: the report it was read from, and whether it still says what stood there."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from labs.models import LabReading, ReadingState
from scoring import check_value

if TYPE_CHECKING:
    from accounts.models import User


class SourceForm(TextChoices):
    """In what form a value came before somebody took it."""

    TYPED = "typed", _("typed")
    TEXT = "text", _("from pasted text")
    PHOTO = "photo", _("read from a picture")
    PDF = "pdf", _("read from a PDF")
    HL7V2 = "hl7v2", _("from an HL7 message")
    FHIR = "fhir", _("from FHIR")


def readings_named(user: "User", names: Mapping[str, Any]) -> dict[str, LabReading]:
    """By name of a value, the reading of `user` whose id is given for it; what is no such id is left out."""
    ids = {name: id for name, given in names.items() if (id := _id(given))}
    if not ids:
        return {}
    rows = LabReading.objects.visible_to(user).filter(pk__in=set(ids.values()), state=ReadingState.READ)
    by_id = {row.pk: row for row in rows.select_related("file")}
    return {name: by_id[id] for name, id in ids.items() if id in by_id}


def source_of(reading: LabReading, name: str, value: object, unit: object) -> dict[str, Any] | None:
    """The source of the value `name` that somebody took from `reading`; None where it proposes no such value.

    `form`, `reading` (its id), `corrected`: True where the value is another than any that stood there, and
    `bound`: `<` or `>` where what stood there is a limit of the measurement.
    """
    proposed = [row for row in reading.result["findings"] if value_of(row) == name]
    if not proposed:
        return None
    same = [row for row in proposed if _is_same(name, row, value, unit)]
    bound = same[0]["comparator"] if same else None
    return {"form": reading.form, "reading": str(reading.pk), "corrected": not same, "bound": bound}


def value_of(finding: Mapping[str, Any]) -> str | None:
    """The name of the value that a stored finding proposes; None for a test that nothing asks for."""
    return finding["input"] or finding.get("routine")


def _is_same(name: str, proposed: Mapping[str, Any], value: object, unit: object) -> bool:
    """Whether a value is the one proposed. A proposal without a unit is whichever unit the person chose."""
    if choice := proposed.get("choice"):
        return check_value(name, value)[0] == choice
    if proposed["value"] is None:
        return False
    ours, _issues = check_value(name, value, unit)
    theirs, _issues = check_value(name, proposed["value"], proposed["unit"] or unit)
    if not isinstance(ours, int | float) or not isinstance(theirs, int | float):
        return False
    return math.isclose(ours, theirs, rel_tol=1e-6)


def _id(given: Any) -> UUID | None:
    try:
        return UUID(str(given))
    except ValueError:
        return None
