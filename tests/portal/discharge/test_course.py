"""The course: every raw value with its usual range, what was done, scores over time, as charts and tables."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts import clock
from portal.charts import Measured, chart, range_text, span_of
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from referral.queries.case_values import case_values
from referral.queries.course import marks_of, score_course
from scoring.reference_ranges import Normal, normal_of
from tests.portal.conftest import SignIn
from tests.portal.discharge.test_letter_of_the_stay import full_stay
from tests.world import HOUR, World

BEGIN = datetime(2026, 5, 17, 3, 0, tzinfo=UTC)


def measured(*values: float) -> list[Measured]:
    return [Measured(BEGIN + n * HOUR, value, str(value)) for n, value in enumerate(values)]


def test_a_chart_lies_inside_its_frame_and_later_is_further_right() -> None:
    span = span_of([BEGIN, BEGIN + 9 * HOUR], "Asia/Shanghai")
    drawn = chart("x", "u", measured(310, 420, 150, 151.5), span)
    assert all(drawn.left <= point.x <= drawn.right for point in drawn.points)
    assert all(drawn.top <= point.y <= drawn.bottom for point in drawn.points)
    assert [point.x for point in drawn.points] == sorted(point.x for point in drawn.points)
    high, low = min(drawn.points, key=lambda point: point.y), max(drawn.points, key=lambda point: point.y)
    assert (high.words, low.words) == ("420", "150")
    assert len(drawn.rows) <= 5


@pytest.mark.parametrize("values", [(1.5,), (0, 0), (7.4, 7.4, 7.4), (1e-3, 2e9), (-3, 4), (0, 5e8)])
def test_any_numbers_can_be_drawn(values: tuple[float, ...]) -> None:
    drawn = chart("x", "", measured(*values), span_of([BEGIN], "Asia/Shanghai"), normal=Normal(1, 2))
    assert all(drawn.top <= point.y <= drawn.bottom for point in drawn.points)


def test_the_usual_range_is_a_band_where_some_of_it_is_in_the_picture() -> None:
    span = span_of([BEGIN, BEGIN + HOUR], "Asia/Shanghai")
    inside = chart("x", "", measured(130, 140), span, normal=Normal(137, 147))
    assert inside.band is not None
    top, height = inside.band
    assert top >= inside.top
    assert top + height <= inside.bottom
    assert chart("x", "", measured(300, 400), span, normal=Normal(None, 26)).band is None
    assert [range_text(each) for each in (Normal(1, 2), Normal(None, 26), Normal(3, None), None)] == [
        "1–2", "≤ 26", "≥ 3", ""
    ]  # fmt: skip


def test_days_are_those_of_the_hospital() -> None:
    span = span_of([BEGIN, BEGIN + timedelta(days=3)], "Asia/Shanghai")
    assert [words for _x, words in span.days()] == ["5-18", "5-19", "5-20"]
    assert len(span_of([BEGIN, BEGIN + timedelta(days=200)], "Asia/Shanghai").days()) <= 6


def test_ranges_differ_by_sex_where_they_do() -> None:
    assert normal_of("creatinine", "male") != normal_of("creatinine", "female")
    assert normal_of("inr", "male") == normal_of("inr", "female")
    assert normal_of("hbv_dna_iu_ml", "male") is None


def test_a_score_rests_on_the_values_of_the_day_before_and_on_none_older(world: World) -> None:
    now = clock.now()
    case = full_stay(world, now)
    case = Case.objects.get(pk=case.pk)
    course = score_course(case, case_values(case))
    tables = [row.occurred_at for row in case.organfailureassessment_set.all()]
    assert [point.at for point in course["MELD-Na"]][-3:] == tables
    assert course["MELD-Na"][-2].value > course["MELD-Na"][-1].value
    assert "ALBI" not in course, "nobody measured the albumin"


def test_what_was_done_is_in_the_order_of_its_times(world: World) -> None:
    case = full_stay(world, clock.now())
    marks = marks_of(Case.objects.get(pk=case.pk))
    assert [mark.kind.value for mark in marks] == [
        "admission", "intervention", "session", "transplant", "session"
    ]  # fmt: skip
    assert marks[2].until is not None


@pytest.fixture
def client(world: World, as_user: SignIn) -> Client:
    return as_user(world.specialist)


def test_the_page_has_charts_tables_marks_and_scores(world: World, client: Client) -> None:
    case = full_stay(world, clock.now())
    text = client.get(f"/cases/{case.pk}/trends/").content.decode()
    for words in ('aria-label="Total bilirubin: ', 'aria-label="MELD-Na: ', "Antiviral-X begun", "≤ 26"):
        assert words in text, words
    assert 'class="is-unusual"' in text
    assert "general knowledge" in text
    assert "style=" not in text.split("<main", 1)[1]


def test_the_short_charts_stand_on_the_case_and_in_the_letter(world: World, client: Client) -> None:
    case = full_stay(world, clock.now())
    for page in ("", "ward/", "back-letter/"):
        assert 'aria-label="INR: ' in client.get(f"/cases/{case.pk}/{page}").content.decode(), page


def test_one_value_draws_no_chart(world: World, client: Client) -> None:
    case = perform(world.register(), Verb.REFER, actor=world.doctor, now=clock.now(), reason="worried")
    assert '<svg class="chart"' not in client.get(f"/cases/{case.pk}/trends/").content.decode()
