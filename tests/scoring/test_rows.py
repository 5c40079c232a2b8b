"""CSV and JSON streams to rows: whatever can be read is, and the rest is reported where it stands."""

import io
import json
import math
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from scoring import read_inputs
from scoring.rows import Row, UnreadableFileError, csv_rows, json_rows

HEADER = "id,age_years,inr,bilirubin,bilirubin_unit\n"


def from_csv(content: str | bytes) -> list[Row]:
    raw = content.encode() if isinstance(content, str) else content
    return list(csv_rows(io.BytesIO(raw)))


def from_json(content: str | bytes) -> list[Row]:
    raw = content.encode() if isinstance(content, str) else content
    return list(json_rows(io.BytesIO(raw)))


def codes(rows: list[Row]) -> list[str | None]:
    return [row.issue.code if row.issue else None for row in rows]


def test_a_row_is_its_cells_by_input_name() -> None:
    (row,) = from_csv(HEADER + "A7,50,1.4,20,mg/dL\n")
    assert row.raw == {"age_years": "50", "inr": "1.4", "bilirubin": "20", "bilirubin_unit": "mg/dL"}
    assert (row.number, row.line, row.label, row.others) == (1, 2, "A7", {})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_excels_byte_order_marks_and_encodings_are_read(encoding: str) -> None:
    assert from_csv((HEADER + "甲,50,1.4,20,mg/dL\n").encode(encoding))[0].label == "甲"


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators_are_recognised_in_the_header(separator: str) -> None:
    text = (HEADER + "A,50,1.4,20,mg/dL\n").replace(",", separator)
    assert from_csv(text)[0].raw["inr"] == "1.4"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_end_as_they_like(newline: str) -> None:
    rows = from_csv((HEADER + "A,50,1.4,20,mg/dL\nB,51,1.5,,\n").replace("\n", newline))
    assert [row.label for row in rows] == ["A", "B"]


def test_header_names_may_have_spaces_and_capitals() -> None:
    assert from_csv(" Age_Years , INR \n50,1.4\n")[0].raw == {"age_years": "50", "inr": "1.4"}


def test_rows_without_content_are_passed_over() -> None:
    rows = from_csv(HEADER + "\nA,50,1.4,20,mg/dL\n,,,,\n   ,,,,\nB,50,1.4,20,mg/dL\n")
    assert [(row.number, row.label) for row in rows] == [(1, "A"), (2, "B")]


def test_a_short_row_lacks_its_last_cells() -> None:
    assert from_csv(HEADER + "A,50\n")[0].raw == {"age_years": "50"}


def test_a_row_with_more_cells_than_the_header_is_reported_and_the_next_is_read() -> None:
    rows = from_csv(HEADER + "A,50,1.4,20,mg/dL,extra\nB,50,1.4,20,mg/dL,\n")
    assert codes(rows) == ["too_many_cells", None]


def test_bytes_that_are_no_text_spoil_their_own_row_only() -> None:
    rows = from_csv(HEADER.encode() + b"A,50,1.4,20,mg/dL\nB,50,1.\xff4,20,mg/dL\nC,50,1.4,20,mg/dL\n")
    assert codes(rows) == [None, "not_utf8", None]
    assert rows[1].issue is not None and rows[1].issue.field == "inr"


def test_a_chinese_comment_in_another_encoding_does_not_spoil_its_row() -> None:
    header = HEADER.strip().encode() + ",备注\n".encode("gb18030")
    rows = from_csv(header + "A,50,1.4,20,mg/dL,呕血\n".encode("gb18030"))
    assert codes(rows) == [None]
    assert len(rows[0].others) == 1


def test_columns_that_are_no_inputs_are_named() -> None:
    assert from_csv("inr,hospital\n1.4,X\n")[0].others == {"hospital": "X"}


@pytest.mark.parametrize("bad", ['"A,50,1.4,20,mg/dL', 'A,50,"1.4,20,mg/dL', 'A,50,1.4,20,"mg/dL'])
@pytest.mark.parametrize("after", [0, 3, 2000])
def test_a_stray_quotation_mark_costs_its_own_row_only(bad: str, after: int) -> None:
    good = "B,50,1.4,20,mg/dL\n"
    rows = from_csv(HEADER + good + bad + "\n" + good * after)
    assert codes(rows) == [None, "malformed_row", *[None] * after]
    assert (rows[1].number, rows[1].line) == (2, 3)
    assert [row.number for row in rows] == list(range(1, after + 3))
    assert [row.line for row in rows[2:]] == list(range(4, after + 4))


def test_two_stray_quotation_marks_do_not_swallow_what_stands_between_them() -> None:
    good, bad = "B,50,1.4,20,mg/dL\n", 'A,50,"1.4,20,mg/dL\n'
    rows = from_csv(HEADER + bad + good * 5 + 'C,5",1.4,20,mg/dL\n' + good)
    assert rows[0].issue is not None
    assert codes(rows[1:6]) == [None] * 5
    assert rows[-1].label == "B"


