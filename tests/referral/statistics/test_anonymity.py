"""Lines that look alike, five or more of them, whatever the table is."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from referral.statistics.reports.anonymity import ANY, K, anonymised

LINES = st.lists(
    st.fixed_dictionaries(
        {
            "age": st.one_of(st.none(), st.integers(0, 90)),
            "day": st.integers(0, 400),
            "cause": st.sampled_from(("hepatitis_b", "alcohol", "wilson", "")),
        }
    ),
    max_size=60,
)


@given(LINES)
def test_every_line_is_in_a_group_of_five_unless_there_are_fewer(lines: list[dict[str, int | str]]) -> None:
    table = anonymised(lines)
    groups = Counter(tuple(line.items()) for line in table.lines)
    least = min(groups.values(), default=0)
    assert len(table.lines) == len(lines)
    assert table.k == least and (least >= K or least == len(lines))
    assert table.alike == [groups[tuple(line.items())] for line in table.lines]


@given(LINES)
def test_what_is_told_is_true_of_the_line(lines: list[dict[str, int | str]]) -> None:
    for line, shown in zip(lines, anonymised(lines).lines, strict=True):
        for name, value in line.items():
            low, _, high = shown[name].partition("..")
            is_exact = shown[name] in (ANY, "" if value is None else str(value))
            assert is_exact or (isinstance(value, int) and int(low) <= value <= int(high))


def test_alike_lines_are_told_exactly() -> None:
    table = anonymised([{"age": 40, "cause": "wilson"}] * 5 + [{"age": 70, "cause": "alcohol"}] * 5)
    assert {tuple(line.values()) for line in table.lines} == {("40", "wilson"), ("70", "alcohol")}
    assert (table.k, table.blurred) == (5, 0.0)


def test_a_rare_age_is_told_as_a_span_and_a_rare_cause_not_at_all() -> None:
    table = anonymised([{"age": 40, "cause": "hepatitis_b"}] * 5 + [{"age": 83, "cause": "wilson"}])
    assert table.lines[-1] == {"age": "40..83", "cause": ANY}
    assert table.blurred == 1.0


def test_several_lines_of_one_person_are_no_crowd() -> None:
    persons = [1, 1, 1, 1, 1, 2, 3, 4, 5, 6]
    table = anonymised([{"age": 40}] * 5 + [{"age": 70}] * 5, persons=persons)
    assert {tuple(line.values()) for line in table.lines} == {("40..70",)}


def test_groups_are_made_by_nothing_but_what_the_table_is_cut_by() -> None:
    lines = [{"age": age, "day": day} for age in (40, 70) for day in (1, 1, 1, 1, 1, 9, 9, 9, 9, 9)]
    table = anonymised(lines, cut_by=[{"age": line["age"]} for line in lines])
    assert {tuple(line.values()) for line in table.lines} == {("40", "1..9"), ("70", "1..9")}


def test_an_empty_table_stays_empty() -> None:
    assert anonymised([]).k == 0
