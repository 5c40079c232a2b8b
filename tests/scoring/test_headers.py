"""Where the names of a table's columns stand, and what is said of them."""

import io

import pytest

from scoring.encodings import UnreadableFileError
from scoring.headers import Header, read_header
from scoring.sentences import Sentence


def read(text: str) -> tuple[Header, list[str]]:
    said: list[Sentence] = []
    header = read_header(io.StringIO(text), said.append)
    return header, [str(sentence) for sentence in said]


@pytest.mark.parametrize("titles", [1, 2, 9])
def test_names_may_stand_below_a_title_of_up_to_nine_lines(titles: int) -> None:
    header, said = read("ACLF register\n" * titles + "id,inr,bilirubin\n")
    assert (header.line, header.width) == (titles + 1, 3)
    assert said[0] == (
        f"The names of the columns stand on line {titles + 1}; what is above it is passed over."
    )


def test_ten_lines_above_the_names_are_too_many() -> None:
    with pytest.raises(UnreadableFileError) as refusal:
        read("ACLF register\n" * 10 + "id,inr,bilirubin\n")
    assert refusal.value.code == "no_known_column"
    assert "it reads “ACLF register”" in str(refusal.value)


def test_one_input_makes_the_first_line_a_header_and_two_any_line_below() -> None:
    assert read("name,inr\n")[0].line == 1
    with pytest.raises(UnreadableFileError):
        read("Register\nname,inr\n")
    assert read("Register\ninr,urea\n")[0].line == 2


def test_a_line_that_states_the_separator_is_no_title() -> None:
    header, said = read("sep=;\nid;inr\n")
    assert (header.separator, header.line, said) == (";", 2, [])
    assert read("\n\nid;inr\n")[0].separator == ";"


def test_a_heading_may_go_over_lines_and_the_header_ends_on_the_last_of_them() -> None:
    header, _ = read('id,"INR\n(first\nsample)",sodium_mmol_l\nA,1,130\n')
    assert (header.line, [column.name for column in header.columns][2]) == (3, "sodium_mmol_l")


def test_a_quotation_mark_without_an_end_takes_ten_more_lines_at_most() -> None:
    text = io.StringIO('inr,"note\n' + "A,1\n" * 30)
    read_header(text, lambda _: None)
    assert len(text.read().splitlines()) == 20


def test_columns_without_a_heading_at_the_end_are_none() -> None:
    header, _ = read("id,inr,,urea,,\n")
    assert header.width == 4


@pytest.mark.parametrize(("unknown", "more"), [(1, ""), (12, ""), (13, " and 1 more"), (40, " and 28 more")])
def test_twelve_unknown_names_are_said_and_how_many_more_there_are(unknown: int, more: str) -> None:
    names = [f"extra {number}" for number in range(unknown)]
    _, [said] = read(",".join(["inr", *names]) + "\n")
    names_said = ", ".join(f"“{name}”" for name in names[:12])
    assert said == f"Not used, no known name: {names_said}{more}."


def test_what_is_read_otherwise_than_it_is_written_is_said_with_its_unit() -> None:
    _, said = read("总胆红素(umol/L),INR,PT(s)\n")
    assert said[0] == "Understood: “总胆红素(umol/L)” as bilirubin in umol/L."
    assert said[1].startswith("Not used: “PT(s)”")


def test_only_the_first_number_of_a_patient_is_one_and_a_column_named_id_goes_before_others() -> None:
    header, _ = read("住院号,病案号,inr\n")
    assert [column.name for column in header.columns] == ["id", "病案号", "inr"]
    header, _ = read("住院号,id,inr\n")
    assert [column.name for column in header.columns] == ["住院号", "id", "inr"]


def test_an_empty_file_is_said_to_be_empty() -> None:
    for text in ("", "\n\n", "sep=;\n"):
        with pytest.raises(UnreadableFileError) as refusal:
            read(text)
        assert refusal.value.code == "empty_file"