def test_a_comment_over_several_lines_belongs_to_its_row() -> None:
    rows = from_csv('inr,comment,age_years\n1.4,"one\ntwo, three\n",50\n1.5,none,51\n')
    assert [(row.raw["inr"], row.raw["age_years"]) for row in rows] == [("1.4", "50"), ("1.5", "51")]
    assert [row.line for row in rows] == [4, 5]


@pytest.mark.parametrize(("lines", "code"), [(50, None), (51, "malformed_row")])
def test_a_row_goes_over_fifty_lines_at_most(lines: int, code: str | None) -> None:
    comment = "x\n" * (lines - 1)
    rows = from_csv(f'inr,comment\n1.4,"{comment}"\n1.5,none\n')
    assert codes(rows)[0] == code
    assert (rows[-1].raw["inr"], rows[-1].line) == ("1.5", lines + 2)


@pytest.mark.parametrize(("length", "code"), [(131_071, None), (131_072, "malformed_row")])
def test_a_line_has_less_than_131072_characters_with_its_end(length: int, code: str | None) -> None:
    rows = from_csv("inr,comment\n1.4," + "x" * (length - 5) + "\n1.5,none\n")
    assert codes(rows) == [code, None]
    assert rows[1].raw == {"inr": "1.5"}


def test_a_row_of_totals_is_known_by_its_number_of_the_patient_wherever_that_stands() -> None:
    said: list[str] = []
    table = "name,inr,id\nZhang,1.4,A1\nall,1.5,合计\nLi,1.6,A2\nWang,1.7\n"
    rows = csv_rows(io.BytesIO(table.encode()), announce=lambda sentence: said.append(str(sentence)))
    assert [(row.number, row.line, row.label) for row in rows] == [(1, 2, "A1"), (2, 4, "A2"), (3, 5, None)]
    assert said[-1] == "1 rows of totals or remarks are passed over (line 3)."


@pytest.mark.parametrize(
    ("count", "lines"), [(5, "3, 4, 5, 6, 7"), (6, "3, 4, 5, 6, 7, …"), (9, "3, 4, 5, 6, 7, …")]
)
def test_the_first_five_lines_passed_over_are_named(count: int, lines: str) -> None:
    said: list[str] = []
    table = "id,inr\nA,1.4\n" + "合计,9\n" * count
    rows = list(csv_rows(io.BytesIO(table.encode()), announce=lambda sentence: said.append(str(sentence))))
    assert len(rows) == 1
    assert said == [f"{count} rows of totals or remarks are passed over (line {lines})."]


def test_a_remark_is_no_patient_and_a_patient_with_a_star_is_one() -> None:
    rows = from_csv("id,inr\n注：单位见上,\n*A,1.4\n")
    assert [row.label for row in rows] == ["*A"]


def test_a_comma_before_decimals_is_read_where_commas_do_not_part_the_cells() -> None:
    for typed, read in {"1,4": "1.4", "0,125": "0.125", "1,2345": "1.2345", "1,234": "1,234"}.items():
        assert from_csv(f"id;inr\nA;{typed}\n")[0].raw["inr"] == read


def test_a_line_without_an_end_is_reported_and_passed_over_in_constant_memory() -> None:
    long = Endless(HEADER.encode() + b"A,50,1.4,20,mg/dL\nA", b"x" * 65_536, until=100_000_000)
    tracemalloc.start()
    rows = list(csv_rows(io.BufferedReader(long)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert codes(rows) == [None, "malformed_row"]
    assert peak < 10_000_000


def test_after_a_line_that_is_too_long_reading_goes_on() -> None:
    rows = from_csv(HEADER + "A," + "5" * 400_000 + "\nB,50,1.4,20,mg/dL\n")
    assert codes(rows) == ["malformed_row", None]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b"\n\n", "empty_file"),
        (HEADER.encode(), "empty_file"),
        (HEADER.encode() + b" , ,\n\n", "empty_file"),
        (b"PK\x03\x04rest of a workbook", "workbook"),
        (b"a,b,c\n1,2,3\n", "no_known_column"),
        (b"\x00\x01\x02\xff\n", "binary"),
        ("inr,bilirubin\n".encode("utf-16-le"), "binary"),
        (b"%PDF-1.7\n", "binary"),
        (b"\xd0\xcf\x11\xe0old", "workbook"),
        ("inr,備註\n1.4,王芳無\n".encode("big5"), "encoding_unknown"),
        (b"inr,age_years,inr\n1,2,3\n", "repeated_column"),
    ],
)
def test_a_file_that_makes_no_sense_from_the_start_is_refused_as_a_whole(content: bytes, code: str) -> None:
    with pytest.raises(UnreadableFileError) as caught:
        from_csv(content)
    assert caught.value.code == code
    assert str(caught.value).endswith(".")


