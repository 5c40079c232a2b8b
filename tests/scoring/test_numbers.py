"""Numbers, days and missing values as laboratories and spreadsheets print them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from scoring.cells import is_footnote, is_missing, is_summary
from scoring.dates import AmbiguousDateError, read_time
from scoring.numbers import Printed, read_number

BEIJING = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "342.0",
            "342.0↑",
            "↑342",
            "342.0 H",
            "H 342",
            "342(H)",
            "342【↑】",
            "342.0*",
            "342 偏高",
            "３４２",
            "342。0",
        ),
        *("+342", "0342", "3.42E+02", "3.42e2", "342 ", "٣٤٢", "342 ↑↑"),
    ],
)
def test_flags_widths_and_exponents_do_not_change_a_number(text: str) -> None:
    assert read_number(text) == Printed(342)


@pytest.mark.parametrize(
    ("text", "value"), [("1,342.0", 1342), ("1,234,567", 1_234_567), ("1 342", 1342), ("1，342.5", 1342.5)]
)
def test_thousands_are_parted_where_that_is_certain(text: str, value: float) -> None:
    assert read_number(text) == Printed(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [("2,31", 2.31), ("２，３", 2.3), ("0,125", 0.125), ("12,5↑", 12.5), ("2,3456", 2.3456)],
)
def test_a_comma_that_can_only_be_a_decimal_sign_is_one(text: str, value: float) -> None:
    assert read_number(text) == Printed(value)


@pytest.mark.parametrize("text", ["1,342", "1，342", "12,500"])
def test_a_comma_that_may_be_a_decimal_sign_is_not_guessed(text: str) -> None:
    printed = read_number(text)
    assert printed is not None and printed.ambiguous


@pytest.mark.parametrize(
    ("text", "bound", "value"),
    [
        *(
            (">513", ">", 513),
            ("＞513", ">", 513),
            ("≥400", ">", 400),
            (">=400↑", ">", 400),
            ("大于513", ">", 513),
        ),
        *(
            ("<0.5", "<", 0.5),
            ("＜1.0", "<", 1),
            ("≤ 5", "<", 5),
            ("小于0.5", "<", 0.5),
            ("513以上", ">", 513),
        ),
    ],
)
def test_a_bound_is_kept_as_one(text: str, bound: str, value: float) -> None:
    assert read_number(text) == Printed(value, bound=bound)


@pytest.mark.parametrize(
    "text", ["", "abc", "约342", "342-350", "342.0.", "--342", "2,1,3", "1.2.3", "阴性", "9" * 100, "12 34"]
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert read_number(text) is None


def test_marks_without_end_are_refused_like_any_other_text() -> None:
    for text in ("↑" * 60, "1 " * 30, "1,111" * 12 + "x", "H " * 30 + "x", " " * 60, "(" * 60):
        assert read_number(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2026/3/5",
            "2026-03-05",
            "2026.3.5",
            "20260305",
            "2026年3月5日",
            "46086",
            "２０２６－３－５",
            "5-Mar-2026",
        ),
        "05 March 2026",
        "5-Mar-26",
        "March 5, 2026",
        "2026-03-04 24:00",
    ],
)
def test_a_day_is_its_beginning_where_the_hospital_is(text: str) -> None:
    assert read_time(text, BEIJING) == datetime(2026, 3, 5, tzinfo=BEIJING)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2026/3/5 15:05",
            "2026-03-05 15:05:00",
            "2026-3-5 下午3:05",
            "2026年3月5日15时05分",
            "202603051505",
        ),
        *("2026-03-05T15:05:00+08:00", "2026-03-05T07:05:00Z", "2026-3-5 3:05 PM", "46086.6284722222"),
    ],
)
def test_a_time_is_understood_however_it_is_written(text: str) -> None:
    assert read_time(text, BEIJING) == datetime(2026, 3, 5, 15, 5, tzinfo=BEIJING)


def test_day_and_month_in_either_order_are_understood_where_one_is_above_12() -> None:
    assert read_time("25/03/2026", BEIJING) == read_time("03/25/2026", BEIJING)
    assert read_time("05/05/2026", BEIJING) == datetime(2026, 5, 5, tzinfo=BEIJING)


@pytest.mark.parametrize("minute", [0, 1, 30, 59])
def test_every_hour_is_read_on_either_clock(minute: int) -> None:
    for hour in range(24):
        time = datetime(2026, 3, 5, hour, minute, 59, tzinfo=BEIJING)
        for pattern in ("%Y/%m/%d %H:%M:%S", "%Y年%m月%d日%H时%M分%S秒", "%d-%b-%Y %I:%M:%S %p"):
            assert read_time(time.strftime(pattern), BEIJING) == time


@pytest.mark.parametrize(
    ("clock", "hour"),
    [
        *(("凌晨12:05", 0), ("凌晨1:05", 1), ("凌晨5点05分", 5), ("上午12:05", 12), ("上午9:05", 9)),
        *(("中午11:05", 11), ("中午12:05", 12), ("中午1:05", 13), ("中午2:05", 14)),
        *(("下午12:05", 12), ("下午1:05", 13), ("下午6:05", 18), ("下午15:05", 15)),
        *(("晚上5:05", 17), ("晚上8:05", 20), ("晚上11:05", 23), ("晚上20:05", 20)),
        *(("12:05 am", 0), ("11:05 am", 11), ("12:05 pm", 12), ("11:05 pm", 23)),
    ],
)
def test_a_part_of_the_day_says_which_half_an_hour_is_of(clock: str, hour: int) -> None:
    assert read_time(f"2026-3-5 {clock}", BEIJING) == datetime(2026, 3, 5, hour, 5, tzinfo=BEIJING)


def test_twelve_at_night_ends_the_day_and_is_no_noon() -> None:
    assert read_time("2026-3-5 晚上12点", BEIJING) == datetime(2026, 3, 6, tzinfo=BEIJING)


@pytest.mark.parametrize("clock", ["晚上12:30", "晚上0:30", "晚上1点", "晚上4:59"])
def test_an_hour_after_midnight_that_may_be_of_the_next_day_is_refused(clock: str) -> None:
    with pytest.raises(ValueError):
        read_time(f"2026-3-5 {clock}", BEIJING)


@pytest.mark.parametrize("clock", ["23:60", "23:59:60", "24:00:01", "24:01", "25:00"])
def test_what_no_clock_shows_is_refused(clock: str) -> None:
    with pytest.raises(ValueError):
        read_time(f"2026/3/5 {clock}", BEIJING)


def test_years_and_serial_numbers_that_can_be_meant_are_read_and_no_others() -> None:
    days = {"1980/1/1": (1980, 1, 1), "2100/12/31": (2100, 12, 31), "36526": (2000, 1, 1)}
    for text, day in {**days, "73050": (2099, 12, 31), "1-Jan-99": (2099, 1, 1)}.items():
        assert read_time(text, BEIJING) == datetime(*day, tzinfo=BEIJING)
    for text in ("1979/12/31", "2101/1/1", "36525", "73051"):
        with pytest.raises(ValueError):
            read_time(text, BEIJING)


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_is_read_by_name_and_by_number(month: int) -> None:
    day = datetime(2026, month, 28, tzinfo=BEIJING)
    for pattern in ("%d-%b-%Y", "%d %B %Y", "%B %d, %Y", "%d/%m/%Y", "%m/%d/%Y", "%Y%m%d"):
        assert read_time(day.strftime(pattern), BEIJING) == day
    for text in (f"12/{month}/2026", f"{month}/12/2026", f"{month}/13/2026"):
        if month != 12 and "13" not in text:
            with pytest.raises(AmbiguousDateError):
                read_time(text, BEIJING)
        else:
            assert read_time(text, BEIJING).month == month


@pytest.mark.parametrize("text", ["03/04/2026", "05.03.2026", "1-2-2026 8:00"])
def test_a_text_that_can_be_two_days_is_refused(text: str) -> None:
    with pytest.raises(AmbiguousDateError):
        read_time(text, BEIJING)


@pytest.mark.parametrize(
    "text",
    ["", "abc", "26/3/5", "2026-02-30", "2026-13-01", "2026/3/5 25:00", "99999", "3月5日", "2026-03"]
    + ["0026-03-05", "9999-12-31", "2026-03-05 24:01", "5-Mai-26", "5-Mar-026"],
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_time(text, BEIJING)


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "",
            "-",
            "--",
            "—",
            "／",
            "/",
            "NA",
            "N/A",
            "#N/A",
            "NaN",
            "null",
            "NULL",
            ".",
            "*",
            "ND",
            "?",
            "　",
        ),
        *("未查", "未测", "未做", "缺失", "不详", "待回报", "未 查", "暂无", "拒查", "－"),
        *("――", "—/—", "溶血", "标本溶血", "样本不合格", "标本量不足", "取消", "未回", "TBD", "hemolyzed"),
    ],
)
def test_a_cell_that_says_that_nothing_was_measured_is_missing(cell: str) -> None:
    assert is_missing(cell)


@pytest.mark.parametrize("cell", ["0", "1.4", "无", "否", "none", "阴性", "<0.5", "-1", "不足1", "凝固酶"])
def test_an_answer_is_not_missing(cell: str) -> None:
    assert not is_missing(cell)


def test_none_is_missing_where_a_number_is_asked_for() -> None:
    assert is_missing("无", numeric=True) and not is_missing("0", numeric=True)


@pytest.mark.parametrize(
    "cell", ["合计", "总计：", "合计（例）", "共计5例", "平均值", "Total", "Mean", "标准差", "n=2", "N = 120"]
)
def test_a_row_of_totals_is_known_by_its_first_cell(cell: str) -> None:
    assert is_summary(cell)


@pytest.mark.parametrize("cell", ["A1", "N12", "0012345", "张三", "Total1", "Meaney", "总", "Sumner"])
def test_a_patient_is_no_row_of_totals(cell: str) -> None:
    assert not is_summary(cell)
    assert not is_footnote(cell)
