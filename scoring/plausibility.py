"""Whether a column of a file is in the unit, and of the test, that the file says: seen by all rows together.

One patient may have any possible value. Where most of many patients have an impossible one, or the middle
patient has one that would be asked about in each, the column is in another unit or is another test.
"""

from collections.abc import Sequence
from statistics import median

from scoring.inputs import INPUTS, Input
from scoring.issues import gettext_noop
from scoring.parsing import soft_limits
from scoring.reading import Reading
from scoring.sentences import Listed, Sentence
from scoring.units import canonical_unit

LEAST_VALUES = 20
"""With fewer values nothing is concluded about a column."""

CONFIRM = gettext_noop("If the units are right, confirm them (--confirm-units).")
"""What to do where the file is right after all."""
IMPOSSIBLE = gettext_noop("%(input)s: %(count)s of %(given)s values are impossible. The first: %(first)s")
UNUSABLE = gettext_noop("%(input)s: %(count)s of %(given)s values cannot be used. The first: %(first)s")
CORRECT = gettext_noop("Correct the column, or take it out of the file.")
UNUSUAL = gettext_noop("%(input)s: the middle one of %(count)s values is unusual even for one: %(doubt)s")


def column_faults(readings: Sequence[Reading]) -> Listed | None:
    """A sentence for each laboratory input whose values cannot be what the file says, and what to do; None
    where all can be."""
    checked = [_fault(spec, readings) for spec in INPUTS.values() if spec.laboratory]
    faults = [fault for fault in checked if fault is not None]
    return Listed((*faults, Sentence(CONFIRM)), " ") if faults else None


def unusable_columns(readings: Sequence[Reading]) -> Listed | None:
    """A sentence for each input most of whose values cannot be used, and what to do; None where most can."""
    checked = [_unusable(spec, readings) for spec in INPUTS.values()]
    faults = [fault for fault in checked if fault is not None]
    return Listed((*faults, Sentence(CORRECT)), " ") if faults else None


def _unusable(spec: Input, readings: Sequence[Reading]) -> Sentence | None:
    given = sum(spec.name in reading.entered for reading in readings)
    refused = [
        issue
        for reading in readings
        for issue in reading.issues
        if issue.field == spec.name and issue.code != "bound"
    ]
    if given < LEAST_VALUES or 2 * len(refused) <= given:
        return None
    return Sentence(
        UNUSABLE, {"input": spec.name, "count": len(refused), "given": given, "first": refused[0]}
    )


def _fault(spec: Input, readings: Sequence[Reading]) -> Sentence | None:
    given = sum(spec.name in reading.entered for reading in readings)
    if given < LEAST_VALUES:
        return None
    impossible = [
        issue
        for reading in readings
        for issue in reading.issues
        if (issue.field, issue.code) == (spec.name, "out_of_range")
    ]
    if 2 * len(impossible) > given:
        counted = {"count": len(impossible), "given": given, "first": impossible[0]}
        return Sentence(IMPOSSIBLE, {"input": spec.name, **counted})
    return _middle_fault(spec, readings)


def _middle_fault(spec: Input, readings: Sequence[Reading]) -> Sentence | None:
    values = [
        float(value) for reading in readings if isinstance(value := reading.values.get(spec.key), int | float)
    ]
    if len(values) < LEAST_VALUES:
        return None
    middle = median(values)
    doubts = soft_limits(spec, middle, _usual_unit(spec, readings))
    if not doubts:
        return None
    return Sentence(UNUSUAL, {"input": spec.name, "count": len(values), "doubt": doubts[0]})


def _usual_unit(spec: Input, readings: Sequence[Reading]) -> str:
    """The unit that the first value was typed in."""
    if not spec.units:
        return spec.unit
    first = next(reading.entered[spec.name] for reading in readings if spec.name in reading.entered)
    return canonical_unit(str(first.get("unit", "")), spec.units) or spec.unit
