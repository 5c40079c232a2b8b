"""The mapping as two tables of a document, made of the pathway's table and the column beside it."""

from collections.abc import Iterator

from fhir.mapping import BUSINESS, REQUEST_STATUS, TASK_AFTER
from referral.pathway.table import TABLE
from referral.pathway.vocabulary import State, Verb

FILE = "docs/interoperability.md"
START = "<!-- mapping: written by manage.py draw_fhir_mapping -->"
END = "<!-- /mapping -->"


def replaced(document: str) -> str:
    """`document` with the tables of today between the marks. Raises ValueError where there are none."""
    before, _start, rest = document.partition(START)
    _old, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"{FILE} has no marks")
    return "\n".join([before + START, "", *_lines(), "", END + after])


def _lines() -> Iterator[str]:
    yield "| state | `ServiceRequest.status` |"
    yield "|---|---|"
    for state in State:
        yield f"| `{state.value}` | `{REQUEST_STATUS[state]}` |"
    yield ""
    yield "| verb | in the states | `Task.status` | `Task.businessStatus` |"
    yield "|---|---|---|---|"
    for verb in Verb:
        status = TASK_AFTER[verb]
        columns = (
            f"`{status.status}` | `{status.business}` {BUSINESS[status.business]}"
            if status
            else "as before |"
        )
        yield f"| `{verb.value}` | {_states(verb)} | {columns} |"


def _states(verb: Verb) -> str:
    sources = {source for row in TABLE if row.verb == verb for source in row.sources}
    named = [state.value for state in State if state in sources]
    return ", ".join(named) or "a new case"
