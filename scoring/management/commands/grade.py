"""Grades a file of patients by every definition of ACLF: CSV or JSON in, one JSON line per patient out."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from accounts import clock
from scoring.definitions.grading import DEFINITIONS, is_decided
from scoring.definitions.lines import graded_lines
from scoring.inputs import TYPED_INPUTS
from scoring.management.file_command import FileCommand
from scoring.rows import Row
from scoring.texts import issue_text


class Command(FileCommand):
    """`grade FILE.csv` or `grade --json FILE`; `-` is stdin."""

    help = (
        "Grade patients by every definition of ACLF, from CSV or JSON with raw values; prints one JSON line "
        "per patient. Needs no database."
    )
    inputs = TYPED_INPUTS

    def missing_of(self, line: Mapping[str, Any]) -> Collection[str]:
        """What keeps the definitions open, where none is decided and no organ is seen to fail."""
        blocks = [line[each.name] for each in DEFINITIONS]
        if line["organ_failures"] or any(is_decided(block) for block in blocks):
            return ()
        return list(dict.fromkeys(name for block in blocks for name in block["missing"]))

    def lines_of(
        self, rows: Iterator[Row], options: Mapping[str, Any]
    ) -> Iterator[tuple[dict[str, Any], bool]]:
        """One line for each row."""
        return graded_lines(
            rows, say=issue_text, confirmed_units=options["confirm_units"], latest=clock.wall()
        )
