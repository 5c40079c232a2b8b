"""The line of units that some tables have between the names of the columns and the first patient."""

from collections.abc import Iterator, Sequence

from scoring.catalogue import Column, unit_of
from scoring.cells import is_missing
from scoring.encodings import UnreadableFileError
from scoring.inputs import TYPED_INPUTS, Input
from scoring.issues import gettext_noop
from scoring.numbers import read_number
from scoring.sentences import Listed, Sentence
from scoring.units import canonical_unit, spelling

NO_UNIT = gettext_noop("The line of units gives “%(text)s” for %(input)s. Write nothing there.")
OTHER_UNIT = gettext_noop("The line of units gives “%(text)s” for %(input)s. Write %(units)s there.")
TWO_UNITS = gettext_noop("“%(heading)s” states %(stated)s, and the line of units %(unit)s. Leave one.")


def units_of_row(columns: Sequence[Column], cells: Sequence[str]) -> dict[str, str] | None:
    """The units by input name that a row of cells gives; None for a row that is none of units.

    It is one where a number is asked for and a unit of that input stands, and no number anywhere. Raises
    UnreadableFileError for a unit that an input cannot have, and for another than the heading states.
    """
    stated = list(_stated(columns, cells))
    units = {column.name: unit for column, _, unit in stated if unit is not None}
    if not units or any(unit is None and read_number(text) for _, text, unit in stated):
        return None
    for column, text, unit in stated:
        if unit is None:
            spec = TYPED_INPUTS[column.name]
            possible = tuple(filter(None, spec.units or {spec.unit: 1}))
            names = {"text": text, "input": column.name, "units": Listed(possible)}
            raise UnreadableFileError("unit_unknown", Sentence(OTHER_UNIT if possible else NO_UNIT, names))
        if column.unit not in (None, unit):
            both = {"heading": column.heading, "stated": column.unit, "unit": unit}
            raise UnreadableFileError("units_contradict", Sentence(TWO_UNITS, both))
    return units


def _stated(columns: Sequence[Column], cells: Sequence[str]) -> Iterator[tuple[Column, str, str | None]]:
    """Every column of numbers with what stands in its cell, and the unit that this is, if it is one."""
    for column, cell in zip(columns, cells, strict=False):
        spec = TYPED_INPUTS.get(column.name)
        if spec and spec.kind == "number" and not column.fault and not is_missing(cell, numeric=True):
            yield column, cell.strip(), _unit(spec, column, cell.strip(" \t()[]（）【】"))


def _unit(spec: Input, column: Column, text: str) -> str | None:
    if column.test and (unit := column.test.unit_of(text)) is not None:
        return unit
    if spec.units:
        return canonical_unit(text, spec.units) or unit_of(spec.name, text)
    return spec.unit if spelling(text) == spelling(spec.unit) or unit_of(spec.name, text) else None
