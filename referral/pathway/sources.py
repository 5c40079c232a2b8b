"""Where the values of a verb are from, kept beside each value.

That is `form` (of `labs.readings.sources.SourceForm`), `reading`, `corrected` and `bound` as there, and
`file`.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from accounts.models import User
from labs.readings.sources import SourceForm, readings_named, source_of
from referral.models import Case, CaseFile
from scoring.inputs import ANY_INPUT

PASTED = SourceForm.TEXT.value
"""What a program says of a value that it had read from text; such a reading is kept nowhere."""


def sources_in(values: Mapping[str, Any], *, user: User, case: Case) -> dict[str, dict[str, Any]]:
    """The sources of `values` by input name, from what `values["sources"]` says of them.

    That is by name the id of a reading, or `text`. What is not so, or not the user's, is left out: the value
    counts as typed. `file` is the id of the report among the files of the case, None where it is not there.
    """
    named = values.get("sources")
    if not isinstance(named, Mapping):
        return {}
    given = {name: named[name] for name in named if values.get(name) not in (None, "") and name in ANY_INPUT}
    pasted = {"form": PASTED, "reading": None, "corrected": False, "bound": None, "file": None}
    sources = {name: dict(pasted) for name, said in given.items() if said == PASTED}
    readings = readings_named(user, given)
    files = _files_of(case, {row.file_id for row in readings.values() if row.file_id})
    for name, reading in readings.items():
        unit = values.get(ANY_INPUT[name].unit_field or "")
        source = source_of(reading, name, values[name], unit)
        if source is not None:
            sources[name] = source | {"file": files.get(reading.file_id)}
    return sources


def _files_of(case: Case, ids: set[UUID]) -> dict[UUID | None, str]:
    """By stored file, the id under which it is with the case."""
    if not ids:
        return {}
    rows = CaseFile.objects.filter(case=case, file__in=ids).values_list("file", "pk")
    return {file: str(pk) for file, pk in rows}


def with_sources(
    entered: Mapping[str, Mapping[str, Any]], sources: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """`entered` (see `scoring.Reading`) with the source of each value that has one."""
    return {
        name: {**entry, "source": dict(sources[name])} if name in sources else dict(entry)
        for name, entry in entered.items()
    }


def counted(sources: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """How many values came in each form, as a line of the timeline keeps it."""
    return dict(Counter(source["form"] for source in sources.values()))