def test_json_objects_come_one_a_line_in_an_array_or_spread_over_lines() -> None:
    objects: list[dict[str, Any]] = [{"inr": 1.4}, {"inr": 2, "id": 7}]
    lines = "\n".join(json.dumps(item) for item in objects)
    for text in (lines, json.dumps(objects), json.dumps(objects, indent=2), "\ufeff" + lines, "  " + lines):
        rows = from_json(text)
        assert [row.raw for row in rows] == [{"inr": 1.4}, {"inr": 2}]
        assert [row.label for row in rows] == [None, 7]


def test_after_something_that_is_not_json_reading_goes_on_at_the_next_line() -> None:
    rows = from_json('{"inr": 1}\n{"inr": oops}\n{"inr": 2}\n{"inr": \n')
    assert codes(rows) == [None, "invalid_json", None, "invalid_json"]
    assert [row.line for row in rows] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "twice", ['{"inr": 3, "inr": 1}', '{"sampled_at": {"inr": "a", "inr": "b"}}', '{"inr": 1, "inr": 1}']
)
def test_a_value_given_twice_in_json_is_not_chosen_from(twice: str) -> None:
    rows = from_json(f'{{"inr": 1}}\n{twice}\n{{"inr": 2}}')
    assert codes(rows) == [None, "repeated_name", None]
    assert rows[1].issue is not None and rows[1].issue.params == {"value": "inr"}
    assert rows[1].raw == {}


@pytest.mark.parametrize("text", ["1", '"text"', "null", "true"])
def test_json_that_is_no_object_is_reported(text: str) -> None:
    assert codes(from_json(text)) == ["not_an_object"]


@pytest.mark.parametrize("content", [b"", b"  \n ", b"[]", b"\xef\xbb\xbf"])
def test_an_empty_json_stream_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableFileError):
        from_json(content)


def test_json_nested_without_end_is_reported_and_not_followed() -> None:
    rows = from_json('{"inr": ' + "[" * 100_000 + '\n{"inr": 2}')
    assert codes(rows) == ["invalid_json", None]


def test_a_number_of_thousands_of_digits_is_refused_where_it_stands() -> None:
    rows = from_json('{"inr": 1' + "0" * 5000 + '}\n{"inr": 2}')
    assert codes(rows) == [None, None]
    (issue,) = read_inputs(rows[0].raw).issues
    assert (issue.field, issue.code) == ("inr", "not_finite")


@pytest.mark.parametrize(("digits", "is_whole"), [(299, True), (300, False)])
def test_a_number_of_300_digits_is_no_whole_number_any_more(digits: int, is_whole: bool) -> None:
    [row] = from_json('{"inr": ' + "1" * digits + "}")
    assert isinstance(row.raw["inr"], int) is is_whole


def test_an_object_without_an_end_is_given_up_after_a_megabyte() -> None:
    endless = Endless(b'{"inr": "', b"x" * 65_536)
    row = next(json_rows(io.BufferedReader(endless)))
    assert row.issue is not None and row.issue.code == "invalid_json"
    assert 1_000_000 < endless.taken < 1_200_000


def test_what_an_object_says_beside_the_inputs_is_handed_through() -> None:
    [row] = from_json('{"inr": "未查", "urea": 5, "ward": "7", "": 1, "id": "A"}')
    assert (row.raw, row.others, row.label) == ({"urea": 5}, {"ward": "7"}, "A")


def test_half_a_character_in_json_spoils_its_own_row_only() -> None:
    assert codes(from_json('{"inr": "\\ud800"}\n{"inr": 1}')) == ["not_utf8", None]


def test_objects_are_found_across_the_borders_of_reads() -> None:
    filler = "x" * 1000
    text = "\n".join(json.dumps({"inr": 1.5, "id": n, "note": filler}) for n in range(500))
    assert [row.label for row in from_json(text)] == list(range(500))


class Endless(io.RawIOBase):
    """A file without an end (or with one after `until` bytes), which counts what was taken from it."""

    def __init__(self, first: bytes, line: bytes, until: float = math.inf) -> None:
        self.taken = 0
        self._until = until
        self._line = line
        self._pending = first

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self.taken >= self._until:
            return 0
        while len(self._pending) < len(buffer):
            self._pending += self._line
        buffer[:] = self._pending[: len(buffer)]
        self._pending = self._pending[len(buffer) :]
        self.taken += len(buffer)
        return len(buffer)


def take(rows: Iterator[Row], count: int) -> list[Row]:
    return [next(rows) for _ in range(count)]


def test_a_stream_is_read_no_further_than_needed() -> None:
    endless_csv = Endless(HEADER.encode(), b"A,50,1.4,20,mg/dL\n")
    assert len(take(csv_rows(io.BufferedReader(endless_csv)), 1000)) == 1000
    endless_json = Endless(b"[", b'{"inr": 1.4},\n')
    assert len(take(json_rows(io.BufferedReader(endless_json)), 1000)) == 1000
    assert max(endless_csv.taken, endless_json.taken) < 300_000
