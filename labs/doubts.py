"""What is doubtful about a line of a report; a person answers it before anything of the line is taken."""

import math
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from labs.catalogue import NITROGEN_NAMES, LabTest
from labs.coded import OF_LOINC, unit_by_code
from labs.refusals import gettext_noop
from labs.report import Finding
from labs.rows import Entry
from labs.tokens import plain
from scoring.catalogue import fold
from scoring.inputs import Input
from scoring.numbers import Printed
from scoring.parsing import check_value
from scoring.units import spelling

DOUBTS: Mapping[str, str] = MappingProxyType(
    {
        "bound": gettext_noop("This is a limit of the measurement, not a value."),
        "estimate": gettext_noop("It is said to be about this number."),
        "weakly_positive": gettext_noop("It is printed as weakly positive or as between."),
        "answers_contradict": gettext_noop("The number and the words beside it do not say the same."),
        "no_unit": gettext_noop("No unit is printed beside it. Choose the unit."),
        "unit_unknown": gettext_noop("The unit beside it is none that this test can have."),
        "urea_or_nitrogen": gettext_noop("In mg/dL this can be urea or urea nitrogen. Choose which."),
        "range_fits_other_unit": gettext_noop("The reference range beside it fits another unit."),
        "names_contradict": gettext_noop("The line names two different tests."),
        "name_unsure": gettext_noop("Another word stands beside the name. Is it this test?"),
        "name_shared": gettext_noop("Two tests are printed with this short name. Is it this one?"),
        "number_ambiguous": gettext_noop("The comma may be a decimal sign or part thousands."),
        "not_a_number": gettext_noop("What stands there is no number."),
        "other_number": gettext_noop("More than one number stands behind the name."),
        "several": gettext_noop("The report has more than one result of this test."),
        "flag_contradicts": gettext_noop("The arrow and the reference range do not fit the number."),
        "other_specimen": gettext_noop("It seems not to be of blood."),
        "several_patients": gettext_noop("More than one patient is named."),
        "several_times": gettext_noop("More than one time of sampling is printed."),
        "unclear_print": gettext_noop("The print could not be read for certain."),
        "impossible": gettext_noop("The number is impossible in this unit."),
        "unusual": gettext_noop("The number is unusual in this unit."),
        "code_contradicts_unit": gettext_noop("The LOINC code beside it is of another unit."),
        "corrected": gettext_noop("The laboratory has corrected an earlier result."),
        "code_unsettled": gettext_noop(
            "Laboratories use this LOINC code for urea and for urea nitrogen. Ask yours which it means."
        ),
    }
)
"""English text of every doubt."""


def unit_of(entry: Entry, test: LabTest) -> tuple[str | None, list[str]]:
    """The unit as `scoring` spells it, None where the input has one only or none is known; and doubts."""
    printed = spelling(entry.unit.text) if entry.unit else ""
    if test.spec is None:
        return (entry.unit.text if entry.unit else None), []
    if codes := [name for name in entry.names if name in OF_LOINC]:
        return unit_by_code(codes[0], entry.unit.text if entry.unit else "")
    several = test.spec.units is not None and test.spec.unit_field is not None
    if not printed:
        return None, ["no_unit"] if several else []
    unit = test.units.get(printed)
    if test.input == "urea" and printed in ("mg/dl", "mg%"):
        return _urea_unit(entry)
    if unit is None:
        return None, ["unit_unknown"]
    return (unit if test.spec.units or test.routine else None), []


def _urea_unit(entry: Entry) -> tuple[str | None, list[str]]:
    """What mg/dL of urea is of, by how the line names it."""
    nitrogen = [fold(name) in NITROGEN_NAMES for name in entry.names]
    return ("BUN mg/dL", []) if all(nitrogen) else (None, ["urea_or_nitrogen"])


def of_entry(entry: Entry, test: LabTest, unit: str | None) -> list[str]:
    """Doubts about a line by itself."""
    number = settled_number(entry)
    if number is None:
        return []
    return [
        *(["bound"] if number.bound else []),
        *(["name_shared"] if test.is_shared(entry.names) and not entry.unit else []),
        *(["estimate"] if entry.roughly else []),
        *(["number_ambiguous"] if number.ambiguous else []),
        *of_names(entry),
        *(["other_number"] if entry.others else []),
        *_of_limits(entry, test, unit, number),
        *(_of_value(test.spec, number.value, unit) if test.spec and not number.ambiguous else []),
    ]


