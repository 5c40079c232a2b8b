"""Cohorts as registries write them: outcomes in codes and words, and every row left out counted by reason."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from scoring.research.cohort import Cohort, CohortError, read_cohort
from scoring.research.outcomes import UnusableOutcome, days_of, ending_of
from tests.scoring.cohorts import Simulated, simulated


def cohort_of(*rows: str, header: str = "id,inr,time_days,event") -> Cohort:
    return read_cohort(io.BytesIO("\n".join([header, *rows, ""]).encode()))


def refusal(*rows: str, header: str = "id,inr,time_days,event") -> str:
    with pytest.raises(CohortError) as caught:
        cohort_of(*rows, header=header)
    return str(caught.value)


@pytest.mark.parametrize(
    ("word", "ending"),
    [
        *(
            ("死亡", "death"),
            ("1", "death"),
            ("1.0", "death"),
            ("1.00", "death"),
            ("是", "death"),
            ("TRUE", "death"),
            ("dead", "death"),
        ),
        *(
            ("0", "none"),
            ("存活", "none"),
            ("否", "none"),
            ("FALSE", "none"),
            ("Alive", "none"),
            ("失访", "none"),
        ),
        *(("2", "transplantation"), ("移植", "transplantation"), ("肝移植", "transplantation")),
    ],
)
def test_the_end_of_follow_up_is_understood_in_codes_and_words(word: str, ending: str) -> None:
    assert ending_of(word) == ending


@pytest.mark.parametrize("word", ["好转", "出院", "自动出院", "3", "9", "-1", "maybe"])
def test_a_word_that_may_mean_either_is_not_guessed(word: str) -> None:
    with pytest.raises(UnusableOutcome, match="event_not_understood"):
        ending_of(word)


@pytest.mark.parametrize(
    ("typed", "days"), [("90", 90), ("90天", 90), ("90 d", 90), ("90 days", 90), ("０", 0), ("1e2", 100)]
)
def test_days_are_understood(typed: str, days: float) -> None:
    assert days_of(typed) == days


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        *(("3个月", "time_not_understood"), (">90", "time_not_understood"), ("1,000", "time_not_understood")),
        *(
            ("inf", "time_not_understood"),
            ("-1", "time_negative"),
            *((text, "time_too_long") for text in ("46086", "99999", "1e9")),
            ("", "time_missing"),
            ("不详", "time_missing"),
        ),
    ],
)
def test_a_time_that_is_no_number_of_days_is_refused(typed: str, code: str) -> None:
    with pytest.raises(UnusableOutcome, match=code):
        days_of(typed)


def test_columns_of_the_outcome_may_have_chinese_names() -> None:
    cohort = cohort_of("A,1.5,90天,死亡", "B,1.6,90,存活", header="住院号,INR,随访天数,结局")
    assert cohort.event.tolist() == [True, False]


def test_deaths_on_day_0_are_deaths_and_a_loss_on_day_0_is_counted() -> None:
    cohort = cohort_of("A,1.5,0,1", "B,1.6,0,0", "C,1.6,90,0")
    assert (cohort.time_days.tolist(), cohort.event.tolist()) == ([0, 90], [True, False])
    assert cohort.excluded == {"no_follow_up": 1}


def test_a_transplantation_is_the_end_point_and_is_said() -> None:
    cohort = cohort_of("A,1.5,10,2", "B,1.6,20,1", "C,1.6,90,0")
    assert (cohort.event.tolist(), cohort.transplantations) == ([True, True, False], 1)
    assert any("1 patients with a transplantation" in str(sentence) for sentence in cohort.account())


def test_1_and_2_without_0_may_mean_alive_and_dead() -> None:
    assert "1 and 2 may mean alive and dead" in refusal("A,1.5,10,2", "B,1.6,20,1")


def test_every_row_left_out_is_counted_by_reason_with_its_line_and_value() -> None:
    cohort = cohort_of(
        "A,1.5,10,1", "B,1.6,20,好转", "C,1.6,三月,0", "D,1.6,,0", "E,1.6,9,0", "F,1,9,0", "G,1,8,"
    )
    assert cohort.rows == 7
    assert cohort.excluded == {
        **{"event_not_understood": 1, "time_not_understood": 1, "time_missing": 1, "event_missing": 1}
    }
    assert [*map(str, cohort.excluded_lines["event_not_understood"])] == ["line 3: “好转”"]
    account = " ".join(map(str, cohort.account()))
    assert "7 rows in the file, 3 with a usable outcome." in account
    assert "line 4: “三月”" in account


def test_the_later_rows_of_a_patient_are_left_out() -> None:
    cohort = cohort_of("A,1.5,10,1", "B,1.6,20,0", "A,1.5,10,1", "A,1.9,30,0")
    assert (len(cohort), cohort.excluded) == (2, {"repeated_row": 1, "repeated_patient": 1})


@pytest.mark.parametrize("label", ["", "-", "不详", "????", "0"])
def test_what_is_no_number_of_a_patient_makes_nobody_the_same(label: str) -> None:
    assert len(cohort_of(f"{label},1.5,10,1", f"{label},1.6,20,0", f"{label},1.5,10,1")) == 3


def test_a_file_given_twice_without_numbers_is_seen_by_its_values() -> None:
    header, *rows = simulated(50).csv().splitlines()
    cohort = cohort_of(*rows, *rows, header=header)
    assert (len(cohort), cohort.excluded) == (50, {"repeated_row": 50})


def test_a_column_that_names_few_patients_is_not_their_number() -> None:
    assert "repeat a patient" in refusal(*[f"ward 7,1.5,{day},1" for day in range(10)])


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (["A,1.5,90,好转", "B,1.6,80,出院"], ("line 2: “好转”", "存活")),
        (["A,1.5,3个月,1", "B,1.6,2周,0"], ("line 2: “3个月”", "number of days")),
        (
            ["A,1.5,90,1", "B,1.6,80,出院", "C,1.6,80,好转"],
            ("2 of 3 rows cannot be understood", "line 3: “出院”"),
        ),
    ],
)
def test_a_file_whose_outcomes_are_mostly_not_understood_is_refused(
    rows: list[str], words: tuple[str, ...]
) -> None:
    sentence = refusal(*rows)
    for each in words:
        assert each in sentence


def test_a_file_most_of_whose_rows_cannot_be_read_is_refused() -> None:
    rows = [f"P{day},1.5,{day},1" + (",x" if day % 5 < 3 else "") for day in range(30)]
    assert "18 of 30 rows cannot be understood" in refusal(*rows)


@pytest.mark.parametrize("day", ["03/04/2026", "昨天", "2099-01-01"])
def test_a_doubtful_day_of_sampling_costs_no_patient(day: str) -> None:
    header = "id,inr,time_days,event,sampled_at"
    cohort = cohort_of(f"A,1.5,90,1,{day}", "B,1.6,80,0,2026-03-05", header=header)
    assert (len(cohort), cohort.excluded) == (2, {})


@pytest.mark.parametrize(("column", "typed"), [("age_years", "1974"), ("cirrhosis", "Child B")])
def test_a_column_that_mostly_holds_something_else_is_refused_and_not_called_missing(
    column: str, typed: str
) -> None:
    rows = [f"P{day},1.5,{day},1,{typed}" for day in range(30)]
    sentence = refusal(*rows, header=f"id,inr,time_days,event,{column}")
    assert f"{column}: 30 of 30 values cannot be used" in sentence
    assert "take it out of the file" in sentence


@pytest.mark.parametrize(
    ("doubtful", "patients", "is_said"), [(9, 40, 0), (10, 40, 10), (19, 200, 0), (20, 200, 20)]
)
def test_values_usual_in_another_unit_are_said_from_ten_and_from_a_tenth_of_the_patients(
    doubtful: int, patients: int, is_said: int
) -> None:
    rows = [f"P{n},{17 if n < doubtful else 300},umol/L,{n},1" for n in range(patients)]
    cohort = cohort_of(*rows, header="id,bilirubin,bilirubin_unit,time_days,event")
    assert dict(cohort.doubted) == ({"bilirubin": is_said} if is_said else {})


def test_half_a_column_in_another_unit_is_said() -> None:
    rows = [f"P{day},{300 if day % 2 else 17},umol/L,{day},1" for day in range(40)]
    cohort = cohort_of(*rows, header="id,bilirubin,bilirubin_unit,time_days,event")
    assert dict(cohort.doubted) == {"bilirubin": 20}
    assert any("20 values would be usual in another unit" in str(said) for said in cohort.account())


@pytest.mark.parametrize("end", ["好转", "", "3", "自动出院"])
def test_a_file_that_leaves_out_those_who_ended_one_way_is_refused(end: str) -> None:
    died = [f"D{day},1.5,{day},1" for day in range(60)]
    others = [f"A{day},1.6,{day + 90},{end}" for day in range(40)]
    sentence = refusal(*died, *others)
    assert "40 of 100 rows have no usable outcome" in sentence
    assert f"line 62: “{end}”" in sentence if end else "line 62" in sentence


def test_some_rows_without_an_outcome_cost_only_themselves() -> None:
    died = [f"D{day},1.5,{day},{day % 2}" for day in range(1, 100)]
    assert cohort_of(*died, *[f"A{day},1.6,9,好转" for day in range(9)]).excluded == {
        "event_not_understood": 9
    }


def test_a_time_in_months_is_not_taken_for_days() -> None:
    assert "no column time_days" in refusal("A,1.5,3,1", header="id,inr,随访时间(月),event")


def in_another_unit(cohort: Simulated) -> str:
    """The cohort with bilirubin in umol/L under the name of mg/dL."""
    return cohort.csv().replace("umol/L", "mg/dL", -1)


def test_a_cohort_with_bilirubin_in_another_unit_is_refused_with_the_reason(tmp_path: Path) -> None:
    file = tmp_path / "cohort.csv"
    file.write_text(in_another_unit(simulated(200)), encoding="utf-8")
    for command in ("fit_model", "validate_model"):
        with pytest.raises(CommandError, match=r"bilirubin: .* values (are impossible|is unusual)"):
            call_command(command, str(file))


def test_the_rows_left_out_stand_in_the_model_in_the_report_and_on_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header, *rows = simulated(300, seed=3).csv().splitlines()
    odd = [row.rpartition(",")[0] + ",好转" for row in rows[:4]]
    file = tmp_path / "cohort.csv"
    file.write_text("\n".join([header, *odd, *rows[4:], *rows[4:10]]), encoding="gb18030")
    call_command("fit_model", str(file), bootstrap=2, output=tmp_path / "fitted.json")
    printed = capsys.readouterr()
    assert "read as GB18030" in printed.err
    assert "306 rows in the file, 296 with a usable outcome." in printed.out
    fit = json.loads((tmp_path / "fitted.json").read_text(encoding="utf-8"))["fit"]
    assert fit["excluded_rows"] == {"event_not_understood": 4, "repeated_row": 6}
    assert (fit["rows_in_file"], fit["patients_in_file"]) == (306, 296)

    call_command("validate_model", str(file), bootstrap=2, language="zh-hans", output=tmp_path / "report")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    with translation.override("zh-hans"):
        assert "文件中共306行，其中10行未纳入" in page
    assert "第2行：“好转”" in page
    figures = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert (figures["rows_in_file"], figures["excluded"]["repeated_row"]) == (306, 6)


def test_a_file_given_twice_under_other_numbers_is_said() -> None:
    header = (
        "id,age_years,cirrhosis,variceal_bleeding,encephalopathy_grade,bilirubin,bilirubin_unit,inr,urea,"
    )
    header += "urea_unit,sodium_mmol_l,time_days,event"
    rows = [f"52,1,0,1,3{n}2,umol/L,2.3,9.1,mmol/L,131,{n}0,1" for n in range(1, 4)]
    cohort = cohort_of(*(f"{copy}{n},{row}" for copy in "AB" for n, row in enumerate(rows)), header=header)
    assert (len(cohort), cohort.copies) == (6, 3)
    assert any("3 patients have the same values in everything" in str(said) for said in cohort.account())


def test_the_same_patients_under_other_numbers_stand_in_the_model_in_the_report_and_in_its_figures(
    tmp_path: Path,
) -> None:
    header, *rows = simulated(300, seed=3).csv().splitlines()
    file = tmp_path / "cohort.csv"
    numbered = [f"{number},{row}" for number, row in enumerate([*rows, *rows[:50]])]
    file.write_text("\n".join([f"id,{header}", *numbered]), encoding="utf-8")
    call_command("fit_model", str(file), inputs=["inr"], bootstrap=2, output=tmp_path / "fitted.json")
    fitted = json.loads((tmp_path / "fitted.json").read_text(encoding="utf-8"))
    assert fitted["fit"]["copies"] == 50
    assert any("50 patients have the same values" in limit["en"] for limit in fitted["limits"])

    for language, words in (("en", "50 patients have the same values"), ("zh-hans", "50例患者")):
        call_command("validate_model", str(file), bootstrap=2, language=language, output=tmp_path / language)
        figures = json.loads((tmp_path / f"{language}.json").read_text(encoding="utf-8"))
        assert figures["copies"] == 50
        assert any(words in limit for limit in figures["limits"])
        assert words in (tmp_path / f"{language}.html").read_text(encoding="utf-8")


def test_an_input_that_tells_everything_is_explained_in_words(tmp_path: Path) -> None:
    rows = [
        f"P{day},{1 + day % 7 / 10},{4 if day % 2 else 0},{50 if day % 2 else 95},{day % 2}"
        for day in range(60)
    ]
    file = tmp_path / "separated.csv"
    file.write_text("\n".join(["id,inr,encephalopathy_grade,time_days,event", *rows]))
    with pytest.raises(CommandError, match="may tell by itself who reaches the end point") as caught:
        call_command("fit_model", file, bootstrap=0, output=tmp_path / "model.json")
    assert "Newton" not in str(caught.value)
