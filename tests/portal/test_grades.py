"""Grades of organ failure and of encephalopathy are said in one way wherever a clinician reads them."""

import re
from pathlib import Path

import pytest
from django.utils.translation import override

from accounts import clock
from accounts.models import User
from portal.forms.indicators import IndicatorsForm
from portal.grades import by_number, easl_clif
from portal.pages.verbs.forms import build
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.portal.conftest import SignIn
from tests.portal.reading import visible_text
from tests.world import HOUR, World

STYLES = Path("portal/static/portal/portal.css")
PAGES = ("", "ward/", "trends/", "back-letter/")


def graded(world: World, **organs: object) -> Case:
    """A case with an organ table of which only `organs` are known, diagnosed and referred back."""
    now = clock.now()
    case = world.admitted(now=now - 6 * HOUR)
    perform(case, Verb.ASSESS_ORGAN_FAILURE, actor=world.specialist, now=now - 2 * HOUR, **organs)
    perform(case, Verb.RECORD_PRECIPITANT, actor=world.specialist, now=now - 2 * HOUR, precipitant="BACT_INF")
    perform(case, Verb.DIAGNOSE, actor=world.specialist, now=now - HOUR, category="aclf")
    return perform(case, Verb.BACK_REFER, actor=world.specialist, now=now, plan="weekly values")


@pytest.mark.parametrize("page", PAGES)
def test_the_grade_of_an_incomplete_table_is_a_lower_bound_wherever_it_stands(
    world: World, as_user: SignIn, page: str
) -> None:
    case = graded(world, inr=2.7, dialysis=True)
    text = visible_text(as_user(world.specialist).get(f"/cases/{case.pk}/{page}").content.decode())
    assert "at least " in text
    assert not re.search(r"(?<!at least )(ACLF grade 2|grade II\b)", text)


@pytest.mark.parametrize("page", PAGES)
def test_without_a_failure_an_incomplete_table_does_not_say_that_there_is_none(
    world: World, as_user: SignIn, page: str
) -> None:
    case = graded(world, inr=1.6)
    text = visible_text(as_user(world.specialist).get(f"/cases/{case.pk}/{page}").content.decode())
    assert "cannot be said yet" in text
    assert "No ACLF" not in text and "no failing organ" not in text


def test_a_complete_table_says_its_grade_plainly() -> None:
    assert easl_clif("2", is_complete=True) == "ACLF grade 2"
    assert by_number("II", is_complete=True) == "grade II"
    assert by_number("", is_complete=True) == "no failing organ"


@pytest.mark.parametrize(
    ("language", "grades"),
    [("zh-hans", ["0级", "Ⅰ级", "Ⅱ级", "Ⅲ级", "Ⅳ级"]), ("en", ["0", "Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ"])],
)
def test_every_form_offers_the_grades_of_encephalopathy_in_the_same_words(
    world: World, as_user: SignIn, language: str, grades: list[str]
) -> None:
    case = world.admitted(now=clock.now() - HOUR)
    with override(language):
        organs = build(Verb.ASSESS_ORGAN_FAILURE, case=case)
        [row] = [row for row in organs if row.name == "encephalopathy_grade"]
        assert [str(option.label) for option in row.options] == grades
        assert [option.value for option in row.options] == ["0", "1", "2", "3", "4"]
        entry = IndicatorsForm(None, zone="Asia/Shanghai", now=clock.now())
        assert [radio.choice_label for radio, _looks in entry.grades()] == grades
    client = as_user(world.doctor)
    User.objects.filter(pk=world.doctor.pk).update(language=language)
    page = client.get("/calculator/", headers={"Accept-Language": language}).content.decode()
    assert all(f">{grade} · " in page for grade in grades)


def test_the_words_of_a_grade_may_break_on_a_narrow_screen(world: World, as_user: SignIn) -> None:
    """The name of a definition in one line made the board wider than a phone of 390 px."""
    graded(world, inr=2.7, dialysis=True)
    board = as_user(world.specialist).get("/board/?tab=follow-up").content.decode()
    assert "state-words" in board
    rules = STYLES.read_text(encoding="utf-8")
    assert rules.index(".state-words { white-space: normal; }") > rules.index(".state {")