def of_names(entry: Entry) -> list[str]:
    """Doubts about which test a line is of, and of which fluid."""
    return [
        *(["names_contradict"] if len({each.code for each in entry.tests}) > 1 else []),
        *(["name_unsure"] if entry.unsure else []),
        *(["unclear_print"] if entry.unclear else []),
        *(["other_specimen"] if entry.other_fluid else []),
    ]


def settled_number(entry: Entry) -> Printed | None:
    """The number of a line; where its comma may mean two things, the one that fits arrow and range."""
    number = entry.number.number if entry.number else None
    if entry.number is None or number is None or not number.ambiguous:
        return number
    digits = plain(entry.number.text).replace(" ", "")
    both = [Printed(float(digits.replace(",", sign))) for sign in ("", ".")]
    fitting = [each for each in both if entry.range and entry.flag and not _contradicts(entry, each)]
    return fitting[0] if len(fitting) == 1 else number


def _contradicts(entry: Entry, number: Printed) -> bool:
    """True where the arrow and the range of a line do not fit the number."""
    flagged = entry.flag.high if entry.flag else None
    if entry.range is None or flagged is None or number.bound or number.ambiguous:
        return False
    low, high = entry.range.limits
    above = high is not None and number.value > high
    inside = not above and (low is None or number.value >= low)
    return inside or flagged is not above


def _of_limits(entry: Entry, test: LabTest, unit: str | None, number: Printed) -> list[str]:
    if entry.range is None:
        return []
    high = entry.range.limits[1]
    contradicts = _contradicts(entry, number)
    return [
        *(["flag_contradicts"] if contradicts else []),
        *(["range_fits_other_unit"] if high is not None and _fits_other_unit(test, unit, high) else []),
    ]


def _fits_other_unit(test: LabTest, unit: str | None, high: float) -> bool:
    """True where the upper limit lies where it would in another unit of the test, not in this one."""
    if test.upper_normal is None or test.spec is None or not test.spec.units or unit is None:
        return False
    least, most = test.upper_normal
    fits = {name for name, times in test.spec.units.items() if least <= high * times <= most}
    same = {name for name, times in test.spec.units.items() if math.isclose(times, test.spec.units[unit])}
    return bool(fits) and not fits & same


def _of_value(spec: Input, value: float, unit: str | None) -> list[str]:
    """What `scoring` refuses or asks about the number; nothing while its unit is not known."""
    if spec.units and spec.unit_field and unit is None:
        return []
    _, issues = check_value(spec.name, value, unit)
    codes = [issue.code for issue in issues]
    return ["impossible" if "out_of_range" in codes else "unusual"] if codes else []


def missing_flags(findings: Sequence[tuple[Entry, Finding]]) -> list[Finding]:
    """The findings; those outside their range without an arrow are doubtful where others have one."""
    flagged = any(entry.flag is not None and entry.flag.high is not None for entry, _ in findings)
    return [
        finding.with_doubts("flag_contradicts") if flagged and _lacks_flag(entry) else finding
        for entry, finding in findings
    ]


def _lacks_flag(entry: Entry) -> bool:
    number = settled_number(entry)
    if entry.range is None or entry.flag is not None or number is None or number.bound or number.ambiguous:
        return False
    low, high = entry.range.limits
    return (low is not None and number.value < low) or (high is not None and number.value > high)


def repeated(findings: Iterable[Finding]) -> list[Finding]:
    """The findings without exact repetitions; what stands there twice with different results is doubtful."""
    unique: list[Finding] = []
    for finding in findings:
        if finding.name is None or not any(_same(finding, other) for other in unique):
            unique.append(finding)
    names = [finding.name for finding in unique]
    return [
        finding.with_doubts("several") if finding.name and names.count(finding.name) > 1 else finding
        for finding in unique
    ]


def _same(one: Finding, other: Finding) -> bool:
    return (one.name, one.value, one.choice, one.comparator, one.unit, one.sampled_at, one.page) == (
        other.name,
        other.value,
        other.choice,
        other.comparator,
        other.unit,
        other.sampled_at,
        other.page,
    )
