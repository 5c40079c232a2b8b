"""The catalogue: every name has a source and one meaning, and agrees with that of the columns of files."""

from labs.catalogue import NAMES, SOURCE_OF, TESTS, named
from scoring.catalogue import TESTS as COLUMNS
from scoring.catalogue import column_of
from scoring.inputs import ANY_INPUT, EIGHT


def test_every_test_has_names_in_both_languages_and_a_source() -> None:
    assert all(test.zh and test.en and SOURCE_OF[test.code] for test in TESTS.values())


def test_every_laboratory_input_has_a_test() -> None:
    laboratory = {name for name, spec in ANY_INPUT.items() if spec.laboratory}
    assert laboratory - {test.input or test.routine for test in TESTS.values()} == set()
    assert {"bilirubin", "inr", "urea", "sodium_mmol_l"} <= set(EIGHT)


def test_a_column_and_a_line_of_a_report_are_understood_alike() -> None:
    differing = {
        name: (column.input, test.input)
        for name, column in COLUMNS.items()
        if (test := NAMES.get(name)) and test.input != column.input
    }
    assert differing == {}


def test_what_only_looks_like_an_input_in_a_file_is_none_in_a_report() -> None:
    taken = {name: test.input for name, test in NAMES.items() if test.input and column_of(name).fault}
    assert taken == {}


def test_units_and_codes_are_those_of_the_input() -> None:
    for test in TESTS.values():
        if test.spec and test.spec.units and test.spec.unit_field:
            assert set(test.units.values()) <= set(test.spec.units), test.code
        for _, unit in test.loinc.values():
            assert unit is None or unit in set(test.units.values()) | {""}, test.code


def test_names_are_found_without_their_case_width_and_punctuation() -> None:
    for name in ("ＴＢＩＬ", "t-bil", "T.Bil", "总 胆 红 素"):
        test = named(name)
        assert test is not None and test.code == "bilirubin_total"
    assert named("某新项目") is None
