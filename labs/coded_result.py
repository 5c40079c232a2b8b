"""One result that a system sent with a code or a name: test, number, unit, and what is doubtful."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from labs.answers import answer_of
from labs.catalogue import LabTest, named
from labs.coded import OF_LOINC, unit_by_code
from labs.report import Finding
from labs.rows import entries_of, text_rows
from scoring.catalogue import fold
from scoring.numbers import Printed
from scoring.parsing import check_value
from scoring.units import spelling


@dataclass(frozen=True)
class CodedResult:
    """A result as it came. `loinc` is a code, or empty; `names` are what the sender calls the test, the best
    first; `number` is None where the value is none; `unit_text` is the unit as it stood there, `printed` the
    value with its range.
    """

    loinc: str
    names: Sequence[str]
    number: Printed | None
    unit_text: str
    printed: str = ""

    @cached_property
    def test(self) -> LabTest | None:
        """The test that the code is of, or else the first name that is understood."""
        by_name = (named(name) for name in self.names)
        return OF_LOINC.get(self.loinc) or next((test for test in by_name if test is not None), None)

    @cached_property
    def _name_doubts(self) -> list[str]:
        """Doubts where no name says the test that the code does. A code of LOINC that is none of the test's
        own may be of urine, or of another way to measure.
        """
        if self.test is None or not self.loinc:
            return []
        tests = [test for name in self.names if (test := _named(name, self.test)) is not None]
        if self.loinc in OF_LOINC and tests and self.test not in tests:
            return ["names_contradict"]
        return ["name_unsure"] if self.test.loinc and self.loinc not in self.test.loinc else []

    @cached_property
    def _unit(self) -> tuple[str | None, list[str]]:
        """The unit as `scoring` spells it, None where the input has one only or none is clear; and doubts."""
        if self.test is None:
            return None, []
        if self.loinc not in OF_LOINC:
            return self._unit_by_name(self.test)
        return unit_by_code(self.loinc, self.unit_text)

    def _unit_by_name(self, test: LabTest) -> tuple[str | None, list[str]]:
        if test.spec is None or not (test.spec.units and test.spec.unit_field):
            return None, []
        if not self.unit_text:
            return None, ["no_unit"]
        spelled = spelling(self.unit_text)
        if test.input == "urea" and spelled in ("mg/dl", "mg%"):
            return None, ["urea_or_nitrogen"]
        unit = test.units.get(spelled)
        return unit, [] if unit else ["unit_unknown"]

    def doubts(self) -> list[str]:
        """Codes of `labs.doubts.DOUBTS` about the unit and the number."""
        unit, codes = self._unit
        codes = list(codes)
        if self.number is None:
            return [*codes, "not_a_number"]
        codes += ["bound"] if self.number.bound else []
        codes += ["number_ambiguous"] if self.number.ambiguous else []
        spec = self.test.spec if self.test else None
        if spec and not codes:
            issues = check_value(spec.name, self.number.value, unit)[1]
            impossible = any(issue.code == "out_of_range" for issue in issues)
            codes += [("impossible" if impossible else "unusual")] if issues else []
        return codes

    def finding(self, *, text: str, sampled_at: str | None, is_corrected: bool) -> Finding | None:
        """The proposal; None for a test that is not in the catalogue."""
        if self.test is None:
            return None
        if self.test.answers:
            return self._answer(self.test, text=text, sampled_at=sampled_at, is_corrected=is_corrected)
        codes = [*self._name_doubts, *self.doubts(), *(["corrected"] if is_corrected else [])]
        number = self.number
        return Finding(
            test=self.test.code,
            input=self.test.input,
            value=None if number is None or number.ambiguous else number.value,
            comparator=(number.bound or None) if number else None,
            unit=self._unit[0],
            text=text,
            sampled_at=sampled_at,
            doubts=tuple(dict.fromkeys(codes)),
            routine=self.test.routine if self.test.input is None else None,
        )

    def _answer(
        self, test: LabTest, *, text: str, sampled_at: str | None, is_corrected: bool
    ) -> Finding | None:
        """The proposal of a test that says negative or positive; None where the result says neither."""
        rows = list(text_rows(f"{test.en} {self.printed}"))
        entry = next((one for _row, entries in entries_of(rows) for one in entries), None)
        choice, codes = answer_of(entry, test) if entry else (None, [])
        if choice is None or test.routine is None:
            return None
        return Finding(
            test=test.code,
            input=None,
            value=None,
            comparator=None,
            unit=None,
            text=text,
            sampled_at=sampled_at,
            doubts=(*codes, *(["corrected"] if is_corrected else [])),
            routine=test.routine,
            choice=choice,
        )


def _named(name: str, expected: LabTest) -> LabTest | None:
    """The test of a name; a part of the one expected ("Bilirubin") is that, and one letter says nothing."""
    folded = fold(name)
    if len(folded) < 2 and folded.isascii():
        return None
    is_part = any(folded in fold(whole) for whole in (expected.zh, expected.en))
    return expected if is_part else named(name)
